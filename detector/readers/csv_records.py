"""The records of a table with separators: in bulk where lines are records, one by one where there are quotes."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from detector.readers.lines import LineBlock
from detector.readers.report import ReadReport

# A quote still open after so many lines was not meant as one.
LONGEST_RECORD_LINES: Final = 200

# Line numbers, and the records that begin there.
Piece = tuple[list[int], list[list[str]]]


@dataclass(slots=True)
class Feed:
    """Lines for ``csv.reader``, remembered until their record is complete so that they can be read again."""

    blocks: Iterator[LineBlock]
    again: deque[str] = field(default_factory=deque)
    pending: list[str] = field(default_factory=list)
    rest: deque[str] = field(default_factory=deque)
    bytes_done: int = 0
    ended: bool = False

    @property
    def between_records(self) -> bool:
        """Whether all lines taken so far have become records."""
        return not (self.again or self.pending)

    def plain_rows(self, separator: str) -> list[list[str]] | None:
        """The rows of the next lines that are a record each, whatever comes after them; None if there is none."""
        if not self.between_records or not (self.rest or self._next_block()):
            return None
        odd = (place for place, line in enumerate(self.rest) if '"' in line or "\r" in line[:-2])
        plain = next(odd, len(self.rest))
        lines = [self.rest.popleft() for _ in range(plain)]
        try:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error:
            rows = []
        if len(rows) != plain:
            self.again.extend(lines)
            return None
        return rows or None

    def watched(self) -> Iterator[str]:
        """The lines to be read again, then the others; ``csv.Error`` if one record takes too many."""
        while True:
            if not self.again and not self.rest and not self._next_block():
                return
            line = self.again.popleft() if self.again else self.rest.popleft()
            self.pending.append(line)
            if len(self.pending) > LONGEST_RECORD_LINES:
                raise csv.Error("a quote is open for too long")
            yield line

    def _next_block(self) -> bool:
        block = next(self.blocks, None)
        if block is None:
            self.ended = True
            return False
        self.bytes_done = block.bytes_done
        self.rest.extend(block.lines)
        return True


@dataclass(slots=True)
class Records:
    """Records in pieces of any length, taken as many at a time as are wanted."""

    pieces: Iterator[Piece]
    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    at: int = 0

    def take(self, most: int) -> Piece | None:
        """At least one record and at most ``most``, None at the end."""
        if most == 0:
            return None
        while self.at == len(self.rows):
            found = next(self.pieces, None)
            if found is None:
                return None
            self.put_back(*found)
        part = slice(self.at, self.at + most)
        self.at = min(part.stop, len(self.rows))
        return self.numbers[part], self.rows[part]

    def put_back(self, numbers: list[int], rows: list[list[str]]) -> None:
        """These records, then what had not been taken of the piece begun."""
        self.numbers, self.rows, self.at = numbers + self.numbers[self.at :], rows + self.rows[self.at :], 0


def pieces(feed: Feed, separator: str, width: int, report: ReadReport) -> Iterator[Piece]:
    """The records with the numbers of their first lines; a stray quote or carriage return swallows no rows."""
    line_number = 1

    def piece(rows: list[list[str]]) -> Piece:
        numbers = list(range(line_number, line_number + len(rows)))
        named = line_number == 1 and bool(named_separator(rows[0]))
        if all(rows) and not named:
            return numbers, rows
        kept = [at for at, row in enumerate(rows) if row and not (named and at == 0)]
        return [numbers[at] for at in kept], [rows[at] for at in kept]

    while True:
        # Most lines hold no quotes: then each is a record.
        while (plain := feed.plain_rows(separator)) is not None:
            yield piece(plain)
            line_number += len(plain)
        try:
            for row in csv.reader(feed.watched(), delimiter=separator, strict=True):
                count = len(feed.pending)
                if count > 1 and _swallowed(feed.pending, row, separator, width):
                    raise csv.Error("a stray quote took in the next lines")
                feed.pending.clear()
                yield piece([row])
                line_number += count
                if feed.between_records and feed.rest and '"' not in feed.rest[0]:
                    break
        except csv.Error:
            yield piece([_first_line_alone(feed, separator, line_number, report)])
            line_number += 1
        if feed.ended and feed.between_records:
            return


def _first_line_alone(feed: Feed, separator: str, line_number: int, report: ReadReport) -> list[str]:
    """The first pending line as a record of its own; the lines after it are to be read again."""
    first, *others = feed.pending
    feed.again.extendleft(reversed(others))
    feed.pending.clear()
    text = first.rstrip("\r\n")
    if "\r" in text:
        report.note("stray_cr", lines=[line_number])
        text = text.replace("\r", " ")
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error:
        report.note("unclosed_quote", lines=[line_number])
        return text.split(separator)


def _swallowed(pending: Sequence[str], row: Sequence[str], separator: str, width: int) -> bool:
    """Whether a record over several lines has the wrong width while its first line alone has the right one."""
    return len(row) != width and len(pending[0].split(separator)) == width


def named_separator(first: str | Sequence[str]) -> str:
    """The separator of a spreadsheet's ``sep=;`` line."""
    line = first if isinstance(first, str) else "".join(first)
    line = line.strip('\r\n" ')
    return line[4:5] or "," if line.casefold().startswith("sep=") and len(line) <= 5 else ""
