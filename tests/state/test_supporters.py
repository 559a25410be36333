"""Who gave something is known from then on, and stays a person to the scorer."""

import numpy as np

from detector.engine import FeatureEngine
from detector.state.supporters import new_supporters, observe_supporters
from detector.verdict import HIGH_RISK, REVIEW
from tests.building import batch, comment
from tests.models import handmade_detector


def test_an_account_is_a_supporter_from_its_gift_on() -> None:
    memory, seen = observe_supporters(
        new_supporters(),
        account=np.array([7, 7, 9, 7, 0], dtype=np.int64),
        known=np.array([0, 7, 0, 0, 0], dtype=np.int64),
    )
    assert seen.tolist() == [False, False, False, True, False]
    _, later = observe_supporters(
        memory, account=np.array([9, 7, 0], dtype=np.int64), known=np.zeros(3, dtype=np.int64), remember=False
    )
    assert later.tolist() == [False, True, False]


def test_reading_leaves_no_trace() -> None:
    engine = FeatureEngine()
    engine.read(batch(comment("送出小心心", kind="gift")))
    assert engine.observe(batch(comment("好看"))).supporter.tolist() == [False]


def test_a_gift_counts_in_its_session_alone_however_it_is_cut() -> None:
    rows = [
        comment("送出小心心", kind="gift"),
        comment("好看"),
        comment("好看", session_id="s2"),
        comment("贵吗", user_id="u2"),
    ]
    whole = FeatureEngine().observe(batch(*rows)).supporter.tolist()
    engine = FeatureEngine()
    assert (
        [engine.observe(batch(row)).supporter.tolist()[0] for row in rows]
        == whole
        == [False, True, False, False]
    )


def test_who_gave_is_never_high_risk_but_keeps_its_probability() -> None:
    detector = handmade_detector()
    stranger = detector.score([comment("微")]).verdicts
    giver = detector.score([comment("送出火箭", kind="gift"), comment("微", at_s=1)]).verdicts
    assert (stranger.verdict.tolist(), giver.verdict.tolist()) == ([HIGH_RISK], [0, REVIEW])
    assert giver.protected.tolist() == [False, True]
    assert giver.p[1, 0] == stranger.p[0, 0]


def test_whom_the_staff_answers_is_no_stranger_from_then_on() -> None:
    rows = [
        comment("多少钱", user_id="u1"),
        comment("今天九十九", user_id="host", is_staff=1.0, reply_to="u1"),
        comment("好的", user_id="u1"),
        comment("我也要", user_id="u2"),
        # A viewer who answers a viewer makes nobody known.
        comment("是的", user_id="u3", reply_to="u2"),
        comment("谢谢", user_id="u2"),
    ]
    assert FeatureEngine().observe(batch(*rows)).supporter.tolist() == [False, False, True, False, False, False]
