"""Attacks put into the genuine part of a log, and what is found of them."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.simulate import ATTACKS, LIVE_ATTACKS, REVIEW_ATTACKS, simulate_reviews, simulate_room
from detector.training.logs import label_codes
from detector.trial.attacks import SHARE, attacks_found, genuine_rows, kinds_for, with_campaigns
from tests.building import batch, comment
from tests.models import handmade_detector, quiet


@functools.cache
def room() -> CommentBatch:
    """Some two thousand genuine comments."""
    return simulate_room(seed=3, minutes=20, viewers=600, attacks=(), level_scale="medium").batch


@pytest.mark.parametrize("kind", LIVE_ATTACKS)
def test_an_attack_is_at_most_a_hundredth_and_looks_like_the_room(kind: str) -> None:
    mixed, campaign, post = with_campaigns(room(), kind, seed=(0, 1))
    assert mixed.take(np.flatnonzero(campaign < 0)).text == room().text
    assert 0 < post.sum() <= SHARE * len(room()) + 1
    assert set(campaign[post].tolist()) == set(range(campaign.max() + 1))
    known = set(room().user_level.tolist())
    assert set(mixed.user_level[post].tolist()) <= known


def test_accounts_that_warm_up_say_what_the_room_says() -> None:
    said = set(room().text)
    mixed, campaign, post = with_campaigns(room(), "warm_up", seed=(0, 1))
    chat = np.flatnonzero((campaign >= 0) & ~post)
    assert len(chat) > 0
    assert {mixed.text[row] for row in chat} <= said


@pytest.mark.parametrize("kind", ["vote_wall", "lure_burst"])
def test_half_of_a_flood_says_what_the_room_says_but_a_lure_names_its_contact(kind: str) -> None:
    said = set(room().text)
    mixed, _, post = with_campaigns(room(), kind, seed=(0, 1))
    of_the_room = np.array([mixed.text[row] in said for row in np.flatnonzero(post)])
    if kind == "vote_wall":
        assert 0.2 < of_the_room.mean() < 0.8
    else:
        assert not of_the_room.any()


def test_the_same_seed_makes_the_same_attack() -> None:
    first, second, other = (with_campaigns(room(), "lure_burst", seed=(s, 0))[0].text for s in (1, 1, 2))
    assert first == second
    assert first != other


def test_an_account_that_ever_attacked_is_not_copied_from() -> None:
    rows = batch(
        comment("你好", user_id="fan"),
        comment("大家好", user_id="spammer"),
        comment("加微", user_id="spammer"),
        comment("不好说", user_id="odd"),
        # A masked id is many people: one of them proves nothing of the others.
        comment("加微", user_id="w***g", user_id_quality="masked"),
        comment("早", user_id="w***g", user_id_quality="masked"),
    )
    names = ["normal", "normal", "solicitation", "unsure", "solicitation", "normal"]
    kept = genuine_rows(rows, label_codes(names, where="log"))
    assert kept.tolist() == [True, False, False, False, False, True]


def test_reviews_get_review_attacks_and_only_with_ratings() -> None:
    reviews = simulate_reviews(seed=1, reviews=60).batch
    assert (kinds_for(room()), kinds_for(reviews)) == (LIVE_ATTACKS, REVIEW_ATTACKS)
    assert kinds_for(batch(comment(kind="review"))) == ()
    assert kinds_for(batch(comment(kind="gift"))) == ()


def test_every_kind_is_judged_by_its_own_head() -> None:
    found = attacks_found(handmade_detector(), room(), np.full(len(room()), 3, dtype=np.int8), progress=quiet)
    assert {kind: row.label for kind, row in found.items()} == {
        kind: ATTACKS[kind].label for kind in LIVE_ATTACKS
    }
    # Two thousand comments carry one campaign of at least a dozen posts.
    assert {row.campaigns for row in found.values()} == {1}
    # The handmade model knows three characters: praise that says 赞 is all but invisible in a genuine room.
    assert found["emoji_flood"].recall.value == 0.0
    assert 0.0 <= found["emoji_flood"].recall.low <= found["emoji_flood"].recall.high <= 1.0


def test_where_nothing_can_be_hidden_it_says_so() -> None:
    rows = batch(comment(kind="review"), comment(kind="review"))
    with pytest.raises(UsageError, match="no session has live comments"):
        attacks_found(handmade_detector(), rows, np.full(2, 3, dtype=np.int8), progress=quiet)
