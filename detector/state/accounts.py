"""What a room remembers of each account: since when, how often, how regularly, at which level, what it said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state import readings as read
from detector.state.table import Table, find, new_table, reserve, touch
from detector.text.hashing import combine

MAX_ACCOUNTS: Final = 131_072
LEVELS: Final = 128
# Accounts of a middling level that a room is imagined to hold before it has seen any.
PRIOR_ACCOUNTS: Final = 20.0
# What an account posts is decayed by e every so many seconds, and every so many comments of the room.
WINDOW_S: Final = 60.0
WINDOW_C: Final = 200.0

# Columns of the accounts.
(
    POSTS, FIRST_MS, LAST_MS, FIRST_INDEX, LAST_INDEX, GAPS, GAP_MEAN, GAP_M2, LAST_SKELETON, STREAK,
    DISTINCT, RATE_S, TIMED_MS, RATE_C,
) = range(14)  # fmt: skip
COLUMNS: Final = 14
# Columns of what they said.
TIMES, LAST_SAID = range(2)


@dataclass(slots=True)
class Accounts:
    """The accounts of one session and what each of them said: (account, group) -> times and last index; ``levels``
    counts the accounts first seen at each level."""

    table: Table
    said: Table
    levels: NDArray[np.int64]


def new_accounts(*, max_keys: int = MAX_ACCOUNTS) -> Accounts:
    """An empty memory of accounts."""
    return Accounts(
        new_table(COLUMNS, max_keys=max_keys),
        new_table(2, max_keys=2 * max_keys),
        np.zeros(LEVELS, dtype=np.int64),
    )


@kernel
def _rank(level: float, levels: NDArray[np.int64]) -> float:
    """The share of the room's accounts below a level."""
    place = _level_place(level)
    below = 0.0
    for i in range(place):
        below += levels[i]
    total = below
    for i in range(place, LEVELS):
        total += levels[i]
    return float((below + 0.5 * levels[place] + 0.5 * PRIOR_ACCOUNTS) / (total + PRIOR_ACCOUNTS))


@kernel
def _level_place(level: float) -> int:
    return min(max(int(level), 0), LEVELS - 1)


@kernel
def _read(
    v: NDArray[np.float64], r: int, index: int, ts_ms: float, skeleton: float, out: NDArray[np.float64]
) -> None:
    """What is known of an account that has posted before."""
    out[read.POSTS, r] = v[POSTS]
    out[read.SINCE_FIRST_S, r] = (ts_ms - v[FIRST_MS]) / 1000.0
    out[read.SINCE_FIRST_C, r] = index - v[FIRST_INDEX]
    out[read.GAP_S, r] = (ts_ms - v[LAST_MS]) / 1000.0
    out[read.GAP_C, r] = index - v[LAST_INDEX]
    out[read.GAPS, r] = v[GAPS]
    out[read.GAP_MEAN, r] = v[GAP_MEAN] if v[GAPS] > 0 else np.nan
    out[read.GAP_VAR, r] = v[GAP_M2] / (v[GAPS] - 1) if v[GAPS] > 1 else np.nan
    out[read.STREAK, r] = v[STREAK] if v[LAST_SKELETON] == skeleton else 0.0
    out[read.DISTINCT_SHARE, r] = v[DISTINCT] / v[POSTS]
    if not np.isnan(ts_ms):
        out[read.RATE_S, r] = v[RATE_S] * math.exp(-max(ts_ms - v[TIMED_MS], 0.0) / 1000.0 / WINDOW_S)
    out[read.RATE_C, r] = v[RATE_C] * math.exp(-(index - v[LAST_INDEX]) / WINDOW_C)


@kernel
def _remember(
    v: NDArray[np.float64], r: int, index: int, ts_ms: float, skeleton: float, new: bool,
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Take a comment in of which ``_read`` has told what was known before."""
    if new:
        v[FIRST_MS] = ts_ms
        v[FIRST_INDEX] = index
    else:
        gap = out[read.GAP_S, r]
        if not np.isnan(gap):
            logarithm = math.log(max(gap, 0.1))
            v[GAPS] += 1
            delta = logarithm - v[GAP_MEAN]
            v[GAP_MEAN] += delta / v[GAPS]
            v[GAP_M2] += delta * (logarithm - v[GAP_MEAN])
    v[POSTS] += 1
    v[LAST_MS] = ts_ms
    v[LAST_INDEX] = index
    v[STREAK] = v[STREAK] + 1 if not new and v[LAST_SKELETON] == skeleton else 1.0
    v[LAST_SKELETON] = skeleton
    if not np.isnan(ts_ms):
        v[RATE_S] = out[read.RATE_S, r] + 1.0
        v[TIMED_MS] = ts_ms
    v[RATE_C] = out[read.RATE_C, r] + 1.0


@kernel
def _observe(
    account: NDArray[np.int64], group: NDArray[np.int64], ts_ms: NDArray[np.float64], level: NDArray[np.float64],
    skeleton: NDArray[np.int64], first_index: int, remember: bool,
    table: Table, said: Table, levels: NDArray[np.int64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = first_index + r if remember else first_index
        for k in range(read.READINGS):
            out[k, r] = np.nan
        levelled = not np.isnan(level[r])
        if levelled:
            out[read.LEVEL_RANK, r] = _rank(level[r], levels)
        if account[r] == 0:
            continue
        # A float64 holds 53 bits of the key exactly: enough to tell this text from the last one.
        text = float(skeleton[r] >> 10)
        generation, row = find(table, account[r])
        if row >= 0:
            _read(table.values[generation, row], r, index, ts_ms[r], text, out)
        else:
            out[read.POSTS, r] = 0.0
            out[read.SINCE_FIRST_C, r] = 0.0
            out[read.GAPS, r] = 0.0
            out[read.STREAK, r] = 0.0
            out[read.RATE_C, r] = 0.0
            if not np.isnan(ts_ms[r]):
                out[read.SINCE_FIRST_S, r] = 0.0
                out[read.RATE_S, r] = 0.0
        pair = combine(account[r], group[r])
        generation, row = find(said, pair)
        out[read.SAID, r] = said.values[generation, row, TIMES] if row >= 0 else 0.0
        if row >= 0:
            out[read.SAID_GAP_C, r] = index - said.values[generation, row, LAST_SAID]
        if not remember:
            continue
        generation, row, new = touch(table, account[r])
        v = table.values[generation, row]
        _remember(v, r, index, ts_ms[r], text, new, out)
        if new and levelled:
            levels[_level_place(level[r])] += 1
        generation, row, first = touch(said, pair)
        said.values[generation, row, TIMES] += 1
        said.values[generation, row, LAST_SAID] = index
        v[DISTINCT] += 1 if first else 0


def observe_accounts(
    memory: Accounts,
    *,
    account: NDArray[np.int64],
    group: NDArray[np.int64],
    ts_ms: NDArray[np.float64],
    level: NDArray[np.float64],
    skeleton: NDArray[np.int64],
    first_index: int,
    remember: bool = True,
) -> NDArray[np.float64]:
    """Read each row as of just before it (see ``readings``), then remember it.

    Account 0 is nobody, NaN times are unknown; ``group`` is what says nearly the same.
    """
    n = len(account)
    if remember:
        memory.table = reserve(memory.table, n)
        memory.said = reserve(memory.said, n)
    out = np.empty((read.READINGS, n))
    _observe(
        account, group, ts_ms, level, skeleton, first_index, remember, memory.table, memory.said, memory.levels, out,
    )  # fmt: skip
    return out
