"""Thresholds are looked up by profile, surface, head and level; what was not proven is never reached."""

from __future__ import annotations

import json
import math

import pytest

from detector.bundle.thresholds import Thresholds
from detector.errors import BundleError, UsageError
from tests.models import thresholds

ROWS = Thresholds((*thresholds(0.5, None), *thresholds(0.2, 0.6, profile="keen")))


def test_a_cut_belongs_to_its_profile_and_level() -> None:
    assert ROWS.cut("balanced", "comment", "bot_flood", "review") == 0.5
    assert ROWS.cut("keen", "review", "bot_flood", "high_risk") == 0.6


def test_a_level_without_proof_is_never_given() -> None:
    assert ROWS.cut("balanced", "comment", "bot_flood", "high_risk") == math.inf


def test_a_head_that_was_not_fitted_on_a_surface_is_never_given() -> None:
    only_live = Thresholds(tuple(row for row in ROWS.rows if row.surface == "comment"))
    assert only_live.cut("balanced", "review", "fake_review", "review") == math.inf


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown profile 'brave'; this model has: balanced, keen") as caught:
        ROWS.cut("brave", "comment", "bot_flood", "review")
    assert caught.value.zh == "没有档位 'brave'；可选：balanced, keen"


def test_thresholds_survive_the_way_through_json() -> None:
    assert Thresholds.from_dict(json.loads(json.dumps(ROWS.as_dict()))) == ROWS


@pytest.mark.parametrize("content", [{}, {"thresholds": [{}]}, {"thresholds": 1}, [], {"thresholds": ["p"]}])
def test_what_is_not_a_list_of_thresholds_is_refused(content: object) -> None:
    with pytest.raises(BundleError, match="thresholds"):
        Thresholds.from_dict(content)  # type: ignore[arg-type]


@pytest.mark.parametrize("p", ["0.5", True, -0.1, math.nan, [0.5]])
def test_a_threshold_that_is_no_probability_is_refused(p: object) -> None:
    content = ROWS.as_dict()
    content["thresholds"][0]["p"] = p
    with pytest.raises(BundleError, match="thresholds"):
        Thresholds.from_dict(content)
