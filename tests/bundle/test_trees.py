"""Flattened trees give what scikit-learn's give."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from detector.bundle.forest import forest, margins
from detector.bundle.trees import Trees, no_trees
from detector.engine import SCHEMA
from detector.training.bins import bin_edges, coded
from detector.training.heads import flatten
from detector.verdict import HEADS
from tests.building import NAN
from tests.models import stump


def alone(trees: Trees, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The scores of one head's trees."""
    return margins(forest([trees]), x)[:, 0]


def test_a_stump_sends_values_left_up_to_its_threshold_and_unknown_ones_where_it_was_told() -> None:
    at = len(HEADS) + SCHEMA.names.index("timing.gap_s")
    x = np.full((4, len(HEADS) + len(SCHEMA.names)), NAN)
    x[:, at] = [2.0, np.nextafter(2.0, 3.0), -np.inf, NAN]
    left = stump("timing.gap_s", 2.0, low=-1.0, high=0.5)
    right = stump("timing.gap_s", 2.0, low=-1.0, high=0.5, unknown="high")
    assert alone(left, x).tolist() == [-1.0, 0.5, -1.0, -1.0]
    assert alone(right, x).tolist() == [-1.0, 0.5, -1.0, 0.5]


def test_no_trees_say_nothing() -> None:
    assert alone(no_trees(), np.ones((3, 5))).tolist() == [0.0, 0.0, 0.0]
    assert alone(no_trees(), np.ones((0, 5))).tolist() == []


@pytest.mark.parametrize("seed", range(3))
def test_flattened_trees_are_scikit_learns_bit_for_bit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(700, 9))
    x[rng.random(x.shape) < 0.2] = NAN
    # A few whole numbers, so that values meet thresholds exactly; and a column that is always known.
    x[:, 4] = rng.integers(0, 5, size=700)
    y = (np.nan_to_num(x[:, 0]) + x[:, 4] + rng.normal(size=700) > 2).astype(int)
    columns = np.array([0, 1, 3, 4, 6, 8])
    with threadpool_limits(limits=1, user_api="openmp"):
        model = HistGradientBoostingClassifier(
            max_iter=25, max_leaf_nodes=8, min_samples_leaf=10, random_state=seed
        )
        edges = [bin_edges(x[:500, column]) for column in columns]
        codes = coded(x[:, columns], edges)
        model.fit(codes[:500], y[:500])
        expected = model._raw_predict(codes).ravel()
    assert alone(flatten(model, columns, edges), x).tolist() == expected.tolist()


def test_heads_are_scored_together_as_each_is_alone() -> None:
    at = len(HEADS) + SCHEMA.names.index("timing.gap_s")
    x = np.full((3, len(HEADS) + len(SCHEMA.names)), NAN)
    x[:, at] = [1.0, 2.5, NAN]
    low = stump("timing.gap_s", 2.0, low=-1.0, high=0.5)
    high = stump("timing.gap_s", 3.0, low=2.0, high=4.0, unknown="high")
    heads = [low, no_trees(), high]

    assert margins(forest(heads), x).tolist() == [[-1.0, 0.0, 2.0], [0.5, 0.0, 2.0], [-1.0, 0.0, 4.0]]
    assert [alone(head, x).tolist() for head in heads] == [[-1.0, 0.5, -1.0], [0.0, 0.0, 0.0], [2.0, 2.0, 4.0]]
