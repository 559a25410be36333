"""From wording score and tree margin to a probability, fitted on held-out folds."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.thresholds import SURFACES
from detector.training.heads import MIN_LABELLED
from detector.training.matrix import Matrix

Floats = NDArray[np.float64]

# The wording score keeps at least this weight, so that log-odds strictly increase in it.
MIN_SLOPE: Final = 1e-3
# What a head says where nothing was labelled: odds of one in a million, a little more with the wording.
SILENT: Final = (MIN_SLOPE, 0.0, -13.8)


def calibrate(matrix: Matrix, head: int, wording: Floats, margin: Floats) -> Floats:
    """a, b, c of ``a * wording + b * margin + c`` for live comments and for reviews (float64, shape (2, 3)).

    Near-identical live comments count as one: what a campaign repeats a hundred times is no hundred proofs that the score
    is right. Reviews are copied by twos and threes, and each copy is a review of its own.
    """
    out = np.zeros((len(SURFACES), 3))
    judged = matrix.known[:, head] & (matrix.label >= 0) & ~matrix.augmented
    for surface in range(len(SURFACES)):
        rows = judged & (matrix.surface == surface)
        target = (matrix.label[rows] == head).astype(np.int8)
        weight = matrix.weight[rows, head]
        if surface == 0:
            weight = _shared(weight, matrix.cluster[rows], target)
        out[surface] = _fit(wording[rows], margin[rows], target, weight)
    for surface in range(len(SURFACES)):
        rows = judged & (matrix.surface == surface)
        other = out[1 - surface]
        if tuple(out[surface]) == SILENT and tuple(other) != SILENT and rows.sum() >= MIN_LABELLED:
            # Only genuine comments were labelled here: the other surface's calibration stands in, and
            # thresholds are still proven on these.
            out[surface] = other
    return out


def _shared(weight: Floats, cluster: NDArray[np.int64], target: NDArray[np.int8]) -> Floats:
    """The weights (n,) with each group's shared among its rows; what is to be found and what is not weigh as much as before."""
    out = weight.copy()
    for side in (0, 1):
        own = target == side
        _, group, size = np.unique(cluster[own], return_inverse=True, return_counts=True)
        shared = weight[own] / size[group]
        out[own] = shared * (weight[own].sum() / max(shared.sum(), np.finfo(float).tiny))
    return out


def _fit(
    wording: Floats, margin: Floats, target: NDArray[np.int8], weight: Floats
) -> tuple[float, float, float]:
    from sklearn.linear_model import LogisticRegression

    if min(int(target.sum()), int((1 - target).sum())) < MIN_LABELLED:
        return SILENT
    model = LogisticRegression(C=1e6, max_iter=1000).fit(np.column_stack([wording, margin]), target, weight)
    a, b = model.coef_[0]
    if a < MIN_SLOPE:
        # The wording adds nothing beyond the trees: keep its least slope and refit the rest around it.
        a = MIN_SLOPE
        model = LogisticRegression(C=1e6, max_iter=1000).fit(margin.reshape(-1, 1), target, weight)
        b = model.coef_[0][0]
        return a, max(float(b), 0.0), float(model.intercept_[0]) - a * float(wording.mean())
    if b < 0.0:
        model = LogisticRegression(C=1e6, max_iter=1000).fit(wording.reshape(-1, 1), target, weight)
        return max(float(model.coef_[0][0]), MIN_SLOPE), 0.0, float(model.intercept_[0])
    return float(a), float(b), float(model.intercept_[0])
