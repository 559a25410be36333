"""Danmaku in Bilibili's XML: a video's pool, and the live recordings of three programs in the same dress."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

from detector.readers.bilibili_live import comment_of, event_of, number_in
from detector.readers.dialect import Glimpse, Record, Recording, Tells
from detector.readers.documents import SNIFFED_LINES, parsed_or_none
from detector.readers.pick import at, filled, seconds_of, text_of
from detector.readers.times import times, zone_of
from detector.readers.xml_elements import Element, XmlDialect, unescaped

# Places in p="…".
OFFSET_S, MODE, SENT, SENDER, OWN_ID = 0, 1, 4, 6, 7
ADVANCED, CODE = 7, (8, 9)
# An advanced danmaku is an array: x, y, opacity, duration, text …
ADVANCED_TEXT: Final = 4
RECORDER, BLREC, TOOLS, VIDEO = "bililive-recorder-xml", "blrec-xml", "bililive-tools-xml", "bilibili-video-xml"
LIVE_TAGS: Final = frozenset({"d", "sc", "gift", "guard"})
# What every such file begins with, and what recorders say of the room.
HEAD: Final = frozenset((
    "chatserver", "chatid", "mission", "maxlimit", "state", "real_name", "source", "BililiveRecorderRecordInfo",
))  # fmt: skip
METADATA: Final = frozenset((
    "user_name", "room_id", "room_title", "record_start_time", "live_start_time", "video_start_time", "platform",
))  # fmt: skip
# No video and no recording lasts that long.
LONGEST_S: Final = 10**8

_P: Final = re.compile(r'<d\s[^<>]*?\bp="([^"<>]*)"([^<>]*)')
_RECORDER: Final = re.compile(r"<BililiveRecorder(?:RecordInfo)?[\s/>]")
_POOL: Final = re.compile(r"<chatserver>[^<]*</chatserver>\s*<chatid>")
_HASH: Final = re.compile(r"[0-9a-f]{1,8}")


def _video_events(element: Element, recording: Recording) -> list[Record] | None:
    if element.tag == "chatid":
        recording.told["room_id"] = "" if element.text.strip() == "0" else element.text.strip()
    if element.tag != "d":
        return []
    p = _places(element)
    if p is None:
        return None
    sender, own_id = p[SENDER].lower(), p[OWN_ID] if len(p) > OWN_ID else ""
    record: dict[str, object] = {
        **_said(p, element.text),
        **_video_time(p, recording),
        "offset_s": p[OFFSET_S],
        "comment_id": "" if own_id == "0" else own_id,
        "user_id": sender,
        "room_id": recording.told.get("room_id", ""),
        "user_name": element.attributes.get("user", ""),
        # Eight hexadecimal digits hold any hash; a longer number is an account's own.
        "user_id_quality": "hash" if sender != "0" and _HASH.fullmatch(sender) else "",
    }
    return [filled(record)]


def _video_time(p: Sequence[str], recording: Recording) -> dict[str, object]:
    """When it was sent; where the file's first comments do not say, its place in the video for all of them."""
    told = recording.told
    if "by_offset" not in told:
        told["by_offset"] = not any((number_in(sent[SENT]) or 0) > 0 for sent, _ in _samples(recording.head))
    offset = _offset_s(p[OFFSET_S])
    if not told["by_offset"]:
        return {"ts": number_in(p[SENT])}
    return {} if offset is None else {"ts_ms": round(offset * 1000), "ts_source": "video_offset"}


def _live_events(element: Element, recording: Recording) -> list[Record] | None:
    told = recording.told
    if element.tag not in LIVE_TAGS:
        _remember(element, recording)
        return []
    raw = parsed_or_none(element.attributes.get("raw", ""))
    record = _live_comment(element, raw, told) if element.tag == "d" else _live_event(element, raw, recording)
    if record is None:
        return None
    if told.get("host_name") and record.get("user_name") == told["host_name"]:
        record["is_staff"] = 1
    return [filled({**record, "room_id": told.get("room_id", ""), "platform": told.get("platform", "")})]


def _live_comment(element: Element, raw: Any, told: dict[str, Any]) -> dict[str, object] | None:
    p = _places(element)
    if p is None:
        return None
    attributes = element.attributes
    more = comment_of(raw, told.get("room_id", "")) or {}
    sent = number_in(p[SENT])
    offset = _offset_s(p[OFFSET_S])
    if sent and offset is not None:
        # Where no head tells when recording began, the first comment does.
        told.setdefault("start_ms", (sent if sent > 10**11 else sent * 1000) - offset * 1000)
    uid = attributes.get("uid", "") or p[SENDER]
    own_id = p[OWN_ID] if len(p) > OWN_ID else ""
    known: dict[str, object] = {
        **({"ts": sent} if sent else _since_start(offset, told)),
        "offset_s": p[OFFSET_S],
        "user_id": "" if uid == "0" else uid,
        "user_name": attributes.get("user", ""),
        # Some recorders write 0 or the account again where the comment's own number belongs.
        "comment_id": "" if own_id in ("0", uid, p[SENDER]) else own_id,
    }
    said = _said(p, element.text)
    kind = more.get("kind", "comment") if said["kind"] == "comment" else said["kind"]
    return {**more, **filled(known), **said, "kind": kind}


def _live_event(element: Element, raw: Any, recording: Recording) -> dict[str, object]:
    attributes, told = element.attributes, recording.told
    commands = {"sc": "SUPER_CHAT_MESSAGE", "gift": "SEND_GIFT", "guard": "GUARD_BUY"}
    more: Record = {}
    if isinstance(raw, dict):
        body = raw.get("data") if isinstance(raw.get("data"), dict) else raw
        more = (event_of({"cmd": commands[element.tag], "data": body}, recording) or [{}])[0]
    known: dict[str, object] = {
        "kind": {"sc": "superchat", "gift": "gift", "guard": "member"}[element.tag],
        "user_name": attributes.get("user", ""),
        "user_id": attributes.get("uid", ""),
        "price": number_in(attributes.get("price", "")),
        "gift_name": attributes.get("giftname", ""),
        "gift_count": number_in(attributes.get("giftcount") or attributes.get("count") or ""),
    }
    if element.tag == "sc":
        price = seconds_of(attributes.get("price", ""))
        known |= {"text": element.text, "paid_marker": f"¥{price:g}" if price else ""}
    elif element.tag == "guard":
        known["paid_marker"] = attributes.get("level", "")
    known |= _since_start(_offset_s(attributes.get("ts", "")), told)
    return {key: value for key, value in {**more, **filled(known)}.items() if key != "command"}


def _since_start(offset_s: float | None, told: dict[str, Any]) -> dict[str, object]:
    """The recorder's own clock, where it is known when it began."""
    if offset_s is None or "start_ms" not in told:
        return {}
    return {"ts": round(told["start_ms"] + offset_s * 1000), "ts_source": "arrival"}


def _offset_s(text: str) -> float | None:
    offset = seconds_of(text)
    return offset if offset is not None and abs(offset) < LONGEST_S else None


def _remember(element: Element, recording: Recording) -> None:
    """Keep what the head says of the room, the host and the beginning of the recording."""
    told, text = recording.told, element.text.strip()
    if element.tag == "BililiveRecorderRecordInfo":
        told["room_id"] = element.attributes.get("roomid", "")
        told["host_name"] = element.attributes.get("name", "")
        _begin(element.attributes.get("start_time", ""), recording)
    elif element.tag == "user_name":
        told["host_name"] = text
    elif element.tag in ("room_id", "platform"):
        told[element.tag] = text
    elif element.tag in ("record_start_time", "video_start_time"):
        _begin(text, recording)


def _begin(start: str, recording: Recording) -> None:
    start_ms = float(times([start], zone=zone_of(recording.report.tz)).ms[0])
    recording.told.pop("start_ms", None)
    # NaN is unlike itself.
    if start_ms == start_ms:  # noqa: PLR0124
        recording.told["start_ms"] = start_ms


def _places(element: Element) -> list[str] | None:
    p = [place.strip() for place in element.attributes.get("p", "").split(",")]
    return p if len(p) > SENDER else None


def _said(p: Sequence[str], text: str) -> dict[str, object]:
    """The text and its kind: what is drawn or programmed is no comment."""
    mode = number_in(p[MODE])
    if mode in CODE:
        return {"kind": "other", "text": text}
    if mode == ADVANCED:
        words = text_of(at(parsed_or_none(text), ADVANCED_TEXT))
        return {"kind": "comment", "text": unescaped(words)} if words else {"kind": "other", "text": text}
    return {"kind": "comment", "text": text}


def _samples(text: str) -> list[tuple[list[str], str]]:
    """The places of p and the other attributes of the first comments."""
    first = islice(_P.finditer(text), SNIFFED_LINES)
    found = [(match[1].split(","), match[2]) for match in first]
    return [(p, rest) for p, rest in found if len(p) > SENDER and seconds_of(p[OFFSET_S]) is not None]


def _program(glimpse: Glimpse) -> str:
    """The dialect by what the file says of itself, else by how most of its first comments look."""
    samples = _samples(glimpse.text)

    def most(looks: Callable[[list[str], str], bool]) -> bool:
        return 2 * sum(looks(p, rest) for p, rest in samples) > len(samples)

    if _RECORDER.search(glimpse.text):
        return RECORDER
    if most(lambda _, rest: "uid=" in rest and "timestamp=" in rest):
        return TOOLS
    if "<metadata>" in glimpse.text and "<recorder>" in glimpse.text:
        return BLREC
    if most(lambda p, _: len(p[SENT].split(".")[0]) > 10 and p[OWN_ID:] == ["0"]):
        return RECORDER
    if most(lambda _, rest: "user=" in rest):
        return BLREC
    return VIDEO if samples or _POOL.search(glimpse.text) else ""


def _live(name: str, *, en: str, zh: str, platform: str = "bilibili", tells: Tells) -> XmlDialect:
    """One of the programs that record live rooms: they differ in what they tell, not in how it is read."""
    return XmlDialect(
        name=name, en=en, zh=zh, platform=platform, tells=tells,
        claims=lambda glimpse: _program(glimpse) == name, events=_live_events, tags=LIVE_TAGS, about=HEAD | METADATA,
    )  # fmt: skip


DIALECTS: Final = (
    _live(
        RECORDER,
        en="Bilibili live recording by BililiveRecorder (录播姬), XML: comments, gifts, super chats, guards",
        zh="B站录播姬 BililiveRecorder 录制的直播弹幕 XML：弹幕、礼物、醒目留言、上舰",
        tells=Tells(
            kinds="comment emoji voice superchat gift member other",
            ids="real name_only masked",
            times="event arrival",
            fields="user_level fan_badge_level paid_marker is_staff",
            example='<i><BililiveRecorderRecordInfo roomid="7"/><d p="12.5,1,25,16777215,1700000000123,0,10086,0" user="小满">好看</d></i>',
        ),
    ),
    _live(
        BLREC,
        en="Bilibili live recording by blrec, XML",
        zh="blrec 录制的 B站直播弹幕 XML",
        tells=Tells(
            kinds="comment superchat gift member other",
            ids="real name_only",
            times="event arrival",
            fields="is_staff paid_marker",
            example='<i><d p="12.5,1,25,16777215,1700000000123,0,10086,998" uid="10086" user="小满">好看</d></i>',
        ),
    ),
    _live(
        TOOLS,
        en="Live recording by biliLive-tools, XML (Bilibili, Douyu, Huya, Douyin)",
        zh="biliLive-tools 录制的直播弹幕 XML（B站、斗鱼、虎牙、抖音）",
        platform="several",
        tells=Tells(
            kinds="comment superchat gift member other",
            ids="real name_only",
            times="event arrival",
            fields="paid_marker",
            example='<i><d p="12.5,1,25,16777215,1700000000,0,10086,0" uid="10086" user="小满" timestamp="1700000000123">好看</d></i>',
        ),
    ),
    XmlDialect(
        name=VIDEO,
        en="Danmaku of a Bilibili video, XML as the site delivers it (senders are hashes)",
        zh="B站视频弹幕 XML（网站原样，发送者为哈希）",
        platform="bilibili",
        tells=Tells(
            kinds="comment other",
            ids="hash real none",
            times="event video_offset order_only",
            example='<i><d p="12.5,1,25,16777215,1700000000,0,a1b2c3d4,998">好看</d></i>',
        ),
        claims=lambda glimpse: _program(glimpse) == VIDEO,
        events=_video_events,
        tags=frozenset({"d"}),
        about=HEAD,
    ),
)
