"""The dialects of each carrier as families: JSON items, lines of text, XML elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from detector.readers.dialect import Dialect, Glimpse, JsonDialect, Recording
from detector.readers.documents import glimpse_of, items_of, packing_of
from detector.readers.events import Told, event_tables
from detector.readers.family import Family, Order, RawTable
from detector.readers.lines import line_blocks
from detector.readers.report import ReadReport
from detector.readers.source import Source

D = TypeVar("D", bound=Dialect)


def json_family(dialects: Sequence[JsonDialect]) -> Family:
    """The family of files that hold JSON of one of ``dialects``; the first that claims a file reads it."""

    def claims(source: Source) -> str:
        return _first_claim(dialects, source) if packing_of(source.head_text) else ""

    def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
        dialect = _named(dialects, order.format)
        recording = Recording(source.name, report, head=source.head_text)
        told: Iterator[Told] = (
            (number, dialect.events(item, recording), bytes_done)
            for number, item, bytes_done in items_of(source, dialect, recording)
        )
        yield from event_tables(told, order, report, unreadable="unreadable_item")

    return Family(_names(dialects), is_text=True, claims=claims, tables=tables)


def line_family(dialects: Sequence[Dialect]) -> Family:
    """The family of text files with one event on each line; lines end in LF, CR is left out, blank ones skipped."""

    def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
        dialect = _named(dialects, order.format)
        recording = Recording(source.name, report)
        told: Iterator[Told] = (
            (number, dialect.events(line.rstrip("\r\n"), recording), block.bytes_done)
            for block in line_blocks(source, report)
            for number, line in enumerate(block.lines, start=block.first_line)
            if line.strip()
        )
        yield from event_tables(told, order, report, unreadable="unreadable_line")

    return Family(
        _names(dialects), is_text=True, claims=lambda source: _first_claim(dialects, source), tables=tables
    )


def _first_claim(dialects: Sequence[Dialect], source: Source) -> str:
    glimpse: Glimpse = glimpse_of(source)
    return next((dialect.name for dialect in dialects if dialect.claims(glimpse)), "")


def _named(dialects: Sequence[D], name: str) -> D:
    return next(dialect for dialect in dialects if dialect.name == name)


def _names(dialects: Sequence[Dialect]) -> tuple[str, ...]:
    return tuple(dialect.name for dialect in dialects)
