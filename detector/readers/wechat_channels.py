"""WeChat Channels live: what wxlivespy writes, with the events of each poll under decoded_data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, first_of, text_of, whole_of

EVENT_KINDS: Final[Mapping[str, str]] = {
    "comment": "comment", "enter": "enter", "gift": "gift", "combogift": "gift", "like": "like",
    "levelup": "member",
}  # fmt: skip


def _events(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    """The events of a poll, or the one event that the object itself is; the live they are of is remembered."""
    decoded = at(answer, "decoded_data")
    decoded = decoded if isinstance(decoded, dict) else answer
    live_id = text_of(at(decoded, "live_info", "live_id"))
    host = text_of(first_of(at(decoded, "host_info"), "finder_username", "wechat_uin"))
    if live_id or host:
        recording.told["live"] = filled({"session_id": live_id, "room_id": host})
    events = at(decoded, "events")
    yield from events if isinstance(events, list) else [decoded]


def _event(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One event: decoded_type, content, nickname, decoded_openid."""
    kind = EVENT_KINDS.get(text_of(at(item, "decoded_type")), "other")
    if not isinstance(item, dict) or "decoded_type" not in item:
        return [] if at(item, "live_info") is not None else None
    record = {
        "comment_id": text_of(at(item, "msg_id")),
        "kind": kind,
        "text": text_of(at(item, "content")),
        # The open id is the same in all of an anchor's sessions, the sec id in this one.
        "user_id": text_of(first_of(item, "decoded_openid", "sec_openid")),
        "user_name": text_of(at(item, "nickname")),
        "seq": text_of(at(item, "seq")),
        "wechat_type": text_of(at(item, "decoded_type")) if kind == "other" else "",
        "count": whole_of(at(item, "gift_num")),
        "gift_value": text_of(at(item, "gift_value")),
        "user_level": whole_of(at(item, "to_level")) or None,
    }
    received = whole_of(at(item, "msg_time"))
    time = {"ts": received, "ts_source": "arrival"} if received else {}
    return [filled(record) | recording.told.get("live", {}) | time]


def _claims(glimpse: Glimpse) -> bool:
    return "decoded_type" in glimpse.keys and bool(glimpse.keys & {"decoded_openid", "sec_openid"})


JSON_DIALECTS: Final = (
    JsonDialect(
        name="wechat-channels",
        en="WeChat Channels live: wxlivespy (decoded_data with events, host_info, live_info)",
        zh="微信视频号直播：wxlivespy 导出（decoded_data 下的 events、host_info、live_info）",
        platform="wechat",
        tells=Tells(
            kinds="comment gift like enter member other",
            ids="real",
            times="arrival order_only",
            example='{"decoded_data": {"live_info": {"live_id": "7"}, "events": [{"decoded_type": "comment", "decoded_openid": "o1", "nickname": "小满", "content": "好看", "msg_time": 1700000000123}]}}',
        ),
        claims=_claims,
        events=_event,
        items=_events,
        array_key="events",
    ),
)
