"""Douyin: what the programs write that record a live room: BarrageGrab, dycast, DanmakuCatcher, WebFetcher."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Dialect, Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.douyin import id_or_none, kind_of, time_of_id
from detector.readers.pick import at, filled, first_of, object_of, objects_of, text_of, whole_of

GRABBED_KINDS: Final[Mapping[int, str]] = {
    1: "comment", 2: "like", 3: "enter", 4: "follow", 5: "gift", 6: "stats", 7: "member", 8: "share",
    9: "control",
}  # fmt: skip
# Counters of a message that stay columns of their own.
GRABBED_COUNTS: Final[Mapping[str, str]] = {
    "Count": "count", "GiftCount": "count", "GiftName": "gift_name", "DiamondCount": "diamond_count",
    "RepeatCount": "repeat_count", "OnlineUserCount": "online_count", "TotalUserCount": "visitor_count",
}  # fmt: skip

# What stands before 【 may be the clock of a log.
_PRINTED: Final = re.compile(r"^(?P<before>[^【]{0,60})【(?P<what>[^】]{1,12})】\s*(?P<rest>.*)$")
_CLOCK: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?")
_USER: Final = re.compile(r"^\[(?P<user_id>[\w.-]{1,120})\](?:\[(?:男|女|未知|)\])?(?P<rest>.*)$")
_GIVEN: Final = re.compile(r"^(?P<user_name>.+?) ?送出了 ?(?P<gift_name>.+?) ?[x×](?P<count>\d{1,9})\s*$")
_LIKED: Final = re.compile(r"^(?P<user_name>.+?) ?(?:为主播)?点了 ?(?P<count>\d{1,9}) ?个赞\s*$")
_ENTERED: Final = re.compile(r"^(?P<user_name>.+?) ?(?:进入|来到)了?直播间\s*$")
_FOLLOWED: Final = re.compile(r"^(?P<user_name>.+?) ?关注了主播\s*$")
# The words in 【】 -> kind, in this order: 聊天表情 is no 聊天.
_PRINTED_KINDS: Final = (
    ("表情", "emoji"), ("聊天", "comment"), ("弹幕", "comment"), ("进场", "enter"), ("礼物", "gift"),
    ("点赞", "like"), ("关注", "follow"), ("分享", "share"), ("粉丝团", "member"), ("统计", "stats"),
    ("排行", "stats"), ("直播间", "control"), ("控制", "control"),
)  # fmt: skip
_SAID_BY: Final = {"gift": _GIVEN, "like": _LIKED, "enter": _ENTERED, "follow": _FOLLOWED}


def _grabbed(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A line of BarrageGrab: Type, and the message as a JSON string under Data."""
    message, number = object_of(at(item, "Data")), whole_of(at(item, "Type"))
    if message is None or number is None:
        return None
    kind = GRABBED_KINDS.get(number, "other")
    user = at(message, "User")
    # The program's own spelling.
    owner = first_of(message, "Onwer", "Owner")
    user_id = text_of(id_or_none(at(user, "Id")) or at(user, "SecUid"))
    record = {
        "comment_id": text_of(at(message, "MsgId")),
        "room_id": id_or_none(at(message, "WebRoomId")),
        "session_id": id_or_none(at(message, "RoomId")),
        "kind": kind,
        "text": text_of(at(message, "Content")),
        "user_id": user_id,
        "user_name": text_of(at(user, "Nickname")),
        "user_level": whole_of(at(user, "Level")),
        "paid_marker": id_or_none(at(user, "PayLevel")),
        "fan_badge_name": text_of(at(user, "FansClub", "ClubName")),
        "fan_badge_level": whole_of(at(user, "FansClub", "Level")),
        "is_staff": _is_staff(user, user_id, text_of(at(owner, "UserId"))),
        "follower_count": whole_of(at(user, "FollowerCount")),
        "following_count": whole_of(at(user, "FollowingCount")),
        "display_id": text_of(at(user, "DisplayId")),
        "douyin_sec_uid": text_of(at(user, "SecUid")),
        **{
            ours: text_of(at(message, theirs)) for theirs, ours in GRABBED_COUNTS.items() if at(message, theirs)
        },
    }
    return [filled(record) | time_of_id(at(message, "MsgId"), kind)]


def _is_staff(user: Any, user_id: str, owner_id: str) -> int | None:
    flags = [at(user, name) for name in ("IsAdmin", "IsAnchor")]
    if True in flags or (owner_id not in ("", "0") and user_id == owner_id):
        return 1
    return 0 if owner_id not in ("", "0") or False in flags else None


def _cast(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A message of dycast: id, method, user, content, gift, room."""
    method = at(item, "method")
    if not isinstance(method, str):
        return None
    kind = kind_of(method, item)
    user, gift = at(item, "user"), at(item, "gift")
    record = {
        "comment_id": text_of(at(item, "id")),
        "kind": kind,
        # A text with stickers in it comes in pieces.
        "text": text_of(at(item, "content"))
        or "".join(text_of(at(piece, "text")) for piece in objects_of(at(item, "rtfContent"))),
        "user_id": text_of(at(user, "id")),
        "user_name": text_of(at(user, "name")),
        "gift_name": text_of(at(gift, "name")),
        "count": whole_of(at(gift, "count")),
        "repeat_end": whole_of(at(gift, "repeatEnd")),
        "online_count": text_of(at(item, "room", "audienceCount")),
        "method": method,
    }
    return [filled(record) | time_of_id(at(item, "id"), kind)]


def _caught(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A line of DanmakuCatcher: a comment with the clocks of the event, the server and the receiver."""
    if not isinstance(item, dict) or not isinstance(item.get("content"), str):
        return None
    record = {
        "comment_id": text_of(at(item, "msg_id")),
        "session_id": id_or_none(at(item, "room_id")),
        "kind": "comment",
        "text": item["content"],
        "user_id": text_of(at(item, "user_id")),
        "user_name": text_of(at(item, "user_name")),
    }
    clocks = (
        ("event", "event_ts_ms"),
        ("event", "event_iso"),
        ("server", "server_now_ms"),
        ("arrival", "recv_iso"),
    )
    told = ({"ts": item[name], "ts_source": source} for source, name in clocks if id_or_none(item.get(name)))
    return [filled(record) | next(told, {})]


def _printed(line: Any, recording: Recording) -> Sequence[Record] | None:
    """A line that WebFetcher prints: 【聊天msg】[id]name: text and its like."""
    found = _PRINTED.match(line) if isinstance(line, str) else None
    if found is None:
        return None
    kind = next((kind for word, kind in _PRINTED_KINDS if word in found["what"]), "other")
    record = {"kind": kind, **_clock(found["before"])}
    said = _USER.match(found["rest"])
    rest = found["rest"] if said is None else said["rest"]
    if said is not None:
        record["user_id"] = said["user_id"]
    if kind == "comment":
        name, colon, text = rest.partition(": ")
        if not colon:
            # A name without a text, or a text without a name: no comment can be made of it.
            name, colon, text = rest.partition(":")
        return [record | {"user_name": name.strip(), "text": text}] if colon else None
    pattern = _SAID_BY.get(kind)
    event = None if pattern is None else pattern.match(rest)
    return [record | ({"text": rest} if event is None else dict(event.groupdict()))]


def _clock(before: str) -> dict[str, object]:
    clock = _CLOCK.search(before)
    return {} if clock is None else {"ts": clock[0].replace(",", "."), "ts_source": "arrival"}


def _claims_grabbed(glimpse: Glimpse) -> bool:
    return any(
        {"Type", "ProcessName", "Data"} <= document.keys() and isinstance(document["Data"], str)
        for document in glimpse.documents
    )


def _claims_cast(glimpse: Glimpse) -> bool:
    return any(
        text_of(document.get("method")).startswith("Webcast")
        and "id" in document
        and not document.keys() & {"payload", "common", "msg_id", "msgId"}
        for document in glimpse.documents
    )


def _claims_caught(glimpse: Glimpse) -> bool:
    return any(
        document.keys() >= {"event_ts_ms", "content"} and document.keys() & {"server_now_ms", "recv_iso"}
        for document in glimpse.documents
    )


def _claims_printed(glimpse: Glimpse) -> bool:
    marks = [found["what"] for line in glimpse.lines if (found := _PRINTED.match(line)) is not None]
    told = sum(mark.endswith("msg") for mark in marks)
    return told >= 1 and len(marks) >= 0.8 * len(glimpse.lines) and told >= 0.5 * len(marks)


JSON_DIALECTS: Final = (
    JsonDialect(
        name="douyin-barragegrab",
        en="Douyin: BarrageGrab (Type, ProcessName, and the message as a JSON string under Data)",
        zh="抖音：BarrageGrab 抓取的弹幕（Type、ProcessName，Data 为 JSON 字符串）",
        platform="douyin",
        tells=Tells(
            kinds="comment like enter follow gift stats member share control other",
            ids="real",
            times="id_derived",
            fields="user_level fan_badge_level paid_marker is_staff",
            example='{"Type": 1, "ProcessName": "直播伴侣", "Data": "{\\"MsgId\\": 7300000000000000001, \\"Content\\": \\"好看\\", \\"User\\": {\\"Id\\": 10086, \\"Nickname\\": \\"小满\\"}}"}',
        ),
        claims=_claims_grabbed,
        events=_grabbed,
    ),
    JsonDialect(
        name="douyin-dycast",
        en="Douyin: dycast (array of id, method, user, content, gift, room)",
        zh="抖音：dycast 导出的数组（id、method、user、content、gift、room）",
        platform="douyin",
        tells=Tells(
            kinds="comment emoji voice gift like enter follow share member stats shopping control other",
            ids="real",
            times="id_derived",
            example='[{"id": "7300000000000000001", "method": "WebcastChatMessage", "user": {"id": "10086", "name": "小满"}, "content": "好看"}]',
        ),
        claims=_claims_cast,
        events=_cast,
    ),
    JsonDialect(
        name="douyin-danmakucatcher",
        en="Douyin: DanmakuCatcher (lines with event_ts_ms, server_now_ms, recv_iso)",
        zh="抖音：DanmakuCatcher 的 JSONL（event_ts_ms、server_now_ms、recv_iso）",
        platform="douyin",
        tells=Tells(
            kinds="comment",
            ids="real",
            times="event server arrival",
            example='{"msg_id": "7300000000000000001", "user_id": "10086", "user_name": "小满", "content": "好看", "event_ts_ms": 1700000000123, "recv_iso": "2023-11-15T06:13:21+08:00"}',
        ),
        claims=_claims_caught,
        events=_caught,
    ),
)
LINE_DIALECTS: Final = (
    Dialect(
        name="douyin-webfetcher",
        en="Douyin: what DouyinLiveWebFetcher prints (【聊天msg】[id]name: text)",
        zh="抖音：DouyinLiveWebFetcher 控制台输出（【聊天msg】[id]昵称: 内容）",
        platform="douyin",
        tells=Tells(
            kinds="comment emoji gift like enter follow share member stats control other",
            ids="real",
            times="order_only arrival",
            example="【聊天msg】[10086]小满: 好看",
        ),
        claims=_claims_printed,
        events=_printed,
    ),
)
