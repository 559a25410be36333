"""What is written in messages: bytes -> an event or the reason it is none; what the stream answers -> messages."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detector.bus.ends import MOST_BYTES, Delivery, Message
from detector.stream import Closed, Pushed, Revisions
from detector.stream.wire import (
    alert_json,
    campaign_json,
    rejected_json,
    results_json,
    revision_json,
    room_json,
)

# How much of a dead letter is kept.
KEPT_CHARACTERS: Final = 4096
WHY: Final[Mapping[str, tuple[str, str]]] = {
    "not_utf8": ("the message is not UTF-8", "消息不是 UTF-8 编码"),
    "not_json": ("the message is not JSON", "消息不是 JSON"),
    "too_deep": ("the message is nested too deeply", "消息嵌套过深"),
    "too_large": (f"the message is larger than {MOST_BYTES:,} bytes", f"消息超过 {MOST_BYTES:,} 字节"),
}


@dataclass(frozen=True, slots=True)
class Close:
    """The message ``{"close": "session id"}``, with or without ``room_id``: the session has ended."""

    session_id: str
    room_id: str | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A message in which there is no event, with the code of the reason."""

    code: str


def event_of(payload: bytes) -> Any:
    """What a message says: a ``Close``, an ``Unread``, or a JSON value that is to be an event."""
    if len(payload) > MOST_BYTES:
        return Unread("too_large")
    try:
        event = json.loads(payload.decode("utf-8"))
    except UnicodeDecodeError:
        return Unread("not_utf8")
    except RecursionError:
        return Unread("too_deep")
    except ValueError:
        return Unread("not_json")
    if isinstance(event, dict) and "close" in event and event.keys() <= {"close", "room_id"}:
        named = [event["close"], event.get("room_id")]
        if isinstance(named[0], str | int) and isinstance(named[1], str | int | None):
            return Close(str(named[0]), None if named[1] is None else str(named[1]))
    return event


def pushed_letters(pushed: Pushed, deliveries: Sequence[Delivery], *, lang: str) -> list[Message]:
    """All that is to be told after a push of the events in ``deliveries``, one for one."""
    refused = {one.index for one in pushed.rejected}
    taken = [delivery for place, delivery in enumerate(deliveries) if place not in refused]
    room_of: dict[int, tuple[str, str]] = {}
    for session in pushed.sessions:
        room_of.update(dict.fromkeys(session.rows.tolist(), (session.room_id, session.session_id)))
    letters = []
    for row, (result, delivery) in enumerate(zip(results_json(pushed.results, lang=lang), taken, strict=True)):
        room_id, session_id = room_of[row]
        about = {"room_id": room_id, "session_id": session_id}
        letters.append(_letter("results", room_id, _place(delivery), {**_origin(delivery), **about, **result}))
    shard = deliveries[0].shard if deliveries else ""
    letters += _revised(pushed.revisions, shard, lang=lang)
    for alert in pushed.alerts:
        what = alert.campaign_id or alert.comment_id
        name = f"{shard}:{alert.kind}:{alert.room_id}:{alert.session_id}:{what}:{alert.comments}"
        letters.append(_letter("alerts", alert.room_id, name, {"shard": shard, **alert_json(alert)}))
    letters += closed_letters(pushed.closed, shard, lang=lang)
    for one in pushed.rejected:
        said = rejected_json(one, lang=lang)
        letters.append(_dead(deliveries[one.index], said["code"], said["message"]))
    return letters


def closed_letters(closed: Iterable[Closed], shard: str, *, lang: str) -> list[Message]:
    """What is told at the end of sessions: their last revisions, the room, its campaigns."""
    letters = []
    for end in closed:
        letters += _revised(end.revisions, shard, lang=lang)
        if not end.room.comments:
            continue
        campaigns = [campaign_json(campaign) for campaign in end.campaigns]
        told = {"shard": shard, **room_json(end.room), "campaigns": campaigns}
        digest = hashlib.blake2b(_written(told), digest_size=16).hexdigest()
        letters.append(_letter("rooms", end.room.room_id, f"{shard}:{digest}", told))
    return letters


def dead_letter(delivery: Delivery, unread: Unread, *, lang: str) -> Message:
    """A message in which there is no event, with the reason."""
    en, zh = WHY[unread.code]
    return _dead(delivery, unread.code, zh if lang == "zh" else en)


def _revised(revisions: Revisions, shard: str, *, lang: str) -> list[Message]:
    letters = []
    # A comment may be revised more than once for the same cause.
    times: Counter[tuple[int, str]] = Counter()
    for event, revision in zip(revisions.event.tolist(), revisions, strict=True):
        number = times[event, revision.cause]
        times[event, revision.cause] += 1
        told = {"shard": shard, "number": number, **revision_json(revision, lang=lang)}
        name = f"{shard}:{event}:{revision.cause}:{number}"
        letters.append(_letter("revisions", revision.room_id, name, told))
    return letters


def _dead(delivery: Delivery, code: str, message: str) -> Message:
    told = {**_origin(delivery), "code": code, "message": message, "bytes": len(delivery.payload)}
    try:
        told["payload"] = delivery.payload.decode("utf-8")[:KEPT_CHARACTERS]
    except UnicodeDecodeError:
        told["payload_base64"] = base64.b64encode(delivery.payload[:KEPT_CHARACTERS]).decode()
    return _letter("dead", "", _place(delivery), told)


def _origin(delivery: Delivery) -> dict[str, Any]:
    return {"shard": delivery.shard, "offset": delivery.offset}


def _place(delivery: Delivery) -> str:
    return f"{delivery.shard}:{delivery.offset}"


def _letter(topic: str, room_id: str, name: str, told: Mapping[str, Any]) -> Message:
    return Message(topic, room_id, name, _written({"topic": topic, "id": name, **told}))


def _written(told: Mapping[str, Any]) -> bytes:
    # The same bytes at every sending: fields in the order given, no clock, halves of surrogate pairs as "?".
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "replace"
    )
