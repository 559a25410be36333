"""The clock of a session: it never runs backwards, and one wrong time does not carry it away.

A late comment stands at the clock. A time more than ``JUMP_MS`` ahead is believed when the next such time agrees;
until then it counts as unknown (reviews, which come days apart, are believed at once). Where times are those of
arrival, a silence of ``SILENCE_MS`` is mostly a broken connection, and what arrives in one heap after it was not
said in one heap: beyond its first ``HEAP_COMMENTS`` the heap has no times.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel

JUMP_MS: Final = 86_400_000.0
SILENCE_MS: Final = 5_000.0
HEAP_MS: Final = 2_000.0
HEAP_COMMENTS: Final = 5
# Places of a clock.
NOW, DOUBTED, HEAP_SINCE, HEAP_SIZE = range(4)


def new_clock() -> NDArray[np.float64]:
    """A clock that has seen no time: float64 (4,)."""
    return np.array([np.nan, np.nan, np.nan, 0.0])


@kernel
def _tick(clock: NDArray[np.float64], ts_ms: float, arrival: bool, may_jump: bool) -> float:
    """The time at which a comment stands, NaN if unknown; moves the clock."""
    now = clock[NOW]
    if np.isnan(ts_ms):
        return np.nan
    if not np.isnan(now) and ts_ms - now > JUMP_MS and not may_jump:
        if not abs(ts_ms - clock[DOUBTED]) <= JUMP_MS:
            clock[DOUBTED] = ts_ms
            return np.nan
        ts_ms = max(ts_ms, clock[DOUBTED])
        clock[DOUBTED] = np.nan
    if arrival and ts_ms - now >= SILENCE_MS:
        clock[HEAP_SINCE] = ts_ms
        clock[HEAP_SIZE] = 0.0
    if np.isnan(now) or ts_ms > now:
        clock[NOW] = ts_ms
    if arrival and clock[NOW] - clock[HEAP_SINCE] <= HEAP_MS:
        clock[HEAP_SIZE] += 1.0
        if clock[HEAP_SIZE] > HEAP_COMMENTS:
            return np.nan
    return float(clock[NOW])


@kernel
def _observe(
    ts_ms: NDArray[np.float64], arrival: NDArray[np.bool_], may_jump: NDArray[np.bool_], remember: bool,
    clock: NDArray[np.float64], out: NDArray[np.float64], lag_ms: NDArray[np.float64],
) -> None:  # fmt: skip
    for r in range(len(ts_ms)):
        now = clock[NOW]
        lag_ms[r] = now - ts_ms[r] if now > ts_ms[r] else 0.0
        out[r] = _tick(clock if remember else clock.copy(), ts_ms[r], arrival[r], may_jump[r])


def observe_clock(
    clock: NDArray[np.float64],
    *,
    ts_ms: NDArray[np.float64],
    arrival: NDArray[np.bool_],
    may_jump: NDArray[np.bool_],
    remember: bool = True,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each row the time at which it stands and by how much it came late, both in ms (float64, shape (n,)).

    ``ts_ms`` is NaN where the time is unknown or unfit for seconds; such rows stand at no time (NaN).
    """
    out, lag_ms = np.empty(len(ts_ms)), np.zeros(len(ts_ms))
    _observe(ts_ms, arrival, may_jump, remember, clock, out, lag_ms)
    return out, lag_ms
