"""The contracts of the engine: one log, one set of numbers, however it is delivered."""

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector import engine as engine_module
from detector.comment import SECOND_SOURCES, Comment, CommentBatch
from detector.engine import SCHEMA, FeatureEngine, SessionMemory
from detector.simulate import simulate_room
from detector.state.company import RING
from detector.state.delivered import Delivered
from tests.building import batch, comment, digest, digests, looking_engine, named
from tests.strategies import any_text, comments, cuts, logs

# Columns in seconds, or in a rate per second: unknown where the clock is too coarse.
OF_SECONDS = {
    "copying.accounts_10s", "copying.accounts_60s", "copying.accounts_600s", "timing.gap_s", "timing.rate_60s",
    "timing.gap_spread", "timing.gap_typical_s", "burst.rate_ratio", "account.seen_s",
}  # fmt: skip


def observed(engine: FeatureEngine, *batches: CommentBatch) -> list[str]:
    """All rows of batches that are observed one after the other."""
    return [row for part in batches for row in digests(engine.observe(part))]


def in_chunks(log: Sequence[Comment], places: Sequence[int]) -> Iterator[CommentBatch]:
    for a, b in pairwise(places):
        yield batch(*log[a:b])


def state_of(engine: FeatureEngine) -> list[tuple[Any, ...]]:
    """All that an engine remembers, in order, as plain values."""
    return [(key, *plain(memory)) for key, memory in engine.sessions.memories.items()]


def plain(value: Any) -> tuple[Any, ...]:
    """A memory taken apart into digests of arrays, and strings."""
    if isinstance(value, np.ndarray):
        return (digest(value.tobytes()),)
    if isinstance(value, Delivered):
        return (tuple(value.young), tuple(value.old))
    if dataclasses.is_dataclass(value):
        return tuple(part for field in dataclasses.fields(value) for part in plain(getattr(value, field.name)))
    if isinstance(value, list | tuple):
        return tuple(part for item in value for part in plain(item))
    return (repr(value),)


Small = Callable[[], FeatureEngine]


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    """Engines whose every memory is so small that it forgets all the time."""
    from detector.signals import account, copying
    from detector.state import company
    from detector.state.accounts import new_accounts
    from detector.state.neighbours import new_neighbours

    def small_session() -> SessionMemory:
        return SessionMemory(
            accounts=new_accounts(max_keys=2),
            neighbours=new_neighbours(max_keys=3),
            delivered=Delivered(max_keys=4),
        )

    with pytest.MonkeyPatch.context() as patch:
        for module, bound in ((account, "MAX_ACCOUNTS"), (copying, "MAX_GROUPS"), (company, "MAX_KEYS")):
            patch.setattr(module, bound, 2)
        patch.setattr(engine_module, "SessionMemory", small_session)
        yield lambda: looking_engine(max_sessions=2)


@given(st.data())
def test_chunking_changes_nothing(data: st.DataObject) -> None:
    log = data.draw(logs())
    whole, single, chunked = looking_engine(), looking_engine(), looking_engine()
    expected = observed(whole, batch(*log))
    assert observed(single, *(batch(one) for one in log)) == expected
    assert observed(chunked, *in_chunks(log, data.draw(cuts(len(log))))) == expected
    assert list(single.sessions.memories) == list(chunked.sessions.memories) == list(whole.sessions.memories)


def test_chunking_changes_nothing_in_a_live_room() -> None:
    rooms = [simulate_room(seed=seed, minutes=6, viewers=200).batch for seed in (3, 4)]
    # More than the ring of the last comments holds.
    both = CommentBatch.concat([part.slice(0, RING + 20) for part in rooms])
    assert len(both) == 2 * (RING + 20)
    both = both.take(both.replay_order())
    expected = observed(looking_engine(), both)
    for size in (1, 7, 256):
        parts = (both.slice(start, start + size) for start in range(0, len(both), size))
        assert observed(looking_engine(), *parts) == expected


@given(st.data())
def test_chunking_changes_nothing_while_everything_is_forgotten(small: Small, data: st.DataObject) -> None:
    log = data.draw(logs())
    whole, single, chunked = small(), small(), small()
    expected = observed(whole, batch(*log))
    assert observed(single, *(batch(one) for one in log)) == expected
    assert observed(chunked, *in_chunks(log, data.draw(cuts(len(log))))) == expected
    assert list(single.sessions.memories) == list(chunked.sessions.memories) == list(whole.sessions.memories)
    assert single.sessions.evicted == chunked.sessions.evicted == whole.sessions.evicted
    assert len(whole.sessions.memories) <= 2


def test_a_small_memory_tells_what_it_forgot(small: Small) -> None:
    engine = small()
    engine.observe(batch(*(comment(f"第{n}件", user_id=f"u{n}") for n in range(9))))
    memory = engine.sessions.memories["700100", "s1"]
    # Two generations of 2 accounts hold the last 3 of 9: the young one has just begun.
    assert (memory.accounts.table.evicted, memory.accounts.table.keys.shape) == (6, (2, 2))
    assert memory.neighbours.members.evicted == 3
    assert (len(memory.delivered.young), engine.sessions.evicted) == (0, 0)


def test_a_session_that_is_forgotten_within_a_batch_begins_anew(small: Small) -> None:
    log = [comment("好看", room_id=room) for room in ("a", "b", "a", "c", "b", "a")]
    engine = small()
    rows = named(engine.observe(batch(*log)))
    # a, b; a is known; c drives b out; b drives a out; a drives c out.
    assert [row["account.posts"] for row in rows] == [0, 0, 1, 0, 0, 0]
    assert (list(engine.sessions.memories), engine.sessions.evicted) == ([("b", "s1"), ("a", "s1")], 3)


@given(logs(), logs(max_size=10))
def test_the_future_changes_nothing(log: list[Comment], future: list[Comment]) -> None:
    expected = observed(looking_engine(), batch(*log))
    assert observed(looking_engine(), batch(*log, *future))[: len(log)] == expected


@given(logs(), logs(max_size=10), st.booleans())
def test_reading_leaves_no_trace(log: list[Comment], asked: list[Comment], in_between: bool) -> None:
    reading, silent = looking_engine(max_sessions=3), looking_engine(max_sessions=3)
    half = len(log) // 2 if in_between else len(log)
    reading.observe(batch(*log[:half]))
    before = state_of(reading)
    reading.read(batch(*asked))
    assert state_of(reading) == before
    silent.observe(batch(*log[:half]))
    rest = batch(*log[half:], *asked)
    assert observed(reading, rest) == observed(silent, rest)
    assert state_of(reading) == state_of(silent)


@given(logs(), logs(max_size=10))
def test_each_comment_is_read_as_of_now(log: list[Comment], asked: list[Comment]) -> None:
    engine = looking_engine()
    engine.observe(batch(*log))
    together = digests(engine.read(batch(*asked)))
    assert [digests(engine.read(batch(one)))[0] for one in asked] == together


def test_a_comment_that_is_read_does_not_move_the_clock() -> None:
    engine = looking_engine()
    engine.observe(batch(comment("好看", at_s=0)))
    asked = [comment("来了", at_s=90), comment("来了", at_s=30)]
    assert [row["timing.gap_s"] for row in named(engine.read(batch(*asked)))] == [90, 30]


@given(logs(), comments())
def test_reading_tells_what_observing_would(log: list[Comment], one: Comment) -> None:
    engine = looking_engine()
    engine.observe(batch(*log))
    assert digests(engine.read(batch(one))) == digests(engine.observe(batch(one)))


@given(logs(), logs(max_size=15))
def test_a_restored_engine_goes_on_as_if_it_had_never_stopped(log: list[Comment], rest: list[Comment]) -> None:
    engine, restored = looking_engine(), looking_engine()
    engine.observe(batch(*log))
    restored.sessions = copy.deepcopy(engine.sessions)
    assert observed(restored, batch(*rest)) == observed(engine, batch(*rest))
    assert state_of(restored) == state_of(engine)


@given(st.data())
def test_redelivery_changes_nothing_and_is_marked(data: st.DataObject) -> None:
    log = [dataclasses.replace(one, comment_id=f"c{n}") for n, one in enumerate(data.draw(logs(max_size=25)))]
    expected = observed(looking_engine(), batch(*log))
    # Some comments come again, each anywhere after its first delivery.
    delivered: list[tuple[float, int, bool]] = [(n, n, False) for n in range(len(log))]
    again_at = st.tuples(st.integers(0, len(log) - 1), st.integers(0, len(log) - 1))
    pairs = data.draw(st.lists(again_at, max_size=8)) if log else []
    delivered += [(max(pair) + 0.5, min(pair), True) for pair in pairs]
    delivered.sort()
    engine, other = looking_engine(), looking_engine()
    frame = engine.observe(batch(*(log[n] for _, n, _ in delivered)))
    again = np.array([redelivered for _, _, redelivered in delivered], dtype=np.bool_)
    assert [row for row, twice in zip(digests(frame), again, strict=True) if not twice] == expected
    judged = np.array([bool(batch(log[n]).scored()[0]) for _, n, _ in delivered], dtype=np.bool_)
    assert frame.duplicate.tolist() == (again & judged).tolist()
    assert frame.observed.tolist() == (~again & judged).tolist()
    assert (~np.isnan(frame.values[again])).sum() == 0
    other.observe(batch(*log))
    assert {key: plain(memory) for key, memory in engine.sessions.memories.items()} == {
        key: plain(memory) for key, memory in other.sessions.memories.items()
    }


def test_comments_without_an_id_are_never_redelivered() -> None:
    frame = looking_engine().observe(batch(comment("好", comment_id=""), comment("好", comment_id="")))
    assert frame.duplicate.tolist() == [False, False]


@given(logs())
def test_a_rooms_numbers_depend_on_that_room_alone(log: list[Comment]) -> None:
    together = observed(looking_engine(), batch(*log))
    rooms = {(one.room_id, one.session_id) for one in log}
    for room in rooms:
        own = [n for n, one in enumerate(log) if (one.room_id, one.session_id) == room]
        assert observed(looking_engine(), batch(*(log[n] for n in own))) == [together[n] for n in own]


@given(st.lists(comments(any_text), max_size=8))
@example([comment("\ud800\udfff\x00\x02\u202e\ufdfa" * 10)])
@example([comment("好" * 100_000), comment("①" * 100_000), comment("\ufdfa" * 100_000)])
@example([comment("1 " * 5000), comment("\u0301" * 3000), comment("🏴\U000e0067\U000e007f" * 500)])
@settings(max_examples=100)
def test_hostile_text_is_measured_like_any_other(log: list[Comment]) -> None:
    frame = looking_engine().observe(batch(*log))
    assert frame.values.shape == (len(log), len(SCHEMA.features))
    assert np.isinf(frame.values).sum() == 0
    judged = batch(*log).scored()
    text_columns = [n for n, name in enumerate(SCHEMA.names) if name.startswith("style.")]
    # A first delivery is always measured; what is not judged never is.
    assert np.isnan(frame.values[:, text_columns]).any(axis=1).tolist() == (~frame.observed).tolist()
    assert (frame.observed | frame.duplicate).tolist() == judged.tolist()


@given(st.data(), st.sampled_from(["order_only", "minute_marker", "date_only"]))
def test_a_coarse_clock_leaves_every_column_in_seconds_unknown(data: st.DataObject, source: str) -> None:
    log = [dataclasses.replace(one, ts_source=source) for one in data.draw(logs())]
    frame = looking_engine().observe(batch(*log))
    columns = [n for n, name in enumerate(SCHEMA.names) if name in OF_SECONDS]
    assert source not in SECOND_SOURCES
    assert len(columns) == len(OF_SECONDS)
    assert np.isnan(frame.values[:, columns]).sum() == len(log) * len(columns)


def test_every_column_in_seconds_is_known_where_the_clock_is_fine() -> None:
    rows = named(looking_engine().observe(batch(*(comment("好看", at_s=n) for n in range(4)))))
    assert {name for name in OF_SECONDS if np.isnan(rows[3][name])} == set()


@given(comments())
def test_the_engine_looks_before_it_remembers(one: Comment) -> None:
    row = named(looking_engine().observe(batch(one)))[0]
    counts = {
        name: row[name]
        for name in ("copying.accounts_500c", "copying.accounts_session", "repetition.times", "account.posts")
        if not np.isnan(row[name])
    }
    assert set(counts.values()) <= {0.0}
    assert ("copying.accounts_session" in counts) == bool(batch(one).scored()[0])
