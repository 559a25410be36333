"""Rooms with lures and crowds in them, for the handmade model: what has 微 in it is a lure to it."""

from __future__ import annotations

from detector.comment import Comment
from detector.result import Result
from tests.building import batch, comment
from tests.models import handmade_detector

# A farm's three templates; each post gets a number of its own.
TEMPLATES = ("看片加微信同号", "微商招代理日结佣金", "深夜聊天私微美女等你")
CHAT = (
    "多少钱", "今天真冷", "有人吗", "主播晚上好", "这个颜色显白", "包邮不", "我昨天买过", "尺码偏大吗", "哈哈太逗了",
)  # fmt: skip


def lures(
    n: int, *, text: str = TEMPLATES[0], room: str = "r1", start_s: float = 0.0, every_s: float = 10.0,
    **over: object,
) -> list[Comment]:  # fmt: skip
    """``n`` accounts post one text with an own number each, ten seconds apart."""
    return [
        comment(
            f"{text}1012345{k:04d}",
            **{
                "at_s": start_s + every_s * k, "user_id": f"{room}-u{k}", "room_id": room,
                "comment_id": f"{room}-{text[0]}{start_s:.0f}-{k}",
            } | over,
        )
        for k in range(n)
    ]  # fmt: skip


def farm(
    n: int, *, name: str = "farm", start_s: float = 0.0, templates: tuple[str, ...] = TEMPLATES
) -> list[Comment]:
    """``n`` accounts post each of ``templates`` in turn, two minutes apart."""
    return [
        comment(
            f"{text}1012345{k:04d}", at_s=start_s + 120 * turn + k, user_id=f"{name}-{k}", room_id="r1",
            comment_id=f"{name}-{turn}-{k}",
        )
        for turn, text in enumerate(templates)
        for k in range(n)
    ]  # fmt: skip


def crowd(n: int, *, text: str = "666", start_s: float = 0.0, name: str = "viewer") -> list[Comment]:
    """``n`` viewers of all levels say the same, one a second."""
    return [
        comment(
            text, at_s=start_s + k, user_id=f"{name}-{k}", user_level=float(k % 30), room_id="r1",
            comment_id=f"{name}-{text}-{k}",
        )
        for k in range(n)
    ]  # fmt: skip


def chat(*, every_s: float = 3.0, start_s: float = 0.0, room: str = "r1") -> list[Comment]:
    """Three viewers take turns with nine things, no two alike."""
    return [
        comment(
            text,
            at_s=start_s + every_s * k,
            user_id=f"chat-{k % 3}",
            room_id=room,
            comment_id=f"{room}-chat-{k}",
        )
        for k, text in enumerate(CHAT)
    ]


def scored(*rows: Comment) -> Result:
    """The rows judged by the handmade model."""
    return handmade_detector().score(batch(*rows))
