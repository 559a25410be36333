"""Campaigns in plain words: what chance would do, and what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from detector.comment import CommentBatch
from detector.report import render_report
from detector.report.groups import beyond, chance, odds
from detector.report.wording import words
from detector.verdict import Campaign, Verdicts

Room = tuple[CommentBatch, Verdicts]
ZH, EN = words("zh"), words("en")


def campaign(**over: object) -> Campaign:
    """Twelve accounts with two templates, each weighed against a room of 1,234 comments."""
    values: dict[str, object] = {
        "campaign_id": "C-1", "room_id": "7", "session_id": "s", "label": "solicitation",
        "template": "加薇领{N}元", "templates": ("加薇领{N}元", "看片{ID}"), "merged_ids": ("C-2",),
        "comments": 24, "accounts": 12, "flagged": 24, "first_ts_ms": 1_794_398_430_000.0,
        "last_ts_ms": 1_794_398_460_000.0, "score": 4.43, "samples": ("2", "4"), "rooms": 3, "span_c": 1_234,
        "repeats": 22, "expected_repeats": 0.24, "fresh_share": 0.75, "room_fresh_share": 0.304,
        "shared_accounts": 12, "p_value": 3.7e-05, "q_value": 2.2e-04,
    }  # fmt: skip
    return Campaign(**(values | over))  # type: ignore[arg-type]


def test_a_campaign_is_weighed_against_its_room_in_both_languages() -> None:
    assert chance(campaign(), ZH) == [
        "房间的 1,234 条评论里，同样的话碰巧会被别的账号重复 0.2 次，这里是 22 次。",
        "这些账号有 75% 是第一次开口，同期全房间是 30%。",
        "有 12 个账号发过其中不止一个模板。",
        "碰巧到这个程度的机会：1/27,000（p=3.7e-05，同场各团伙一并校正后 q=0.00022）。",
        "同样的模板还出现在另外 2 个房间。",
    ]
    assert chance(campaign(), EN) == [
        (
            "Within 1,234 comments of the room, by chance other accounts would repeat such a text 0.2 times; "
            "here they did 22 times."
        ),
        "For 75% of its accounts these were the first words; in the room at that time, for 30%.",
        "Accounts that posted more than one of its templates: 12.",
        "Odds of as much by chance: 1 in 27,000 (p=3.7e-05; over all campaigns of the session q=0.00022).",
        "Other rooms with the same template: 2.",
    ]


def test_one_account_that_repeats_itself_is_said_to_be_one() -> None:
    alone = campaign(repeats=0, shared_accounts=0, rooms=1, p_value=1.0, q_value=1.0)
    assert chance(alone, ZH)[0] == "房间的 1,234 条评论里，没有别的账号重复这些话：是自己刷，不是多人协同。"
    assert chance(alone, ZH)[-1] == "碰巧到这个程度的机会：100%（p=1，同场各团伙一并校正后 q=1）。"


def test_where_accounts_cannot_be_told_apart_the_page_says_so() -> None:
    masked = campaign(p_value=float("nan"), q_value=float("nan"), rooms=1)
    assert chance(masked, ZH) == ["账号无法区分，不能和偶然雷同比较。"]
    assert beyond(masked, ZH) == ""


@pytest.mark.parametrize(
    ("q", "word"),
    [(0.0005, "远超偶然"), (0.001, "远超偶然"), (0.02, "超出偶然"), (0.05, "超出偶然"), (0.3, "可能是偶然")],
)
def test_the_short_word_goes_by_the_share_of_false_finds(q: float, word: str) -> None:
    assert beyond(campaign(q_value=q), ZH) == word


@pytest.mark.parametrize(
    ("p", "zh", "en"),
    [
        (1.0, "100%", "100%"),
        (0.1, "10%", "10%"),
        (0.045, "1/22", "1 in 22"),
        (0.00113, "1/880", "1 in 880"),
        (3.7e-05, "1/27,000", "1 in 27,000"),
        (1e-300, "不到十亿分之一", "less than 1 in a billion"),
    ],
)
def test_odds_are_one_in_so_many(p: float, zh: str, en: str) -> None:
    assert (odds(p, ZH), odds(p, EN)) == (zh, en)


def test_the_page_shows_every_template_and_what_was_merged(room: Room) -> None:
    html = render_report(*room, [campaign()], [], {}, key=b"k")
    shown = re.sub(r"<[^>]+>", "", html)
    for words_shown in (
        "加薇领{N}元",
        "也发 看片{ID}",
        "4.4远超偶然",
        "C-1 · 并入 C-2",
        "这里是 22 次。这些账号",
    ):
        assert words_shown in shown
    assert shown.count("加薇领{N}元") == 1


def test_a_campaign_that_was_never_weighed_still_makes_a_page(
    judge: Callable[..., Room],
) -> None:
    bare = Campaign("C-1", "7", "s", "bot_flood", "666", 3, 3, 3, float("nan"), float("nan"), float("nan"), ())
    assert "账号无法区分" in render_report(*judge([]), [bare], [], {}, key=b"k")
