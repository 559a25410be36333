"""From features and wording to probabilities: the numbers, by hand and against the libraries."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from detector.bundle.model import probabilities, surface_name, surfaces
from detector.text.reading import read_texts
from detector.text.vectorize import linear_scores
from detector.training.heads import WORDING
from detector.training.matrix import as_scipy
from detector.verdict import HEADS
from tests.building import batch, comment
from tests.models import handmade_bundle, handmade_detector, small_fit, stump


def test_probabilities_are_the_logistic_function() -> None:
    z = np.concatenate([np.linspace(-40, 40, 4001), [-800.0, 800.0, 0.0, math.inf, -math.inf]]).reshape(-1, 2)
    assert np.abs(probabilities(z) - expit(z)).max() <= 1e-15
    assert probabilities(np.array([[0.0, math.inf, -math.inf]])).tolist() == [[0.5, 1.0, 0.0]]


def test_an_unknown_log_odds_stays_unknown() -> None:
    assert np.isnan(probabilities(np.array([[math.nan]]))).tolist() == [[True]]


def test_the_wording_of_the_handmade_model_is_what_its_story_says() -> None:
    found = handmade_bundle().wording(read_texts(["微", "微刷", "好", ""]))
    both = 6 / math.sqrt(2) - 3
    assert found == pytest.approx(
        np.array([[3, -3, -3], [both, both, -3], [-3, -3, -3], [-3, -3, -3]]), abs=1e-12
    )


def test_wording_scores_are_scipys_and_scikit_learns() -> None:
    fitted = small_fit()
    bundle, reading = fitted.bundle, fitted.matrix.reading
    rows = bundle.vectorizer.transform(reading)
    x = as_scipy(rows, bundle.vectorizer.n_columns)
    found = linear_scores(rows, bundle.weights, bundle.bias)
    assert np.abs(found - (x @ bundle.weights + bundle.bias)).max() <= 1e-12
    target = np.arange(len(reading)) % 2
    model = LogisticRegression(C=3.0, **WORDING).fit(x, target)
    own = linear_scores(rows, np.ascontiguousarray(model.coef_.T), model.intercept_)
    assert np.abs(own[:, 0] - model.decision_function(x)).max() <= 1e-12


def test_log_odds_are_the_calibrated_sum_of_wording_and_trees() -> None:
    late = stump("timing.gap_s", 10.0, low=-0.25, high=2.0)
    detector = handmade_detector(trees={"bot_flood": late})
    # The second comes 20 seconds after the first of the same account; the gap of the first is unknown.
    p = detector.score(batch(comment("微"), comment("你好", at_s=20))).verdicts.p
    assert p[0].tolist() == pytest.approx([expit(3), expit(-3 - 0.25), expit(-3)], abs=1e-15)
    assert p[1].tolist() == pytest.approx([expit(-3), expit(-3 + 2.0), expit(-3)], abs=1e-15)


def test_reviews_have_a_calibration_of_their_own() -> None:
    made = handmade_bundle()
    made.heads[2].calibration[1] = [2.0, 1.0, -1.0]
    bundle = replace(made)
    inputs = np.full((2, len(bundle.typical)), np.nan)
    inputs[:, : len(HEADS)] = 3.0
    assert bundle.log_odds(inputs, np.array([0, 1])).tolist() == [[3.0, 3.0, 3.0], [3.0, 3.0, 5.0]]


def test_reviews_and_appended_reviews_are_the_second_surface() -> None:
    kinds = ("comment", "review", "append", "reply", "superchat")
    found = surfaces(batch(*(comment(kind=kind) for kind in kinds)))
    assert found.tolist() == [0, 1, 1, 0, 0]
    assert [surface_name(code) for code in (0, 1)] == ["comment", "review"]
