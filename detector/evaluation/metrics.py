"""Average precision and recall at a false-positive rate, with intervals over clusters of near-identical text.

A thousand copies of one lure are one lure caught, not a thousand: resampling comments one by one would give
intervals far too narrow, so whole clusters are resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FALSE_POSITIVE_RATES: Final = (0.01, 0.001, 0.0001)
RESAMPLES: Final = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True, slots=True)
class Ranked:
    """n comments ordered by falling score: ``positive`` bool (n,), ``last_of_tie`` bool (n,), ``cluster`` (n,)."""

    positive: NDArray[np.bool_]
    last_of_tie: NDArray[np.bool_]
    cluster: NDArray[np.intp]


def rank(score: Floats, positive: NDArray[np.bool_], cluster: NDArray[np.int64]) -> Ranked:
    """Order by score; comments with equal scores are one step, not a lucky order."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]
    _, index = np.unique(cluster, return_inverse=True)
    return Ranked(positive[order], last, index[order])


def _curve(ranked: Ranked, weight: Floats) -> tuple[Floats, Floats]:
    hits = np.cumsum(weight * ranked.positive)[ranked.last_of_tie]
    alarms = np.cumsum(weight * ~ranked.positive)[ranked.last_of_tie]
    return hits, alarms


def _average_precision(hits: Floats, alarms: Floats) -> float:
    if len(hits) == 0 or hits[-1] == 0:
        return float("nan")
    found = hits + alarms
    precision = np.divide(hits, found, out=np.zeros_like(hits), where=found > 0)
    return float(np.sum(np.diff(hits, prepend=0.0) * precision) / hits[-1])


def _recall_at(hits: Floats, alarms: Floats, rate: float) -> float:
    if len(hits) == 0 or hits[-1] == 0:
        return float("nan")
    allowed = alarms <= rate * alarms[-1]
    return float(hits[allowed][-1] / hits[-1]) if allowed.any() else 0.0


def average_precision(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under precision over recall, steps as in scikit-learn."""
    n = len(score)
    return _average_precision(*_curve(rank(score, positive, np.arange(n)), np.ones(n)))


def recall_at(score: Floats, positive: NDArray[np.bool_], rate: float) -> float:
    """Share of the positives above a threshold that flags at most ``rate`` of the genuine."""
    n = len(score)
    return _recall_at(*_curve(rank(score, positive, np.arange(n)), np.ones(n)), rate)


def figures(ranked: Ranked, weight: Floats) -> Floats:
    """Average precision, then the recall at each of ``FALSE_POSITIVE_RATES``."""
    hits, alarms = _curve(ranked, weight)
    return np.array(
        [_average_precision(hits, alarms), *(_recall_at(hits, alarms, rate) for rate in FALSE_POSITIVE_RATES)]
    )


def resampled(rankeds: list[Ranked], *, seed: int = 0) -> Floats:
    """Figures of each ranking under the same resamples of clusters: (RESAMPLES, rankings, figures).

    All rankings must be of the same comments with the same clusters.
    """
    rng = np.random.default_rng(seed)
    clusters = max((int(ranked.cluster.max(initial=-1)) for ranked in rankeds), default=-1) + 1
    out = np.zeros((RESAMPLES, len(rankeds), 1 + len(FALSE_POSITIVE_RATES)))
    for sample in range(RESAMPLES):
        drawn = rng.poisson(1.0, size=clusters).astype(np.float64)
        for place, ranked in enumerate(rankeds):
            out[sample, place] = figures(ranked, drawn[ranked.cluster])
    return out


def estimates(values: Floats, samples: Floats) -> list[Estimate]:
    """Each figure with the 2.5 % and 97.5 % quantiles of its resamples (samples, figures)."""
    with np.errstate(all="ignore"):
        low, high = np.nanquantile(samples, [0.025, 0.975], axis=0) if len(samples) else (values, values)
    return [Estimate(float(v), float(a), float(b)) for v, a, b in zip(values, low, high, strict=True)]
