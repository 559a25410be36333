"""Bilibili live logs in plain text (bilibili-vtuber-danmaku): minute by minute, or time, account and text."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from detector.readers.dialect import Dialect, Glimpse, Record, Recording, Tells

_MINUTE: Final = re.compile(r"TIME(\d{1,2}):(\d{1,2})ONLINE(\d+)\s*")
_TIMED: Final = re.compile(r"(1\d{12}):(\d{1,20}):(.*)")
# At the end stand the number of speakers, in the second version also each one's account, name and count.
_TRAILER: Final = re.compile(r"SPEAKERNUM\d+(?:;.*)?")
_DATE: Final = re.compile(r"(?<!\d)(20\d\d)[-_.年](\d{1,2})[-_.月](\d{1,2})(?!\d)")
LAST_HOURS, FIRST_HOURS = 22, 2


def _minutes(line: str, recording: Recording) -> list[Record] | None:
    told = recording.told
    minute = _MINUTE.fullmatch(line)
    if minute is not None:
        hour = int(minute[1])
        # A file is one day; a stream past midnight may run on in it.
        if told.get("hour", 0) >= LAST_HOURS and hour < FIRST_HOURS:
            told["midnights"] = told.get("midnights", 0) + 1
        told["hour"], told["clock"] = hour, f"{hour:02}:{int(minute[2]):02}:00"
        return []
    if _TRAILER.fullmatch(line):
        return []
    record: dict[str, object] = {"kind": "comment", "text": line}
    day = date_in(recording.name)
    if day is not None and "clock" in told:
        day += timedelta(days=told.get("midnights", 0))
        record |= {"ts": f"{day.isoformat()} {told['clock']}", "ts_source": "minute_marker"}
    return [record]


def date_in(name: str) -> date | None:
    """The date that the name of a file tells, None without one.

    >>> date_in("弹幕_2026-11-11.txt")
    datetime.date(2026, 11, 11)
    """
    for year, month, day in _DATE.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _timed(line: str, recording: Recording) -> list[Record] | None:
    if _TRAILER.fullmatch(line) or line.strip() == "V2":
        return []
    timed = _TIMED.fullmatch(line)
    if timed is None:
        return None
    return [{"kind": "comment", "ts": int(timed[1]), "user_id": timed[2], "text": timed[3]}]


def _claims_minutes(glimpse: Glimpse) -> bool:
    markers = [_MINUTE.fullmatch(line) is not None for line in _bare(glimpse)]
    return markers[:1] == [True] or sum(markers) > 1


def _claims_timed(glimpse: Glimpse) -> bool:
    lines = [line for line in _bare(glimpse) if line != "V2" and not _TRAILER.fullmatch(line)]
    return 2 * sum(_TIMED.fullmatch(line) is not None for line in lines) > len(lines)


def _bare(glimpse: Glimpse) -> list[str]:
    return [line.lstrip("\ufeff").rstrip("\r\n") for line in glimpse.lines]


DIALECTS: Final = (
    Dialect(
        name="vtuber-text-1",
        en="Bilibili live log in text with minute markers TIMEhh:mmONLINEn (bilibili-vtuber-danmaku, 2019)",
        zh="B站直播弹幕 TXT，分钟标记 TIMEhh:mmONLINEn（bilibili-vtuber-danmaku，2019 年）",
        platform="bilibili",
        tells=Tells(
            kinds="comment",
            ids="none",
            times="minute_marker order_only",
            example="TIME21:10ONLINE1200\n好看",
        ),
        claims=_claims_minutes,
        events=_minutes,
    ),
    Dialect(
        name="vtuber-text-2",
        en="Bilibili live log in text, milliseconds:account:text on each line (bilibili-vtuber-danmaku)",
        zh="B站直播弹幕 TXT，每行 毫秒:账号:文本（bilibili-vtuber-danmaku）",
        platform="bilibili",
        tells=Tells(
            kinds="comment",
            ids="real",
            times="event",
            example="V2\n1700000000123:10086:好看",
        ),
        claims=_claims_timed,
        events=_timed,
    ),
)
