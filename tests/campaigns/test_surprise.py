"""How surprising a campaign is in its room, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.building import comment
from tests.campaigns.stories import TEMPLATES, chat, crowd, farm, lures, scored


def test_in_a_room_that_repeats_nothing_four_lures_are_a_surprise() -> None:
    # Nine things said by three viewers, none twice; lures at 0, 10, 20 and 30 s; the chat lies between.
    (group,) = scored(*lures(4), *chat(every_s=3.0, start_s=1.0)).groups
    # With one imagined template that is repeated once: 1 repeat of 10 templates. It cannot vary more than Poisson.
    assert (group.repeats, group.expected_repeats, group.span_c) == (3, 0.1, 13)
    p_repeats = 1 - math.exp(-0.1) * (1 + 0.1 + 0.1**2 / 2)
    # All 4 lures and 3 of 9 others are their account's first words.
    p_fresh = math.comb(7, 4) / math.comb(13, 4)
    assert (group.fresh_share, group.room_fresh_share) == (1.0, 7 / 13)
    both = p_repeats * p_fresh
    assert group.p_value == pytest.approx(both * (1 - math.log(both)), rel=1e-9)
    assert group.score == pytest.approx(-math.log10(group.p_value), rel=1e-12)
    assert group.q_value == group.p_value


def test_in_a_room_that_chants_they_are_not() -> None:
    chants = [
        row
        for n, text in enumerate(("666", "牛啊", "冲冲冲", "来了来了"))
        for row in crowd(60, text=text, start_s=n / 4)
    ]
    (quiet,) = scored(*lures(4), *chat(every_s=3.0, start_s=1.0)).groups
    (loud,) = scored(*lures(4), *chants).groups
    # In 30 s each chant is heard from some thirty viewers: far more than the four lures.
    assert loud.expected_repeats > 20
    assert loud.p_value > 0.01 > 1e-3 > quiet.p_value


def test_one_account_that_repeats_itself_is_no_crowd() -> None:
    (group,) = scored(*lures(6, user_id="one"), *chat(every_s=3.0, start_s=1.0)).groups
    assert (group.accounts, group.repeats) == (1, 0)
    assert group.p_value > 0.5


def test_accounts_that_share_templates_are_a_surprise_of_their_own() -> None:
    # Eight accounts post both of two templates: 2 x 7 repeats, and all eight shared, of an audience of 100 at least.
    rows = farm(8, templates=TEMPLATES[:2])
    (group,) = scored(*rows, *chat(every_s=10.0)).groups
    assert (group.repeats, group.shared_accounts) == (14, 8)
    # Of 9 + 1 imagined things one is repeated: for two templates a mean of 0.2, and no more variance than Poisson's.
    assert group.expected_repeats == pytest.approx(0.2, rel=1e-12)
    p_repeats = sum(math.exp(-0.2) * 0.2**k / math.factorial(k) for k in range(14, 30))
    # Up to 127 s all of the chat has been said: 3 viewers and 8 accounts began in 17 posts, their second ones apart.
    p_fresh = math.comb(11, 8) / math.comb(17, 8)
    p_shared = 1 / math.comb(100, 8)
    x = p_repeats * p_fresh * p_shared
    expected = x * (1 - math.log(x) + math.log(x) ** 2 / 2)
    assert group.p_value == pytest.approx(expected, rel=1e-6)


def test_old_accounts_are_less_of_a_surprise_than_fresh_ones() -> None:
    said_before = [
        comment(
            f"第{k}句闲话{'好坏美丑'[k]}",
            at_s=-60 + k,
            user_id=f"r1-u{k}",
            room_id="r1",
            comment_id=f"before{k}",
        )
        for k in range(4)
    ]
    (fresh,) = scored(*lures(4), *chat(every_s=3.0, start_s=1.0)).groups
    (old,) = scored(*said_before, *lures(4), *chat(every_s=3.0, start_s=1.0)).groups
    assert (old.fresh_share, old.room_fresh_share) == (0.0, 3 / 13)
    assert old.p_value > fresh.p_value


def test_a_room_of_lures_alone_surprises_little() -> None:
    # Nothing to compare with: one imagined template, repeated once. Poisson(1) gives 3 or more in 8 % of rooms.
    (group,) = scored(*lures(4)).groups
    p_repeats = 1 - math.exp(-1) * 2.5
    assert group.expected_repeats == 1.0
    assert group.p_value == pytest.approx(p_repeats * (1 - math.log(p_repeats)), rel=1e-9)


def test_false_discoveries_are_counted_within_a_session() -> None:
    rows = [
        *lures(4, user_id="one"),
        *lures(6, text=TEMPLATES[1], start_s=2),
        *chat(every_s=3.0, start_s=1.0),
        *lures(5, room="r2"),
    ]
    by_room = {(group.room_id, group.comments): group for group in scored(*rows).groups}
    weak, strong, alone = by_room["r1", 4], by_room["r1", 6], by_room["r2", 5]
    assert strong.p_value < weak.p_value
    np.testing.assert_allclose(
        [strong.q_value, weak.q_value, alone.q_value], [2 * strong.p_value, weak.p_value, alone.p_value]
    )
