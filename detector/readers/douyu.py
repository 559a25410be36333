"""Douyu: its own message protocol (type@=chatmsg/…) and replays in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Dialect, Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, text_of, whole_of

MESSAGE_KINDS: Final[Mapping[str, str]] = {
    "chatmsg": "comment", "comm_chatmsg": "superchat", "uenter": "enter", "dgb": "gift", "odfbc": "member",
    "rndfbc": "member", "anbc": "member", "rnewbc": "member", "srres": "share", "fswrank": "stats",
    "ranklist": "stats", "newblackres": "control", "rss": "control",
}  # fmt: skip
# Share of the first lines that must be like those of a format.
LIKE_IT: Final = 0.8

_MESSAGE: Final = re.compile(r"(?<!\w)type@=")
_PAIR: Final = re.compile(r"([^/@]+)@=([^/]*)(?:/|$)")
_ESCAPE: Final = re.compile(r"@([AS])")


def _message(line: Any, recording: Recording) -> Sequence[Record] | None:
    """A line of the protocol; it may hold several messages."""
    if not isinstance(line, str):
        return None
    starts = [found.start() for found in _MESSAGE.finditer(line)]
    if not starts:
        return None
    ends = [*starts[1:], len(line)]
    told = (_message_record(_fields_of(line[a:b])) for a, b in zip(starts, ends, strict=True))
    return [record for record in told if record]


def _fields_of(message: str) -> dict[str, str]:
    """``key@=value/…`` as fields; ``@S`` stands for ``/`` and ``@A`` for ``@``.

    >>> _fields_of("type@=chatmsg/txt@=1@S2@A3/")
    {'type': 'chatmsg', 'txt': '1/2@3'}
    """
    return {
        key: _ESCAPE.sub(lambda found: "@" if found[1] == "A" else "/", value)
        for key, value in _PAIR.findall(message)
    }


def _message_record(fields: Mapping[str, str]) -> dict[str, object]:
    """The record of one message; empty where it is about no event (login, keep-alive)."""
    kind = MESSAGE_KINDS.get(fields.get("type", ""))
    if kind is None:
        return {}
    paid = fields
    if kind == "superchat":
        # The comment is a message within the message.
        fields = {**fields, **_fields_of(fields.get("chatmsg", ""))}
    badge = fields.get("bnn", "")
    # Room managers are of group 4, the platform's own staff of group 5.
    groups = (fields.get("rg", ""), fields.get("pg", ""))
    record = {
        "comment_id": fields.get("cid", ""),
        "room_id": fields.get("rid", ""),
        "kind": kind,
        "text": fields.get("txt", ""),
        "user_id": fields.get("uid", ""),
        "user_name": fields.get("nn", ""),
        "user_level": whole_of(fields.get("level")),
        "fan_badge_name": badge,
        "fan_badge_level": whole_of(fields.get("bl")) if badge else None,
        "paid_marker": paid.get("crealPrice", paid.get("cprice", ""))
        if kind == "superchat"
        else fields.get("nl", ""),
        "is_staff": (1 if groups[0] in ("4", "5") or groups[1] == "5" else 0) if any(groups) else None,
        "badge_room": fields.get("brid", ""),
        "gift_id": fields.get("gfid", ""),
        "count": whole_of(fields.get("gfcnt")),
        "ts": whole_of(fields.get("cst")) or None,
    }
    return filled(record)


def _claims_message(glimpse: Glimpse) -> bool:
    found = sum(_MESSAGE.search(line) is not None for line in glimpse.lines)
    return found >= 1 and found >= LIKE_IT * len(glimpse.lines)


def _replayed(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A comment of a replay: ctt, nn, uid, and tl, the milliseconds into the video."""
    if not isinstance(at(item, "ctt"), str):
        return None
    sent, offset_ms = whole_of(at(item, "sts")), whole_of(at(item, "tl"))
    record = {
        "comment_id": text_of(at(item, "mid")),
        "session_id": text_of(at(item, "vid")),
        "kind": "comment",
        "text": at(item, "ctt"),
        "user_id": text_of(at(item, "uid")),
        "user_name": text_of(at(item, "nn")),
        "offset_ms": offset_ms,
    }
    if sent is not None and sent >= 10**9:
        return [filled(record) | {"ts": sent}]
    return [filled(record) | ({} if offset_ms is None else {"ts_ms": offset_ms, "ts_source": "video_offset"})]


def _replay_items(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    for listed in (at(answer, "data", "list"), at(answer, "data"), at(answer, "list")):
        if isinstance(listed, list):
            yield from listed
            return
    yield answer


def _claims_replay(glimpse: Glimpse) -> bool:
    return glimpse.keys >= {"ctt", "nn", "tl"}


JSON_DIALECTS: Final = (
    JsonDialect(
        name="douyu-replay",
        en="Douyu: the comments of a replay (ctt, nn, uid, tl)",
        zh="斗鱼：回放弹幕（ctt、nn、uid、tl）",
        platform="douyu",
        tells=Tells(
            kinds="comment",
            ids="real",
            times="video_offset event",
            example='{"data": {"list": [{"ctt": "好看", "nn": "小满", "uid": 10086, "tl": 12500}]}}',
        ),
        claims=_claims_replay,
        events=_replayed,
        items=_replay_items,
        array_key="list",
    ),
)
LINE_DIALECTS: Final = (
    Dialect(
        name="douyu-stt",
        en="Douyu: messages of its own protocol, one line each (type@=chatmsg/…)",
        zh="斗鱼：弹幕协议原文，每行一条（type@=chatmsg/…）",
        platform="douyu",
        tells=Tells(
            kinds="comment superchat gift enter member share stats control",
            ids="real",
            times="event order_only",
            fields="user_level fan_badge_level paid_marker is_staff",
            example="type@=chatmsg/rid@=7/uid@=10086/nn@=小满/txt@=好看/level@=12/cid@=a1/",
        ),
        claims=_claims_message,
        events=_message,
    ),
)
