"""Whom the false alarms hit, worked by hand."""

from __future__ import annotations

import numpy as np

from detector.comment import Comment
from detector.evaluation import judge
from detector.evaluation.segments import false_alarms, first_comments, negative, segments
from detector.training.logs import label_codes
from tests.building import batch, comment
from tests.models import handmade_detector


def judged_of(*rows: tuple[Comment, str]):  # type: ignore[no-untyped-def]
    names = [name for _, name in rows]
    return judge(handmade_detector(), batch(*(row for row, _ in rows)), label_codes(names, where="log"), names)


ROWS = (
    (comment("微笑一下吧", user_id="old", user_level=30.0, comment_id="1"), "normal"),
    (comment("这件多少钱", user_id="old", user_level=30.0, comment_id="2", at_s=1), "normal"),
    (comment("加微", user_id="lure", user_level=1.0, comment_id="3", at_s=2), "solicitation"),
    (comment("好看吗好看吗", user_id="old", user_level=2.0, comment_id="4", at_s=3), "normal"),
    (comment("哈哈", user_id="old", fan_badge_level=3.0, comment_id="5", at_s=4), "organic_wave"),
    (comment("质量太差了", user_id="old", paid_marker="vip", comment_id="6", at_s=5), "normal"),
)


def test_a_comment_may_be_in_several_segments_and_a_lure_is_in_none() -> None:
    found = {name: np.flatnonzero(rows).tolist() for name, rows in segments(judged_of(*ROWS)).items()}
    assert found == {
        "all genuine": [0, 1, 3, 4, 5],
        # The first comment of the account, and one at level 2.
        "new accounts": [0, 3],
        "badge holders": [4],
        "negative comments": [5],
        "short texts": [4],
        "organic waves": [4],
        "protected accounts": [5],
    }


def test_false_alarms_are_shares_of_the_segment() -> None:
    found = false_alarms(judged_of(*ROWS))
    # 微笑一下吧 is the one genuine comment the handmade model flags, for review: five characters dilute 微.
    assert [(found[name].comments, found[name].flagged.value) for name in ("all genuine", "new accounts")] == [
        (5, 1 / 5),
        (2, 1 / 2),
    ]
    assert found["badge holders"].flagged.value == 0.0
    assert found["all genuine"].high_risk.value <= found["all genuine"].flagged.value


def test_an_empty_segment_has_no_share() -> None:
    found = false_alarms(judged_of(ROWS[2]))
    assert {row.comments for row in found.values()} == {0}
    assert np.isnan([row.flagged.value for row in found.values()]).all()


def test_the_first_comment_is_told_by_time_and_session() -> None:
    rows = batch(
        comment(user_id="a", at_s=5),
        comment(user_id="a", at_s=1),
        comment(user_id="a", at_s=9, session_id="s2"),
        comment(user_id="", at_s=0),
        comment(user_id="w***g", user_id_quality="masked", at_s=0),
    )
    assert first_comments(rows).tolist() == [False, True, True, False, False]


def test_few_stars_or_more_complaint_than_praise_is_negative() -> None:
    rows = batch(
        comment("一般", kind="review", rating=2.0),
        comment("质量很好", kind="review", rating=5.0),
        comment("太差了"),
        comment("多少钱"),
    )
    assert negative(rows).tolist() == [True, False, True, False]
