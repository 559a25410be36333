"""Does this account say the same thing over and over?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state.table import Table, find, new_table, reserve, touch
from detector.text.hashing import combine

MAX_PAIRS: Final = 262_144
MAX_ACCOUNTS: Final = 131_072


@dataclass(slots=True)
class RepetitionMemory:
    """(group, account) -> times said and last index; account -> comments and distinct groups."""

    pairs: Table
    accounts: Table


class Repetition(Signal):
    """Does this account say the same thing over and over?"""

    name: ClassVar[str] = "repetition"
    features: ClassVar[tuple[Feature, ...]] = (
        feature(
            "repetition.times", "comments", "Earlier near-identical comments of this account this session."
        ),
        feature("repetition.gap_c", "comments", "Comments of the room since the last of them."),
        feature("repetition.streak", "comments", "How many times in a row the account has just said this."),
        feature("repetition.distinct_share", "share", "Distinct texts among the account's earlier comments."),
    )

    def new_memory(self) -> RepetitionMemory:
        return RepetitionMemory(new_table(2, max_keys=MAX_PAIRS), new_table(2, max_keys=MAX_ACCOUNTS))

    def observe(
        self, seen: Observation, memory: RepetitionMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        if remember:
            memory.pairs = reserve(memory.pairs, len(seen))
            memory.accounts = reserve(memory.accounts, len(seen))
        _observe(
            seen.account, seen.group, seen.accounts.streak, seen.first_index, remember, memory.pairs,
            memory.accounts, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        times = values["repetition.times"]
        if times >= 2:
            return (
                f"该账号本场已发过 {int(times)} 次近似文本",
                f"this account has said nearly this {int(times)} times",
            )
        return None


@kernel
def _observe(
    account: NDArray[np.int64], group: NDArray[np.int64], streak: NDArray[np.float64], first_index: int,
    remember: bool, pairs: Table, accounts: Table, out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = first_index + r if remember else first_index
        out[r, 2] = streak[r]
        if account[r] == 0:
            out[r, 0] = np.nan
            out[r, 1] = np.nan
            out[r, 3] = np.nan
            continue
        pair = combine(account[r], group[r])
        generation, row = find(pairs, pair)
        out[r, 0] = pairs.values[generation, row, 0] if row >= 0 else 0.0
        out[r, 1] = index - pairs.values[generation, row, 1] if row >= 0 else np.nan
        generation, row = find(accounts, account[r])
        out[r, 3] = (
            accounts.values[generation, row, 1] / accounts.values[generation, row, 0] if row >= 0 else np.nan
        )
        if not remember:
            continue
        generation, row, new = touch(pairs, pair)
        pairs.values[generation, row, 0] += 1
        pairs.values[generation, row, 1] = index
        generation, row, _ = touch(accounts, account[r])
        accounts.values[generation, row, 0] += 1
        accounts.values[generation, row, 1] += 1 if new else 0
