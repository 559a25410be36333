"""Do the probabilities mean what they say?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.evaluation.intervals import Estimate, estimates, resampled_sums, share

Floats = NDArray[np.float64]

# Nearly all comments of a room are genuine and said to be: only from here on is a probability looked at.
LEAST_P: Final = 0.05
BINS: Final = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Comments of similar probability: the mean of what was said, the share that came true, and their difference."""

    comments: int
    predicted: float
    observed: Estimate
    gap: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """``brier_skill``: 1 is perfect, 0 no better than always saying the base rate. ``bins``: from ``LEAST_P`` on."""

    brier_skill: Estimate
    bins: tuple[Bin, ...]


def calibration(
    p: Floats, positive: NDArray[np.bool_], cluster: NDArray[np.int64], *, seed: int = 0
) -> Calibration:
    """The calibration of probabilities ``p`` (n,) of ``positive`` (n,); ``cluster`` (n,) for the intervals."""
    rows = np.flatnonzero(p >= LEAST_P)
    rows = rows[np.argsort(p[rows], kind="stable")]
    parts = [part for part in np.array_split(rows, BINS) if len(part)]
    return Calibration(
        _brier_skill(p, positive, cluster, seed),
        tuple(_bin(p, positive, cluster, part, seed) for part in parts),
    )


def _bin(
    p: Floats, positive: NDArray[np.bool_], cluster: NDArray[np.int64], rows: NDArray[np.intp], seed: int
) -> Bin:
    predicted = float(p[rows].mean())
    observed = share(positive[rows], cluster[rows], seed=seed)
    return Bin(len(rows), predicted, observed, predicted - observed.value)


def _brier_skill(p: Floats, positive: NDArray[np.bool_], cluster: NDArray[np.int64], seed: int) -> Estimate:
    _, index = np.unique(cluster, return_inverse=True)
    columns = ((p - positive) ** 2, positive, np.ones(len(p)))
    sums = np.stack([np.bincount(index, weights=column) for column in columns], axis=1).astype(np.float64)
    samples = _skill(resampled_sums(sums, seed=seed))
    return estimates(_skill(sums.sum(axis=0)[None]), samples[:, None])[0]


def _skill(sums: Floats) -> Floats:
    """From sums of squared errors, positives and comments (m, 3): one minus the error over that of the base rate."""
    error, positives, n = sums.T
    base = np.divide(positives * (n - positives), n, out=np.zeros_like(n), where=n > 0)
    return np.asarray(1.0 - np.divide(error, base, out=np.full_like(n, np.nan), where=base > 0))
