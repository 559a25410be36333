"""From which probability on a head asks for a review or warns of high risk, and on what evidence.

A threshold stands on a sample of genuine comments: n comments in so many clusters of near-identical text, of
which so many would be flagged. A head whose sample cannot prove a target has no threshold for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from detector.errors import BundleError, UsageError

COMMENT, REVIEW_KIND = "comment", "review"
SURFACES: Final = (COMMENT, REVIEW_KIND)
DEFAULT_PROFILE: Final = "balanced"


@dataclass(frozen=True, slots=True)
class Threshold:
    """``p`` at or above which ``level`` is given, or None where the sample cannot prove ``target``.

    ``bound`` is the 95 % upper bound of the share of genuine comments flagged, for all heads of the surface
    together; ``errors`` of ``n`` genuine comments in ``clusters`` groups were flagged by this head.
    """

    profile: str
    surface: str
    head: str
    level: str
    p: float | None
    target: float
    bound: float
    n: int
    clusters: int
    errors: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All thresholds of a bundle."""

    rows: tuple[Threshold, ...]

    def profiles(self) -> tuple[str, ...]:
        """The profiles in the order they were set."""
        return tuple(dict.fromkeys(row.profile for row in self.rows))

    def ever(self, profile: str) -> bool:
        """Whether a profile flags anything at all."""
        return any(row.profile == profile and row.p is not None for row in self.rows)

    def cut(self, profile: str, surface: str, head: str, level: str) -> float:
        """The probability from which on ``level`` is given; infinity where it never is."""
        if profile not in self.profiles():
            known = ", ".join(self.profiles())
            raise UsageError(
                f"unknown profile {profile!r}; this model has: {known}",
                zh=f"没有档位 {profile!r}；可选：{known}",
            )
        for row in self.rows:
            if (row.profile, row.surface, row.head, row.level) == (profile, surface, head, level):
                return float("inf") if row.p is None else row.p
        return float("inf")

    def as_dict(self) -> dict[str, Any]:
        """What thresholds.json holds."""
        return {"thresholds": [asdict(row) for row in self.rows]}

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> Thresholds:
        """Read back what ``as_dict`` gave. Raises BundleError if it is something else."""
        try:
            rows = tuple(Threshold(**row) for row in content["thresholds"])
        except (KeyError, TypeError) as error:
            raise _not_thresholds(str(error)) from error
        for row in rows:
            names = (row.profile, row.surface, row.head, row.level)
            if not all(isinstance(name, str) for name in names):
                raise _not_thresholds(f"{names} are not names")
            # Neither True nor NaN is a probability.
            if row.p is not None and not (type(row.p) in (int, float) and row.p > 0):
                raise _not_thresholds(f"p is {row.p!r}")
        return Thresholds(rows)


def _not_thresholds(why: str) -> BundleError:
    return BundleError(
        f"thresholds.json is not what this version writes ({why}): copy the model again or retrain it",
        zh=f"thresholds.json 不是本版本写出的内容（{why}）：请重新复制或重新训练模型",
    )
