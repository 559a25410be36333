"""Figures with intervals over clusters of near-identical text.

A thousand copies of one lure are one lure caught, not a thousand: resampling comments one by one would give
intervals far too narrow, so whole clusters are resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES: Final = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def share(hit: NDArray[np.bool_], cluster: NDArray[np.int64], *, seed: int = 0) -> Estimate:
    """The share of n rows that are hit, NaN of none, with its interval over clusters.

    Where none or all are hit a resample would show no spread: the bound there is the exact one for so many
    clusters, as if each counted once.
    """
    if len(hit) == 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    _, index = np.unique(cluster, return_inverse=True)
    sums = np.stack([np.bincount(index, weights=hit), np.bincount(index)], axis=1).astype(np.float64)
    value = float(hit.mean())
    unseen = 1.0 - 0.025 ** (1.0 / len(sums))
    if value == 0.0:
        return Estimate(value, 0.0, unseen)
    if value == 1.0:
        return Estimate(value, 1.0 - unseen, 1.0)
    found = resampled_sums(sums, seed=seed)
    return estimates(np.array([value]), _ratio(found[:, 0], found[:, 1])[:, None])[0]


def share_lost(
    before: NDArray[np.bool_], after: NDArray[np.bool_], cluster: NDArray[np.int64], *, seed: int = 0
) -> Estimate:
    """By how much the share of ``before`` (n,) is above that of ``after`` (n,), paired row by row."""
    _, index = np.unique(cluster, return_inverse=True)
    lost = before.astype(np.float64) - after
    sums = np.stack([np.bincount(index, weights=lost), np.bincount(index)], axis=1).astype(np.float64)
    found = resampled_sums(sums, seed=seed)
    value = float(lost.mean()) if len(lost) else float("nan")
    return estimates(np.array([value]), _ratio(found[:, 0], found[:, 1])[:, None])[0]


def resampled_sums(sums: Floats, *, seed: int = 0) -> Floats:
    """Totals of the columns of ``sums`` (clusters, k) under resamples of clusters: (RESAMPLES, k)."""
    rng = np.random.default_rng(seed)
    # So many equal clusters are drawn as often as one Poisson number of that mean says.
    kinds, times = np.unique(sums, axis=0, return_counts=True)
    return np.stack([rng.poisson(times).astype(np.float64) @ kinds for _ in range(RESAMPLES)])


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def estimates(values: Floats, samples: Floats) -> list[Estimate]:
    """Each figure with the 2.5 % and 97.5 % quantiles of its resamples (samples, figures); NaN where none has it."""
    out = []
    for value, column in zip(values.tolist(), samples.T, strict=True):
        known = column[~np.isnan(column)]
        low, high = np.quantile(known, [0.025, 0.975]).tolist() if len(known) else (np.nan, np.nan)
        out.append(Estimate(value, low, high))
    return out
