"""Average precision, recall at a false-positive rate and area under the curve, and their resamples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from detector.evaluation.intervals import RESAMPLES

Floats = NDArray[np.float64]

FALSE_POSITIVE_RATES: Final = (0.01, 0.001, 0.0001)
FIGURES: Final = (
    "average_precision", *(f"recall_at_{rate:.2%}" for rate in FALSE_POSITIVE_RATES), "area_under_curve",
)  # fmt: skip
# Resamples worked on at once: so many columns of all clusters are in memory.
AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Ranked:
    """n comments ordered by falling score, equal scores as one step; k steps hold a positive.

    Who stands where, counted per cluster (sparse, (k, clusters)): ``positive`` at each such step, ``passed``
    genuine comments since the step before, ``tied`` genuine comments at the step; ``rest`` (clusters,) those after
    the last. Nothing else can change a figure.
    """

    positive: sp.csr_array
    passed: sp.csr_array
    tied: sp.csr_array
    rest: Floats

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(self.rest)


def rank(score: Floats, positive: NDArray[np.bool_], cluster: NDArray[np.int64]) -> Ranked:
    """Order by score; comments with equal scores are one step, not a lucky order. All of shape (n,)."""
    names, index = np.unique(cluster, return_inverse=True)
    _, falling = np.unique(-score, return_inverse=True)
    steps, place = np.unique(falling[positive], return_inverse=True)
    k, clusters = len(steps), len(names)
    # A genuine comment belongs to the first step with a positive that is not before it.
    genuine = ~positive
    at = np.searchsorted(steps, falling[genuine])
    owner = index[genuine]
    tied = np.zeros(len(at), dtype=np.bool_)
    tied[at < k] = steps[at[at < k]] == falling[genuine][at < k]

    def counted(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> sp.csr_array:
        return sp.coo_array((np.ones(len(rows)), (rows, columns)), shape=(k, clusters)).tocsr()

    passed = ~tied & (at < k)
    return Ranked(
        positive=counted(place, index[positive]),
        passed=counted(at[passed], owner[passed]),
        tied=counted(at[tied], owner[tied]),
        rest=np.bincount(owner[at == k], minlength=clusters).astype(np.float64),
    )


@dataclass(frozen=True, slots=True)
class Curve:
    """At each step with a positive, under s weightings (k, s): positives found, genuine comments flagged, of which
    ``tied`` at the step; ``genuine`` (s,) in all."""

    hits: Floats
    alarms: Floats
    tied: Floats
    genuine: Floats


def _curve(ranked: Ranked, weight: Floats) -> Curve:
    """The curve with every cluster counted ``weight`` (clusters, s) times."""
    tied = ranked.tied @ weight
    alarms = np.cumsum(ranked.passed @ weight + tied, axis=0)
    genuine = ranked.rest @ weight + (alarms[-1] if len(alarms) else 0.0)
    return Curve(np.cumsum(ranked.positive @ weight, axis=0), alarms, tied, genuine)


def _average_precision(curve: Curve) -> Floats:
    found = curve.hits + curve.alarms
    precision = np.divide(curve.hits, found, out=np.zeros_like(found), where=found > 0)
    return _per_positive(np.sum(np.diff(curve.hits, axis=0, prepend=0.0) * precision, axis=0), curve)


def _recall_at(curve: Curve, rate: float) -> Floats:
    # Alarms only grow, so the steps that are allowed are the first ones.
    allowed = np.sum(curve.alarms <= rate * curve.genuine, axis=0)
    hits = np.concatenate([np.zeros((1, len(curve.genuine))), curve.hits])
    return _per_positive(hits[allowed, np.arange(len(allowed))], curve)


def _area_under_curve(curve: Curve) -> Floats:
    # Genuine comments tied with a positive count half.
    below = curve.genuine - curve.alarms + curve.tied / 2
    area = _per_positive(np.sum(np.diff(curve.hits, axis=0, prepend=0.0) * below, axis=0), curve)
    known = curve.genuine > 0
    return np.asarray(np.divide(area, curve.genuine, out=np.full_like(area, np.nan), where=known))


def _per_positive(total: Floats, curve: Curve) -> Floats:
    positives = curve.hits[-1] if len(curve.hits) else np.zeros_like(total)
    return np.asarray(np.divide(total, positives, out=np.full_like(total, np.nan), where=positives > 0))


def average_precision(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under precision over recall, steps as in scikit-learn."""
    n = len(score)
    return float(_average_precision(_curve(rank(score, positive, np.arange(n)), np.ones((n, 1))))[0])


def recall_at(score: Floats, positive: NDArray[np.bool_], rate: float) -> float:
    """Share of the positives above a threshold that flags at most ``rate`` of the genuine."""
    n = len(score)
    return float(_recall_at(_curve(rank(score, positive, np.arange(n)), np.ones((n, 1))), rate)[0])


def cut_at(genuine: Floats, rate: float) -> float:
    """The lowest score from which on at most ``rate`` of the genuine comments are flagged; NaN without any."""
    if len(genuine) == 0:
        return float("nan")
    ordered = -np.sort(-genuine)
    # Just above the first genuine comment that must not be flagged.
    return float(np.nextafter(ordered[min(int(rate * len(genuine)), len(genuine) - 1)], np.inf))


def figures(ranked: Ranked, weight: Floats | None = None) -> Floats:
    """Each of ``FIGURES``, every cluster counted ``weight`` (clusters,) times, by default once."""
    return np.asarray(_figures(ranked, np.ones((ranked.clusters, 1)) if weight is None else weight[:, None])[0])


def _figures(ranked: Ranked, weight: Floats) -> Floats:
    """Each of ``FIGURES`` under s weightings (clusters, s): (s, figures)."""
    curve = _curve(ranked, weight)
    recalls = (_recall_at(curve, rate) for rate in FALSE_POSITIVE_RATES)
    return np.stack([_average_precision(curve), *recalls, _area_under_curve(curve)], axis=1)


def resampled(rankeds: list[Ranked], *, seed: int = 0) -> Floats:
    """Figures of each ranking under the same resamples of clusters: (RESAMPLES, rankings, figures).

    All rankings must be of the same comments with the same clusters.
    """
    rng = np.random.default_rng(seed)
    clusters = max((ranked.clusters for ranked in rankeds), default=0)
    out = np.zeros((RESAMPLES, len(rankeds), len(FIGURES)))
    for start in range(0, RESAMPLES, AT_ONCE):
        drawn = rng.poisson(1.0, size=(AT_ONCE, clusters)).T.astype(np.float64, order="C")
        for place, ranked in enumerate(rankeds):
            out[start : start + AT_ONCE, place] = _figures(ranked, drawn)
    return out
