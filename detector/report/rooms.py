"""What is to be said of each room as a whole, from the record of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from detector.comment import TS_SOURCE_CODE
from detector.report.evidence import moment
from detector.report.shown import Shown, shown
from detector.report.wording import label_words

MOST_ROOMS, MOST_FLOODS = 30, 8
NAME_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class FloodShown:
    """One flood: when (empty if no clock), as what, and how many of its comments were flagged."""

    span: str
    label: str
    comments: int
    flagged: int


@dataclass(frozen=True, slots=True)
class RoomShown:
    """One session of one room; ``share`` and ``between`` are per cent as text, empty if nothing was judged."""

    name: Shown
    comments: int
    flagged: int
    high_risk: int
    share: str
    between: str
    floods: tuple[FloodShown, ...]
    more_floods: int


def rooms_shown(run: Mapping[str, Any], *, lang: str, zone: tzinfo) -> list[RoomShown]:
    """The rooms of ``run``, the largest expected number of inauthentic comments first."""
    return [_room(room, lang, zone) for room in list(run.get("rooms") or ())[:MOST_ROOMS]]


def _room(room: Mapping[str, Any], lang: str, zone: tzinfo) -> RoomShown:
    name = " / ".join(filter(None, (str(room.get("room_id") or ""), str(room.get("session_id") or ""))))
    floods = list(room.get("floods") or ())
    share = room.get("share")
    return RoomShown(
        name=shown(name or "–", limit=NAME_LIMIT, marks=2),
        comments=int(room.get("comments") or 0),
        flagged=int(room.get("flagged") or 0),
        high_risk=int(room.get("high_risk") or 0),
        share="" if share is None else _percent(share),
        between="" if share is None else f"{_percent(room['share_low'])} – {_percent(room['share_high'])}",
        floods=tuple(_flood(flood, lang, zone) for flood in floods[:MOST_FLOODS]),
        more_floods=max(0, len(floods) - MOST_FLOODS),
    )


def _flood(flood: Mapping[str, Any], lang: str, zone: tzinfo) -> FloodShown:
    times = [
        moment(float("nan") if at is None else float(at), TS_SOURCE_CODE["event"], zone)
        for at in (flood.get("first_ts_ms"), flood.get("last_ts_ms"))
    ]
    return FloodShown(
        span=" – ".join(filter(None, times)),
        label=label_words(lang).get(str(flood.get("label")), ""),
        comments=int(flood.get("comments") or 0),
        flagged=int(flood.get("flagged") or 0),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if share < 0.1 else f"{100 * share:.1f} %"
