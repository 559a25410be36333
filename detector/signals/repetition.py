"""Does this account say the same thing over and over?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read


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

    def new_memory(self) -> None:
        return None

    def observe(self, seen: Observation, memory: None, out: NDArray[np.float32], *, remember: bool) -> None:
        for column, reading in enumerate((read.SAID, read.SAID_GAP_C, read.STREAK, read.DISTINCT_SHARE)):
            out[:, column] = seen.accounts[reading]

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        times = values["repetition.times"]
        if times >= 2:
            return (
                f"该账号本场已发过 {int(times)} 次近似文本",
                f"this account has said nearly this {int(times)} times",
            )
        return None
