"""Is the room itself in a burst, and who is in it?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read

RING: Final = 512
SHORT_C: Final = 50
LONG_C: Final = 500
LOW_RANK: Final = 0.15
# Marks of one comment in the ring.
MARKS: Final = 4
FRESH, LOW, CONTACT, REPEATED = range(MARKS)

FAST_S: Final = 10.0
SLOW_S: Final = 600.0


@dataclass(slots=True)
class BurstMemory:
    """Marks of the last comments with their running sums (4, 2), and two decayed rates with their clock (3,)."""

    marks: NDArray[np.uint8]
    sums: NDArray[np.float64]
    groups: NDArray[np.int64]
    rates: NDArray[np.float64]


class Burst(Signal):
    """Is the room itself in a burst, and who is in it?"""

    name: ClassVar[str] = "burst"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("burst.rate_ratio", "ratio", "The room's rate over 10 s against its rate over 600 s."),
        feature("burst.fresh_50c", "share", "First comments of an account among the room's last 50."),
        feature("burst.fresh_500c", "share", "The same among the last 500."),
        feature("burst.low_50c", "share", "Comments by low-level accounts among the last 50."),
        feature("burst.low_500c", "share", "The same among the last 500."),
        feature("burst.contacts_50c", "share", "Comments with a long number or handle among the last 50."),
        feature("burst.contacts_500c", "share", "The same among the last 500."),
        feature(
            "burst.repeats_50c", "share", "Near-copies of one of the 16 comments before them among the last 50."
        ),
        feature("burst.repeats_500c", "share", "The same among the last 500."),
        feature("burst.watched", "log comments", "How much of the session has been seen."),
    )

    def new_memory(self) -> BurstMemory:
        return BurstMemory(
            np.zeros((RING, MARKS), dtype=np.uint8),
            np.zeros((MARKS, 2)),
            np.zeros(16, dtype=np.int64),
            np.array([0.0, 0.0, np.nan]),
        )

    def observe(
        self, seen: Observation, memory: BurstMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        _observe(
            seen.ts_ms, seen.group, seen.accounts, seen.contact_form,
            seen.first_index, remember, memory.marks, memory.sums, memory.groups, memory.rates, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        share = values["burst.contacts_50c"]
        if share >= 0.1:
            return (
                f"最近 50 条里 {share:.0%} 含号码或账号",
                f"{share:.0%} of the room's last 50 comments hold a number or handle",
            )
        share = values["burst.fresh_50c"]
        if share >= 0.6 and values["burst.fresh_500c"] < 0.4:
            return (
                f"最近 50 条里 {share:.0%} 是首次发言",
                f"{share:.0%} of the last 50 comments are first comments",
            )
        ratio = values["burst.rate_ratio"]
        if ratio >= 3:
            return (
                f"房间弹幕速度突增到平时的 {ratio:.1f} 倍",
                f"the room runs at {ratio:.1f} times its usual rate",
            )
        return None


@kernel
def _observe(
    ts_ms: NDArray[np.float64], group: NDArray[np.int64], accounts: NDArray[np.float64],
    contact_form: NDArray[np.bool_], first_index: int, remember: bool,
    marks: NDArray[np.uint8], sums: NDArray[np.float64], groups: NDArray[np.int64],
    rates: NDArray[np.float64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(ts_ms)):
        index = first_index + r if remember else first_index
        fast = slow = 0.0
        timed = not np.isnan(ts_ms[r])
        out[r, 0] = np.nan
        if timed:
            if not np.isnan(rates[2]):
                passed_s = max(ts_ms[r] - rates[2], 0.0) / 1000.0
                fast = rates[0] * math.exp(-passed_s / FAST_S)
                slow = rates[1] * math.exp(-passed_s / SLOW_S)
            # One imagined comment on each side: a room that has just begun is in no burst.
            out[r, 0] = (fast / FAST_S + 0.1) / (slow / SLOW_S + 0.1)
        for k in range(MARKS):
            out[r, 1 + 2 * k] = sums[k, 0] / min(max(index, 1), SHORT_C)
            out[r, 2 + 2 * k] = sums[k, 1] / min(max(index, 1), LONG_C)
        out[r, 9] = math.log(1.0 + index)
        if not remember:
            continue
        place = index % RING
        for k in range(MARKS):
            if index >= SHORT_C:
                sums[k, 0] -= marks[(index - SHORT_C) % RING, k]
            if index >= LONG_C:
                sums[k, 1] -= marks[(index - LONG_C) % RING, k]
        marks[place, FRESH] = 1 if accounts[read.POSTS, r] == 0.0 else 0
        marks[place, LOW] = 1 if accounts[read.LEVEL_RANK, r] < LOW_RANK else 0
        marks[place, CONTACT] = 1 if contact_form[r] else 0
        repeated = 0
        for k in range(16):
            if groups[k] == group[r]:
                repeated = 1
        groups[index % 16] = group[r]
        marks[place, REPEATED] = repeated
        for k in range(MARKS):
            sums[k, 0] += marks[place, k]
            sums[k, 1] += marks[place, k]
        if timed:
            rates[0] = fast + 1.0
            rates[1] = slow + 1.0
            rates[2] = ts_ms[r]
