"""Do the stars, the text and the time since the purchase fit together?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature

HOUR_MS: Final = 3_600_000.0
# Imagined ratings of 4 stars before any was seen.
PRIOR_COUNT: Final = 5.0
PRIOR_STARS: Final = 4.0


@dataclass(slots=True)
class RatingMemory:
    """Count and sum of the ratings so far (2,)."""

    stars: NDArray[np.float64]


class Rating(Signal):
    """Do the stars, the text and the time since the purchase fit together?"""

    name: ClassVar[str] = "rating"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("rating.is_review", "0/1", "A product review rather than a live comment."),
        feature("rating.stars", "stars", "The rating given."),
        feature("rating.deviation", "stars", "Rating minus the mean of the ratings before it."),
        feature("rating.lag_h", "hours", "From purchase to review."),
        feature("rating.verified", "0/1", "The platform confirms the purchase."),
        feature("rating.polarity", "words", "Words of praise minus words of complaint."),
        feature("rating.conflict", "words", "Complaint under high stars, or praise under low stars."),
    )

    def new_memory(self) -> RatingMemory:
        return RatingMemory(np.zeros(2))

    def observe(
        self, seen: Observation, memory: RatingMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        _observe(
            seen.is_review, seen.rating, seen.event_ms, seen.purchased_ms, seen.verified, seen.polarity, remember,
            memory.stars, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        stars = values["rating.stars"]
        if values["rating.conflict"] >= 1 and stars >= 0:
            return f"评分 {stars:.0f} 星与文字褒贬不符", f"{stars:.0f} stars do not fit the words"
        lag_h = values["rating.lag_h"]
        if 0 <= lag_h < 24:
            return (
                f"购买后 {lag_h:.0f} 小时即评价",
                f"reviewed {lag_h:.0f} hours after the purchase",
            )
        return None


@kernel
def _observe(
    is_review: NDArray[np.bool_], rating: NDArray[np.float64], event_ms: NDArray[np.float64],
    purchased_ms: NDArray[np.float64], verified: NDArray[np.float64], polarity: NDArray[np.float64], remember: bool,
    stars: NDArray[np.float64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(rating)):
        out[r, 0] = 1.0 if is_review[r] else 0.0
        out[r, 1] = rating[r]
        out[r, 3] = (event_ms[r] - purchased_ms[r]) / HOUR_MS
        out[r, 4] = verified[r]
        out[r, 5] = polarity[r]
        if np.isnan(rating[r]):
            out[r, 2] = np.nan
            out[r, 6] = np.nan
            continue
        out[r, 2] = rating[r] - (stars[1] + PRIOR_COUNT * PRIOR_STARS) / (stars[0] + PRIOR_COUNT)
        out[r, 6] = max(-polarity[r] if rating[r] >= 3 else polarity[r], 0.0)
        if remember:
            stars[0] += 1.0
            stars[1] += rating[r]
