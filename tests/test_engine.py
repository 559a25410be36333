"""Comments become numbers in one place, worked by hand."""

import hashlib

import numpy as np
import pytest

from detector.engine import COMPANY, SCHEMA, SIGNALS, TEXT_SIGNALS, FeatureEngine, Schema
from detector.signals.signal import feature
from detector.state.account_keys import account_keys
from detector.text.reading import TextReading
from tests.building import START_MS, batch, comment, digests, named


def test_a_frame_has_the_columns_of_every_signal_in_order() -> None:
    expected = [column.name for signal in (*TEXT_SIGNALS, *SIGNALS, COMPANY) for column in signal.features]
    frame = FeatureEngine().observe(batch(comment()))
    assert list(SCHEMA.names) == expected
    assert (frame.values.shape, frame.values.dtype) == ((1, len(expected)), np.float64)


def test_the_digest_changes_with_name_unit_meaning_and_order() -> None:
    a, b = feature("x.a", "s", "A."), feature("x.b", "s", "B.")
    others = [
        Schema((b, a)),
        Schema((a,)),
        Schema((feature("x.c", "s", "A."), b)),
        Schema((feature("x.a", "ms", "A."), b)),
        Schema((feature("x.a", "s", "C."), b)),
    ]
    digests_seen = {schema.digest for schema in (Schema((a, b)), *others)}
    assert len(digests_seen) == 6
    assert Schema((a, b)).digest == Schema((a, b)).digest


def test_an_empty_batch_gives_an_empty_frame() -> None:
    engine = FeatureEngine()
    frame = engine.observe(batch())
    assert (frame.values.shape, frame.wording.shape, len(frame.group)) == ((0, len(SCHEMA.names)), (0, 0), 0)
    assert engine.sessions.memories == {}


def test_gifts_and_likes_are_passed_by_unmeasured_and_uncounted() -> None:
    frame = FeatureEngine().observe(
        batch(
            comment("好看"), comment("送出小心心", kind="gift"), comment("来了", kind="enter"), comment("好看")
        )
    )
    rows = named(frame)
    assert frame.observed.tolist() == [True, False, False, True]
    assert (~np.isnan(frame.values[1:3])).sum() == 0
    # One comment before it, not three.
    assert (rows[3]["account.posts"], rows[3]["timing.gap_c"]) == (1, 1)


@pytest.mark.parametrize("over", [{"room_id": "700200"}, {"session_id": "s2"}])
def test_another_room_or_session_starts_from_nothing(over: dict[str, str]) -> None:
    engine = FeatureEngine()
    engine.observe(batch(comment("好看"), comment("好看", user_id="u2")))
    assert digests(engine.observe(batch(comment("好看", **over)))) == digests(
        FeatureEngine().observe(batch(comment("好看", **over)))
    )


def test_the_wording_is_scored_once_for_every_distinct_text() -> None:
    asked: list[int] = []

    def wording(reading: TextReading) -> np.ndarray:
        asked.append(len(reading))
        return np.stack([np.diff(reading.normalized.starts), np.ones(len(reading))], axis=1).astype(np.float64)

    engine = FeatureEngine(wording=wording)
    first = engine.observe(
        batch(comment("好看"), comment("多少钱"), comment("好看"), comment("花", kind="gift"))
    )
    assert first.wording[:3].tolist() == [[2, 1], [3, 1], [2, 1]]
    assert np.isnan(first.wording[3]).tolist() == [True, True]
    assert engine.observe(batch(comment("多少钱"))).wording.tolist() == [[3, 1]]
    assert asked == [3]


def test_near_identical_comments_have_one_group() -> None:
    texts = ["主播推荐的这款面膜真的很好用", "好看", "主播推荐的这款面膜真的好好用", "好 看！"]
    group = FeatureEngine().observe(batch(*map(comment, texts))).group.tolist()
    assert (group[0] == group[2], group[1] == group[3], group[0] == group[1]) == (True, True, False)


def test_an_account_key_is_the_same_everywhere_and_nobody_is_zero() -> None:
    people = batch(
        comment(user_id="42"),
        comment(user_id="042"),
        comment(user_id=""),
        comment(user_id="42", user_id_quality="masked"),
        comment(user_id="小鱼", user_id_quality="name_only"),
    )
    keys = account_keys(people, np.arange(len(people)))

    def key(user_id: str) -> int:
        return (int.from_bytes(hashlib.blake2b(user_id.encode(), digest_size=8).digest(), "little") >> 2) + 1

    assert keys.tolist() == [key("42"), key("042"), 0, 0, key("小鱼")]
    assert 0 < key("42") <= 2**62


def test_the_session_idle_for_longest_is_forgotten_first() -> None:
    engine = FeatureEngine(max_sessions=2)
    for room in ("a", "b", "a", "c"):
        engine.observe(batch(comment(room_id=room)))
    assert (list(engine.sessions.memories), engine.sessions.evicted) == ([("a", "s1"), ("c", "s1")], 1)


def test_reading_an_unknown_room_does_not_open_it() -> None:
    engine = FeatureEngine(max_sessions=1)
    engine.observe(batch(comment(room_id="a")))
    engine.read(batch(comment(room_id="b")))
    assert (list(engine.sessions.memories), engine.sessions.evicted) == ([("a", "s1")], 0)


def test_the_clock_never_runs_backwards() -> None:
    late = [comment("一", at_s=0), comment("二", at_s=50), comment("三", at_s=20), comment("四", at_s=60)]
    rows = named(FeatureEngine().observe(batch(*late)))
    # The late one stands at 50 s.
    assert [row["account.seen_s"] for row in rows] == [0, 50, 50, 60]


def test_an_observed_batch_is_left_as_it_was() -> None:
    given = batch(comment("好看", at_s=50), comment("好看", at_s=20))
    FeatureEngine().observe(given)
    assert (given.text, given.ts_ms.tolist()) == (["好看", "好看"], [START_MS + 50_000, START_MS + 20_000])
