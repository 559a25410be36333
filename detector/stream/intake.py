"""Events as a pipeline pushes them -> a batch; what cannot be taken is named by its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from detector.comment import Comment, CommentBatch, SourceColumns
from detector.errors import UsageError
from detector.readers import ReadReport, records_to_columns
from detector.readers.family import RawTable
from detector.readers.header import checked_mapping, fields_of
from detector.readers.table import batch_of
from detector.readers.times import zone_of
from detector.stream.outcome import Rejected

# The columns under which a row's place in the pushed list, and no text, travel through the reader.
PLACE: Final = "zhenping place"
NO_TEXT: Final = "zhenping no text"
# Before the number of an event without an id: no id of a source begins like this.
UNNAMED: Final = "\0"


def taken_in(
    events: CommentBatch | Iterable[Any],
    *,
    first: int,
    mapping: Mapping[str, str] | None,
    tz: str,
    ids: Sequence[str] | None = None,
) -> tuple[CommentBatch, list[Rejected], int]:
    """The events that can be taken, in their order, the others with the reason, and how many were offered.

    Events without an id are named by ``ids`` (one for each event offered), else by their number in the stream, counted
    from ``first``. What an event means depends on nothing but itself, whichever others come with it. ``UsageError``
    where ``events`` is no list of events at all.
    """
    if isinstance(events, CommentBatch):
        return events, [], len(events)
    if isinstance(events, str | bytes | Mapping):
        raise UsageError(
            f"push takes a list of events, not {type(events).__name__}",
            zh=f"push 接受事件列表，而不是 {type(events).__name__}",
        )
    listed = list(events)
    if listed and all(isinstance(event, Comment) for event in listed):
        return CommentBatch.from_comments(listed), [], len(listed)
    rejected = []
    # Events of one shape are read together: which name means which field is told from all names of a table.
    shapes: dict[tuple[str, ...], list[int]] = {}
    records: list[Mapping[str, Any]] = []
    for place, event in enumerate(listed):
        record: Mapping[str, Any] = {}
        if isinstance(event, Comment):
            record = {name: getattr(event, name) for name in Comment.__slots__}
        elif isinstance(event, Mapping) and all(isinstance(key, str) for key in event):
            record = event
        else:
            rejected.append(_rejected(place, "not_an_object"))
        records.append(record)
        shapes.setdefault(tuple(record), []).append(place)
    refused = {one.index for one in rejected}
    told = checked_mapping(mapping)
    prefix = "e" if ids is None else UNNAMED
    parts: list[CommentBatch] = []
    kept: list[int] = []
    for places in shapes.values():
        offered = [place for place in places if place not in refused]
        if offered:
            alike = [records[place] for place in offered]
            part = _alike(alike, offered, first=first, told=told, tz=tz, id_prefix=prefix)
            parts.append(replace(part, source=SourceColumns()))
            kept += list(map(int, part.source.columns[part.source.headers.index(PLACE)]))
    if not parts:
        return CommentBatch.from_columns(0, {}), rejected, len(listed)
    batch = parts[0]
    if len(parts) > 1:
        order = np.argsort(np.array(kept, dtype=np.intp))
        batch = CommentBatch.concat(parts).take(order)
        kept.sort()
    if ids is not None:
        derived = [f"{UNNAMED}{first + place}" for place in kept]
        own = [
            ids[place] if name == none else name
            for name, none, place in zip(batch.comment_id, derived, kept, strict=True)
        ]
        batch = replace(batch, comment_id=own)
    left_out = set(range(len(listed))) - refused - set(kept)
    rejected += [_rejected(place, "no_text") for place in left_out]
    return batch, sorted(rejected, key=lambda one: one.index), len(listed)


def _alike(
    records: Sequence[Mapping[str, Any]],
    places: Sequence[int],
    *,
    first: int,
    told: Mapping[str, str],
    tz: str,
    id_prefix: str,
) -> CommentBatch:
    """Events of one shape as a batch, in their order, with their ``places`` among its source columns."""
    columns = records_to_columns(records)
    columns[PLACE] = [str(place) for place in places]
    mapping = {header: name for header, name in told.items() if header in columns}
    if "text" not in fields_of(list(columns), mapping):
        # A gift needs none; what needs one is left out as if it were empty.
        columns[NO_TEXT], mapping[NO_TEXT] = [None] * len(places), "text"
    # What a reader tells from a whole column cannot be told from a few events.
    report = ReadReport(midnight_is_date=False, evenly_spaced=False, ids_repeat=False)
    table = RawTable(columns, [first + place for place in places], mapping, 0)
    return batch_of(table, report=report, zone=zone_of(tz), id_prefix=id_prefix)


_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "not_an_object": (
        "an event must be a JSON object such as {\"text\": \"…\", \"user_id\": \"…\"}",
        "事件必须是 JSON 对象，如 {\"text\": \"…\", \"user_id\": \"…\"}",
    ),
    "no_text": (
        "the event has no text: put it under text, content or message (a string that is not empty)",
        "事件没有文本：请放在 text、content 或 message 字段（非空字符串）",
    ),
}  # fmt: skip


def _rejected(place: int, code: str) -> Rejected:
    return Rejected(place, code, *_WHY[code])
