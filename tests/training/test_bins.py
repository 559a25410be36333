"""Inputs as codes, worked by hand."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from detector.training.bins import MAX_BINS, bin_edges, coded
from tests.building import NAN


def test_between_any_two_of_few_values_lies_an_edge() -> None:
    assert bin_edges(np.array([3.0, NAN, 1.0, 1.0, 7.0])).tolist() == [2.0, 5.0]
    assert bin_edges(np.array([2.0, 2.0, NAN])).tolist() == []
    assert bin_edges(np.array([NAN])).tolist() == []


def test_many_values_are_cut_into_bins_of_equal_count() -> None:
    edges = bin_edges(np.random.default_rng(0).permutation(MAX_BINS * 4).astype(np.float64))
    assert edges.tolist() == [4.0 * k - 0.5 for k in range(1, MAX_BINS)]


def test_a_value_that_many_rows_share_takes_one_bin() -> None:
    column = np.concatenate([np.zeros(10_000), np.arange(1.0, 1_001.0)])
    edges = bin_edges(column)
    assert (edges[0], len(edges) < 40) == (0.0, True)
    codes = coded(column[:, None], [edges])[:, 0]
    assert sorted(set(codes.tolist())) == list(map(float, range(len(edges) + 1)))


@pytest.mark.parametrize(("value", "code"), [(1.0, 0), (2.0, 0), (2.1, 1), (5.0, 1), (9.0, 2), (NAN, NAN)])
def test_a_code_says_how_many_edges_lie_below(value: float, code: float) -> None:
    assert_array_equal(coded(np.array([[value]]), [np.array([2.0, 5.0])]), [[code]])
