"""The events that ``zhenping convert`` writes: read back they are the comments they were, bit for bit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from detector.comment import COMMENT_FIELDS, ID_QUALITIES, KINDS, TS_SOURCES
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.report import ReadReport

EVENT_FIELDS: Final = frozenset(COMMENT_FIELDS)
EN: Final = "events written by zhenping convert (.jsonl, .parquet)"
ZH: Final = "zhenping convert 写出的事件（.jsonl、.parquet）"

# Whatever the file held that they were made of.
TELLS: Final = Tells(
    kinds=" ".join(KINDS),
    ids=" ".join(ID_QUALITIES),
    times=" ".join(TS_SOURCES),
    fields="user_level fan_badge_level paid_marker is_staff account_created rating verified_purchase purchased_at",
    example=json.dumps(
        {name: {"text": "好看", "kind": "comment"}.get(name, "") for name in COMMENT_FIELDS}, ensure_ascii=False
    ),
)


def _claims(glimpse: Glimpse) -> bool:
    return any(document.keys() >= EVENT_FIELDS for document in glimpse.documents)


def _events(item: Any, recording: Recording) -> Sequence[Record] | None:
    if not isinstance(item, Mapping):
        return None
    _believe(recording.report)
    return [_without_clock(item)]


def _reshape(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    _believe(recording.report)
    return dict(_without_clock(columns))


def _without_clock(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """All but ``ts``, which says for people what ``ts_ms`` says exactly."""
    if "ts_ms" not in columns:
        return columns
    return {name: value for name, value in columns.items() if name != "ts"}


def _believe(report: ReadReport) -> None:
    """What a reader has found out once (made-up times, ids that are none) is not to be asked again."""
    report.evenly_spaced = False
    report.ids_repeat = False


DIALECTS: Final = (
    JsonDialect(
        name="zhenping-events", en=EN, zh=ZH, platform="zhenping", tells=TELLS, claims=_claims, events=_events
    ),
)
SHAPES: Final = (
    TableShape(
        name="zhenping-events",
        en=EN,
        zh=ZH,
        platform="zhenping",
        tells=TELLS,
        claims=EVENT_FIELDS.issubset,
        reshape=_reshape,
    ),
)
