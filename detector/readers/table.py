"""A table of raw columns -> a batch of comments: the one place where headers and cells get their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import (
    ID_QUALITIES,
    ID_QUALITY_CODE,
    KIND_CODE,
    KINDS,
    TS_SOURCES,
    CommentBatch,
    SourceColumns,
)
from detector.errors import UsageError
from detector.readers.cells import cell_list, flag_of, is_missing, number_of, quantities, texts
from detector.readers.event_times import event_times, other_times
from detector.readers.family import RawTable
from detector.readers.field_cells import FieldCells, field_cells
from detector.readers.header import (
    checked_mapping,
    fields_of,
    located_mapping,
    names_are_masks,
    no_text_column,
    unique_names,
)
from detector.readers.identity import damaged_ids, identities, long_ids
from detector.readers.kinds import NO_MARK_WORDS, kinds
from detector.readers.report import ReadReport
from detector.readers.signals_off import lacks_of
from detector.readers.times import zone_of

LONGEST_TEXT: Final = 10_000
# Kinds that are nothing without a text.
TEXT_KINDS: Final = ("comment", "review", "reply", "append")
ID_FIELDS: Final = ("comment_id", "user_id", "room_id", "session_id", "product_id", "reply_to")
# From so many rows on it can be told whether the ids are a comment's own, and what share of repeats says no.
FEW_ROWS: Final = 20
# A float of an id shows 16 digits and its exponent, and rarely stands for two accounts; 7.23E+18 stands for any.
SHORTENED: Final = 16
NOT_AN_ID_SHARE: Final = 0.2
LEVELS: Final = ("user_level", "fan_badge_level", "rating")
FLAGS: Final = ("is_staff", "verified_purchase")
# Id quality -> the remark that it calls for.
ANONYMOUS_QUALITIES: Final = {"none": "anonymous", "masked": "anonymous", "name_only": "name_only"}


def to_batch(
    columns: Mapping[str, Sequence[object]],
    *,
    report: ReadReport,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    id_prefix: str = "row-",
    first_row: int = 0,
) -> CommentBatch:
    """A table (header -> n cells) as a batch of at most n comments; rows without text are skipped and counted.

    Cells may be str, int, float, bool, None, bytes, datetime or numpy scalars. Times without a zone are in
    ``tz``. Comments without an id get ``id_prefix`` and their row number, which counts from ``first_row``.
    ``InputError`` if no column holds the text, ``UsageError`` for a mapping that does not fit or columns of
    different length.
    """
    names = unique_names([str(header) for header in columns])
    cells = dict(zip(names, map(cell_list, columns.values()), strict=True))
    lengths = set(map(len, cells.values()))
    if len(lengths) > 1:
        counts = ", ".join(f"{header}: {len(column)}" for header, column in cells.items())
        raise UsageError(f"columns differ in length: {counts}", zh=f"各列长度不一致：{counts}")
    n = lengths.pop() if lengths else 0
    located = located_mapping(list(cells), checked_mapping(mapping)) if cells else {}
    if n and "text" not in fields_of(list(cells), located):
        raise no_text_column(list(cells))
    report.tz = tz
    table = RawTable(cells, range(first_row, first_row + n), located, 0)
    return batch_of(table, report=report, zone=zone_of(tz), id_prefix=id_prefix)


def batch_of(table: RawTable, *, report: ReadReport, zone: tzinfo, id_prefix: str) -> CommentBatch:
    """The rows of ``table`` that have a text, as a batch with its source; everything odd goes into ``report``."""
    found = field_cells(table)
    _report_columns(table, found, report)
    if table.whole:
        source = SourceColumns(tuple(table.columns), tuple(table.columns.values()))
    else:
        source = _source(table.columns, report)
    written = dict(zip(table.columns, source.columns, strict=True))
    beside = (*table.columns.values(), *source.columns)
    batch, _ = comments_of(found, report=report, zone=zone, id_prefix=id_prefix, written=written, beside=beside)
    batch = replace(batch, source=source)
    report.rows_read += len(batch)
    report.rows_kept += len(batch)
    _count(batch, report)
    return batch


def comments_of(
    found: FieldCells,
    *,
    report: ReadReport,
    zone: tzinfo,
    id_prefix: str,
    written: Mapping[str, list[str]] = MappingProxyType({}),
    beside: Iterable[list[Any]] = (),
) -> tuple[CommentBatch, Sequence[int]]:
    """The rows that have a text, as a batch without its source, and their lines; what is odd goes into ``report``.

    ``written`` is header -> the column as text where that is known. Rows left out are taken out of the lists
    ``beside``, too.
    """
    kind = kinds(found, report)
    left_out = _rows_without_text(found, kind, report)
    if left_out:
        _leave_out(left_out, (*beside, *found.cells.values()))
        found = replace(found, lines=_without(left_out, found.lines))
        kind = np.delete(kind, left_out)
    columns = _strings(found, written, report)
    columns["kind"] = kind
    columns["text"] = _cut(columns.get("text", [""] * len(found)), found, report)
    columns["comment_id"] = _comment_ids(columns, found, id_prefix, report)
    columns["user_id"], columns["user_id_quality"] = _accounts(columns, found, report)
    columns["ts_ms"], columns["ts_source"] = event_times(found, zone=zone, report=report)
    columns |= other_times(found, zone=zone, report=report)
    columns |= _numbers(found, report)
    return CommentBatch.from_columns(len(found), columns), found.lines


def _count(batch: CommentBatch, report: ReadReport) -> None:
    """What the rows are, how far their ids and times can be trusted, what those that are scored do not tell."""
    report.scored_rows += int(batch.scored().sum())
    for names, codes, counted in (
        (KINDS, batch.kind, report.kinds),
        (ID_QUALITIES, batch.user_id_quality, report.id_quality),
        (TS_SOURCES, batch.ts_source, report.ts_sources),
    ):
        for name, count in zip(names, np.bincount(codes, minlength=len(names)).tolist(), strict=True):
            if count:
                counted[name] = counted.get(name, 0) + count
            if names is ID_QUALITIES and name in ANONYMOUS_QUALITIES:
                report.note(ANONYMOUS_QUALITIES[name], n=count)
    for code, count in lacks_of(batch).items():
        report.lacks[code] = report.lacks.get(code, 0) + count


def _report_columns(table: RawTable, found: FieldCells, report: ReadReport) -> None:
    used = {headers[0] for headers in found.headers.values()}
    for name, headers in found.headers.items():
        known = report.columns.get(name, "")
        if headers[0] not in known.split(" / "):
            report.columns[name] = f"{known} / {headers[0]}" if known else headers[0]
        if len(headers) > 1:
            report.note_once("double_header", f"{', '.join(headers)} → {name} ({headers[0]})")
    for header in table.columns:
        if header not in used and header not in report.other_columns:
            report.other_columns.append(header)


def _rows_without_text(found: FieldCells, kind: NDArray[np.uint8], report: ReadReport) -> list[int]:
    """The rows to be left out: those without a text, of a kind that is nothing without one."""
    text = found.cells.get("text", [None] * len(found))
    empty: list[int] = []
    nested: list[int] = []
    if set(map(type, text)) <= {str}:
        # Mostly there is none, and to see that there is none is quick.
        if "" in text or any(map(str.isspace, text)):
            empty = [r for r, cell in enumerate(text) if not cell or cell.isspace()]
    else:
        empty = [r for r, cell in enumerate(text) if is_missing(cell)]
        nested = [r for r, cell in enumerate(text) if isinstance(cell, dict | list | tuple)]
    needs_text = {KIND_CODE[name] for name in TEXT_KINDS}
    left_out: list[int] = []
    for reason, rows in (("empty_text", empty), ("text_is_not_text", nested)):
        rows_here = [r for r in rows if int(kind[r]) in needs_text]
        report.skip(reason, [found.lines[r] for r in rows_here])
        left_out += rows_here
    return sorted(left_out)


def _leave_out(rows: list[int], columns: Iterable[list[Any]]) -> None:
    """Take these rows out of the columns, each list once and in place: a second set would need as much room."""
    for column in {id(column): column for column in columns}.values():
        column[:] = _without(rows, column)


def _without(rows: list[int], column: Sequence[Any]) -> list[Any]:
    starts = [0, *(r + 1 for r in rows)]
    return list(chain.from_iterable(map(column.__getitem__, map(slice, starts, [*rows, len(column)]))))


def _source(columns: Mapping[str, list[Any]], report: ReadReport) -> SourceColumns:
    headers, _ = texts(list(columns))
    written = []
    for header, column in zip(headers, columns.values(), strict=True):
        as_written, broken = texts(column)
        if broken:
            report.note("broken_characters", examples=(header,))
        written.append(as_written)
    return SourceColumns(tuple(headers), tuple(written))


def _strings(found: FieldCells, written: Mapping[str, list[str]], report: ReadReport) -> dict[str, Any]:
    """The fields that hold text; ``written`` is header -> the column as text."""
    columns: dict[str, Any] = {}
    for name in (*ID_FIELDS, "user_name", "text", "fan_badge_name", "paid_marker", "user_id_quality"):
        if name not in found:
            continue
        headers = found.headers[name]
        # Where more than one column feeds the field, it is no column of the input.
        column = written.get(headers[0]) if len(headers) == 1 else None
        if column is None:
            column, broken = texts(found.cells[name])
            if broken and not written:
                report.note("broken_characters", examples=(headers[0],))
        if name != "text":
            # Where there is nothing to strip, str.strip gives the very same text.
            stripped = list(map(str.strip, column))
            column = column if stripped == column else stripped
        if name in ("fan_badge_name", "paid_marker"):
            marks = {text: "" if text.casefold() in NO_MARK_WORDS else text for text in set(column)}
            column = list(map(marks.__getitem__, column))
        if name in ID_FIELDS:
            damaged = damaged_ids(found.cells[name], column)
            lines = [found.lines[r] for r in damaged]
            report.note("damaged_ids", n=len(damaged), lines=lines, examples=[column[r] for r in damaged[:3]])
        if name in ("comment_id", "user_id"):
            long, in_zeros = long_ids(column)
            report.long_ids += long
            report.long_ids_in_zeros += in_zeros
        columns[name] = column
    return columns


def _cut(text: list[str], found: FieldCells, report: ReadReport) -> list[str]:
    if max(map(len, text), default=0) <= LONGEST_TEXT:
        return text
    long = [r for r, words in enumerate(text) if len(words) > LONGEST_TEXT]
    report.note("text_cut", n=len(long), lines=[found.lines[r] for r in long])
    return [words[:LONGEST_TEXT] for words in text]


def _comment_ids(
    columns: Mapping[str, Any], found: FieldCells, id_prefix: str, report: ReadReport
) -> list[str]:
    ids: list[str] = columns.get("comment_id") or [""] * len(found)
    if report.ids_repeat is None and len(found) >= FEW_ROWS:
        report.ids_repeat = _ids_repeat(ids, columns["text"])
    if report.ids_repeat:
        report.note("ids_repeat", n=len(found))
        return [f"{id_prefix}{line}" for line in found.lines]
    missing = ids.count("")
    report.note("derived_ids", n=missing)
    if not missing:
        return ids
    return [own or f"{id_prefix}{line}" for own, line in zip(ids, found.lines, strict=True)]


def _ids_repeat(ids: list[str], text: list[str]) -> bool:
    """Whether one id stands for many texts: then it names an account or a product, not a comment.

    Taken for a comment's own, all but the first of its comments would count as delivered twice.
    """
    most = NOT_AN_ID_SHARE * len(ids)
    # No more rows can differ from the first of their id than share a hash with another: mostly that settles it.
    hashes = np.sort(np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids)))
    if np.count_nonzero(hashes[1:] == hashes[:-1]) <= most:
        return False
    first: dict[str, str] = {}
    others = sum(first.setdefault(own, words) != words for own, words in zip(ids, text, strict=True) if own)
    return others > most


def _accounts(
    columns: Mapping[str, Any], found: FieldCells, report: ReadReport
) -> tuple[list[str], NDArray[np.uint8]]:
    told: list[str] = columns.get("user_id_quality", [])
    unknown = [r for r, word in enumerate(told) if word and word not in ID_QUALITY_CODE]
    if unknown:
        found.note_unread("unknown_id_quality", "user_id_quality", unknown, report)
        told = [word if word in ID_QUALITY_CODE else "" for word in told]
    nameless = [""] * len(found)
    user_ids: list[str] = columns.get("user_id", nameless)
    # What is left of an id that a spreadsheet has shortened to a few digits is that of many people.
    damaged = damaged_ids(found.cells["user_id"], user_ids) if "user_id" in found else []
    shortened = [r for r in damaged if len(user_ids[r]) < SHORTENED]
    if shortened:
        user_ids = list(user_ids)
        for r in shortened:
            user_ids[r] = ""
    ids, quality = identities(
        user_ids,
        columns.get("user_name", nameless),
        told=told,
        names_are_masks="user_name" in found and names_are_masks(found.headers["user_name"][0]),
    )
    return ids, quality


def _numbers(found: FieldCells, report: ReadReport) -> dict[str, NDArray[np.float64]]:
    columns = {}
    for name in LEVELS:
        if name in found:
            values, unread = quantities(found.cells[name], number_of)
            found.note_unread("number_unparsed", name, unread, report)
            # A negative level or star is somebody's way to say unknown.
            columns[name] = np.where(values < 0, np.nan, values)
    for name in FLAGS:
        if name in found:
            columns[name], unread = quantities(found.cells[name], flag_of)
            found.note_unread("flag_unparsed", name, unread, report)
    return columns
