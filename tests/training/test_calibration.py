"""Calibration: what is repeated counts once."""

import numpy as np

from detector.training.calibration import _shared


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
