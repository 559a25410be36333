"""How likely is as much or more of it by chance? Tails of distributions, and what many of them amount to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# No evidence of a few hundred comments says more than this.
LEAST_P: Final = 1e-300
# Terms of a tail below this part of its sum add nothing a float can hold.
NEGLIGIBLE: Final = 1e-17
BLOCK: Final = 128
MOST_BLOCKS: Final = 14


def repeats_tail(k: int, *, mean: float, variance: float) -> float:
    """The chance of ``k`` or more repeats where their number has this mean and variance.

    A negative binomial: Poisson counts whose rate itself varies from text to text, fitted by its moments. Where
    the variance does not exceed the mean it is Poisson.
    """
    if k <= 0:
        return 1.0
    if mean <= 0:
        return LEAST_P
    excess = variance - mean
    # Beyond this shape the two cannot be told apart.
    shape = mean * mean / excess if excess > 1e-9 * mean else math.inf
    if math.isinf(shape):
        log_first = k * math.log(mean) - mean - math.lgamma(k + 1)
        step, grows = mean, 0.0
    else:
        odds = mean / shape
        log_first = (
            math.lgamma(shape + k) - math.lgamma(shape) - math.lgamma(k + 1)
            - shape * math.log1p(odds) + k * (math.log(odds) - math.log1p(odds))
        )  # fmt: skip
        step, grows = shape * odds / (1 + odds), odds / (1 + odds)
    # Each term is the one before times (step + grows * j) / (j + 1).
    total = term = 1.0
    start, block = k, BLOCK
    for _ in range(MOST_BLOCKS):
        j = np.arange(start, start + block, dtype=np.float64)
        # Far below the mean the terms grow beyond all bounds: that is certainty.
        with np.errstate(over="ignore"):
            terms = term * np.cumprod((step + grows * j) / (j + 1))
            total += float(terms.sum())
        start, block = start + block, 2 * block
        term = float(terms[-1])
        if term < NEGLIGIBLE * total or math.isinf(total):
            break
    return _probability(log_first + math.log(total))


def overlap_tail(k: int, *, drawn: int, marked: int, population: int) -> float:
    """The chance that ``drawn`` of ``population`` hold ``k`` or more of the ``marked``: hypergeometric.

    This is Fisher's exact test, one-sided.
    """
    if k <= max(0, drawn + marked - population):
        return 1.0
    most = min(drawn, marked)
    if k > most:
        return LEAST_P
    log_first = _log_choose(marked, k) + _log_choose(population - marked, drawn - k)
    log_first -= _log_choose(population, drawn)
    total = term = 1.0
    for j in range(k, most):
        term *= (marked - j) * (drawn - j) / ((j + 1) * (population - marked - drawn + j + 1))
        total += term
        if term < NEGLIGIBLE * total:
            break
    return _probability(log_first + math.log(total))


def together(p: Sequence[float]) -> float:
    """One p-value of independent ones, NaN (not known) left out: Fisher's method; NaN if none is known.

    Fisher, Statistical Methods for Research Workers (1932), 21.1: -2 sum(ln p) has 2n degrees of freedom.
    """
    known = [max(value, LEAST_P) for value in p if not math.isnan(value)]
    if not known:
        return math.nan
    surprise = -sum(map(math.log, known))
    term = total = 1.0
    for i in range(1, len(known)):
        term *= surprise / i
        total += term
    return _probability(math.log(total) - surprise)


def false_discovery(p: Sequence[float]) -> NDArray[np.float64]:
    """For every p-value the share of false finds among those as small (float64, shape (n,)); NaN stays NaN.

    Benjamini & Hochberg, Controlling the false discovery rate, JRSS B 57 (1995).
    """
    values = np.asarray(p, dtype=np.float64)
    q = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    shares = values[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum.accumulate(shares[::-1])[::-1].clip(max=1.0)
    return q


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _probability(log_p: float) -> float:
    return max(LEAST_P, math.exp(min(0.0, max(log_p, -700.0))))
