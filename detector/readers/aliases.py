"""The names under which files carry our fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# Field -> the headers that mean it, best first; written as people write them, compared by ``header_key``.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "comment_id": (
        "comment_id", "评论ID", "弹幕ID", "评价ID", "消息ID", "评论编号", "评价编号", "评论唯一标识",
        "message_id", "msg_id", "review_id", "event_id", "danmu_id", "danmaku_id", "dmid", "rpid",
        "cid", "id",
    ),
    "room_id": (
        "room_id", "房间号", "直播间ID", "房间ID", "直播间号", "直播间编号", "直播间", "房间", "room",
        "web_room_id", "channel_id", "live_room_id", "live_room",
    ),
    "session_id": (
        "session_id", "场次", "场次ID", "直播场次", "直播场次ID", "直播ID", "session", "live_id",
        "stream_id", "broadcast_id", "video_id",
    ),
    "user_id": (
        "user_id", "用户ID", "用户UID", "UID", "用户编号", "账号ID", "用户标识", "买家ID", "会员ID",
        "评论者ID", "发送者ID", "author_id", "author_channel_id", "sender_id", "reviewer_id",
        "account_id", "member_id", "commenter_id", "open_id", "mid", "sec_uid", "账号", "user",
        "author",
    ),
    "user_id_quality": ("user_id_quality", "id_quality", "账号质量"),
    "user_name": (
        "user_name", "用户昵称", "昵称", "买家昵称", "用户名", "用户名称", "会员名", "买家会员名",
        "买家", "评论者", "评价者", "发送者", "作者", "用户", "nickname", "nick_name", "nick", "uname",
        "screen_name", "display_name", "author_name", "reviewer_name", "sender", "commenter",
        "user_masked", "name",
    ),
    "text": (
        "text", "评论内容", "弹幕内容", "弹幕文本", "评论文本", "评价内容", "评价文本", "初评内容",
        "初评", "首评内容", "首次评价", "发言内容", "消息内容", "文本内容", "内容", "弹幕", "评论",
        "评价", "发言", "文本", "正文", "消息", "comment_text", "review_text", "message_text",
        "review_body", "review_content", "rate_content", "comment_content", "msg_content", "content",
        "comment", "message", "msg", "body", "danmu", "danmaku", "review", "chat", "txt",
    ),
    "ts": (
        "ts", "ts_ms", "评论时间", "弹幕时间", "发送时间", "发言时间", "评价时间", "消息时间",
        "发布时间", "初评时间", "创建时间", "时间戳", "日期时间", "时间", "评论日期", "评价日期",
        "日期", "timestamp", "timestamp_ms", "timestamp_usec", "time_ms", "posted_at_ms", "posted_at",
        "created_at_ms", "created_at", "create_time", "creation_time", "created_time", "review_time",
        "comment_time", "send_time", "sent_at", "publish_time", "published_at", "rate_date",
        "review_date", "msg_time", "ctime", "datetime", "time_stamp", "time", "date",
    ),
    "ts_source": ("ts_source", "time_source", "时间来源"),
    "kind": ("kind", "消息类型", "弹幕类型", "事件类型", "event_type", "message_type", "msg_type"),
    "user_level": (
        "user_level", "用户等级", "账号等级", "平台等级", "会员等级", "财富等级", "等级", "level",
        "account_level",
    ),
    "fan_badge_name": (
        "fan_badge_name", "粉丝牌", "粉丝牌名称", "粉丝牌名", "粉丝团", "粉丝团名称", "勋章",
        "勋章名称", "粉丝勋章", "badge", "badge_name", "medal", "medal_name", "fan_badge",
        "fans_medal_name",
    ),
    "fan_badge_level": (
        "fan_badge_level", "粉丝团等级", "粉丝牌等级", "勋章等级", "粉丝勋章等级", "粉丝等级",
        "badge_level", "medal_level", "fan_level", "fan_club_level", "fans_medal_level",
    ),
    "paid_marker": (
        "paid_marker", "付费标记", "付费", "大航海", "舰长", "舰队等级", "贵族", "贵族等级", "guard",
        "guard_level", "pay_grade", "super_chat", "bits", "noble",
    ),
    "is_staff": (
        "is_staff", "是否房管", "房管", "是否管理员", "管理员", "是否主播", "工作人员", "是否工作人员",
        "is_admin", "is_host", "is_moderator", "is_mod", "admin", "moderator",
    ),
    "account_created": (
        "account_created", "account_created_ms", "注册时间", "账号注册时间", "账号创建时间", "注册日期",
        "account_created_at", "registered_at", "register_time", "registration_time", "yelping_since",
    ),
    "product_id": (
        "product_id", "商品ID", "商品编号", "商品编码", "商品SKU", "SKU_ID", "SKU", "宝贝ID", "货号",
        "商品", "asin", "parent_asin", "item_id", "goods_id", "spu_id", "spu", "business_id",
        "reference_id", "product",
    ),
    "rating": (
        "rating", "星级", "评分", "打分", "评星", "评价星级", "商品评分", "得分", "stars", "star",
        "star_rating", "score", "overall", "rate",
    ),
    "verified_purchase": (
        "verified_purchase", "是否购买", "已购", "是否已购", "验证购买", "已验证购买", "verified",
        "is_verified", "is_buyer",
    ),
    "purchased_at": (
        "purchased_at", "purchased_at_ms", "购买时间", "下单时间", "成交时间", "订单时间", "付款时间",
        "购买日期", "purchase_time", "order_time", "purchase_date", "reference_time", "order_date",
    ),
    "reply_to": (
        "reply_to", "回复对象", "回复给", "被回复评论ID", "父评论ID", "回复ID", "parent_id",
        "parent_comment_id", "reply_to_id", "in_reply_to",
    ),
}  # fmt: skip

FIELDS: Final = tuple(ALIASES)
# Names that a mapping may also use, and the field each one stands for.
FIELD_SPELLINGS: Final[Mapping[str, str]] = {
    "ts_ms": "ts",
    "account_created_ms": "account_created",
    "purchased_at_ms": "purchased_at",
}
# Headers under which every name is a mask shared by many people.
MASKED_NAME_HEADERS: Final = frozenset({"usermasked"})
# A header that names its unit is believed whatever the size of its numbers: milliseconds per unit.
HEADER_UNIT_MS: Final[Mapping[str, float]] = {
    "tsms": 1.0,
    "timestampms": 1.0,
    "timems": 1.0,
    "postedatms": 1.0,
    "createdatms": 1.0,
    "accountcreatedms": 1.0,
    "purchasedatms": 1.0,
    "timestampusec": 0.001,
}

# The traditional characters that headers are made of.
_SIMPLIFIED: Final = str.maketrans(
    "評論內彈時間發戶號暱稱買賣級訂單貨絲團勳類連播員會賬帳對復覆訊頻場標識碼價費點創註冊來質產審驗證",
    "评论内弹时间发户号昵称买卖级订单货丝团勋类连播员会账账对复复讯频场标识码价费点创注册来质产审验证",
)
# A longer cell is no header; searching it for brackets would take the square of its length.
LONGEST_HEADER: Final = 200
_BRACKETED = re.compile(r"[(\[].*?[)\]]\s*$")
_FILLER = re.compile(r"[\s_\-.\ufeff\u200b]+")


def header_key(header: str) -> str:
    """The header without case, width, script, spaces, ``_`` and a remark in brackets, for comparison.

    >>> header_key("_User ID"), header_key("评论内容（必填）")
    ('userid', '评论内容')
    """
    plain = (
        unicodedata.normalize("NFKC", header[:LONGEST_HEADER])
        .casefold()[:LONGEST_HEADER]
        .translate(_SIMPLIFIED)
    )
    return _FILLER.sub("", _BRACKETED.sub("", plain)) or _FILLER.sub("", plain)
