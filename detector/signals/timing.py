"""Does this account post with the regularity or the speed of a machine?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read

# People's gaps vary by about e**1.2; so many imagined gaps of that spread shrink the estimate: three comments
# cannot look robotic.
PRIOR_GAPS: Final = 8.0
PRIOR_VARIANCE: Final = 1.44


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

    def new_memory(self) -> None:
        return None

    def observe(self, seen: Observation, memory: None, out: NDArray[np.float32], *, remember: bool) -> None:
        _observe(seen.accounts, out)

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
def _observe(accounts: NDArray[np.float64], out: NDArray[np.float32]) -> None:
    for r in range(out.shape[0]):
        out[r, 0] = accounts[read.GAP_S, r]
        out[r, 1] = accounts[read.GAP_C, r]
        out[r, 2] = accounts[read.RATE_S, r]
        out[r, 3] = accounts[read.RATE_C, r]
        out[r, 4] = np.nan
        out[r, 5] = np.nan
        gaps = accounts[read.GAPS, r]
        if gaps > 0:
            spread = accounts[read.GAP_VAR, r] * (gaps - 1.0) if gaps > 1 else 0.0
            variance = (spread + PRIOR_VARIANCE * PRIOR_GAPS) / (max(gaps - 1.0, 0.0) + PRIOR_GAPS)
            out[r, 4] = math.sqrt(variance)
            out[r, 5] = math.exp(accounts[read.GAP_MEAN, r])
