"""Chat as people copy it: a time in brackets, a nickname, a colon, and what was said, on each line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from detector.readers.dialect import Dialect, Glimpse, Record, Recording, Tells
from detector.readers.vtuber_text import date_in

# Share of the first lines that must be like this.
LIKE_IT: Final = 0.8
# A clock that falls by more than this has passed midnight.
BACK_S: Final = 6 * 3_600
DAY_S: Final = 86_400

_LINE: Final = re.compile(
    r"\s*[\[【]\s*(?:"
    r"(?P<date>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]+\d{1,2}:\d{2}(?P<seconds>:\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:UTC|Z|[+-]\d{2}:?\d{2}))?)"
    r"|(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<clock_s>[0-5]\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"|\d{1,3}:[0-5]\d"
    r")\s*[\]】]\s*(?P<name>[^\s:：](?:[^:：]{0,62}[^\s:：])?)\s*[:：]\s*(?P<text>.*)",
    re.DOTALL,
)


def _events(line: Any, recording: Recording) -> list[Record] | None:
    found = _LINE.fullmatch(line.lstrip("\ufeff")) if isinstance(line, str) else None
    if found is None:
        return None
    record: dict[str, object] = {"kind": "comment", "user_name": found["name"], "text": found["text"].rstrip()}
    if found["date"]:
        record["ts"] = found["date"]
        if not found["seconds"]:
            record["ts_source"] = "minute_marker"
    elif found["hours"]:
        record |= _clocked(found, recording)
    # Two numbers may be hours and minutes or minutes and seconds: then there is only the order.
    return [record]


def _clocked(found: re.Match[str], recording: Recording) -> dict[str, object]:
    """The time of a clock without a date: on the day that the file is named after, else counted from midnight."""
    whole_s = int(found["hours"]) * 3600 + int(found["minutes"]) * 60 + int(found["clock_s"])
    ms = _since_midnight(whole_s, recording) * 1000 + int(f"{found['fraction'] or '':0<3.3}")
    day = date_in(recording.name)
    if day is None:
        return {"ts_ms": ms, "ts_source": "video_offset"}
    days, ms = divmod(ms, DAY_S * 1000)
    minutes, seconds = divmod(ms / 1000, 60)
    clock = f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:06.3f}"
    try:
        return {"ts": f"{(day + timedelta(days=days)).isoformat()} {clock}"}
    except OverflowError:
        return {}


def _since_midnight(clock_s: int, recording: Recording) -> int:
    """Seconds since the midnight before the first line, of a clock that starts anew at each.

    A clock that falls by no more than ``BACK_S`` goes back: some lines come late, and some logs have the newest first. One that
    has shown more than a day is that of a video.
    """
    told = recording.told
    if clock_s >= DAY_S:
        told["video"] = True
    since_s = clock_s
    if not told.get("video"):
        before_s: int = told.get("latest_s", clock_s)
        since_s = before_s + (clock_s - before_s + BACK_S) % DAY_S - BACK_S
    told["latest_s"] = since_s
    return since_s


def _claims(glimpse: Glimpse) -> bool:
    lines = [line.strip("\ufeff\r\n") for line in glimpse.lines if line.strip()]
    like_it = sum(_LINE.fullmatch(line) is not None for line in lines)
    return like_it > 0 and like_it >= LIKE_IT * len(lines)


DIALECTS: Final = (
    Dialect(
        name="chat-lines",
        en="Chat copied as text: [time] nickname: what was said, one line each",
        zh="复制出来的聊天记录：每行 [时间] 昵称：内容",
        platform="several",
        tells=Tells(
            kinds="comment",
            ids="name_only",
            times="event video_offset minute_marker order_only",
            example="[20:00:01] 小满：好看",
        ),
        claims=_claims,
        events=_events,
    ),
)
