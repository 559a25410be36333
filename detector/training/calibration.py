"""From wording score and tree margin to a probability, fitted on held-out folds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.thresholds import SURFACES
from detector.training.heads import MIN_LABELLED
from detector.training.matrix import Matrix
from detector.verdict import HEADS

Floats = NDArray[np.float64]

# The wording score keeps at least this weight, so that log-odds strictly increase in it.
MIN_SLOPE: Final = 1e-3
# What the wording weighs beside the trees, which know it too. Fitted, it weighs too much: it knows what the log's campaigns
# say. Where lures are worded as never before, trees follow it less far than they should.
WORDING_SHARE: Final[Mapping[str, float]] = {"solicitation": 0.25, "bot_flood": 0.0, "fake_review": 0.1}
# What a head says where nothing was labelled: odds of one in a million, a little more with the wording.
SILENT: Final = (MIN_SLOPE, 0.0, -13.8)


def calibrate(matrix: Matrix, head: int, wording: Floats, margin: Floats) -> Floats:
    """a, b, c of ``a * wording + b * margin + c`` for live comments and for reviews (float64, shape (2, 3)).

    Near-identical live comments count as one: what a campaign repeats a hundred times is no hundred proofs that the score
    is right. Reviews are copied by twos and threes, and each copy is a review of its own. Logs that do not tell how
    often something happens (``LabelledLog.rate``) count only where there are no others.
    """
    out = np.zeros((len(SURFACES), 3))
    judged = matrix.known[:, head] & (matrix.label >= 0) & ~matrix.augmented
    for surface in range(len(SURFACES)):
        for rate in (matrix.rate, np.ones(len(matrix))):
            rows = judged & (rate > 0.0) & (matrix.surface == surface)
            out[surface] = _on(matrix, head, rows, rate, wording, margin)
            if tuple(out[surface]) != SILENT:
                break
    for surface in range(len(SURFACES)):
        rows = judged & (matrix.surface == surface)
        other = out[1 - surface]
        if tuple(out[surface]) == SILENT and tuple(other) != SILENT and rows.sum() >= MIN_LABELLED:
            # Only genuine comments were labelled here: the other surface's calibration stands in, and
            # thresholds are still proven on these.
            out[surface] = other
    return out


def _on(
    matrix: Matrix, head: int, rows: NDArray[np.bool_], rate: Floats, wording: Floats, margin: Floats
) -> tuple[float, float, float]:
    """a, b, c fitted on ``rows`` (bool (N,)), all of one surface."""
    target = (matrix.label[rows] == head).astype(np.int8)
    if min(int(target.sum()), int((1 - target).sum())) < MIN_LABELLED:
        return SILENT
    weight = matrix.weight[rows, head] * rate[rows]
    if (matrix.surface[rows] == 0).all():
        weight = _shared(weight, matrix.cluster[rows], target)
    return _fit(wording[rows], margin[rows], target, weight, share=WORDING_SHARE[HEADS[head]])


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
    wording: Floats, margin: Floats, target: NDArray[np.int8], weight: Floats, *, share: float
) -> tuple[float, float, float]:
    """a, b, c by logistic regression on the margin and ``share`` of the wording."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6, max_iter=1000)
    score = margin + share * wording
    slope, start = _line(model.fit(score.reshape(-1, 1), target, weight))
    if slope > 0.0:
        a = max(share * slope, MIN_SLOPE)
        return a, slope, start - (a - share * slope) * float(wording.mean())
    # Trees that say nothing, or the contrary, are not asked.
    slope, start = _line(model.fit(wording.reshape(-1, 1), target, weight))
    return max(slope, MIN_SLOPE), 0.0, start


def _line(model: Any) -> tuple[float, float]:
    """The slope and the start of a fitted logistic regression on one score."""
    return float(model.coef_[0, 0]), float(model.intercept_[0])
