"""The boosted trees of several heads laid out to be scored together, and the kernel that sums them.

Same splits, same order of sums and so the same float64 result as scikit-learn's HistGradientBoostingClassifier, without
its per-call cost. No tree is walked: each split that a row fails crosses out the leaves it cannot reach, and the first
leaf left is the row's (QuickScorer: Lucchese et al., SIGIR 2015). What all failed splits of one feature cross out
depends only on how many of the feature's thresholds the value exceeds, so it is worked out beforehand: a feature
costs one search and one run of ands over the trees, and mostly, its value being 0, nothing at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.bundle.trees import MAX_LEAVES, Trees
from detector.compiled import array_kernel, kernel

# So few thresholds are counted one by one: whether a value is above each is not to be foreseen, and need not be.
FEW: Final = 16
# Bits of a float32 below its exponent, and what is added to the exponent.
MANTISSA: Final = 23
BIAS: Final = 127
# Trees a head are filled up to a multiple of this, so that the ands run over whole machine words.
WIDTH: Final = 32
ALL_LEAVES: Final = (1 << MAX_LEAVES) - 1
ALL_WORDS: Final = np.uint64((1 << 64) - 1)


class Forest(NamedTuple):
    """Trees of h heads over f features, w to a head (some of them empty).

    The thresholds of feature k, of all heads, are ``threshold[starts[k]:starts[k + 1]]``, rising. A value that exceeds
    r of them stands at place ``starts[k] + 2 * k + r``, an unknown one at the place behind the feature's last.
    ``masks[place]`` are then the leaves left of each tree, 16 bits a tree, the trees of the heads side by side.
    ``values`` (h, 16 w) holds the leaves of a tree from left to right, ``n_trees`` (h,) how many trees there are.
    """

    starts: NDArray[np.int64]
    threshold: NDArray[np.float64]
    masks: NDArray[np.uint64]
    values: NDArray[np.float64]
    n_trees: NDArray[np.int64]
    baseline: NDArray[np.float64]


class _Split(NamedTuple):
    """What is left of a tree (numbered among those of all heads) for a value above the threshold."""

    feature: int
    threshold: float
    tree: int
    mask: int
    missing_right: bool


def forest(heads: Sequence[Trees]) -> Forest:
    """Lay out the trees of heads. Raises ValueError if a tree has more than ``MAX_LEAVES`` leaves."""
    width = -(-max((len(trees.roots) for trees in heads), default=0) // WIDTH) * WIDTH
    n_features = 1 + max((int(trees.feature.max(initial=-1)) for trees in heads), default=-1)
    values = np.zeros((len(heads), MAX_LEAVES * width))
    by_feature: list[list[_Split]] = [[] for _ in range(n_features)]
    for head, trees in enumerate(heads):
        for split in _splits(trees, values[head], first_tree=head * width):
            by_feature[split.feature].append(split)
    starts, threshold, masks = [0], [], []
    for splits in by_feature:
        # What is left above none of the thresholds, above the first, the second ...
        left = np.full(len(heads) * width, ALL_LEAVES, dtype=np.uint16)
        masks.append(left.copy())
        splits.sort(key=lambda split: split.threshold)
        for value, alike in itertools.groupby(splits, key=lambda split: split.threshold):
            for split in alike:
                left[split.tree] &= split.mask
            threshold.append(value)
            masks.append(left.copy())
        unknown = np.full(len(left), ALL_LEAVES, dtype=np.uint16)
        for split in splits:
            if split.missing_right:
                unknown[split.tree] &= split.mask
        masks.append(unknown)
        starts.append(len(threshold))
    return Forest(
        np.array(starts, dtype=np.int64),
        np.array(threshold, dtype=np.float64),
        np.array(masks, dtype=np.uint16).reshape(len(masks), len(heads) * width).view(np.uint64),
        values,
        np.array([len(trees.roots) for trees in heads], dtype=np.int64),
        np.array([trees.baseline for trees in heads], dtype=np.float64),
    )


def _splits(trees: Trees, values: NDArray[np.float64], *, first_tree: int) -> list[_Split]:
    """The splits of one head's trees, each with the leaves it leaves to a row that fails it; fills in the leaves."""
    found: list[_Split] = []
    for tree, root in enumerate(trees.roots.tolist()):
        leaves = 0
        # Depth first, left before right: a node's mask is known once its left side has been numbered.
        stack = [(root, False, 0)]
        while stack:
            node, left_done, first = stack.pop()
            if trees.feature[node] < 0:
                if leaves == MAX_LEAVES:
                    raise ValueError(f"tree {tree} has more than {MAX_LEAVES} leaves")
                values[MAX_LEAVES * tree + leaves] = trees.value[node]
                leaves += 1
            elif not left_done:
                stack += [(node, True, leaves), (int(trees.left[node]), False, 0)]
            else:
                crossed_out = (1 << leaves) - (1 << first)
                found.append(
                    _Split(
                        int(trees.feature[node]),
                        float(trees.threshold[node]),
                        first_tree + tree,
                        ALL_LEAVES & ~crossed_out,
                        not trees.missing_left[node],
                    )
                )
                stack.append((int(trees.right[node]), False, 0))
    return found


@kernel
def _places(
    x: NDArray[np.float64], r: int, starts: NDArray[np.int64], threshold: NDArray[np.float64],
    found: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill in the places of row ``r``, of the features that cross out anything; how many."""
    n = 0
    for f in range(len(starts) - 1):
        first, last = starts[f], starts[f + 1]
        v = x[r, f]
        if first == last or v <= threshold[first]:
            continue
        if np.isnan(v):
            found[n] = last + 2 * f + 1
        else:
            low, high = first + 1, last
            while high - low > FEW:
                middle = (low + high) >> 1
                if v > threshold[middle]:
                    low = middle + 1
                else:
                    high = middle
            above = 0
            for i in range(low, high):
                above += v > threshold[i]
            found[n] = low + above + 2 * f
        n += 1
    return n


@array_kernel
def _margins(
    x: NDArray[np.float64], starts: NDArray[np.int64], threshold: NDArray[np.float64], masks: NDArray[np.uint64],
    values: NDArray[np.float64], n_trees: NDArray[np.int64], baseline: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    words = masks.shape[1]
    width = values.shape[1] // MAX_LEAVES
    left = np.empty(words, dtype=np.uint64)
    left_of = left.view(np.uint16)
    lone = np.empty(len(left_of), dtype=np.float32)
    bits_of = lone.view(np.int32)
    found = np.empty(len(starts) + 3, dtype=np.int64)
    for r in range(x.shape[0]):
        n = _places(x, r, starts, threshold, found)
        # Four at a time: what is left is read and written a quarter as often. The first may stand several times.
        found[n : n + 3] = found[0]
        left[:] = ALL_WORDS
        for k in range(0, n, 4):
            a, b, c, d = found[k], found[k + 1], found[k + 2], found[k + 3]
            for word in range(words):
                left[word] &= masks[a, word] & masks[b, word] & masks[c, word] & masks[d, word]
        # The place of a lone bit is the exponent of its value.
        for t in range(len(left_of)):
            leaves = int(left_of[t])
            lone[t] = leaves & -leaves
        for head in range(len(n_trees)):
            total = baseline[head]
            for t in range(n_trees[head]):
                total += values[head, MAX_LEAVES * t + (bits_of[head * width + t] >> MANTISSA) - BIAS]
            out[r, head] = total


def margins(trees: Forest, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The raw scores (log-odds) of rows ``x`` (float64, shape (n, features)): float64, shape (n, heads)."""
    out = np.empty((len(x), len(trees.n_trees)), dtype=np.float64)
    _margins(x, *trees, out)
    return out
