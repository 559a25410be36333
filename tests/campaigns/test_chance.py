"""Tails worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detector.campaigns.chance import LEAST_P, false_discovery, overlap_tail, repeats_tail, together

NAN = float("nan")


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9)


def test_repeats_as_even_as_chance_are_poisson() -> None:
    # 1 - e^-0.1 (1 + 0.1 + 0.005); a variance below the mean changes nothing.
    tail = 1 - math.exp(-0.1) * 1.105
    assert repeats_tail(3, mean=0.1, variance=0.1) == pytest.approx(tail, rel=1e-9)
    assert repeats_tail(3, mean=0.1, variance=0.09) == pytest.approx(tail, rel=1e-9)


def test_a_room_that_chants_expects_more() -> None:
    # Mean 1 and variance 2 is shape 1: geometric, each further repeat half as likely: 1, 1/2, 1/4, 1/8.
    assert [repeats_tail(k, mean=1.0, variance=2.0) for k in range(4)] == [
        1.0,
        close(0.5),
        close(0.25),
        close(0.125),
    ]
    # Mean 1 and variance 10^4: three hundred repeats are rare, no more.
    assert 1e-5 < repeats_tail(300, mean=1.0, variance=1e4) < 1e-3


def test_what_is_far_below_the_mean_is_certain_and_far_above_next_to_impossible() -> None:
    assert repeats_tail(1, mean=1e4, variance=1e4) == 1.0
    assert repeats_tail(10_000, mean=0.5, variance=0.5) == LEAST_P
    assert repeats_tail(1, mean=0.0, variance=0.0) == LEAST_P


def test_an_overlap_is_counted_as_drawing_balls() -> None:
    # Of 13 balls 7 are marked; all 4 drawn are: 35 of 715 ways.
    assert overlap_tail(4, drawn=4, marked=7, population=13) == close(35 / 715)
    # 3 or more: 35 x 6 more ways.
    assert overlap_tail(3, drawn=4, marked=7, population=13) == close(245 / 715)
    assert overlap_tail(12, drawn=12, marked=12, population=100) == close(1 / math.comb(100, 12))


def test_an_overlap_that_cannot_be_avoided_proves_nothing() -> None:
    assert overlap_tail(12, drawn=12, marked=12, population=12) == 1.0
    assert overlap_tail(0, drawn=3, marked=3, population=100) == 1.0
    # 8,600 of 20,000 said 666 and so did 6 of 12: 5.2 would by chance.
    assert overlap_tail(6, drawn=12, marked=8_600, population=20_000) == pytest.approx(0.42, abs=0.01)


def test_more_than_can_be_is_as_rare_as_a_number_can_tell() -> None:
    assert overlap_tail(4, drawn=3, marked=3, population=100) == LEAST_P


def test_two_p_values_make_one() -> None:
    x = 0.01 * 0.04
    assert together([0.01, 0.04]) == close(x * (1 - math.log(x)))
    assert together([0.03]) == close(0.03)
    assert together([1.0, 1.0]) == 1.0


def test_what_is_not_known_takes_no_part() -> None:
    assert together([NAN, 0.03]) == close(0.03)
    assert math.isnan(together([NAN, NAN]))


def test_false_discoveries_are_held_against_all_that_was_tested() -> None:
    # 0.01 is the best of four: 0.04. 0.04 is the second: 0.08, but the third, 0.05, gives 0.2 / 3.
    q = false_discovery([0.05, 0.01, 0.04, 0.9])
    np.testing.assert_allclose(q, [0.2 / 3, 0.04, 0.2 / 3, 0.9])


def test_an_unknown_p_value_is_not_tested() -> None:
    np.testing.assert_allclose(false_discovery([NAN, 0.01, 0.5]), [NAN, 0.02, 0.5])
    assert false_discovery([]).tolist() == []
