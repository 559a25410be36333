"""Do the same accounts keep saying the same rare things, close together?"""

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

# One shared text is chance, and a popular one is a crowd. Accounts that share one rare text after another within
# seconds of each other are run by one hand: co-posting of rare content, weighted against popularity, as in
# Pacheco et al., Uncovering Coordinated Networks on Social Media, ICWSM 2021.
# Of each group the accounts that posted it last; partners are looked for among them.
LAST: Final = 6
# Close together: so many seconds, or so many comments of the room where seconds are unknown.
NEAR_S: Final = 60.0
NEAR_C: Final = 200
# A text that more posts than this have used is the room's, not a farm's.
RARE_POSTS: Final = 40
MAX_GROUPS: Final = 65_536
MAX_PAIRS: Final = 131_072
HALF: Final = 31
LOW_31: Final = 0x7FFFFFFF
# A group's row: its posts, then per place the two halves of the account, its index and its time.
POSTS: Final = 0
PLACE: Final = 4
# A pair's row: texts shared, their weight, and the two halves of the last one.
SHARED, WEIGHT, LAST_HIGH, LAST_LOW = range(4)


@dataclass(slots=True)
class LockstepMemory:
    """Groups with the accounts that posted them last, pairs of accounts, and the best of every account."""

    groups: Table
    pairs: Table
    accounts: Table


class Lockstep(Signal):
    """Do the same accounts keep saying the same rare things, close together?"""

    name: ClassVar[str] = "lockstep"
    features: ClassVar[tuple[Feature, ...]] = (
        feature(
            "lockstep.shared",
            "texts",
            "Rare texts the account and one that has just posted this one have shared, this one included.",
        ),
        feature("lockstep.weight", "weight", "The same, each text weighted by 1 / ln(1 + its posts)."),
        feature("lockstep.partners", "accounts", "Such accounts with which it shared another text before."),
        feature("lockstep.before", "texts", "Most rare texts the account had shared with any one other."),
    )

    def new_memory(self) -> LockstepMemory:
        return LockstepMemory(
            groups=new_table(1 + PLACE * LAST, max_keys=MAX_GROUPS),
            pairs=new_table(4, max_keys=MAX_PAIRS),
            accounts=new_table(1, max_keys=MAX_GROUPS),
        )

    def observe(
        self, seen: Observation, memory: LockstepMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        if remember:
            memory.groups = reserve(memory.groups, len(seen))
            memory.pairs = reserve(memory.pairs, LAST * len(seen))
            memory.accounts = reserve(memory.accounts, (1 + LAST) * len(seen))
        _observe(
            seen.account, seen.group, seen.ts_ms, seen.first_index, remember,
            memory.groups, memory.pairs, memory.accounts, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        n, partners = values["lockstep.shared"], values["lockstep.partners"]
        # Both are unknown of a comment without an account: nothing is said then.
        if n >= 2 and partners >= 1:
            partners = int(partners)
            others = f"{partners} other account{'s' if partners > 1 else ''}"
            return (
                f"与另外 {partners} 个账号先后发过 {int(n)} 种相同的少见文本，步调一致",
                f"it and {others} posted up to {int(n)} rare texts in step",
            )
        return None


@kernel
def _shared(
    groups: Table, pairs: Table, group: int, account: int, index: int, ts_ms: float, out: NDArray[np.float32]
) -> None:
    """Fill in what the account shares with those that have just posted ``group``."""
    generation, row = find(groups, group)
    if row < 0:
        return
    v = groups.values[generation, row]
    if v[POSTS] > RARE_POSTS:
        return
    own_weight = 1.0 / np.log(1.0 + v[POSTS] + 1.0)
    for place in range(LAST):
        other = (int(v[1 + PLACE * place]) << HALF) | int(v[2 + PLACE * place])
        if other in (0, account) or not _near(v, place, index, ts_ms):
            continue
        shared, weight = 1.0, own_weight
        generation, row = find(pairs, _pair(account, other))
        if row >= 0:
            p = pairs.values[generation, row]
            same = ((int(p[LAST_HIGH]) << HALF) | int(p[LAST_LOW])) == group
            shared = p[SHARED] if same else p[SHARED] + 1.0
            weight = p[WEIGHT] if same else p[WEIGHT] + own_weight
        out[0] = max(out[0], shared)
        out[1] = max(out[1], weight)
        out[2] += shared >= 2.0


@kernel
def _near(v: NDArray[np.float64], place: int, index: int, ts_ms: float) -> bool:
    age_ms = ts_ms - v[4 + PLACE * place]
    if np.isnan(age_ms):
        return bool(index - v[3 + PLACE * place] <= NEAR_C)
    return bool(age_ms <= NEAR_S * 1000.0)


@kernel
def _pair(first: int, second: int) -> int:
    return combine(min(first, second), max(first, second))


@kernel
def _best(accounts: Table, account: int, shared: float) -> None:
    generation, row, _ = touch(accounts, account)
    accounts.values[generation, row, 0] = max(accounts.values[generation, row, 0], shared)


@kernel
def _observe(
    account: NDArray[np.int64], group: NDArray[np.int64], ts_ms: NDArray[np.float64],
    first_index: int, remember: bool, groups: Table, pairs: Table, accounts: Table, out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = first_index + r if remember else first_index
        out[r, :] = 0.0 if account[r] != 0 else np.nan
        if account[r] == 0:
            continue
        _shared(groups, pairs, group[r], account[r], index, ts_ms[r], out[r])
        generation, row = find(accounts, account[r])
        if row >= 0:
            out[r, 3] = accounts.values[generation, row, 0]
        if not remember:
            continue
        generation, row, _ = touch(groups, group[r])
        v = groups.values[generation, row]
        v[POSTS] += 1.0
        if v[POSTS] > RARE_POSTS:
            continue
        weight = 1.0 / np.log(1.0 + v[POSTS])
        oldest = 0
        for place in range(LAST):
            if v[3 + PLACE * place] < v[3 + PLACE * oldest]:
                oldest = place
            other = (int(v[1 + PLACE * place]) << HALF) | int(v[2 + PLACE * place])
            if other == account[r]:
                # One place an account: the newest post takes it.
                v[3 + PLACE * place] = -1.0
                oldest = place
            elif other != 0 and _near(v, place, index, ts_ms[r]):
                generation, row, _ = touch(pairs, _pair(account[r], other))
                p = pairs.values[generation, row]
                if ((int(p[LAST_HIGH]) << HALF) | int(p[LAST_LOW])) != group[r]:
                    p[SHARED] += 1.0
                    p[WEIGHT] += weight
                    p[LAST_HIGH] = group[r] >> HALF
                    p[LAST_LOW] = group[r] & LOW_31
                    _best(accounts, account[r], p[SHARED])
                    _best(accounts, other, p[SHARED])
        v[1 + PLACE * oldest] = account[r] >> HALF
        v[2 + PLACE * oldest] = account[r] & LOW_31
        v[3 + PLACE * oldest] = index
        v[4 + PLACE * oldest] = ts_ms[r]
