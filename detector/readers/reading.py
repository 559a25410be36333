"""Read files: find out what each one is, and turn it into batches of comments and a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from detector.comment import CommentBatch
from detector.errors import InputError, UsageError
from detector.readers.dialect import Recording, TableShape
from detector.readers.family import Order
from detector.readers.header import checked_mapping, missing_header, no_text_column
from detector.readers.remarks import SKIPS
from detector.readers.report import ReadReport
from detector.readers.sniff import TABLES, family_of, shape_of
from detector.readers.source import Source, open_source
from detector.readers.table import batch_of
from detector.readers.times import zone_of

CHUNK_ROWS: Final = 65536
# Where all of a file is wanted at once, chunks only cost the time to join them.
WHOLE_ROWS: Final = 524_288

Progress = Callable[[int, int], None]


def read_chunks(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
    report: ReadReport,
) -> Iterator[CommentBatch]:
    """The comments of a file in batches of at most ``chunk_rows``, in the file's order; ``report`` fills up.

    ``mapping`` is header (or column number from 1) -> field, ``tz`` the zone of times that name none.
    ``InputError`` if the file is no table of comments or has no usable row, ``UsageError`` for options that
    do not fit.
    """
    source = open_source(path, encoding=encoding)
    yield from _chunks(
        source, mapping=mapping, tz=tz, as_format=as_format, chunk_rows=chunk_rows, report=report, progress=None
    )


def read_comments(
    paths: str | Path | Iterable[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> tuple[CommentBatch, ReadReport]:
    """All comments of one file or several, in the order given, and what was found while reading.

    ``progress`` is called with the bytes done and the bytes in all. Options and errors as ``read_chunks``.
    """
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    if not listed:
        raise UsageError("name at least one file", zh="请至少指定一个文件")
    sources = [open_source(path, encoding=encoding) for path in listed]
    total = sum(source.size for source in sources)
    report = ReadReport()
    parts: list[CommentBatch] = []
    before = 0
    for source in sources:
        parts.extend(
            _chunks(
                source, mapping=mapping, tz=tz, as_format=as_format, chunk_rows=WHOLE_ROWS, report=report,
                progress=_shifted(progress, before, total),
            )
        )  # fmt: skip
        before += source.size
    return CommentBatch.concat(parts), report


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


def _chunks(
    source: Source,
    *,
    mapping: Mapping[str, str] | None,
    tz: str,
    as_format: str | None,
    chunk_rows: int,
    report: ReadReport,
    progress: Progress | None,
) -> Iterator[CommentBatch]:
    if chunk_rows < 1:
        raise UsageError(
            f"chunk_rows must be at least 1, not {chunk_rows}", zh=f"chunk_rows 至少为 1：{chunk_rows}"
        )
    zone = zone_of(tz)
    told = checked_mapping(mapping)
    family, name = family_of(source, as_format=as_format)
    report.tz = tz
    report.begin_file(
        path=str(source.path),
        size=source.size,
        sha256=source.sha256,
        format=name,
        encoding=source.encoding.name if family.is_text else "",
    )
    if family.is_text and not source.encoding.sure:
        report.note_once("encoding_uncertain", source.encoding.name)
    read_before, kept_before = report.rows_read, report.rows_kept
    skipped_before = dict(report.skipped)
    headers: dict[str, None] = {}
    has_text = False
    shape: TableShape | None = None
    recording = Recording(source.path.name, report)
    for raw in family.tables(source, Order(told, name, chunk_rows), report):
        if not headers and not told and family in TABLES:
            shape = shape_of(list(raw.columns))
            if shape is not None:
                report.name_format(f"{name} ({shape.name})")
        table = raw if shape is None else replace(raw, columns=shape.reshape(dict(raw.columns), recording))
        headers |= dict.fromkeys(table.columns)
        batch = batch_of(table, report=report, zone=zone, id_prefix=source.id_prefix)
        has_text = has_text or len(batch) > 0
        if progress is not None:
            progress(min(table.bytes_done, source.size), source.size)
        if len(batch):
            yield batch
    if progress is not None:
        progress(source.size, source.size)
    _check_mapping_was_used(told, headers)
    if report.rows_kept == kept_before:
        raise _no_rows(source, report, read_before, skipped_before, list(headers))


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """The progress of one file as progress of all."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


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
