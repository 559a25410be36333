"""What an event is: a comment, a review, a gift …"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import KIND_CODE, KINDS
from detector.readers.cells import texts
from detector.readers.field_cells import FieldCells
from detector.readers.report import ReadReport

# Columns that only reviews have.
REVIEW_FIELDS: Final = ("rating", "purchased_at", "verified_purchase")

KIND_WORDS: Final[Mapping[str, str]] = {name: name for name in KINDS} | {
    "danmaku": "comment", "danmu": "comment", "chat": "comment", "message": "comment", "text": "comment",
    "text_message": "comment", "msg": "comment", "弹幕": "comment", "评论": "comment", "聊天": "comment",
    "文字": "comment", "文本": "comment",
    "评价": "review", "商品评价": "review", "初评": "review", "追评": "append", "回复": "reply",
    "sc": "superchat", "super_chat": "superchat", "paid_message": "superchat", "醒目留言": "superchat",
    "表情": "emoji", "语音": "voice", "礼物": "gift", "送礼": "gift", "点赞": "like", "赞": "like",
    "进场": "enter", "进入": "enter", "进房": "enter", "join": "enter", "member_join": "enter",
    "关注": "follow", "分享": "share", "会员": "member", "大航海": "member", "subscribe": "member",
    "统计": "stats", "购物": "shopping", "删除": "delete", "其他": "other",
}  # fmt: skip

# Words in a badge or payment column that say there is none.
NO_MARK_WORDS: Final = frozenset(
    {"", "0", "0.0", "none", "null", "nan", "false", "no", "无", "否", "没有", "-"}
)


def kinds(found: FieldCells, report: ReadReport) -> NDArray[np.uint8]:
    """The kind code of each row.

    Rows that do not say are reviews where the table has a column only reviews have, no kind and no room;
    else comments. A word that is not known becomes ``other``.
    """
    told = "kind" in found or "room_id" in found
    is_review = not told and any(name in found for name in REVIEW_FIELDS)
    usual = KIND_CODE["review" if is_review else "comment"]
    codes = np.full(len(found), usual, dtype=np.uint8)
    if "kind" in found:
        words = [word.strip().casefold() for word in texts(found.cells["kind"])[0]]
        codes[:] = [KIND_CODE[KIND_WORDS.get(word, "other")] if word else usual for word in words]
        unknown = [r for r, word in enumerate(words) if word and word not in KIND_WORDS]
        found.note_unread("unknown_kind", "kind", unknown, report)
    return codes
