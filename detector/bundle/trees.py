"""Boosted trees as flat arrays, as a bundle keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# The leaves of a tree are kept as 16 bits when rows are scored.
MAX_LEAVES: Final = 16
# Under these names the trees of the first look lie beside those of the heads: is it anything but genuine, is it a lure?
LOOKS: Final = ("look_any", "look_lure")


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


def no_trees() -> Trees:
    """Trees that say nothing: the margin is 0 for every row."""
    empty = np.zeros(0, dtype=np.int32)
    return Trees(empty, empty, np.zeros(0), np.zeros(0, dtype=np.uint8), empty, empty, np.zeros(0), 0.0)


def mean_of(fits: Sequence[Trees]) -> Trees:
    """Trees whose margin is the mean of the margins of ``fits``, of which there is at least one."""
    nodes = np.cumsum([0, *(len(fit.feature) for fit in fits)])

    def moved(name: str) -> NDArray[np.int32]:
        parts = [getattr(fit, name) + first for fit, first in zip(fits, nodes[:-1], strict=True)]
        return np.concatenate(parts).astype(np.int32)

    return Trees(
        roots=moved("roots"),
        feature=np.concatenate([fit.feature for fit in fits]),
        threshold=np.concatenate([fit.threshold for fit in fits]),
        missing_left=np.concatenate([fit.missing_left for fit in fits]),
        left=moved("left"),
        right=moved("right"),
        value=np.concatenate([fit.value for fit in fits]) / len(fits),
        baseline=float(np.mean([fit.baseline for fit in fits])),
    )
