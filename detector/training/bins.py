"""Inputs as small whole numbers, so that trees are grown on codes and their thresholds are put back afterwards.

scikit-learn bins what it is given too, but with weights it asks for every quantile of every column one by one, which takes
as long as growing the trees; of codes it finds few distinct values and asks for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# As many as scikit-learn's trees tell apart, the unknown aside.
MAX_BINS: Final = 255


def bin_edges(column: Floats) -> Floats:
    """Rising edges (at most ``MAX_BINS - 1``) between the values of a column: between any two of few, else by quantiles."""
    known = np.sort(column[~np.isnan(column)])
    distinct = known[np.diff(known, prepend=np.nan) != 0.0]
    if len(distinct) <= MAX_BINS:
        return np.asarray((distinct[:-1] + distinct[1:]) / 2.0)
    places = (np.arange(1, MAX_BINS) * len(known)) // MAX_BINS
    return np.unique((known[places - 1] + known[places]) / 2.0)


def coded(x: Floats, edges: Sequence[Floats]) -> Floats:
    """How many ``edges`` of its column lie below each value of ``x`` (float64, (n, columns)); NaN where it is unknown.

    Code c or less means a value of at most ``edges[c]``.
    """
    codes = np.empty_like(x)
    for k, column in enumerate(x.T):
        codes[:, k] = np.where(np.isnan(column), np.nan, np.searchsorted(edges[k], column, side="left"))
    return codes
