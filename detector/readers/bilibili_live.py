"""Bilibili live events in JSON, as the chat connection and the open platform send them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.documents import parsed_or_none
from detector.readers.pick import at, filled, seconds_of, text_of, whole_of

# CRC32 of "0": what everybody would share who is masked.
HASH_OF_NOBODY: Final = frozenset({"", "0", "f4dbdf21"})
TEXT_KINDS: Final[Mapping[object, str]] = {1: "emoji", 2: "voice"}
# What somebody does on entering and after, as msg_type says.
INTERACTIONS: Final[Mapping[object, str]] = {1: "enter", 2: "follow", 3: "share", 4: "follow", 5: "follow"}
# Commands that tell nothing but their kind.
PLAIN_KINDS: Final[Mapping[str, str]] = {
    "WELCOME": "enter", "WELCOME_GUARD": "enter", "ENTRY_EFFECT": "enter", "ENTRY_EFFECT_MUST_RECEIVE": "enter",
    "LIKE_INFO_V3_CLICK": "like", "LIKE_INFO_V3_UPDATE": "stats", "LIKE_INFO_V3_NOTICE": "stats",
    "ONLINE_RANK_COUNT": "stats", "ONLINE_RANK_V2": "stats", "ONLINE_RANK_V3": "stats", "ONLINE_RANK_TOP3": "stats",
    "WATCHED_CHANGE": "stats", "ROOM_REAL_TIME_MESSAGE_UPDATE": "stats", "POPULAR_RANK_CHANGED": "stats",
    "HOT_RANK_CHANGED": "stats", "HOT_RANK_CHANGED_V2": "stats", "RANK_CHANGED": "stats", "ROOM_RANK": "stats",
    "COMBO_SEND": "other", "SEND_GIFT_V2": "gift", "INTERACT_WORD_V2": "other",
    "LIVE": "control", "PREPARING": "control", "ROOM_CHANGE": "control", "CUT_OFF": "control", "WARNING": "control",
    "ROOM_BLOCK_MSG": "control", "ROOM_SILENT_ON": "control", "ROOM_SILENT_OFF": "control",
    "STOP_LIVE_ROOM_LIST": "control", "ROOM_ADMINS": "control", "room_admin_entrance": "control",
    "NOTICE_MSG": "other", "WIDGET_BANNER": "other", "DANMU_AGGREGATION": "other", "DM_INTERACTION": "other",
    "COMMON_NOTICE_DANMAKU": "other", "SYS_MSG": "other", "SYS_GIFT": "other",
    "LIVE_OPEN_PLATFORM_LIVE_START": "control", "LIVE_OPEN_PLATFORM_LIVE_END": "control",
    "LIVE_OPEN_PLATFORM_INTERACTION_END": "control",
    "RECALL_DANMU_MSG": "delete",
}  # fmt: skip

_ROOM_KEYS: Final = ("real_roomid", "roomid", "room_id")
_ENTERED: Final = re.compile(r'"cmd"\s*:\s*"INTERACT_WORD"[^\n]{0,4000}?"roomid"\s*:\s*"?(\d+)')


def event_of(event: Any, recording: Recording) -> list[Record] | None:
    """The records of one event ``{cmd, info | data}``; None if it is none or a comment without its parts."""
    # Since 2019 a command may carry its arguments' shape behind a colon.
    command = text_of(at(event, "cmd")).split(":")[0]
    if not command:
        return None
    room = _room_of(event)
    if command == "DANMU_MSG":
        room = room or room_of_file(recording)
        record = comment_of(at(event, "info"), room)
        return None if record is None else [filled({**record, "room_id": room})]
    body = at(event, "data") if isinstance(at(event, "data"), dict) else {}
    deleted = at(body, "ids") or at(body, "message_ids")
    if command in ("SUPER_CHAT_MESSAGE_DELETE", "LIVE_OPEN_PLATFORM_SUPER_CHAT_DEL"):
        ids = deleted if isinstance(deleted, list) else [None]
        return [filled({"kind": "delete", "room_id": room, "deleted_id": text_of(own)}) for own in ids]
    tell = _TELLERS.get(command)
    if tell is not None:
        told = tell(body)
    else:
        told = {"kind": PLAIN_KINDS.get(command, "other"), **_who(body), "ts": _second(body)}
    return [filled({**told, "room_id": room, "command": command})]


def kind_of_command(command: str) -> str:
    """The kind of the events that a command tells; ``other`` for one that is not known."""
    tell = _TELLERS.get(command)
    return str(tell({})["kind"]) if tell is not None else PLAIN_KINDS.get(command, "other")


def comment_of(info: Any, room: str = "") -> dict[str, object] | None:
    """The record of a comment's ``info`` array, whose meanings go by position; None if it is no such array.

    The badge of another room says nothing about loyalty here: it goes to ``foreign_badge`` if ``room`` is known.
    """
    text = at(info, 1)
    if not isinstance(text, str) or not isinstance(at(info, 0), list):
        return None
    about = at(info, 0, 15)
    extra = at(about, "extra")
    extra = parsed_or_none(extra) if isinstance(extra, str) else extra
    uid, name = text_of(at(info, 2, 0)), text_of(at(info, 2, 1))
    reply_to = text_of(at(extra, "reply_mid"))
    record: dict[str, object] = {
        "kind": TEXT_KINDS.get(number_in(at(info, 0, 12)), "comment"),
        "text": text,
        "ts": number_in(at(info, 0, 4)) or number_in(at(info, 9, "ts")),
        "comment_id": text_of(at(extra, "id_str")),
        "user_id": uid,
        "user_name": name,
        "user_level": number_in(at(info, 4, 0)),
        "wealth_level": number_in(at(info, 16, 0)),
        "paid_marker": text_of(at(info, 7)),
        "is_staff": _flag(at(info, 2, 2)),
        "reply_to": "" if reply_to == "0" else reply_to,
        **_badge(at(info, 3, 1), at(info, 3, 0), at(info, 3, 3), room),
    }
    hashed = text_of(at(info, 0, 7)).lower()
    if uid in ("", "0") and hashed not in HASH_OF_NOBODY:
        record |= {"user_id": hashed, "user_id_quality": "hash"}
    return filled(record)


def _gift(body: Any) -> dict[str, object]:
    name = at(body, "giftName") or at(body, "gift_name")
    count = at(body, "num") if at(body, "num") is not None else at(body, "gift_num")
    return {
        "kind": "gift",
        **_who(body),
        "ts": _second(body),
        "comment_id": text_of(at(body, "tid")) or text_of(at(body, "msg_id")),
        "gift_name": text_of(name),
        "gift_count": number_in(count),
        "price": number_in(at(body, "price")),
        "coin_type": text_of(at(body, "coin_type")),
    }


def _guard(body: Any) -> dict[str, object]:
    return {
        "kind": "member",
        **_who(body),
        "ts": number_in(at(body, "start_time")) or _second(body),
        "comment_id": text_of(at(body, "payflow_id")) or text_of(at(body, "msg_id")),
        "gift_name": text_of(at(body, "gift_name")) or text_of(at(body, "role_name")),
        "gift_count": number_in(at(body, "num")) or number_in(at(body, "guard_num")),
        "price": number_in(at(body, "price")),
    }


def _super_chat(body: Any) -> dict[str, object]:
    price = number_in(at(body, "price")) or number_in(at(body, "rmb"))
    return {
        "kind": "superchat",
        **_who(body),
        "text": text_of(at(body, "message")),
        "ts": _second(body) or number_in(at(body, "start_time")),
        "comment_id": text_of(at(body, "id")) or text_of(at(body, "message_id")),
        "price": price,
        "paid_marker": f"¥{price:g}" if price else "",
    }


def _interaction(body: Any) -> dict[str, object]:
    return {
        "kind": INTERACTIONS.get(number_in(at(body, "msg_type")), "other"),
        **_who(body),
        "ts": _second(body),
    }


def _open_comment(body: Any) -> dict[str, object]:
    return {
        "kind": TEXT_KINDS.get(number_in(at(body, "dm_type")), "comment"),
        **_who(body),
        "text": text_of(at(body, "msg")),
        "ts": _second(body),
        "comment_id": text_of(at(body, "msg_id")),
        "is_staff": _flag(at(body, "is_admin")),
        "reply_to": text_of(at(body, "reply_open_id")),
    }


def _open_like(body: Any) -> dict[str, object]:
    return {"kind": "like", **_who(body), "ts": _second(body), "like_count": number_in(at(body, "like_count"))}


def _open_enter(body: Any) -> dict[str, object]:
    return {"kind": "enter", **_who(body), "ts": _second(body)}


_TELLERS: Final[Mapping[str, Callable[[Any], dict[str, object]]]] = {
    "SEND_GIFT": _gift,
    "GUARD_BUY": _guard,
    "USER_TOAST_MSG": _guard,
    "SUPER_CHAT_MESSAGE": _super_chat,
    "SUPER_CHAT_MESSAGE_JPN": _super_chat,
    "INTERACT_WORD": _interaction,
    "LIVE_OPEN_PLATFORM_DM": _open_comment,
    "LIVE_OPEN_PLATFORM_DM_MIRROR": _open_comment,
    "LIVE_OPEN_PLATFORM_SEND_GIFT": _gift,
    "LIVE_OPEN_PLATFORM_SUPER_CHAT": _super_chat,
    "LIVE_OPEN_PLATFORM_GUARD": _guard,
    "LIVE_OPEN_PLATFORM_LIKE": _open_like,
    "LIVE_OPEN_PLATFORM_LIVE_ROOM_ENTER": _open_enter,
}


def _who(body: Any) -> dict[str, object]:
    """Who did it, with standing and badge, wherever this command keeps them."""
    user = at(body, "user_info") if isinstance(at(body, "user_info"), dict) else {}
    medal = at(body, "medal_info") or at(body, "fans_medal")
    worn = at(body, "fans_medal_wearing_status")
    own_id = text_of(at(body, "uid")) or text_of(at(user, "uid"))
    if own_id in ("", "0"):
        own_id = text_of(at(body, "open_id")) or text_of(at(user, "open_id")) or own_id
    name = at(body, "uname") or at(body, "username") or at(user, "uname")
    level = at(medal, "medal_level") or (None if worn is False else at(body, "fans_medal_level"))
    title = at(medal, "medal_name") or (None if worn is False else at(body, "fans_medal_name"))
    badge = _badge(title, level, at(medal, "anchor_roomid"), _room_of({"data": body}))
    guard_here = None if "foreign_badge" in badge else at(medal, "guard_level")
    return {
        "user_id": own_id,
        "user_name": text_of(name),
        "user_level": number_in(at(user, "user_level")),
        "paid_marker": text_of(at(body, "guard_level") or at(user, "guard_level") or guard_here),
        "is_staff": _flag(at(user, "manager")),
        **badge,
    }


def _badge(name: Any, level: Any, badge_room: Any, room: str) -> dict[str, object]:
    worn, at_home = text_of(name), text_of(badge_room)
    if not worn:
        return {}
    if room and at_home not in ("", "0", room):
        return {"foreign_badge": worn}
    return {"fan_badge_name": worn, "fan_badge_level": number_in(level)}


def _room_of(event: Any) -> str:
    """The room's number where the event or its body names it."""
    places = [at(place, key) for place in (event, at(event, "data")) for key in _ROOM_KEYS]
    return next((room for room in map(text_of, places) if room not in ("", "0")), "")


def room_of_file(recording: Recording) -> str:
    """The room in which all the first visitors entered: a comment itself does not say where it was made."""
    if "room_id" not in recording.told:
        rooms = set(_ENTERED.findall(recording.head))
        recording.told["room_id"] = rooms.pop() if len(rooms) == 1 else ""
    return str(recording.told["room_id"])


def _second(body: Any) -> float | None:
    return number_in(at(body, "timestamp")) or number_in(at(body, "send_time"))


def number_in(value: Any) -> float | None:
    """A number, whole if it is whole, given as number or as text; None for anything else."""
    whole = whole_of(value)
    return seconds_of(value) if whole is None else whole


def _flag(value: Any) -> int | None:
    return int(value) if value in (0, 1) and isinstance(value, int) else None


def _is_event(document: Any) -> bool:
    command = at(document, "cmd")
    if not isinstance(command, str):
        return False
    name = command.split(":")[0]
    known = name == "DANMU_MSG" or name in _TELLERS or name in PLAIN_KINDS
    return known and isinstance(at(document, "info") or at(document, "data"), list | dict)


def _claims_events(glimpse: Glimpse) -> bool:
    # Among them may stand commands of later years, handshakes and heartbeats.
    commands = sum(isinstance(at(document, "cmd"), str) for document in glimpse.documents)
    return any(map(_is_event, glimpse.documents)) and 2 * commands > len(glimpse.documents)


DIALECTS: Final = (
    JsonDialect(
        name="bilibili-events",
        en="Bilibili live events as the chat connection or the open platform sends them: cmd with info or data (blivedm)",
        zh="B站直播原始事件：带 cmd 与 info 或 data 的 JSON（弹幕长连接、开放平台、blivedm）",
        platform="bilibili",
        tells=Tells(
            kinds="comment emoji voice superchat gift like enter follow share member stats control delete other",
            ids="real hash masked none",
            times="event order_only",
            fields="user_level fan_badge_level paid_marker is_staff",
            example='{"cmd": "DANMU_MSG", "info": [[0, 1, 25, 16777215, 1700000000123], "好看", [10086, "小满", 0]]}',
        ),
        claims=_claims_events,
        events=event_of,
    ),
)
