"""Boosted trees as flat arrays, and the kernel that walks them.

Same splits, same order of sums and so the same float64 result as scikit-learn's
HistGradientBoostingClassifier, without its per-call cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees end to end; tree i begins at ``roots[i]``; a leaf has ``feature`` -1.

    A value goes left if it is at most ``threshold``, or unknown and ``missing_left``; children are node numbers.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float


@kernel
def _margins(
    x: NDArray[np.float64], roots: NDArray[np.int32], feature: NDArray[np.int32], threshold: NDArray[np.float64],
    missing_left: NDArray[np.uint8], left: NDArray[np.int32], right: NDArray[np.int32],
    value: NDArray[np.float64], baseline: float, out: NDArray[np.float64],
) -> None:  # fmt: skip
    for r in range(x.shape[0]):
        total = baseline
        for root in roots:
            node = root
            while feature[node] >= 0:
                v = x[r, feature[node]]
                if np.isnan(v):
                    go_left = missing_left[node] == 1
                else:
                    go_left = v <= threshold[node]
                node = left[node] if go_left else right[node]
            total += value[node]
        out[r] = total


def margins(trees: Trees, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The raw scores (log-odds) of rows ``x`` (float64, shape (n, features)): float64, shape (n,)."""
    out = np.zeros(len(x), dtype=np.float64)
    _margins(
        x, trees.roots, trees.feature, trees.threshold, trees.missing_left, trees.left, trees.right,
        trees.value, trees.baseline, out,
    )  # fmt: skip
    return out


def no_trees() -> Trees:
    """Trees that say nothing: the margin is 0 for every row."""
    empty = np.zeros(0, dtype=np.int32)
    return Trees(empty, empty, np.zeros(0), np.zeros(0, dtype=np.uint8), empty, empty, np.zeros(0), 0.0)
