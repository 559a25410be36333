"""Danmaku rendered as ASS subtitles: the text and its place in the video; who wrote it is lost."""

from __future__ import annotations

import re
from typing import Final

from detector.readers.dialect import Dialect, Glimpse, Record, Recording, Tells

# What the events' Format line says where a file has none.
USUAL_COLUMNS: Final = (
    "layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text",
)  # fmt: skip

_CLOCK: Final = re.compile(r"\s*(-?)(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?\s*")
_OVERRIDE: Final = re.compile(r"\{[^{}]*\}")
_DRAWING: Final = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}")
_BREAK: Final = re.compile(r"\s*\\[Nn]\s*|\\h")


def text_shown(text: str) -> str:
    r"""The words of a dialogue without what only draws them.

    >>> text_shown(r"{\move(1,2,3,4)}好看\N{\c&HFF&}买\h它")
    '好看 买 它'
    """
    return _BREAK.sub(" ", _OVERRIDE.sub("", text)).strip()


def _events(line: str, recording: Recording) -> list[Record] | None:
    key, colon, rest = line.lstrip("\ufeff ").partition(":")
    if key.startswith("["):
        recording.told["section"] = key.strip().casefold()
    if key == "Format" and colon and recording.told.get("section") == "[events]":
        recording.told["columns"] = tuple(name.strip().casefold() for name in rest.split(","))
    if key != "Dialogue" or not colon:
        return []
    columns = recording.told.get("columns", USUAL_COLUMNS)
    # The text comes last, and may hold commas of its own.
    cells = dict(zip(columns, rest.split(",", len(columns) - 1), strict=False))
    clock, text = _CLOCK.fullmatch(cells.get("start", "")), cells.get("text")
    if clock is None or text is None:
        return None
    if _DRAWING.search(text):
        return []
    sign, hours, minutes, seconds, fraction = clock.groups()
    offset_ms = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(f"{fraction or 0:0<3}")
    record: dict[str, object] = {
        "kind": "comment",
        "text": text_shown(text),
        "ts_ms": -offset_ms if sign else offset_ms,
        "ts_source": "video_offset",
    }
    if cells.get("name", "").strip():
        record["user_name"] = cells["name"].strip()
    return [record]


def _claims(glimpse: Glimpse) -> bool:
    return any(line.lstrip("\ufeff ").rstrip() == "[Script Info]" for line in glimpse.lines[:10])


DIALECTS: Final = (
    Dialect(
        name="ass",
        en="Danmaku as ASS subtitles (DanmakuFactory and others): text and time into the video only",
        zh="弹幕转成的 ASS 字幕（DanmakuFactory 等）：只有文本和视频内时间",
        platform="several",
        tells=Tells(
            kinds="comment",
            ids="none name_only",
            times="video_offset",
            example="[Script Info]\nDialogue: 0,0:00:12.50,0:00:20.50,R2L,,0,0,0,,{\\move(1,2,3,4)}好看",
        ),
        claims=_claims,
        events=_events,
    ),
)
