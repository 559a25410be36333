"""Boosted trees as flat arrays, and the kernel that sums them.

Same splits, same order of sums and so the same float64 result as scikit-learn's
HistGradientBoostingClassifier, without its per-call cost. No tree is walked: every split that a row fails crosses
out the leaves it cannot reach, feature by feature, and the first leaf left is the row's (QuickScorer: Lucchese et
al., SIGIR 2015). Most features of a comment are 0 or unknown and fail few splits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel

# Leaves of a tree are bits of an int64 that must not reach its sign when multiplied.
MAX_LEAVES: Final = 31
ALL_LEAVES: Final = (1 << MAX_LEAVES) - 1
# The place of a lone bit among 32, by its product with a de Bruijn sequence.
DE_BRUIJN: Final = 0x077CB531
BIT_PLACES: Final = np.zeros(32, dtype=np.int64)
for _place in range(32):
    BIT_PLACES[((1 << _place) * DE_BRUIJN & 0xFFFFFFFF) >> 27] = _place


class Splits(NamedTuple):
    """The splits of all trees by feature, and the leaves.

    Those of feature f are ``starts[f]:starts[f + 1]``, by rising ``threshold``; a value above it leaves of its
    ``tree`` only the leaves of ``mask``. ``missing_*`` likewise are the splits that send unknown values right.
    ``values`` float64 (trees * 32,) holds each tree's leaves from left to right.
    """

    starts: NDArray[np.int64]
    threshold: NDArray[np.float64]
    tree: NDArray[np.int32]
    mask: NDArray[np.int64]
    missing_starts: NDArray[np.int64]
    missing_tree: NDArray[np.int32]
    missing_mask: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees end to end; tree i begins at ``roots[i]``; a leaf has ``feature`` -1.

    A value goes left if it is at most ``threshold``, or unknown and ``missing_left``; children are node numbers.
    A tree has at most ``MAX_LEAVES`` leaves.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    baseline: float
    splits: Splits = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "splits", _splits(self))


def _splits(trees: Trees) -> Splits:
    n_features = int(trees.feature.max(initial=-1)) + 1
    values = np.zeros(32 * len(trees.roots))
    rows: list[tuple[int, float, int, int, bool]] = []
    for tree, root in enumerate(trees.roots.tolist()):
        leaves = 0
        # Depth first, left before right: a node's mask is known once its left side has been numbered.
        stack = [(root, False, 0)]
        while stack:
            node, left_done, first = stack.pop()
            if trees.feature[node] < 0:
                if leaves == MAX_LEAVES:
                    raise ValueError(f"tree {tree} has more than {MAX_LEAVES} leaves")
                values[32 * tree + leaves] = trees.value[node]
                leaves += 1
            elif not left_done:
                stack += [(node, True, leaves), (int(trees.left[node]), False, 0)]
            else:
                crossed_out = (1 << leaves) - (1 << first)
                rows.append(
                    (
                        int(trees.feature[node]),
                        float(trees.threshold[node]),
                        tree,
                        ALL_LEAVES & ~crossed_out,
                        not trees.missing_left[node],
                    )
                )
                stack.append((int(trees.right[node]), False, 0))
    rows.sort(key=lambda row: row[:2])
    missing = [row for row in rows if row[4]]
    return Splits(
        starts=np.searchsorted([row[0] for row in rows], np.arange(n_features + 1)).astype(np.int64),
        threshold=np.array([row[1] for row in rows], dtype=np.float64),
        tree=np.array([row[2] for row in rows], dtype=np.int32),
        mask=np.array([row[3] for row in rows], dtype=np.int64),
        missing_starts=np.searchsorted([row[0] for row in missing], np.arange(n_features + 1)).astype(np.int64),
        missing_tree=np.array([row[2] for row in missing], dtype=np.int32),
        missing_mask=np.array([row[3] for row in missing], dtype=np.int64),
        values=values,
    )


@kernel
def _margins(
    x: NDArray[np.float64], starts: NDArray[np.int64], threshold: NDArray[np.float64], tree: NDArray[np.int32],
    mask: NDArray[np.int64], missing_starts: NDArray[np.int64], missing_tree: NDArray[np.int32],
    missing_mask: NDArray[np.int64], values: NDArray[np.float64], places: NDArray[np.int64], baseline: float,
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    n_trees = len(values) // 32
    left = np.zeros(n_trees, dtype=np.int64)
    for r in range(x.shape[0]):
        left[:] = ALL_LEAVES
        for f in range(len(starts) - 1):
            v = x[r, f]
            if np.isnan(v):
                for i in range(missing_starts[f], missing_starts[f + 1]):
                    left[missing_tree[i]] &= missing_mask[i]
            else:
                for i in range(starts[f], starts[f + 1]):
                    if v <= threshold[i]:
                        break
                    left[tree[i]] &= mask[i]
        total = baseline
        for t in range(n_trees):
            lowest = left[t] & -left[t]
            total += values[32 * t + places[(lowest * DE_BRUIJN & 0xFFFFFFFF) >> 27]]
        out[r] = total


def margins(trees: Trees, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The raw scores (log-odds) of rows ``x`` (float64, shape (n, features)): float64, shape (n,)."""
    out = np.zeros(len(x), dtype=np.float64)
    _margins(x, *trees.splits, BIT_PLACES, trees.baseline, out)
    return out


def no_trees() -> Trees:
    """Trees that say nothing: the margin is 0 for every row."""
    empty = np.zeros(0, dtype=np.int32)
    return Trees(empty, empty, np.zeros(0), np.zeros(0, dtype=np.uint8), empty, empty, np.zeros(0), 0.0)
