"""Read files: find out what each one is, and turn it into batches of comments and a report."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypedDict

import numpy as np

from detector.comment import CommentBatch
from detector.errors import InputError, UsageError, ZhenpingError
from detector.readers.dialect import Recording, TableShape
from detector.readers.encoding import named_encoding
from detector.readers.family import Order
from detector.readers.header import checked_mapping, missing_header, no_text_column
from detector.readers.places import Place, expand
from detector.readers.remarks import SKIPS
from detector.readers.report import EXAMPLES, ReadReport
from detector.readers.sniff import TABLES, checked_format, family_of, shape_of
from detector.readers.source import Source, open_source
from detector.readers.table import batch_of
from detector.readers.times import zone_of

CHUNK_ROWS: Final = 65536

Progress = Callable[[int, int], None]


class ReadOptions(TypedDict, total=False):
    """How files are to be read, for those who pass it on; what each means stands at ``read_chunks``."""

    mapping: Mapping[str, str] | None
    tz: str
    as_format: str | None
    encoding: str | None


def read_chunks(
    paths: str | Path | Iterable[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
    report: ReadReport,
) -> Iterator[CommentBatch]:
    """The comments of a file in batches of at most ``chunk_rows``, in the file's order; ``report`` fills up.

    A path may also be a folder (all files below it), a pattern such as ``logs/*.csv``, and any file may be
    gzipped or stand in a zip: one after the other, as they stand. Files that nobody named and that turn out to
    be no comment tables are left out and remarked.
    ``mapping`` is header (or column number from 1) -> field, ``tz`` the zone of times that name none.
    ``InputError`` if the file is no table of comments or has no usable row, ``UsageError`` for options that
    do not fit.
    """
    asked = Asked(checked_mapping(mapping), tz, as_format, encoding, chunk_rows)
    places = places_of(paths, asked, report)
    for _, batch in batches_of(places, asked, report, progress=None):
        yield batch


def inspect(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
) -> ReadReport:
    """Read a whole file and keep only the report. Options and errors as ``read_chunks``."""
    report = ReadReport()
    for _ in read_chunks(path, mapping=mapping, tz=tz, as_format=as_format, encoding=encoding, report=report):
        pass
    return report


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller wants of every file; checked before any is opened."""

    mapping: Mapping[str, str]
    tz: str
    as_format: str | None
    encoding: str | None
    chunk_rows: int

    def __post_init__(self) -> None:
        if self.chunk_rows < 1:
            raise UsageError(
                f"chunk_rows must be at least 1, not {self.chunk_rows}",
                zh=f"chunk_rows 至少为 1：{self.chunk_rows}",
            )
        zone_of(self.tz)
        if self.as_format is not None:
            checked_format(self.as_format)
        if self.encoding is not None:
            named_encoding(self.encoding)


def places_of(paths: str | Path | Iterable[str | Path], asked: Asked, report: ReadReport) -> list[Place]:
    """Where the files of ``paths`` lie; UsageError without any."""
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    if not listed:
        raise UsageError("name at least one file", zh="请至少指定一个文件")
    places = expand(listed, report)
    report.tz = asked.tz
    return places


def batches_of(
    places: Sequence[Place], asked: Asked, report: ReadReport, *, progress: Progress | None
) -> Iterator[tuple[str, CommentBatch]]:
    """The batches of all places, each with the name under which its file can be a session (see ``streams``).

    ``InputError`` if a named one cannot be read, or none of the others can.
    """
    total = sum(place.size for place in places)
    before = 0
    failed: list[ZhenpingError] = []
    names = Counter(place.path.name for place in places)
    for place in places:
        remembered = None if place.named else copy.deepcopy(report)
        begun = False
        # A session is called after its file: shortly where that is enough.
        name = place.path.name if names[place.path.name] == 1 else str(place.path)
        try:
            source = open_source(place, encoding=asked.encoding)
            for batch in _chunks(source, asked, report, _shifted(progress, before, place.size, total)):
                begun = True
                yield name, batch
        except (InputError, UsageError) as error:
            if remembered is None or begun:
                raise
            report.restore(remembered)
            report.note("not_read", examples=(str(place.path),))
            failed.append(error)
        before += place.size
    if len(failed) == len(places):
        raise _none_readable(failed)


def _chunks(
    source: Source, asked: Asked, report: ReadReport, progress: Progress | None
) -> Iterator[CommentBatch]:
    zone = zone_of(asked.tz)
    told = asked.mapping
    family, name = family_of(source, as_format=asked.as_format)
    report.begin_file(
        path=str(source.path),
        size=source.size,
        sha256=source.sha256,
        format=name,
        encoding=source.encoding.name if family.is_text else "",
    )
    if family.is_text and not source.encoding.sure:
        report.note_once("encoding_uncertain", source.encoding.name)
    if source.is_damaged:
        report.note_once("cut_archive", str(source.path))
    read_before, kept_before = report.rows_read, report.rows_kept
    skipped_before = dict(report.skipped)
    headers: dict[str, None] = {}
    has_text = False
    shape: TableShape | None = None
    recording = Recording(source.name, report)
    for raw in family.tables(source, Order(told, name, asked.chunk_rows, _is_known), report):
        if not headers and not told and family in TABLES:
            shape = shape_of(list(raw.columns))
            if shape is not None:
                report.name_format(f"{name} ({shape.name})")
        table = raw
        if shape is not None:
            table = replace(raw, columns=shape.reshape(dict(raw.columns), recording), whole=False)
        headers |= dict.fromkeys(table.columns)
        batch = batch_of(table, report=report, zone=zone, id_prefix=source.id_prefix)
        has_text = has_text or len(batch) > 0
        if progress is not None:
            progress(min(table.bytes_done, source.size), source.size)
        if len(batch):
            report.show(batch.text[row] for row in np.flatnonzero(batch.scored()).tolist())
            yield batch
    if progress is not None:
        progress(source.size, source.size)
    _check_mapping_was_used(told, headers)
    if report.rows_kept == kept_before:
        if report.rows_read == read_before and family not in TABLES:
            raise InputError(
                f"{source.path} ({name}) has no rows: no comment, review or other event is in it",
                zh=f"{source.path}（{name}）没有数据行：其中没有评论、评价或互动事件",
            )
        raise _no_rows(source, report, read_before, skipped_before, list(headers))


def _is_known(headers: Sequence[str]) -> bool:
    return shape_of(headers) is not None


def _shifted(progress: Progress | None, before: int, size: int, total: int) -> Progress | None:
    """The progress of one file, which takes ``size`` of ``total`` bytes on the disk, as progress of all."""
    if progress is None:
        return None
    return lambda done, whole: progress(before + size * done // whole, total)


def _none_readable(failed: Sequence[ZhenpingError]) -> ZhenpingError:
    """The error where every file that was found turned out to be none of ours."""
    if len(failed) == 1:
        return failed[0]
    first = failed[:EXAMPLES]
    more = " …" if len(failed) > EXAMPLES else ""
    return InputError(
        f"none of the {len(failed)} files is a readable comment table: "
        + "; ".join(error.en for error in first) + more,
        zh=f"{len(failed)} 个文件都不是可读取的评论表：" + "；".join(error.zh for error in first) + more,
    )  # fmt: skip


def _check_mapping_was_used(mapping: Mapping[str, str], headers: Mapping[str, None]) -> None:
    for header in mapping:
        # Numbers were checked against the columns where columns have an order.
        if headers and header not in headers and not header.isdecimal():
            raise missing_header(header, list(headers))


def _no_rows(
    source: Source, report: ReadReport, read_before: int, skipped_before: Mapping[str, int], headers: list[str]
) -> InputError:
    """The error for a file that gave no comment: nothing in it, no text column, or every row left out."""
    if report.rows_read == read_before:
        return InputError(
            f"{source.path} has no rows below the header", zh=f"{source.path} 没有数据行（只有表头）"
        )
    if headers and "text" not in report.columns:
        return no_text_column(headers, path=str(source.path))
    counts = {
        reason: count - skipped_before.get(reason, 0)
        for reason, count in report.skipped.items()
        if count > skipped_before.get(reason, 0)
    }
    en = ", ".join(f"{SKIPS[reason][0]}: {count:,}" for reason, count in counts.items())
    zh = "，".join(f"{SKIPS[reason][1]} {count:,}" for reason, count in counts.items())
    return InputError(
        f"{source.path} has no usable row; left out: {en}", zh=f"{source.path} 没有可用的行；跳过：{zh}"
    )
