"""Comments below Bilibili videos: the answer of the reply interface, and the table crawlers make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.pick import at, filled, objects_of, text_of, whole_of

# Answers nest two deep; a file that goes further is no answer.
DEEPEST: Final = 8
# The state of a comment that only its writer still sees.
HIDDEN: Final = 17

_MEMBER: Final = re.compile(r'"member"\s*:\s*\{')


def _items(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    """The comments of an answer, those pinned to the top first; an object that is a comment stands for itself."""
    if "rpid" in answer:
        yield answer
        return
    found = at(answer, "data") if isinstance(at(answer, "data"), dict) else answer
    recording.told["host"] = text_of(at(found, "upper", "mid"))
    top = [at(found, "top", "upper"), at(found, "upper", "top"), *objects_of(at(found, "top_replies"))]
    listed = at(found, "replies")
    yield from (reply for reply in top if isinstance(reply, dict))
    yield from listed if isinstance(listed, list) else ()


def _events(item: Any, recording: Recording) -> list[Record] | None:
    return _with_replies(item, recording.told.get("host", ""), 0) if at(item, "rpid") is not None else None


def _with_replies(reply: Any, host: str, depth: int) -> list[Record]:
    """A comment and those that answer it."""
    below = objects_of(at(reply, "replies")) if depth < DEEPEST else []
    return [_record(reply, host), *(record for own in below for record in _with_replies(own, host, depth + 1))]


def _record(reply: Any, host: str) -> Record:
    member = at(reply, "member")
    parent = text_of(at(reply, "parent_str")) or text_of(at(reply, "parent"))
    mid = text_of(at(member, "mid")) or text_of(at(reply, "mid_str")) or text_of(at(reply, "mid"))
    is_reply = parent not in ("", "0")
    badge = at(member, "fans_detail")
    known = filled(
        {
            "kind": "reply" if is_reply else "comment",
            "comment_id": text_of(at(reply, "rpid_str")) or text_of(at(reply, "rpid")),
            # What people talk below is what they share: the video or the post.
            "room_id": text_of(at(reply, "oid_str")) or text_of(at(reply, "oid")),
            "user_id": mid,
            "user_name": text_of(at(member, "uname")),
            "ts": whole_of(at(reply, "ctime")),
            "reply_to": parent if is_reply else "",
            "user_level": whole_of(at(member, "level_info", "current_level")),
            # Who pays the platform is no fan of this room: it protects nobody.
            "membership": "大会员" if at(member, "vip", "vipStatus") == 1 else "",
            "fan_badge_name": text_of(at(badge, "medal_name")),
            "fan_badge_level": whole_of(at(badge, "level")),
            "is_staff": int(mid == host) if host not in ("", "0") else None,
            "likes": whole_of(at(reply, "like")),
            "location": text_of(at(reply, "reply_control", "location")),
            "hidden": 1 if at(reply, "state") == HIDDEN else None,
        }
    )
    return {**known, "text": text_of(at(reply, "content", "message"))}


def _claims(glimpse: Glimpse) -> bool:
    # In a plain export the member would be a name.
    return glimpse.keys >= {"rpid", "ctime", "oid"} and _MEMBER.search(glimpse.text) is not None


def _is_table(headers: Sequence[str]) -> bool:
    keys = {header_key(header) for header in headers}
    return keys >= {"rpid", "content"} and len(keys & {"username", "uname", "likes", "like", "mid", "oid"}) > 0


def _reshaped(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    """``oid`` is where they talk, ``parent`` whom they answer; 0 is nobody."""
    by_key = {header_key(header): header for header in columns}
    shaped = dict(columns)
    if "oid" in by_key and "room_id" not in columns:
        shaped["room_id"] = list(columns[by_key["oid"]])
    if "parent" in by_key and "reply_to" not in columns:
        parents = [text_of(cell).strip() for cell in columns[by_key["parent"]]]
        shaped["reply_to"] = ["" if parent == "0" else parent for parent in parents]
        shaped["kind"] = ["reply" if parent not in ("", "0") else "comment" for parent in parents]
    return shaped


DIALECTS: Final = (
    JsonDialect(
        name="bilibili-replies",
        en="Comments below a Bilibili video or post: answers of the reply interface, whole or one comment per line",
        zh="B站视频/动态评论：评论接口返回的 JSON（整包或每行一条）",
        platform="bilibili",
        tells=Tells(
            kinds="comment reply",
            ids="real",
            times="event",
            fields="user_level fan_badge_level is_staff",
            example='{"data": {"replies": [{"rpid": 1, "oid": 2, "mid": 3, "ctime": 1700000000, "member": {"mid": "3", "uname": "小满"}, "content": {"message": "好看"}}]}}',
        ),
        claims=_claims,
        events=_events,
        items=_items,
        array_key="replies",
    ),
)
SHAPES: Final = (
    TableShape(
        name="bilibili-replies-table",
        en="Comments below Bilibili videos as a table: rpid, username, content, likes, date",
        zh="B站视频评论表格：rpid、username、content、likes、date",
        platform="bilibili",
        tells=Tells(
            kinds="comment reply",
            ids="name_only real",
            times="event date_only",
            example="rpid,username,content,likes,date\n1,小满,好看,3,2024-05-01 12:00:00",
        ),
        claims=_is_table,
        reshape=_reshaped,
    ),
)
