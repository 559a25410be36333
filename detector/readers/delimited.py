"""Tables with separators: CSV, TSV, and the same with ``;`` or ``|``."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from detector.readers.csv_records import Feed, Piece, Records, named_separator, pieces
from detector.readers.encoding import WITHOUT_HALVES
from detector.readers.family import Family, Order, RawTable
from detector.readers.header import HEADER_WITHIN_ROWS, Header, fields_of, header_among, meaning, unique_names
from detector.readers.lines import LONGEST_LINE_BYTES, stretches
from detector.readers.report import ReadReport
from detector.readers.source import Source

SEPARATORS: Final = (",", "\t", ";", "|")
# A file of one column is read with a separator that text does not hold.
NO_SEPARATOR: Final = "\x1f"
# No cell holds it: it is taken out of all text that is read.
BETWEEN_CELLS: Final = "\0"
SAMPLE_CHARACTERS: Final = 64 * 1024
SAMPLE_ROWS: Final = 50

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class _Shape:
    names: tuple[str, ...]
    text_at: int
    separator: str


def claims(source: Source) -> str:
    """Any text may be a table; ``tsv`` if tabs separate the cells, else ``csv``."""
    return "tsv" if separator_of(source.head_text)[0] == "\t" else "csv"


def separator_of(text: str) -> tuple[str, int]:
    """The separator that the first lines agree on, and the usual number of cells."""
    first, _, rest = text.partition("\n")
    named = named_separator(first)
    if named:
        return named, _width(rest, named)
    ranked = []
    for separator in SEPARATORS:
        rows = _sample_rows(text, separator)
        if not rows:
            continue
        width, agreeing = Counter(map(len, rows)).most_common(1)[0]
        known = max(
            (sum(meaning(cell) is not None for cell in row), len(row)) for row in rows[:HEADER_WITHIN_ROWS]
        )
        agreement = agreeing / len(rows) if width > 1 else 0.0
        ranked.append((known[0], agreement, -SEPARATORS.index(separator), separator, width, known[1]))
    if not ranked:
        return NO_SEPARATOR, 1
    known_cells, agreement, _, separator, width, known_width = max(ranked)
    # One known header that fills its whole line is the header of a single column.
    single = known_cells == 1 and known_width == 1
    if single or (known_cells == 0 and agreement < 0.5):
        return NO_SEPARATOR, 1
    return separator, max(width, known_width if known_cells else 1)


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The rows as columns of text, ``order.chunk_rows`` at a time."""
    separator, width = separator_of(source.head_text)
    if order.format == "tsv":
        separator, width = "\t", _width(source.head_text, "\t")
    report.delimiter = separator if separator != NO_SEPARATOR else ""
    # The csv module's limit is one for the whole program and below what we accept; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_LINE_BYTES))
    feed = Feed(stretches(source, report), report)
    records = Records(pieces(feed, separator, width, report))
    opening: list[Record] = []
    while len(opening) < HEADER_WITHIN_ROWS and (piece := records.take(HEADER_WITHIN_ROWS - len(opening))):
        opening += zip(piece.lines, piece.as_rows(), strict=True)
    if not opening:
        return
    header = header_among([row for _, row in opening], order.mapping, path=str(source.path), knows=order.knows)
    if header.at > 0:
        above = [separator.join(row) for _, row in opening[: header.at]]
        report.note("lines_before_header", n=header.at, examples=above)
    if header.at >= 0:
        _note_renamed(header, opening[header.at][1], report)
    shape = _shape(header, opening, separator, width)
    below = opening[header.at + 1 :]
    records.put_back(Piece([line for line, _ in below], [row for _, row in below]))
    while True:
        lines, columns = _next_table(records, shape, order.chunk_rows, report)
        if not lines:
            return
        whole = source.encoding.codec in WITHOUT_HALVES
        yield RawTable(columns, lines, header.mapping, feed.bytes_done, whole=whole)


def _next_table(
    records: Records, shape: _Shape, most_rows: int, report: ReadReport
) -> tuple[list[int], dict[str, list[str]]]:
    """Line numbers and columns of the next ``most_rows`` rows."""
    lines: list[int] = []
    joined: list[list[str]] = [[] for _ in shape.names]
    while piece := records.take(most_rows - len(lines)):
        lines += piece.lines
        columns: Iterable[Sequence[str]] = piece.columns
        if len(piece.columns) != len(shape.names):
            rows = piece.as_rows()
            if set(map(len, rows)) != {len(shape.names)}:
                _square(rows, piece.lines, shape, report)
            columns = zip(*rows, strict=True)
        for parts, cells in zip(joined, columns, strict=True):
            parts.append(BETWEEN_CELLS.join(cells))
    if not lines:
        return lines, {}
    # Cells made row by row lie far from those above and below: made column by column, they are read far faster.
    made = (BETWEEN_CELLS.join(parts).split(BETWEEN_CELLS) for parts in joined)
    return lines, dict(zip(shape.names, made, strict=True))


def _square(rows: list[list[str]], lines: Sequence[int], shape: _Shape, report: ReadReport) -> None:
    """Make all rows as wide as the table, in place.

    What is short is padded. What is long holds unquoted separators, and they are most likely in the text.
    """
    width = len(shape.names)
    short, long = [], []
    for row, line in zip(rows, lines, strict=True):
        while len(row) > width and not row[-1]:
            row.pop()
        surplus = len(row) - width
        if surplus > 0:
            end = shape.text_at + surplus + 1
            row[shape.text_at : end] = [shape.separator.join(row[shape.text_at : end])]
            long.append(line)
        elif surplus < 0:
            row.extend([""] * -surplus)
            short.append(line)
    report.note("ragged_long", n=len(long), lines=long)
    report.note("ragged_short", n=len(short), lines=short)


def _shape(header: Header, opening: Sequence[Record], separator: str, width: int) -> _Shape:
    """The columns of the table: the header's, and nameless ones where the usual row goes on with content."""
    known = len(header.names)
    goes_on = any(len(row) == width and any(row[known:]) for _, row in opening[header.at + 1 :])
    extra = range(known + 1, width + 1) if goes_on else ()
    names = unique_names([*header.names, *(f"column_{place}" for place in extra)])
    text = fields_of(header.names, header.mapping).get("text")
    # A table without a text, of gifts say, has its surplus at the end.
    return _Shape(names, header.names.index(text[0]) if text else known - 1, separator)


def _note_renamed(header: Header, row: Sequence[str], report: ReadReport) -> None:
    for name, own in zip(header.names, row, strict=True):
        if name != own:
            report.note_once("renamed_header", f"{own} → {name}")


def _sample_rows(text: str, separator: str) -> list[list[str]]:
    complete = text[:SAMPLE_CHARACTERS]
    if len(complete) < len(text) and "\n" in complete:
        complete = complete[: complete.rindex("\n") + 1]
    try:
        rows = csv.reader(io.StringIO(complete, newline=""), delimiter=separator, strict=True)
        return list(itertools.islice(filter(None, rows), SAMPLE_ROWS))
    except csv.Error:
        # A stray quote would swallow the sample: plain line ends are enough to see the separator.
        lines = filter(None, complete.replace("\r\n", "\n").split("\n"))
        return [line.split(separator) for line in itertools.islice(lines, SAMPLE_ROWS)]


def _width(text: str, separator: str) -> int:
    rows = _sample_rows(text, separator)
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 1


FAMILY: Final = Family(formats=("csv", "tsv"), is_text=True, claims=claims, tables=tables)
