"""Events as a pipeline pushes them -> a batch; what cannot be taken is named by its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from detector.comment import ID_QUALITY_CODE, KIND_CODE, TS_SOURCE_CODE, Comment, CommentBatch
from detector.errors import UsageError
from detector.readers import ReadReport
from detector.readers.family import RawTable
from detector.readers.field_cells import field_cells
from detector.readers.header import checked_mapping
from detector.readers.report import EXAMPLES
from detector.readers.table import TEXT_KINDS, comments_of
from detector.readers.times import zone_of
from detector.stream.outcome import Rejected, Unclear

# Before the number of an event without an id: no id of a source begins like this.
UNNAMED: Final = "\0"


# Remarks of the reader about single values; the others are about a table as a whole.
UNCLEAR: Final = frozenset(
    {
        "unknown_kind", "unknown_ts_source", "unknown_id_quality", "number_unparsed", "flag_unparsed", "time_unparsed",
        "other_time_unparsed", "damaged_ids", "text_cut",
    }
)  # fmt: skip


class Intake(NamedTuple):
    """What was made of the events offered."""

    batch: CommentBatch
    rejected: list[Rejected]
    unclear: list[Unclear]
    offered: int


def taken_in(
    events: CommentBatch | Iterable[Any],
    *,
    first: int,
    mapping: Mapping[str, str] | None,
    tz: str,
    ids: Sequence[str] | None = None,
) -> Intake:
    """The events that can be taken, in their order, and the others with the reason.

    Events without an id are named by ``ids`` (one for each event offered), else by their number in the stream, counted
    from ``first``. What an event means depends on nothing but itself, whichever others come with it. ``UsageError``
    where ``events`` is no list of events at all.
    """
    if isinstance(events, CommentBatch):
        return Intake(events, [], [], len(events))
    if isinstance(events, str | bytes | Mapping):
        raise UsageError(
            f"push takes a list of events, not {type(events).__name__}",
            zh=f"push 接受事件列表，而不是 {type(events).__name__}",
        )
    listed = list(events)
    # Events of one shape are read together: which name means which field is told from all names of a table.
    shapes: dict[tuple[str, ...], list[int]] = {}
    comments: list[int] = []
    rejected = []
    for place, event in enumerate(listed):
        if isinstance(event, Comment):
            why = _unfit(event)
            if why:
                rejected.append(_rejected(place, why))
            else:
                comments.append(place)
            continue
        shape = tuple(event) if isinstance(event, Mapping) else None
        if shape is None or (shape not in shapes and not all(isinstance(key, str) for key in shape)):
            rejected.append(_rejected(place, "not_an_object"))
        else:
            shapes.setdefault(shape, []).append(place)
    told, zone = checked_mapping(mapping), zone_of(tz)
    prefix = "e" if ids is None else UNNAMED
    unclear: dict[str, tuple[int, list[int]]] = {}
    parts: list[CommentBatch] = []
    kept = comments
    if comments:
        part = CommentBatch.from_comments(listed[place] for place in comments)
        named = [
            own or f"{prefix}{first + place}" for own, place in zip(part.comment_id, comments, strict=True)
        ]
        parts.append(replace(part, comment_id=named))
    for shape, places in shapes.items():
        alike = listed if len(places) == len(listed) else [listed[place] for place in places]
        cells = dict(zip(shape, map(list, zip(*(event.values() for event in alike), strict=True)), strict=True))
        mapped = {header: name for header, name in told.items() if header in cells}
        lines = range(first, first + len(places)) if alike is listed else [first + place for place in places]
        found = field_cells(RawTable(cells, lines, mapped, 0))
        if "text" not in found:
            # A gift needs none; what needs one is left out as if it were empty.
            empty = {"text": [None] * len(places)}
            found = replace(found, cells={**found.cells, **empty}, headers={**found.headers, "text": [""]})
        report = ReadReport(midnight_is_date=False, evenly_spaced=False, ids_repeat=False)
        part, its_lines = comments_of(found, report=report, zone=zone, id_prefix=prefix)
        parts.append(part)
        for code in UNCLEAR.intersection(report.notes):
            n, index = unclear.get(code, (0, []))
            note = report.notes[code]
            unclear[code] = n + note.n, index + [line - first for line in note.lines]
        kept += [line - first for line in its_lines]
    if not parts:
        return Intake(CommentBatch.from_columns(0, {}), rejected, [], len(listed))
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
    if len(kept) + len(rejected) < len(listed):
        left_out = set(range(len(listed))).difference(kept, (one.index for one in rejected))
        rejected += [_rejected(place, "no_text") for place in left_out]
        rejected.sort(key=lambda one: one.index)
    told_of = [
        Unclear(code, n, tuple(sorted(index)[:EXAMPLES])) for code, (n, index) in sorted(unclear.items())
    ]
    return Intake(batch, rejected, told_of, len(listed))


def _unfit(comment: Comment) -> str:
    """Why a Comment cannot be taken, "" if it can."""
    codes = (
        (comment.kind, KIND_CODE),
        (comment.ts_source, TS_SOURCE_CODE),
        (comment.user_id_quality, ID_QUALITY_CODE),
    )
    if not all(word in known for word, known in codes):
        return "unknown_word"
    return "no_text" if comment.kind in TEXT_KINDS and not comment.text.strip() else ""


_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "not_an_object": (
        "an event must be a JSON object such as {\"text\": \"…\", \"user_id\": \"…\"}",
        "事件必须是 JSON 对象，如 {\"text\": \"…\", \"user_id\": \"…\"}",
    ),
    "unknown_word": (
        "a Comment's kind, ts_source and user_id_quality must be of the names in detector.comment",
        "Comment 的 kind、ts_source、user_id_quality 必须是 detector.comment 中的名称",
    ),
    "no_text": (
        "the event has no text: put it under text, content or message (a string that is not empty)",
        "事件没有文本：请放在 text、content 或 message 字段（非空字符串）",
    ),
}  # fmt: skip


def _rejected(place: int, code: str) -> Rejected:
    return Rejected(place, code, *_WHY[code])
