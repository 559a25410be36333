"""Where a comment stands in time when the times are odd."""

from __future__ import annotations

import numpy as np
import pytest

from detector.comment import TS_SOURCE_CODE
from detector.state.clock import DATED_MS, HEAP_COMMENTS, JUMP_MS, LAG_MS, STANDS_MS, new_clock, observe_clock

NAN = float("nan")
DAY_MS = 86_400_000.0


def stands(*ts_ms: float, arrival: bool = False, may_jump: bool = False) -> list[float]:
    n = len(ts_ms)
    source = TS_SOURCE_CODE["arrival" if arrival else "event"]
    times = observe_clock(
        new_clock(),
        posted_ms=np.array(ts_ms),
        source=np.full(n, source, dtype=np.uint8),
        may_jump=np.full(n, may_jump),
    )
    return [float(t) for t in times[STANDS_MS]]


def test_a_late_comment_stands_at_the_clock_and_its_lag_is_told() -> None:
    times = observe_clock(
        new_clock(),
        posted_ms=np.array([1000.0, 5000.0, 2000.0, 5000.0]),
        source=np.full(4, TS_SOURCE_CODE["event"], dtype=np.uint8),
        may_jump=np.zeros(4, dtype=bool),
    )
    assert times[STANDS_MS].tolist() == [1000, 5000, 5000, 5000]
    assert times[LAG_MS].tolist() == [0, 0, 3000, 0]
    assert times[DATED_MS].tolist() == [1000, 5000, 2000, 5000]


def test_one_time_in_the_far_future_is_not_believed_and_the_clock_goes_on() -> None:
    far = 1000.0 + 400 * DAY_MS
    assert stands(1000, far, 2000, 3000) == pytest.approx([1000, NAN, 2000, 3000], nan_ok=True)


def test_a_jump_that_the_next_comment_confirms_is_believed() -> None:
    later = 1000.0 + JUMP_MS + 1
    assert stands(1000, later, later + 500, later + 700) == pytest.approx(
        [1000, NAN, later + 500, later + 700], nan_ok=True
    )


def test_reviews_come_days_apart() -> None:
    assert stands(0, 3 * DAY_MS, 9 * DAY_MS, may_jump=True) == [0, 3 * DAY_MS, 9 * DAY_MS]


def test_a_comment_without_a_time_stands_nowhere_and_moves_nothing() -> None:
    assert stands(1000, NAN, 1500) == pytest.approx([1000, NAN, 1500], nan_ok=True)


def test_what_arrives_in_one_heap_after_a_silence_has_no_times_beyond_its_first_few() -> None:
    heap = [20_000.0 + n for n in range(8)]
    seen = stands(1000, *heap, 25_500, arrival=True)
    assert seen[: 1 + HEAP_COMMENTS] == [1000, *heap[:HEAP_COMMENTS]]
    assert np.isnan(seen[1 + HEAP_COMMENTS : -1]).tolist() == [True] * (8 - HEAP_COMMENTS)
    # By event time the same is a burst, and stays one.
    assert stands(1000, *heap, 25_500) == [1000, *heap, 25_500]


def test_reading_does_not_move_the_clock() -> None:
    clock = new_clock()
    for remember in (False, True, False):
        observe_clock(
            clock,
            posted_ms=np.array([7000.0]),
            source=np.array([TS_SOURCE_CODE["arrival"]], dtype=np.uint8),
            may_jump=np.array([False]),
            remember=remember,
        )
    assert clock[0] == 7000
