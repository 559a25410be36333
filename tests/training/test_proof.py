"""A threshold is an upper bound on what it costs genuine people, or there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import beta

from detector.training.matrix import Matrix
from detector.training.proof import CONFIDENCE, LEAST_P, LEAST_P_OF_FLOODS, PROFILES, prove, upper_bound
from detector.verdict import HEADS, NORMAL
from tests.models import small_fit


def flags(n: int, hits: int) -> np.ndarray:
    return np.arange(n) < hits


def test_nothing_flagged_among_three_thousand_is_the_rule_of_three() -> None:
    bound, clusters = upper_bound(flags(3000, 0), np.arange(3000), seed=0)
    # 1 - 0.05 ** (1 / n), which is three in n.
    assert bound == pytest.approx(1 - 0.05 ** (1 / 3000), rel=1e-9)
    assert bound == pytest.approx(3 / 3000, rel=2e-3)
    assert clusters == 3000


def test_copies_of_one_meme_prove_no_more_than_the_meme() -> None:
    alone, _ = upper_bound(flags(300, 0), np.arange(300), seed=0)
    copied, clusters = upper_bound(flags(3000, 0), np.arange(3000) % 300, seed=0)
    assert clusters == 300
    # One in so many texts might be flagged, with all its copies: the share of comments is no smaller.
    assert copied == pytest.approx(alone, rel=1e-9)


def test_the_bound_lies_above_the_share_and_rises_with_it() -> None:
    bounds = [upper_bound(flags(2000, hits), np.arange(2000), seed=0)[0] for hits in (0, 1, 2, 5, 20, 100)]
    assert [bound > hits / 2000 for bound, hits in zip(bounds, (0, 1, 2, 5, 20, 100), strict=True)] == [
        True
    ] * 6
    assert bounds == sorted(set(bounds))


def test_flagged_copies_widen_the_bound() -> None:
    apart = upper_bound(flags(2000, 20), np.arange(2000), seed=0)[0]
    # The same twenty flags, but all on one text.
    together = upper_bound(flags(2000, 20), np.where(flags(2000, 20), 0, np.arange(2000)), seed=0)[0]
    assert together > apart


def test_what_was_seen_counts_as_it_is_unless_the_bound_is_strict() -> None:
    # Three comments to a text, but forty are the only ones of theirs.
    cluster = np.concatenate([np.arange(1000), np.repeat(np.arange(1000, 2000), 5)])
    flagged = flags(6000, 40)
    strict, clusters = upper_bound(flagged, cluster, seed=0)
    seen, _ = upper_bound(flagged, cluster, seed=0, strict=False)
    exact = float(beta.ppf(CONFIDENCE, 41, 1960))
    assert clusters == 2000
    assert strict == pytest.approx(exact * 3 * 2000 / 6000)
    assert seen == pytest.approx((40 + 3 * (exact * 2000 - 40)) / 6000)
    # Where nothing was flagged they are the same.
    none = flags(6000, 0)
    assert upper_bound(none, cluster, seed=0) == upper_bound(none, cluster, seed=0, strict=False)


def test_no_genuine_comment_proves_nothing() -> None:
    assert upper_bound(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64), seed=0) == (1.0, 0)


def test_everything_flagged_is_a_bound_of_all() -> None:
    assert upper_bound(np.ones(50, dtype=bool), np.arange(50), seed=0)[0] >= 1.0


def genuine(n: int) -> Matrix:
    """A matrix of ``n`` different genuine live comments, of which only labels and clusters matter here."""
    small = small_fit().matrix
    return Matrix(
        values=small.values[:0], text=small.text[:0], reading=small.reading,
        label=np.full(n, NORMAL, dtype=np.int8), fold=np.zeros(n, dtype=np.int8),
        known=np.ones((n, len(HEADS)), dtype=bool), surface=np.zeros(n, dtype=np.intp), proof=np.ones(n, dtype=bool),
        cluster=np.arange(n), log=np.zeros(n, dtype=np.int16), account=np.zeros(n, dtype=np.int64),
        weight=np.ones((n, len(HEADS))), augmented=np.zeros(n, dtype=np.bool_), origin=np.arange(n),
        session=np.zeros(n, dtype=np.int32), rate=np.ones(n), words=np.ones(n, dtype=np.bool_),
        source=np.arange(n), names=("room",),
    )  # fmt: skip


ALL = np.ones((2, len(HEADS)), dtype=bool)


def spread(n: int) -> np.ndarray:
    """Held-out log-odds of genuine comments: p evenly from just above 0 to 1, in another order for every head."""
    p = (np.arange(n) + 0.5) / n
    rng = np.random.default_rng(3)
    return np.column_stack([logit(rng.permutation(p)) for _ in HEADS])


@pytest.mark.parametrize("n", [200, 5000, 40_000])
def test_no_threshold_promises_less_than_it_proves(n: int) -> None:
    log_odds = spread(n)
    p = 1 / (1 + np.exp(-log_odds))
    found = prove(genuine(n), log_odds, ALL, seed=0)
    for profile, targets in PROFILES.items():
        for level, target in zip(("review", "high_risk"), targets, strict=True):
            rows = [r for r in found.rows if (r.profile, r.level, r.surface) == (profile, level, "comment")]
            cuts = [found.cut(profile, "comment", head, level) for head in HEADS]
            share = float((p >= cuts).any(axis=1).mean())
            if rows[0].p is None:
                # The sample is too small: even with nothing flagged the bound is above the target.
                assert (cuts, rows[0].bound > target) == ([math.inf] * len(HEADS), True)
            else:
                assert share <= rows[0].bound <= target
                # No cut below the least probability, whatever the target would allow.
                at = ("review", "high_risk").index(level)
                least = [
                    (LEAST_P_OF_FLOODS if row.head == "bot_flood" else LEAST_P)[profile][at] for row in rows
                ]
                assert [row.p is not None and row.p >= p for row, p in zip(rows, least, strict=True)] == [
                    True
                ] * 3


def test_nobody_is_put_up_for_a_flood_that_is_less_likely_than_not() -> None:
    # Nothing genuine looks like anything: the least probabilities decide.
    found = prove(genuine(40_000), spread(40_000) - 20.0, ALL, seed=0)
    cuts = {head: found.cut("balanced", "comment", head, "review") for head in HEADS}
    assert cuts == {"solicitation": 0.1, "bot_flood": 0.5, "fake_review": 0.1}


def test_a_small_sample_proves_the_loose_target_and_not_the_strict_one() -> None:
    found = prove(genuine(5000), spread(5000), ALL, seed=0)
    # With 5000 comments the rule of three gives 0.06 %: enough for 0.1 %, not for 0.01 %.
    assert found.cut("balanced", "comment", "bot_flood", "review") < 1.0
    assert found.cut("balanced", "comment", "bot_flood", "high_risk") == math.inf


def test_the_errors_told_are_the_errors_counted() -> None:
    log_odds = spread(5000)
    p = 1 / (1 + np.exp(-log_odds))
    for row in prove(genuine(5000), log_odds, ALL, seed=0).rows:
        if row.p is not None and row.surface == "comment":
            assert row.errors == int((p[:, HEADS.index(row.head)] >= row.p).sum())


def test_a_head_that_was_not_fitted_has_no_threshold() -> None:
    fitted = ALL.copy()
    fitted[0, HEADS.index("fake_review")] = False
    found = prove(genuine(5000), spread(5000), fitted, seed=0)
    assert {row.head for row in found.rows if row.surface == "comment"} == {"solicitation", "bot_flood"}
    assert found.cut("balanced", "comment", "fake_review", "review") == math.inf


def test_a_surface_without_genuine_comments_has_no_threshold() -> None:
    found = prove(genuine(5000), spread(5000), ALL, seed=0)
    assert {row.p for row in found.rows if row.surface == "review"} == {None}
    assert found.cut("sensitive", "review", "fake_review", "review") == math.inf
