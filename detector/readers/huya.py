"""Huya: decoded MessageNotice messages in JSON, and the tables of CxSpider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from detector.readers.cells import as_text, is_missing
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.kinds import KIND_WORDS
from detector.readers.pick import at, filled, first_of, objects_of, text_of, whole_of

CXSPIDER_HEADERS: Final = frozenset({"bid", "fetch_time", "user_name", "user_noble", "gift_name"})


def _noticed(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A message: tUserInfo and sContent of a comment, or who entered, or who gave what."""
    if not isinstance(item, dict):
        return None
    message = next((item[name] for name in ("msg", "data", "body") if isinstance(at(item, name), dict)), item)
    user = at(message, "tUserInfo")
    if isinstance(user, dict) and "sContent" in message:
        badge = _badge(message)
        record = {
            "kind": "comment",
            **_room(message),
            "text": text_of(at(message, "sContent")),
            "user_id": text_of(at(user, "lUid")),
            "user_name": text_of(at(user, "sNickName")),
            "fan_badge_name": text_of(at(badge, "sBadgeName")),
            "fan_badge_level": whole_of(at(badge, "iBadgeLevel")),
            "paid_marker": text_of(first_of(at(user, "tNobleLevelInfo"), "iNobleLevel", "iLevel")),
        }
        return [filled(record)]
    if "lSenderUid" in message:
        record = {
            "kind": "gift",
            **_room(message),
            "text": text_of(at(message, "sSendContent")),
            "user_id": text_of(at(message, "lSenderUid")),
            "user_name": text_of(at(message, "sSenderNick")),
            "gift_id": text_of(at(message, "iItemType")),
            "count": whole_of(at(message, "iItemCount")),
        }
        return [filled(record)]
    if "lUid" in message and "sNickName" in message:
        record = {
            "kind": "enter",
            **_room(message),
            "user_id": text_of(at(message, "lUid")),
            "user_name": text_of(at(message, "sNickName")),
            "paid_marker": text_of(at(message, "tNobleInfo", "iNobleLevel")),
        }
        return [filled(record)]
    return []


def _room(message: Any) -> dict[str, object]:
    """The anchor's id names the room; without it the channel does. 0 is none."""
    ids = (text_of(first_of(message, name)) for name in ("lPid", "lPresenterUid", "lTid"))
    return {"room_id": next((own for own in ids if own not in ("", "0")), "")}


def _badge(message: Any) -> Any:
    """The fan badge among the decorations before a name; it may stand one layer down."""
    for decoration in objects_of(at(message, "vDecorationPrefix")):
        for found in (decoration, *decoration.values()):
            if text_of(at(found, "sBadgeName")):
                return found
    return at(message, "tBadgeInfo")


def _claims(glimpse: Glimpse) -> bool:
    return glimpse.keys >= {"tUserInfo", "sContent"}


def _claims_table(headers: Sequence[str]) -> bool:
    return {header.strip().lstrip("\ufeff").casefold() for header in headers} >= CXSPIDER_HEADERS


def _reshaped(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    """CxSpider's columns under our names: the room, the time of fetching, the noble rank, gifts told from text."""
    ours = {"bid": "room_id", "fetch_time": "ts", "user_noble": "paid_marker", "content": "text"}
    found = {ours.get(header.strip().casefold(), header): cells for header, cells in columns.items()}
    rows = len(next(iter(columns.values()), []))
    blank: list[Any] = [None] * rows
    told, gifts, said = (found.get(name, blank) for name in ("type", "gift_name", "text"))
    found["kind"] = [_table_kind(*row) for row in zip(told, gifts, said, strict=True)]
    found["ts_source"] = ["arrival"] * rows
    return found


def _table_kind(told: object, gift: object, text: object) -> str:
    word = as_text(told).strip().casefold()
    if word in KIND_WORDS:
        return KIND_WORDS[word]
    if not is_missing(gift):
        return "gift"
    return "other" if is_missing(text) else "comment"


JSON_DIALECTS: Final = (
    JsonDialect(
        name="huya-messages",
        en="Huya: decoded messages of a live page (tUserInfo, sContent)",
        zh="虎牙：直播页消息解码后的 JSON（tUserInfo、sContent）",
        platform="huya",
        tells=Tells(
            kinds="comment gift enter",
            ids="real",
            times="order_only",
            fields="fan_badge_level paid_marker",
            example='{"tUserInfo": {"lUid": 10086, "sNickName": "小满"}, "sContent": "好看", "lPid": 7}',
        ),
        claims=_claims,
        events=_noticed,
    ),
)
SHAPES: Final = (
    TableShape(
        name="huya-cxspider",
        en="Huya: tables of CxSpider (bid, fetch_time, user_noble, gift_name)",
        zh="虎牙：CxSpider 表格（bid、fetch_time、user_noble、gift_name）",
        platform="huya",
        tells=Tells(
            kinds="comment gift other",
            ids="name_only",
            times="arrival",
            fields="paid_marker",
            example="bid,type,fetch_time,user_name,user_noble,content,gift_name\n7,chat,2023-11-15 06:13:20,小满,,好看,",
        ),
        claims=_claims_table,
        reshape=_reshaped,
    ),
)
