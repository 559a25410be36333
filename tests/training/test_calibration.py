"""Calibration: what is repeated counts once."""

import dataclasses

import numpy as np
import pytest

from detector.training.calibration import MIN_SLOPE, SILENT, _shared, calibrate
from detector.training.matrix import Matrix
from detector.verdict import HEADS, NORMAL
from tests.models import small_fit


def test_a_group_counts_once_and_each_side_weighs_what_it_did() -> None:
    weight = np.array([1.0, 1.0, 1.0, 0.5, 2.0, 2.0])
    cluster = np.array([7, 7, 8, 8, 9, 9])
    target = np.array([1, 1, 1, 0, 0, 0], dtype=np.int8)
    shared = _shared(weight, cluster, target)
    # Two of group 7 weigh together what the one of group 8 does; group 8 has one row on either side.
    np.testing.assert_allclose(shared, [0.75, 0.75, 1.5, 4.5 * 0.5 / 2.5, 4.5 * 1 / 2.5, 4.5 * 1 / 2.5])
    assert [shared[target == side].sum() for side in (0, 1)] == [
        weight[target == side].sum() for side in (0, 1)
    ]


def test_what_weighs_nothing_stays_nothing() -> None:
    shared = _shared(np.zeros(3), np.arange(3), np.array([1, 0, 0], dtype=np.int8))
    assert shared.tolist() == [0, 0, 0]


def room(label: list[int], rate: list[float]) -> Matrix:
    """Different live comments with these labels, of which only what calibration reads matters."""
    n, small = len(label), small_fit().matrix
    return dataclasses.replace(
        small, label=np.array(label, dtype=np.int8), known=np.ones((n, len(HEADS)), dtype=np.bool_),
        surface=np.zeros(n, dtype=np.intp), cluster=np.arange(n), weight=np.ones((n, len(HEADS))),
        rate=np.array(rate), augmented=np.zeros(n, dtype=np.bool_),
    )  # fmt: skip


LURE, FLOOD, SHILL = range(len(HEADS))


def told(matrix: Matrix, head: int, wording: np.ndarray, margin: np.ndarray) -> tuple[float, ...]:
    """a, b, c of one head for live comments."""
    return tuple(calibrate(matrix, head, wording, margin)[0].tolist())


def test_logs_that_do_not_tell_how_often_something_happens_count_where_there_are_no_others() -> None:
    rng = np.random.default_rng(1)
    real, made_up = [LURE] * 40 + [NORMAL] * 360, [LURE] * 200 + [NORMAL] * 200
    margin = np.concatenate([rng.normal([2.0] * 40 + [-2.0] * 360), rng.normal([2.0] * 200 + [-2.0] * 200)])
    wording = rng.normal(size=len(margin))
    alone = told(room(real, [1.0] * 400), LURE, wording[:400], margin[:400])
    assert told(room(real + made_up, [1.0] * 400 + [0.0] * 400), LURE, wording, margin) == pytest.approx(alone)
    assert told(room(real + made_up, [1.0] * 800), LURE, wording, margin)[2] > alone[2] + 0.5
    made = told(room(made_up, [0.0] * 400), LURE, wording[400:], margin[400:])
    assert made == pytest.approx(told(room(made_up, [1.0] * 400), LURE, wording[400:], margin[400:]))


@pytest.mark.parametrize(("head", "share"), [(LURE, 0.25), (SHILL, 0.1)])
def test_the_wording_keeps_a_share_of_what_trees_weigh(head: int, share: float) -> None:
    rng = np.random.default_rng(2)
    label = [head] * 100 + [FLOOD] * 100 + [NORMAL] * 200
    margin, wording = rng.normal(size=400) + np.repeat([1.0, 1.0, -1.0], [100, 100, 200]), rng.normal(size=400)
    a, b, _ = told(room(label, [1.0] * 400), head, wording, margin)
    assert (a, b > MIN_SLOPE) == (pytest.approx(share * b), True)
    # Words of floods were made up: they are left to the trees.
    assert told(room(label, [1.0] * 400), FLOOD, wording, np.roll(margin, 100))[0] == MIN_SLOPE


def test_trees_that_say_the_contrary_are_not_asked() -> None:
    wording = np.repeat([1.0, -1.0], 50) + np.random.default_rng(3).normal(size=100)
    a, b, _ = told(room([LURE] * 50 + [NORMAL] * 50, [1.0] * 100), LURE, wording, -4.0 * wording)
    assert (a > 1.0, b) == (True, 0.0)
    few = told(room([LURE] * 5 + [NORMAL] * 50, [1.0] * 55), LURE, wording[:55], wording[:55])
    assert few == SILENT
