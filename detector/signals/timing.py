"""Does this account post with the regularity or the speed of a machine?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state.table import Table, find, new_table, reserve, touch

MAX_ACCOUNTS: Final = 131_072
WINDOW_S: Final = 60.0
WINDOW_C: Final = 200.0
# People's gaps vary by about e**1.2; so many imagined gaps of that spread shrink the estimate: three comments
# cannot look robotic.
PRIOR_GAPS: Final = 8.0
PRIOR_VARIANCE: Final = 1.44

RATE_S, AT_MS, RATE_C, AT_INDEX = range(4)


@dataclass(slots=True)
class TimingMemory:
    """account -> decayed counts of its comments, by seconds and by comments of the room, and as of when."""

    accounts: Table


class Timing(Signal):
    """Does this account post with the regularity or the speed of a machine?"""

    name: ClassVar[str] = "timing"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("timing.gap_s", "seconds", "Since the account's last comment."),
        feature("timing.gap_c", "comments", "Comments of the room since the account's last."),
        feature("timing.rate_60s", "comments", "The account's comments, decayed by e every 60 s."),
        feature(
            "timing.rate_200c",
            "comments",
            "The account's comments, decayed by e every 200 comments of the room.",
        ),
        feature("timing.gap_spread", "log seconds", "Spread of the account's gaps, shrunk towards people's."),
        feature("timing.gap_typical_s", "seconds", "Geometric mean of the account's gaps."),
    )

    def new_memory(self) -> TimingMemory:
        return TimingMemory(new_table(4, max_keys=MAX_ACCOUNTS))

    def observe(
        self, seen: Observation, memory: TimingMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        if remember:
            memory.accounts = reserve(memory.accounts, len(seen))
        readings = seen.accounts
        _observe(
            seen.account, seen.ts_ms, readings.gap_s, readings.gap_c, readings.gaps, readings.gap_mean, readings.gap_var,
            seen.first_index, remember, memory.accounts, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        if values["timing.gap_spread"] < 0.6:
            gap = values["timing.gap_typical_s"]
            return f"发言间隔像定时器：约每 {gap:.0f} 秒一条", f"posts like a timer, about every {gap:.0f} s"
        rate = values["timing.rate_60s"]
        if rate >= 6:
            return f"约 60 秒内发了 {rate:.0f} 条", f"about {rate:.0f} comments within 60 s"
        rate = values["timing.rate_200c"]
        if rate >= 8:
            return (
                f"本房间每 200 条里该账号约占 {rate:.0f} 条",
                f"about {rate:.0f} of the room's last 200 comments",
            )
        return None


@kernel
def _observe(
    account: NDArray[np.int64], ts_ms: NDArray[np.float64], gap_s: NDArray[np.float64], gap_c: NDArray[np.float64],
    gaps: NDArray[np.float64], gap_mean: NDArray[np.float64], gap_var: NDArray[np.float64],
    first_index: int, remember: bool, accounts: Table, out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(account)):
        index = float(first_index + r if remember else first_index)
        timed = not np.isnan(ts_ms[r])
        out[r, 0] = gap_s[r]
        out[r, 1] = gap_c[r]
        rate_s = rate_c = 0.0
        if account[r] != 0:
            generation, row = find(accounts, account[r])
            if row >= 0:
                v = accounts.values[generation, row]
                if timed:
                    rate_s = v[RATE_S] * math.exp(-max(ts_ms[r] - v[AT_MS], 0.0) / 1000.0 / WINDOW_S)
                rate_c = v[RATE_C] * math.exp(-(index - v[AT_INDEX]) / WINDOW_C)
        out[r, 2] = rate_s if timed and account[r] != 0 else np.nan
        out[r, 3] = rate_c if account[r] != 0 else np.nan
        out[r, 4] = np.nan
        out[r, 5] = np.nan
        if gaps[r] > 0:
            spread = gap_var[r] * (gaps[r] - 1.0) if gaps[r] > 1 else 0.0
            variance = (spread + PRIOR_VARIANCE * PRIOR_GAPS) / (max(gaps[r] - 1.0, 0.0) + PRIOR_GAPS)
            out[r, 4] = math.sqrt(variance)
            out[r, 5] = math.exp(gap_mean[r])
        if remember and account[r] != 0:
            generation, row, _ = touch(accounts, account[r])
            v = accounts.values[generation, row]
            if timed:
                v[RATE_S] = rate_s + 1.0
                v[AT_MS] = ts_ms[r]
            v[RATE_C] = rate_c + 1.0
            v[AT_INDEX] = index
