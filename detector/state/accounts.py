"""What a room remembers of each account: since when, how often, how regularly, at which level."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, find, new_table, reserve, touch

MAX_ACCOUNTS: Final = 131_072
LEVELS: Final = 128
# Accounts of a middling level that a room is imagined to hold before it has seen any.
PRIOR_ACCOUNTS: Final = 20.0

# Columns of the table.
POSTS, FIRST_MS, LAST_MS, FIRST_INDEX, LAST_INDEX, GAPS, GAP_MEAN, GAP_M2, LAST_SKELETON, STREAK = range(10)
COLUMNS: Final = 10


@dataclass(slots=True)
class Accounts:
    """The accounts of one session; ``levels`` counts the accounts first seen at each level."""

    table: Table
    levels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AccountReadings:
    """What was known of each comment's account just before it (float64, shape (n,), NaN unknown).

    ``posts`` earlier comments in the session; ``since_first_s``, ``gap_s`` seconds and ``since_first_c``,
    ``gap_c`` comments of the room since its first and its last; ``gap_mean`` and ``gap_var`` of the natural
    logarithm of its gaps in seconds over ``gaps`` gaps; ``streak`` times in a row it has just said this text;
    ``level_rank`` share of the room's accounts below its level.
    """

    posts: NDArray[np.float64]
    since_first_s: NDArray[np.float64]
    since_first_c: NDArray[np.float64]
    gap_s: NDArray[np.float64]
    gap_c: NDArray[np.float64]
    gaps: NDArray[np.float64]
    gap_mean: NDArray[np.float64]
    gap_var: NDArray[np.float64]
    streak: NDArray[np.float64]
    level_rank: NDArray[np.float64]


READINGS: Final = len(dataclasses.fields(AccountReadings))


def new_accounts(*, max_keys: int = MAX_ACCOUNTS) -> Accounts:
    """An empty memory of accounts."""
    return Accounts(new_table(COLUMNS, max_keys=max_keys), np.zeros(LEVELS, dtype=np.int64))


@kernel
def _observe(
    account: NDArray[np.int64], ts_ms: NDArray[np.float64], level: NDArray[np.float64],
    skeleton: NDArray[np.int64], first_index: int, remember: bool,
    table: Table, levels: NDArray[np.int64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = first_index + r if remember else first_index
        rank = np.nan
        place = 0
        if not np.isnan(level[r]):
            place = min(max(int(level[r]), 0), LEVELS - 1)
            below = 0.0
            for i in range(place):
                below += levels[i]
            total = below
            for i in range(place, LEVELS):
                total += levels[i]
            rank = (below + 0.5 * levels[place] + 0.5 * PRIOR_ACCOUNTS) / (total + PRIOR_ACCOUNTS)
        out[9, r] = rank
        if account[r] == 0:
            for k in range(9):
                out[k, r] = np.nan
            continue
        generation, row = find(table, account[r])
        if row < 0:
            out[0, r] = 0.0
            out[1, r] = 0.0 if not np.isnan(ts_ms[r]) else np.nan
            out[2, r] = 0.0
            for k in range(3, 9):
                out[k, r] = np.nan
            out[5, r] = 0.0
            out[8, r] = 0.0
        else:
            v = table.values[generation, row]
            out[0, r] = v[POSTS]
            out[1, r] = (ts_ms[r] - v[FIRST_MS]) / 1000.0
            out[2, r] = index - v[FIRST_INDEX]
            out[3, r] = (ts_ms[r] - v[LAST_MS]) / 1000.0
            out[4, r] = index - v[LAST_INDEX]
            out[5, r] = v[GAPS]
            out[6, r] = v[GAP_MEAN] if v[GAPS] > 0 else np.nan
            out[7, r] = v[GAP_M2] / (v[GAPS] - 1) if v[GAPS] > 1 else np.nan
            out[8, r] = v[STREAK] if v[LAST_SKELETON] == float(skeleton[r] >> 10) else 0.0
        if not remember:
            continue
        generation, row, new = touch(table, account[r])
        v = table.values[generation, row]
        if new:
            v[FIRST_MS] = ts_ms[r]
            v[FIRST_INDEX] = index
            if not np.isnan(level[r]):
                levels[place] += 1
        else:
            gap = out[3, r]
            if not np.isnan(gap):
                logarithm = math.log(max(gap, 0.1))
                v[GAPS] += 1
                delta = logarithm - v[GAP_MEAN]
                v[GAP_MEAN] += delta / v[GAPS]
                v[GAP_M2] += delta * (logarithm - v[GAP_MEAN])
        v[POSTS] += 1
        v[LAST_MS] = ts_ms[r]
        v[LAST_INDEX] = index
        # A float64 holds 53 bits of the key exactly: enough to tell this text from the last one.
        key = float(skeleton[r] >> 10)
        v[STREAK] = v[STREAK] + 1 if not new and v[LAST_SKELETON] == key else 1.0
        v[LAST_SKELETON] = key


def observe_accounts(
    memory: Accounts,
    *,
    account: NDArray[np.int64],
    ts_ms: NDArray[np.float64],
    level: NDArray[np.float64],
    skeleton: NDArray[np.int64],
    first_index: int,
    remember: bool = True,
) -> AccountReadings:
    """Read each row as of just before it, then remember it; account 0 is nobody, NaN times are unknown."""
    n = len(account)
    if remember:
        memory.table = reserve(memory.table, n)
    out = np.zeros((READINGS, n), dtype=np.float64)
    _observe(account, ts_ms, level, skeleton, first_index, remember, memory.table, memory.levels, out)
    return AccountReadings(*out)
