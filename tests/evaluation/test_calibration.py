"""Probabilities against what came true, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detector.evaluation.calibration import calibration


def test_the_skill_by_hand() -> None:
    # Squared errors .01 + .04 + .09 + .04 = .18; the base rate of a half would err by .25 four times.
    p = np.array([0.9, 0.8, 0.3, 0.2])
    positive = np.array([True, True, False, False])
    assert calibration(p, positive, np.arange(4)).brier_skill.value == pytest.approx(1 - 0.18 / 1.0)


def test_saying_the_base_rate_has_no_skill() -> None:
    positive = np.arange(100) % 4 == 0
    assert calibration(np.full(100, 0.25), positive, np.arange(100)).brier_skill.value == pytest.approx(0.0)


def test_without_a_positive_comment_there_is_no_skill() -> None:
    found = calibration(np.array([0.1, 0.2]), np.zeros(2, dtype=bool), np.arange(2)).brier_skill
    assert [math.isnan(value) for value in (found.value, found.low, found.high)] == [True, True, True]


def test_only_probabilities_from_a_twentieth_on_are_binned_in_five_equal_parts() -> None:
    p = np.concatenate([np.full(1000, 0.049), np.arange(1, 11) / 10 - 0.05])
    positive = np.concatenate([np.zeros(1000, dtype=bool), np.arange(10) >= 5])
    bins = calibration(p, positive, np.arange(1010)).bins
    assert [part.comments for part in bins] == [2] * 5
    assert [part.predicted for part in bins] == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert [part.observed.value for part in bins] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert [part.gap for part in bins] == pytest.approx([0.1, 0.3, 0.0, -0.3, -0.1])


def test_few_comments_make_fewer_bins() -> None:
    bins = calibration(np.array([0.01, 0.5, 0.6]), np.array([False, True, False]), np.arange(3)).bins
    assert [(part.comments, part.predicted) for part in bins] == [(1, 0.5), (1, 0.6)]
    assert calibration(np.array([0.01]), np.array([True]), np.arange(1)).bins == ()
