"""A fitted model: from features and wording to one probability per head."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.forest import Forest, forest, margins
from detector.bundle.thresholds import COMMENT, REVIEW_KIND, Thresholds
from detector.bundle.trees import Trees
from detector.comment import KIND_CODE, REVIEW_KINDS, CommentBatch, chosen
from detector.compiled import kernel
from detector.text.reading import TextReading
from detector.text.vectorize import Vectorizer, linear_scores

_REVIEWS: Final = chosen(REVIEW_KINDS, KIND_CODE)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """One question: its trees over wording and behaviour, and its calibration.

    The log-odds are ``a * wording + b * margin + c`` with a > 0 and b >= 0: strictly increasing in the wording
    score, so that no two different texts need ever tie. ``calibration`` float64 (2, 3) holds a, b, c for live
    comments and for reviews.
    """

    name: str
    trees: Trees
    calibration: Floats


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that was fitted, and what it was fitted with.

    ``weights`` float64 (columns, heads) and ``bias`` (heads,) score the wording; ``typical`` float64
    (heads + features,) holds each input's median over genuine comments, for explanations. ``forest`` and ``calibration``
    (heads, 2, 3) are those of the heads, laid out to be read together, ``of_head`` each forest alone. ``looks`` are the
    trees of the first look: is this comment, seen alone, anything but genuine, and is it a lure? ``of_looks`` are both.
    """

    model_id: str
    vectorizer: Vectorizer
    weights: Floats
    bias: Floats
    looks: tuple[Trees, ...]
    heads: tuple[Head, ...]
    typical: Floats
    thresholds: Thresholds
    manifest: Mapping[str, Any] = field(default_factory=dict)
    forest: Forest = field(init=False, repr=False, compare=False)
    of_head: tuple[Forest, ...] = field(init=False, repr=False, compare=False)
    of_looks: Forest = field(init=False, repr=False, compare=False)
    calibration: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forest", forest([head.trees for head in self.heads]))
        object.__setattr__(self, "of_head", tuple(forest([head.trees]) for head in self.heads))
        object.__setattr__(self, "of_looks", forest(self.looks))
        object.__setattr__(self, "calibration", np.array([head.calibration for head in self.heads]))

    def wording(self, reading: TextReading) -> Floats:
        """The text heads' scores of m texts: float64, shape (m, heads)."""
        return linear_scores(self.vectorizer.transform(reading), self.weights, self.bias)

    def first_look(self, inputs: Floats) -> Floats:
        """How likely each of n comments, seen alone, is anything but genuine, and a lure: float64, shape (n, 2).

        ``inputs`` as for ``log_odds``; what they say of its company is not read.
        """
        return probabilities(margins(self.of_looks, inputs))

    def log_odds(self, inputs: Floats, surface: NDArray[np.intp]) -> Floats:
        """Calibrated log-odds per head (float64, shape (n, heads)).

        ``inputs`` float64 (n, heads + features) as ``FeatureFrame.inputs``; ``surface`` is 0 live, 1 review.
        """
        out = margins(self.forest, inputs)
        _calibrate(inputs, surface, self.calibration, 0, out)
        return out

    def log_odds_of(self, head: int, inputs: Floats, surface: NDArray[np.intp]) -> Floats:
        """Calibrated log-odds of one head (float64, shape (n,)), the same to the bit; see ``log_odds``."""
        out = margins(self.of_head[head], inputs)
        _calibrate(inputs, surface, self.calibration, head, out)
        return out[:, 0]


@kernel
def _calibrate(
    inputs: Floats, surface: NDArray[np.intp], calibration: Floats, first: int, margin: Floats
) -> None:
    """Turn margins into log-odds in place; their first column is that of head ``first``."""
    for r in range(margin.shape[0]):
        for column in range(margin.shape[1]):
            a, b, c = calibration[first + column, surface[r]]
            margin[r, column] = (a * inputs[r, first + column] + b * margin[r, column]) + c


def surfaces(batch: CommentBatch) -> NDArray[np.intp]:
    """0 for live comments, 1 for reviews (intp, shape (n,))."""
    return np.asarray(_REVIEWS[batch.kind], dtype=np.intp)


def surface_name(code: int) -> str:
    """``comment`` or ``review``."""
    return REVIEW_KIND if code else COMMENT


@kernel
def sigmoid(z: float) -> float:
    """The logistic function; each side uses the exponential that cannot overflow."""
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


@kernel
def _sigmoid(z: Floats, out: Floats) -> None:
    for r in range(z.shape[0]):
        for k in range(z.shape[1]):
            out[r, k] = sigmoid(z[r, k])


def probabilities(log_odds: Floats) -> Floats:
    """The logistic function of each value, element by element in one fixed way on every machine path."""
    out = np.full(log_odds.shape, np.nan)
    _sigmoid(log_odds, out)
    return out
