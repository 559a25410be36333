"""Templates of a few texts."""

from __future__ import annotations

import itertools

import pytest

from detector.campaigns import template


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["加v13800138000"], "加{ID}"),
        (["加 13800138000"], "加 {N}"),
        (["群 123 456 789 来"], "群 {N} 来"),
        (["看tcc473a", "看tcc473a", "别的"], "看{ID}"),
        (["666"], "666"),
        (["5折", "5折"], "5折"),
        (["好" * 300], "好" * 200),
        (["💃💃", "💃"], "💃"),
    ],
)
def test_a_template_shows_slots_for_numbers_and_handles(texts: list[str], shown: str) -> None:
    assert template(texts) == shown


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["亲测有效7天瘦5斤", "亲测有效15天瘦8斤", "亲测有效30天瘦12斤"], "亲测有效{N}天瘦{N}斤"),
        (["看nv+xka473", "看nv+uee816", "看nv+pq99z"], "看nv+{ID}"),
        (["主播好棒qwe", "主播好棒zxc", "主播好棒abd"], "主播好棒{ID}"),
        (["恭喜小鱼中奖了", "恭喜阿强中奖了", "恭喜大宝贝中奖了"], "恭喜{…}中奖了"),
        (["领券加薇", "领券快加薇", "领券现在加薇"], "领券{…}加薇"),
    ],
)
def test_what_differs_is_a_slot_named_for_what_stands_there(texts: list[str], shown: str) -> None:
    assert template(texts) == shown


def test_one_that_differs_among_many_makes_no_slot() -> None:
    assert template(["买它买它"] * 3 + ["买它不买"]) == "买它买它"


def test_signs_thrown_in_and_what_cannot_be_seen_make_no_slot() -> None:
    texts = ["涨|粉|一万", "涨粉一万", "涨粉🔥一万!", "涨\u200b粉~一万"]
    assert template(texts) == "涨粉一万"


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = ["加薇123456", "来加薇88", "加薇领券abc", "快来加薇99"]
    assert len({template(order) for order in itertools.permutations(texts)}) == 1


def test_a_broken_character_is_left_out() -> None:
    assert template(["加薇\ud83d领券"]) == "加薇领券"
