"""Douyin: what its messages are, who wrote them, when their ids were made; the answers of its web interfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, first_of, text_of, whole_of

# The middle of a message's method, as in WebcastChatMessage -> our kind.
KIND_OF_METHOD: Final[Mapping[str, str]] = {
    "chat": "comment", "screenchat": "comment", "privilegescreenchat": "comment", "exhibitionchat": "comment",
    "emojichat": "emoji", "audiochat": "voice", "gift": "gift", "like": "like", "member": "enter",
    "social": "follow", "fansclub": "member", "subscribe": "member", "roomuserseq": "stats",
    "roomstats": "stats", "roomrank": "stats", "ranklist": "stats", "control": "control",
    "roomintro": "control", "room": "control", "liveshopping": "shopping", "productchange": "shopping",
    "liveecom": "shopping",
}  # fmt: skip
_METHOD: Final = re.compile(r'"(?:method|type)"\s*:\s*"Webcast\w+Message"')
# The first half of an id is the second it was made in; before and after these years it is another kind of id.
FIRST_ID_S: Final = 1_451_606_400
LAST_ID_S: Final = 4_102_444_800
# These keep the id of an old message, so their id tells no time.
TIMELESS: Final = frozenset({"control"})


def kind_of(method: object, message: object = None) -> str:
    """The kind of a message by its method; following and sharing come under one and are told by ``message``."""
    name = text_of(method).removeprefix("Webcast").removesuffix("Message").casefold()
    kind = KIND_OF_METHOD.get(name, "other")
    if kind == "follow":
        said = text_of(first_of(message, "content", "msg", "text"))
        if whole_of(at(message, "action")) == 3 or "分享" in said:
            return "share"
    return kind


def time_of_id(message_id: object, kind: str) -> dict[str, object]:
    """``ts`` in seconds from the id of a message of ``kind``; empty where the id tells none."""
    number = whole_of(message_id)
    if number is None or kind in TIMELESS or not FIRST_ID_S <= number >> 32 < LAST_ID_S:
        return {}
    return {"ts": number >> 32, "ts_source": "id_derived"}


def id_or_none(value: object) -> str | None:
    """An id as text; None for 0 and for what is none."""
    written = text_of(value).strip()
    return None if written in ("", "0") else written


def _answered(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A message of an HTTP interface: method, msg_id, payload with room, text and user."""
    payload, method = at(item, "payload"), at(item, "method")
    if not isinstance(payload, dict) or not isinstance(method, str):
        return None
    kind = kind_of(method, payload)
    user = at(payload, "user")
    user_id = text_of(first_of(user, "uid", "id", "sec_uid"))
    if method == "WebcastRoomIntroMessage":
        # It is the host who introduces the room.
        recording.told["host"] = user_id
    host = recording.told.get("host")
    record = {
        "comment_id": text_of(at(item, "msg_id")),
        "session_id": id_or_none(at(payload, "room_id")),
        "kind": kind,
        "text": text_of(at(payload, "content")),
        "user_id": user_id,
        "is_staff": int(user_id == host) if host else None,
        "user_name": text_of(first_of(user, "nickname", "nick_name")),
        "unique_id": text_of(at(user, "unique_id")),
        "douyin_sec_uid": text_of(at(user, "sec_uid")),
        "method": method,
    }
    return [filled(record) | time_of_id(at(item, "msg_id"), kind)]


def _told_flat(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A message without layers: type, nickname, uid, and what was said under text or msg."""
    method = at(item, "type")
    if not isinstance(method, str) or not method.startswith("Webcast"):
        return None
    kind = kind_of(method, item)
    record = {
        "comment_id": text_of(at(item, "msg_id")),
        "session_id": id_or_none(at(item, "room_id")),
        "kind": kind,
        "text": text_of(first_of(item, "text", "msg", "content")),
        "user_id": text_of(first_of(item, "uid", "sec_uid")),
        "user_name": text_of(at(item, "nickname")),
        "short_id": text_of(at(item, "short_id")),
        # In one layer the id is sometimes quoted twice.
        "douyin_sec_uid": text_of(at(item, "sec_uid")).strip('"'),
        "tid": text_of(at(item, "tid")),
        "method": method,
    }
    said_at = first_of(item, "timestamp", "create_time", "time", "ts")
    return [filled(record) | ({"ts": said_at} if said_at else time_of_id(at(item, "msg_id"), kind))]


def _decoded(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A message of the page's own protocol turned into JSON: ``common``, ``user`` and the fields of its method."""
    message = at(item, "payload") if isinstance(at(item, "payload"), dict) else item
    common = at(message, "common")
    method = first_of(common, "method") or first_of(item, "method", "type")
    if not isinstance(common, dict) or not isinstance(method, str):
        return None
    kind = kind_of(method, message)
    message_id = first_of(common, "msgId", "msg_id") or first_of(item, "msgId", "msg_id")
    record = {
        "comment_id": text_of(message_id),
        "session_id": id_or_none(first_of(common, "roomId", "room_id")),
        "kind": kind,
        "text": text_of(first_of(message, "content", "defaultContent", "default_content")),
        **_decoded_user(message),
        "gift_name": text_of(at(message, "gift", "name")),
        "count": whole_of(
            first_of(message, "comboCount", "combo_count", "repeatCount", "repeat_count", "count")
        ),
        "repeat_end": whole_of(first_of(message, "repeatEnd", "repeat_end")),
        "visible_to_sender": text_of(first_of(message, "visibleToSender", "visible_to_sender")),
        "method": method,
    }
    said_at = whole_of(first_of(message, "eventTime", "event_time", "sendTime", "send_time"))
    made_at = whole_of(first_of(common, "createTime", "create_time"))
    if said_at or made_at:
        return [filled(record) | {"ts": said_at or made_at, "ts_source": "event" if said_at else "server"}]
    return [filled(record) | time_of_id(message_id, kind)]


def _decoded_user(message: Any) -> dict[str, object]:
    user = at(message, "user")
    club = first_of(user, "fansClub", "fans_club")
    club = at(club, "data") or club
    follows = first_of(user, "followInfo", "FollowInfo", "follow_info")
    return {
        "user_id": text_of(
            id_or_none(first_of(user, "idStr", "id_str")) or first_of(user, "id", "secUid", "sec_uid")
        ),
        "user_name": text_of(first_of(user, "nickName", "nick_name", "nickname")),
        "user_level": whole_of(first_of(user, "Level", "level")),
        "paid_marker": id_or_none(at(first_of(user, "payGrade", "PayGrade", "pay_grade"), "level")),
        "fan_badge_name": text_of(first_of(club, "clubName", "club_name")),
        "fan_badge_level": whole_of(at(club, "level")),
        "follower_count": whole_of(first_of(follows, "followerCount", "follower_count")),
        "following_count": whole_of(first_of(follows, "followingCount", "following_count")),
        "douyin_sec_uid": text_of(first_of(user, "secUid", "sec_uid")),
    }


def _messages(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    """The messages of an answer, or the one message that the object itself is."""
    for messages in (at(answer, "data", "messages"), at(answer, "messages"), at(answer, "messagesList")):
        if isinstance(messages, list):
            yield from messages
            return
    yield answer


def _entries(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    entries = at(answer, "data")
    yield from entries if isinstance(entries, list) else [answer]


def _claims_answer(glimpse: Glimpse) -> bool:
    return (
        "common" not in glimpse.keys and glimpse.keys >= {"method", "msg_id", "payload"} and _webcast(glimpse)
    )


def _claims_flat(glimpse: Glimpse) -> bool:
    return (
        glimpse.keys >= {"type", "uid", "nickname"}
        and not glimpse.keys & {"payload", "common"}
        and _webcast(glimpse)
    )


def _claims_decoded(glimpse: Glimpse) -> bool:
    keys = glimpse.keys
    return "common" in keys and "method" in keys and bool(keys & {"msgId", "msg_id"}) and _webcast(glimpse)


def _webcast(glimpse: Glimpse) -> bool:
    return _METHOD.search(glimpse.text) is not None


JSON_DIALECTS: Final = (
    JsonDialect(
        name="douyin-protobuf-json",
        en="Douyin: messages of the live page decoded to JSON (common, user, content)",
        zh="抖音：直播页协议解码后的 JSON（common、user、content）",
        platform="douyin",
        tells=Tells(
            kinds="comment emoji voice gift like enter follow share member stats shopping control other",
            ids="real",
            times="event server id_derived",
            fields="user_level fan_badge_level paid_marker",
            example='{"common": {"method": "WebcastChatMessage", "msgId": "7300000000000000001"}, "user": {"idStr": "10086", "nickName": "小满"}, "content": "好看", "eventTime": 1700000000}',
        ),
        claims=_claims_decoded,
        events=_decoded,
        items=_messages,
        array_key="messagesList",
    ),
    JsonDialect(
        name="douyin-webcast-json",
        en="Douyin: answers of an HTTP interface with messages (method, msg_id, payload)",
        zh="抖音：HTTP 接口返回的消息（method、msg_id、payload）",
        platform="douyin",
        tells=Tells(
            kinds="comment emoji voice gift like enter follow share member stats shopping control other",
            ids="real masked",
            times="id_derived",
            fields="is_staff",
            example='{"messages": [{"method": "WebcastChatMessage", "msg_id": "7300000000000000001", "payload": {"content": "好看", "user": {"uid": "10086", "nickname": "小满"}}}]}',
        ),
        claims=_claims_answer,
        events=_answered,
        items=_messages,
        array_key="messages",
    ),
    JsonDialect(
        name="douyin-webcast-flat",
        en="Douyin: answers of an HTTP interface in one layer (type Webcast…Message, nickname, uid, msg or text)",
        zh="抖音：HTTP 接口返回的单层消息（type 为 Webcast…Message，nickname、uid、msg 或 text）",
        platform="douyin",
        tells=Tells(
            kinds="comment emoji voice gift like enter follow share member stats shopping control other",
            ids="real",
            times="id_derived event order_only",
            example='{"type": "WebcastChatMessage", "msg_id": "7300000000000000001", "uid": "10086", "nickname": "小满", "text": "好看"}',
        ),
        claims=_claims_flat,
        events=_told_flat,
        items=_entries,
        array_key="data",
    ),
)
