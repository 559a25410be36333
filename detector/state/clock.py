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

from detector.comment import SECOND_SOURCES, TS_SOURCE_CODE, chosen
from detector.compiled import array_kernel

JUMP_MS: Final = 86_400_000.0
SILENCE_MS: Final = 5_000.0
HEAP_MS: Final = 2_000.0
HEAP_COMMENTS: Final = 5
# Sources whose times have no date: no age and no time since a purchase can be told from them.
UNDATED: Final = chosen(("order_only", "video_offset", "minute_marker"), TS_SOURCE_CODE)
# Sources whose times are fit for seconds, and the one whose time is when a comment was received.
IN_SECONDS: Final = chosen(SECOND_SOURCES, TS_SOURCE_CODE)
ARRIVAL: Final = TS_SOURCE_CODE["arrival"]
# Rows of the times that the clock gives.
TIMES: Final = 3
STANDS_MS, LAG_MS, DATED_MS = range(TIMES)
# Places of a clock.
NOW, DOUBTED, HEAP_SINCE, HEAP_SIZE = range(4)


def new_clock() -> NDArray[np.float64]:
    """A clock that has seen no time: float64 (4,)."""
    return np.array([np.nan, np.nan, np.nan, 0.0])


@array_kernel
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


@array_kernel
def _observe(
    posted_ms: NDArray[np.float64], source: NDArray[np.uint8], may_jump: NDArray[np.bool_],
    in_seconds: NDArray[np.bool_], undated: NDArray[np.bool_], remember: bool,
    clock: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    for r in range(len(posted_ms)):
        now = clock[NOW]
        ts_ms = posted_ms[r] if in_seconds[source[r]] else np.nan
        out[LAG_MS, r] = now - ts_ms if now > ts_ms else 0.0
        out[DATED_MS, r] = np.nan if undated[source[r]] else posted_ms[r]
        moved = clock if remember else clock.copy()
        out[STANDS_MS, r] = _tick(moved, ts_ms, source[r] == ARRIVAL, may_jump[r])


def observe_clock(
    clock: NDArray[np.float64],
    *,
    posted_ms: NDArray[np.float64],
    source: NDArray[np.uint8],
    may_jump: NDArray[np.bool_],
    remember: bool = True,
) -> NDArray[np.float64]:
    """Three times of each row in ms (float64, shape (TIMES, n)): where it stands, by how much it came late, when it was
    posted by a calendar.

    ``source`` (uint8, shape (n,)) is that of the time posted. One that is unknown or unfit for seconds stands at no
    time (NaN), one without a date was posted at no time.
    """
    out = np.empty((TIMES, len(posted_ms)))
    _observe(posted_ms, source, may_jump, IN_SECONDS, UNDATED, remember, clock, out)
    return out
