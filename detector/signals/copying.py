"""Have other accounts just said (nearly) this?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read
from detector.state.table import Table, find, new_table, reserve, touch

RING: Final = 512
# Copies looked at, newest first; counts in the windows saturate here.
MAX_COPIES: Final = 48
MAX_GROUPS: Final = 131_072
LOW_RANK: Final = 0.15

LAST_INDEX, POSTS, ACCOUNTS, FIRST_INDEX = range(4)


@dataclass(slots=True)
class CopyingMemory:
    """The last ``RING`` comments, each pointing to the one before it in its group, and all groups."""

    account: NDArray[np.int64]
    exact: NDArray[np.int64]
    before: NDArray[np.int64]
    ts_ms: NDArray[np.float64]
    rank: NDArray[np.float64]
    fresh: NDArray[np.float64]
    groups: Table


class Copying(Signal):
    """Have other accounts just said (nearly) this?"""

    name: ClassVar[str] = "copying"
    features: ClassVar[tuple[Feature, ...]] = (
        feature(
            "copying.accounts_10s",
            "accounts",
            "Other accounts that posted near-identical text in the last 10 s.",
        ),
        feature("copying.accounts_60s", "accounts", "The same in the last 60 s."),
        feature("copying.accounts_600s", "accounts", "The same in the last 600 s."),
        feature("copying.accounts_50c", "accounts", "The same in the room's last 50 comments."),
        feature("copying.accounts_500c", "accounts", "The same in the room's last 500 comments (at most 48)."),
        feature(
            "copying.accounts_session", "accounts", "Accounts that posted near-identical text this session."
        ),
        feature(
            "copying.posts_per_account", "comments", "Near-identical comments this session per such account."
        ),
        feature("copying.age_c", "comments", "Comments of the room since the first such text."),
        feature("copying.exact_share", "share", "Recent copies that are identical to the letter."),
        feature("copying.fresh_share", "share", "Recent copies that were their account's first comment."),
        feature("copying.low_share", "share", "Recent copies by accounts of low level for this room."),
        feature("copying.rank_mean", "share", "Mean level rank of the accounts of recent copies."),
        feature("copying.rank_spread", "share", "Spread of those ranks: a crowd is mixed, a farm is alike."),
    )

    def new_memory(self) -> CopyingMemory:
        return CopyingMemory(
            account=np.zeros(RING, dtype=np.int64),
            exact=np.zeros(RING, dtype=np.int64),
            before=np.full(RING, -1, dtype=np.int64),
            ts_ms=np.zeros(RING),
            rank=np.zeros(RING),
            fresh=np.zeros(RING),
            groups=new_table(4, max_keys=MAX_GROUPS),
        )

    def observe(
        self, seen: Observation, memory: CopyingMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        if remember:
            memory.groups = reserve(memory.groups, len(seen))
        _observe(
            seen.account, seen.exact, seen.group, seen.ts_ms, seen.accounts, seen.first_index, remember,
            memory.account, memory.exact, memory.before, memory.ts_ms, memory.rank, memory.fresh,
            memory.groups, np.empty(MAX_COPIES, dtype=np.int64), out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        for seconds in (10, 60, 600):
            n = values[f"copying.accounts_{seconds}s"]
            if n >= 2:
                return (
                    f"{int(n)} 个其他账号在 {seconds} 秒内发了近似文本",
                    f"{_others(n)} posted near-identical text within {seconds} s",
                )
        n = values["copying.accounts_500c"]
        if n >= 1:
            return (
                f"本房间最近 500 条里有 {int(n)} 个其他账号发了近似文本",
                f"{_others(n)} posted near-identical text among the last 500 comments",
            )
        n = values["copying.accounts_session"]
        if n >= 2:
            return (
                f"本场有 {int(n)} 个账号发过近似文本",
                f"{int(n)} accounts posted near-identical text this session",
            )
        return None


def _others(n: float) -> str:
    return "1 other account" if n == 1 else f"{int(n)} other accounts"


@kernel
def _observe(
    account: NDArray[np.int64], exact: NDArray[np.int64], group: NDArray[np.int64], ts_ms: NDArray[np.float64],
    accounts: NDArray[np.float64], first_index: int, remember: bool,
    ring_account: NDArray[np.int64], ring_exact: NDArray[np.int64], ring_before: NDArray[np.int64],
    ring_ts: NDArray[np.float64], ring_rank: NDArray[np.float64], ring_fresh: NDArray[np.float64],
    groups: Table, others: NDArray[np.int64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = first_index + r if remember else first_index
        generation, row = find(groups, group[r])
        at = -1
        out[r, 5] = 0.0
        out[r, 6] = np.nan
        out[r, 7] = np.nan
        if row >= 0:
            at = int(groups.values[generation, row, LAST_INDEX])
            n_accounts = groups.values[generation, row, ACCOUNTS]
            out[r, 6] = groups.values[generation, row, POSTS] / max(n_accounts, 1.0)
            out[r, 7] = index - groups.values[generation, row, FIRST_INDEX]
            own = 1.0 if accounts[read.SAID, r] > 0.0 else 0.0
            out[r, 5] = max(n_accounts - own, 0.0)
        n_10s = n_60s = n_600s = n_50c = n_500c = 0
        copies = exact_copies = fresh = 0.0
        ranked = rank_sum = rank_square = low = 0.0
        while at >= 0 and at > index - RING and n_500c < MAX_COPIES and copies < 2 * MAX_COPIES:
            place = at % RING
            who = ring_account[place]
            if who != account[r] or who == 0:
                copies += 1.0
                exact_copies += ring_exact[place] == exact[r]
                fresh += ring_fresh[place]
                rank = ring_rank[place]
                if not np.isnan(rank):
                    ranked += 1.0
                    rank_sum += rank
                    rank_square += rank * rank
                    low += rank < LOW_RANK
                known = False
                for k in range(n_500c):
                    if others[k] == who and who != 0:
                        known = True
                        break
                if not known and index - at <= 500:
                    others[n_500c] = who
                    n_500c += 1
                    n_50c += index - at <= 50
                    age_s = (ts_ms[r] - ring_ts[place]) / 1000.0
                    n_10s += age_s <= 10.0
                    n_60s += age_s <= 60.0
                    n_600s += age_s <= 600.0
            at = ring_before[place]
        timed = not np.isnan(ts_ms[r])
        out[r, 0] = n_10s if timed else np.nan
        out[r, 1] = n_60s if timed else np.nan
        out[r, 2] = n_600s if timed else np.nan
        out[r, 3] = n_50c
        out[r, 4] = n_500c
        out[r, 8] = exact_copies / copies if copies > 0 else np.nan
        out[r, 9] = fresh / copies if copies > 0 else np.nan
        out[r, 10] = low / ranked if ranked > 0 else np.nan
        out[r, 11] = rank_sum / ranked if ranked > 0 else np.nan
        out[r, 12] = np.nan
        if ranked > 1:
            mean = rank_sum / ranked
            out[r, 12] = np.sqrt(max(rank_square / ranked - mean * mean, 0.0))
        if not remember:
            continue
        generation, row, new = touch(groups, group[r])
        v = groups.values[generation, row]
        place = index % RING
        ring_account[place] = account[r]
        ring_exact[place] = exact[r]
        ring_before[place] = -1 if new else int(v[LAST_INDEX])
        ring_ts[place] = ts_ms[r]
        ring_rank[place] = accounts[read.LEVEL_RANK, r]
        ring_fresh[place] = 1.0 if accounts[read.POSTS, r] == 0.0 else 0.0
        v[LAST_INDEX] = index
        v[POSTS] += 1
        if new:
            v[FIRST_INDEX] = index
        # Each comment of nobody counts as one of somebody else's.
        v[ACCOUNTS] += 0 if accounts[read.SAID, r] > 0.0 else 1
