"""What one logger of Bilibili rooms writes: lines of JSON, and tables with nested keys joined by ``_``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from detector.readers.bilibili_live import INTERACTIONS, event_of, kind_of_command, room_of_file
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.pick import at, filled, text_of, whole_of

DATE, CLOCK, OFFSET = "_Date", "_ExactTime", "_DeltaTime"
# Our fields -> the columns that hold them in events; in comments they have names that are known.
EVENT_COLUMNS: Final = {
    "user_id": ("_content_data_uid",),
    "user_name": ("_content_data_uname", "_content_data_username"),
    "fan_badge_name": ("_content_data_fans_medal_medal_name", "_content_data_medal_info_medal_name"),
    "fan_badge_level": ("_content_data_fans_medal_medal_level", "_content_data_medal_info_medal_level"),
    "paid_marker": ("_content_data_guard_level",),
    "comment_id": ("_content_data_tid",),
}
MESSAGE_KINDS: Final = {"danmaku": "comment", "gift": "gift", "broadcast": "other"}


def _claims_log(glimpse: Glimpse) -> bool:
    logged = [
        document
        for document in glimpse.documents
        if isinstance(document.get("msg_type"), str) and "content" in document and "DeltaTime" in document
    ]
    return len(logged) > 0 and 2 * len(logged) > len(glimpse.documents)


def _logged(item: Any, recording: Recording) -> list[Record] | None:
    """A line of the logger: a comment's content is text, an event's is an object; other text is the protocol's."""
    content, kind = at(item, "content"), at(item, "msg_type")
    if not isinstance(kind, str):
        return None
    clock = f"{text_of(at(item, 'Date'))} {text_of(at(item, 'ExactTime'))}".strip()
    arrived: dict[str, object] = {"ts": clock, "ts_source": "arrival"} if clock else {}
    if isinstance(content, dict):
        records = event_of(content, recording)
        return records and [{**record, **({} if "ts" in record else arrived)} for record in records]
    if kind != "danmaku":
        return [] if isinstance(content, str) else None
    if not isinstance(content, str):
        return None
    said = {"kind": "comment", "text": content, "user_name": text_of(at(item, "name"))}
    return [{**filled({**said, "room_id": room_of_file(recording)}), **arrived}]


def _is_table(headers: Sequence[str]) -> bool:
    return {DATE, CLOCK, OFFSET} <= set(headers)


def _reshaped(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    """Date and time joined, the kind told by command and type, an event's person under our names."""
    n = len(columns[DATE])
    # What is told better below, and the column behind the last comma.
    told = {DATE, "_msg_type"} | ({""} if not any(columns.get("", ())) else set())
    shaped = {header: cells for header, cells in columns.items() if header not in told}
    nothing: list[Any] = [None] * n
    shaped["ts"] = [
        f"{_text(date)} {_text(clock)}".strip()
        for date, clock in zip(columns[DATE], columns[CLOCK], strict=True)
    ]
    # The logger's clock, when the event reached it.
    shaped["ts_source"] = ["arrival"] * n
    commands = columns.get("_content_cmd", columns.get("_raw_cmd", nothing))
    types = columns.get("_msg_type", nothing)
    done = columns.get("_content_data_msg_type", nothing)
    shaped["kind"] = [_kind(*row) for row in zip(commands, types, done, strict=True)]
    for field, headers in EVENT_COLUMNS.items():
        found = next((columns[header] for header in headers if header in columns), None)
        if found is not None:
            shaped[field] = list(found)
    return shaped


def _kind(command: Any, message_type: Any, done: Any) -> str:
    name = _text(command)
    if name == "INTERACT_WORD":
        return INTERACTIONS.get(whole_of(_text(done)), "other")
    return kind_of_command(name) if name else MESSAGE_KINDS.get(_text(message_type), "other")


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ""


DIALECTS: Final = (
    JsonDialect(
        name="bilibili-log",
        en="Bilibili live log in lines: msg_type, name, content, Date, ExactTime (bilibili_live_data_analyse)",
        zh="B站直播日志 JSONL：msg_type、name、content、Date、ExactTime（bilibili_live_data_analyse）",
        platform="bilibili",
        tells=Tells(
            kinds="comment superchat gift like enter follow share member stats control delete other",
            ids="name_only real",
            times="arrival event",
            example='{"msg_type": "danmaku", "name": "小满", "content": "好看", "Date": "2021-12-31", "ExactTime": "18:32:11", "DeltaTime": 1.5}',
        ),
        claims=_claims_log,
        events=_logged,
    ),
)
SHAPES: Final = (
    TableShape(
        name="bilibili-flat-events",
        en="Bilibili live events flattened to CSV: _DeltaTime, _ExactTime, _Date … (bilibili_live_data_analyse)",
        zh="B站直播事件展平 CSV：_DeltaTime、_ExactTime、_Date……（bilibili_live_data_analyse）",
        platform="bilibili",
        tells=Tells(
            kinds="comment superchat gift like enter follow share member stats control delete other",
            ids="name_only",
            times="arrival order_only",
            example="_DeltaTime,_ExactTime,_Date,_msg_type,_name,_content\n1.5,19:34:43,2021-12-30,danmaku,小满,好看",
        ),
        claims=_is_table,
        reshape=_reshaped,
    ),
)
