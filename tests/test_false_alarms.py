"""Genuine people in genuine situations: the shipped model calls none of them high risk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from detector.comment import Comment
from detector.verdict import HIGH_RISK
from tests.building import NAN, comment
from tests.models import shipped

LEVELS: Final = (1.0, 2.0, 5.0, 9.0, 14.0, 21.0, 30.0)
TALK: Final = (
    "今天吃什么",
    "这件多少钱",
    "主播唱首歌吧",
    "来晚了",
    "这个颜色好看",
    "身高一米六穿什么码",
    "有人一起吗",
)


def chat(n: int, *, level: float | None = None) -> list[Comment]:
    """n comments of a room that has just begun to talk, a second apart."""
    return [
        comment(
            f"{TALK[k % 7]}{'啊呀哈吧呢'[k % 5]}",
            at_s=k,
            user_id=f"viewer{k % 40}",
            user_level=level or LEVELS[k % 7],
        )
        for k in range(n)
    ]


def said(texts: list[str], *, users: int, every_s: float, level: float | None = None) -> list[Comment]:
    """The room talks for two minutes, then ``texts`` come in, by ``users`` accounts in turn."""
    return chat(120) + [
        comment(text, at_s=130 + k * every_s, user_id=f"user{k % users}", user_level=level or LEVELS[k % 7])
        for k, text in enumerate(texts)
    ]


def lottery_word() -> list[Comment]:
    return said(["青柠薄荷糖"] * 200, users=200, every_s=0.3)


def two_fans_repeat_each_other() -> list[Comment]:
    return said(["主播今天好美", "主播今天好美呀"] * 6, users=2, every_s=4, level=9.0)


def preset_phrases_of_the_client() -> list[Comment]:
    phrases = ["主播666", "太好看了吧", "来了来了", "为主播点赞"]
    return said([phrases[k % 4] for k in range(120)], users=90, every_s=1.5)


def thanks_for_gifts() -> list[Comment]:
    return said(
        [f"谢谢{name}的小心心" for name in ("小鱼", "阿强", "大山", "月月", "老王")] * 4,
        users=1,
        every_s=8,
        level=21.0,
    )


def one_excited_fan() -> list[Comment]:
    return said(
        ["啊啊啊啊啊啊", "冲冲冲", "太强了吧", "啊啊啊", "我要买我要买"] * 5, users=1, every_s=3, level=9.0
    )


def staff_announcements() -> list[Comment]:
    rows = [
        comment("今晚八点抽奖，关注主播不迷路，客服在左下角", at_s=130 + 60 * k, user_id="staff", is_staff=1.0)
        for k in range(8)
    ]
    return chat(120) + rows


def dialect() -> list[Comment]:
    return said(
        ["侬好呀这个灵额", "恁这啷个恁贵嘛", "唔该几多钱呀", "俺也中嘞", "阿拉也要一个"] * 4,
        users=20,
        every_s=5,
    )


def visitors_who_write_english() -> list[Comment]:
    lines = ["hello from canada", "how much is this", "so cute", "lol nice", "can you ship to the us"]
    return said(lines * 4, users=20, every_s=4, level=1.0)


def answers_to_the_host() -> list[Comment]:
    return said(["1", "扣1", "111", "要", "想要", "1"] * 25, users=130, every_s=0.4)


def angry_customers() -> list[Comment]:
    complaints = [
        "买回来就坏了根本没法用", "质量太差了我要退货", "发货慢客服还不理人", "跟图片完全不一样失望", "洗了一次就掉色",
        "垃圾别买", "骗人的吧用了没效果", "退款三天了还没到账",
    ]  # fmt: skip
    return said(complaints * 3, users=24, every_s=6)


def one_complaint_shared_by_many() -> list[Comment]:
    return said(["退钱"] * 60, users=55, every_s=1)


def newcomers_without_a_level() -> list[Comment]:
    return [comment(f"{TALK[k % 7]}", at_s=3 * k, user_id=f"new{k}", user_level=NAN) for k in range(60)]


def negative_reviews() -> list[Comment]:
    lines = [
        "穿了两天就起球了，太失望",
        "味道很奇怪，不敢吃",
        "物流慢，包装都破了",
        "尺码偏小，客服态度差",
        "不值这个价",
    ]
    return [
        comment(text, at_s=90_000 * k, user_id=f"buyer{k}", kind="review", rating=1.0, product_id="p1")
        for k, text in enumerate(lines * 2)
    ]


SITUATIONS: Final[tuple[Callable[[], list[Comment]], ...]] = (
    lottery_word, two_fans_repeat_each_other, preset_phrases_of_the_client, thanks_for_gifts, one_excited_fan,
    staff_announcements, dialect, visitors_who_write_english, answers_to_the_host, angry_customers,
    one_complaint_shared_by_many, newcomers_without_a_level, negative_reviews,
)  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_nobody_here_is_high_risk(situation: Callable[[], list[Comment]]) -> None:
    rows = situation()
    verdicts = shipped().score(rows).verdicts
    assert [rows[r].text for r in (verdicts.verdict == HIGH_RISK).nonzero()[0]] == []
    # Nor is a whole crowd sent to a person: at most one comment in ten is looked at.
    assert int((verdicts.verdict > 0).sum()) <= len(rows) / 10
