"""Average precision and recall: against scikit-learn, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from detector.evaluation import average_precision, recall_at
from detector.evaluation.intervals import Estimate, resampled_sums, share, share_lost
from detector.evaluation.measure import ranked_figures
from detector.evaluation.metrics import FIGURES, cut_at, figures, rank

# Six comments, the likeliest first; the third and the fourth tie.
SCORE = np.array([0.9, 0.8, 0.7, 0.7, 0.4, 0.1])
POSITIVE = np.array([True, False, True, False, True, False])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [3, 20, 10**9], ids=["many ties", "some ties", "no ties"])
def test_average_precision_is_scikit_learns(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    score = rng.integers(0, steps, size=400).astype(float)
    positive = rng.random(400) < 0.1 + 0.3 * (score / steps)
    assert average_precision(score, positive) == pytest.approx(
        average_precision_score(positive, score), abs=1e-12
    )


@pytest.mark.parametrize("steps", [3, 20, 10**9], ids=["many ties", "some ties", "no ties"])
def test_area_under_the_curve_is_scikit_learns(steps: int) -> None:
    rng = np.random.default_rng(4)
    score = rng.integers(0, steps, size=400).astype(float)
    positive = rng.random(400) < 0.1 + 0.3 * (score / steps)
    found = figures(rank(score, positive, np.arange(400)))
    assert found[FIGURES.index("area_under_curve")] == pytest.approx(roc_auc_score(positive, score), abs=1e-12)


def test_average_precision_by_hand() -> None:
    # One of three at precision 1, one more at the tie (2 of 4), the last at 3 of 5.
    assert average_precision(SCORE, POSITIVE) == pytest.approx((1 + 2 / 4 + 3 / 5) / 3)


def test_ties_are_one_step_and_no_lucky_order() -> None:
    assert average_precision(np.ones(4), np.array([True, False, False, True])) == 0.5
    assert average_precision(np.ones(4), np.array([False, True, True, False])) == 0.5


def test_recall_at_a_rate_by_hand() -> None:
    # Three genuine comments: none may be flagged, one (a third), two, all.
    assert recall_at(SCORE, POSITIVE, 0.0) == pytest.approx(1 / 3)
    # The tie at 0.7 would flag a second genuine comment, so only the first positive counts.
    assert recall_at(SCORE, POSITIVE, 0.34) == pytest.approx(1 / 3)
    assert recall_at(SCORE, POSITIVE, 0.67) == 1.0


def test_where_every_threshold_flags_too_many_the_recall_is_zero() -> None:
    assert recall_at(np.array([0.9, 0.1]), np.array([False, True]), 0.001) == 0.0


def test_without_a_positive_comment_nothing_can_be_measured() -> None:
    assert math.isnan(average_precision(np.array([0.5, 0.6]), np.array([False, False])))
    assert math.isnan(recall_at(np.array([0.5]), np.array([False]), 0.01))
    assert math.isnan(average_precision(np.zeros(0), np.zeros(0, dtype=bool)))


def test_a_weight_of_two_is_the_comment_twice() -> None:
    weight = np.array([1.0, 2.0, 1.0, 0.0, 1.0, 3.0])
    repeated = np.repeat(np.arange(6), weight.astype(int))
    once = figures(rank(SCORE, POSITIVE, np.arange(6)), weight)
    copied = figures(rank(SCORE[repeated], POSITIVE[repeated], np.arange(8)))
    assert once.tolist() == copied.tolist()


def labelled(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    positive = np.arange(n) % 5 == 0
    return rng.normal(size=n) + 1.5 * positive, positive


def test_an_interval_contains_its_value() -> None:
    score, positive = labelled(500)
    for figure in ranked_figures([rank(score, positive, np.arange(500))])[0].values():
        assert figure.low <= figure.value <= figure.high
        assert figure.low < figure.high


def test_copies_of_one_text_are_no_further_evidence() -> None:
    score, positive = labelled(500)
    alone = ranked_figures([rank(score, positive, np.arange(500))])[0]["average_precision"]
    # Twenty copies of each: as independent comments they would promise a much finer figure than they can.
    score, positive, cluster = (np.repeat(column, 20) for column in (score, positive, np.arange(500)))
    clustered = ranked_figures([rank(score, positive, cluster)])[0]["average_precision"]
    naive = ranked_figures([rank(score, positive, np.arange(10_000))])[0]["average_precision"]
    assert clustered.value == pytest.approx(alone.value)
    assert clustered.high - clustered.low == pytest.approx(alone.high - alone.low, rel=1e-9)
    assert clustered.high - clustered.low > 2 * (naive.high - naive.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    score, positive = labelled(200)
    ranked = rank(score, positive, np.arange(200))
    assert ranked_figures([ranked], seed=1) == ranked_figures([ranked], seed=1)
    assert ranked_figures([ranked], seed=1) != ranked_figures([ranked], seed=2)


def test_an_estimate_reads_as_value_and_interval() -> None:
    assert str(Estimate(0.5, 0.25, 0.75)) == "0.5000 [0.2500, 0.7500]"


def test_a_cut_flags_as_many_genuine_comments_as_allowed_and_no_more() -> None:
    genuine = np.arange(1000) / 1000
    for rate, flagged in ((0.0, 0), (0.001, 1), (0.0019, 1), (0.01, 10)):
        assert (genuine >= cut_at(genuine, rate)).sum() == flagged


def test_a_cut_does_not_part_equal_scores() -> None:
    genuine = np.array([0.9, 0.9, 0.9, 0.1])
    # One may be flagged, but the three at the top are one step.
    assert (genuine >= cut_at(genuine, 0.25)).sum() == 0
    assert math.isnan(cut_at(np.zeros(0), 0.01))


def test_the_recall_above_a_cut_is_the_recall_at_its_rate() -> None:
    score, positive = labelled(500)
    for rate in (0.01, 0.1):
        found = (score[positive] >= cut_at(score[~positive], rate)).mean()
        assert found == recall_at(score, positive, rate)


def test_a_share_of_nothing_hit_is_bounded_by_the_number_of_clusters() -> None:
    # 1 - 0.025 ** (1 / 10) is what ten clusters without a hit can rule out; 100 copies rule out no more.
    hit, cluster = np.zeros(100, dtype=bool), np.arange(100) % 10
    none = share(hit, cluster)
    assert (none.value, none.low, none.high) == (0.0, 0.0, pytest.approx(0.308497))
    every = share(~hit, cluster)
    assert (every.value, every.low, every.high) == (1.0, pytest.approx(0.691503), 1.0)
    assert math.isnan(share(np.zeros(0, dtype=bool), np.zeros(0, dtype=int)).value)


def test_a_share_has_the_interval_of_its_clusters() -> None:
    hit = np.arange(400) % 4 == 0
    alone = share(hit, np.arange(400))
    assert alone.value == 0.25
    # The binomial interval of 400 is 0.25 plus or minus 0.042.
    assert (alone.low, alone.high) == (pytest.approx(0.208, abs=0.01), pytest.approx(0.292, abs=0.01))
    in_tens = share(np.repeat(hit[:40], 10), np.repeat(np.arange(40), 10))
    assert in_tens.high - in_tens.low > 2.5 * (alone.high - alone.low)


def test_what_is_lost_is_paired() -> None:
    before = np.array([True, True, True, False])
    lost = share_lost(before, np.array([True, False, False, False]), np.arange(4))
    assert lost.value == 0.5
    same = share_lost(before, before, np.arange(4))
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_equal_clusters_are_drawn_as_one_number_of_their_mean() -> None:
    sums = np.array([[1.0, 2.0]] * 50 + [[0.0, 1.0]] * 50)
    drawn = resampled_sums(sums)
    assert drawn.mean(axis=0) == pytest.approx([50.0, 150.0], rel=0.02)
    # The variance of a sum of Poisson multiples is the sum of squares.
    assert drawn.var(axis=0) == pytest.approx([50.0, 250.0], rel=0.4)
