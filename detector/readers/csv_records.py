"""The records of a table with separators: in bulk where lines are records, one by one where there are quotes."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from detector.readers.lines import Stretch, lines_of
from detector.readers.report import ReadReport

# A quote still open after so many lines was not meant as one.
LONGEST_RECORD_LINES: Final = 200

# Lines are taken so many characters at a time.
PIECE_CHARACTERS: Final = 1 << 17

_STRAY_CR: Final = re.compile(r"\r(?!\n|\Z)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records and the lines on which they begin: as rows, or as columns where all are equally wide."""

    lines: Sequence[int]
    rows: list[list[str]] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def part(self, start: int, stop: int) -> Piece:
        """The records from ``start`` up to ``stop``."""
        columns = [column[start:stop] for column in self.columns]
        return Piece(self.lines[start:stop], self.rows[start:stop], columns)

    def as_rows(self) -> list[list[str]]:
        """The records as rows."""
        return list(map(list, zip(*self.columns, strict=True))) if self.columns else self.rows


@dataclass(slots=True)
class Feed:
    """Lines for ``csv.reader``, remembered until their record is complete so that they can be read again."""

    stretches: Iterator[Stretch]
    report: ReadReport
    text: str = ""
    # Where the next line begins, and its number.
    at: int = 0
    number: int = 1
    again: deque[str] = field(default_factory=deque)
    pending: list[str] = field(default_factory=list)
    bytes_done: int = 0
    ended: bool = False

    @property
    def between_records(self) -> bool:
        """Whether all lines taken so far have become records."""
        return not (self.again or self.pending)

    @property
    def goes_on_quoted(self) -> bool:
        """Whether the next line holds a quote."""
        return '"' in self.text[self.at : self._line_end()]

    def plain(self, separator: str, width: int) -> Piece | None:
        """The next lines that are a record each, whatever comes after them; None if there is none."""
        if not self.between_records or not self._more():
            return None
        text = self._plain_text()
        if not text:
            return None
        first = self.number
        count = text.count("\n") + (not text.endswith("\n"))
        self.at += len(text)
        self.number += count
        numbers = range(first, first + count)
        # The first line may be a spreadsheet's: it is looked at as a row.
        if first > 1 and "\ufeff" not in text and (columns := even_columns(text, separator, width)):
            return Piece(numbers, columns=columns)
        lines = lines_of(text, self.report, first_line=first)
        try:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error:
            rows = []
        if len(rows) != count:
            self.again.extend(lines)
            return None
        return Piece(numbers, rows)

    def watched(self) -> Iterator[str]:
        """The lines to be read again, then the others; ``csv.Error`` if one record takes too many."""
        while True:
            if not self.again and not self._more():
                return
            line = self.again.popleft() if self.again else self._next_line()
            self.pending.append(line)
            if len(self.pending) > LONGEST_RECORD_LINES:
                raise csv.Error("a quote is open for too long")
            yield line

    def _plain_text(self) -> str:
        """The next lines up to the first with a quote or a stray carriage return; empty if that is the next."""
        end = self.text.rfind("\n", self.at, self.at + PIECE_CHARACTERS) + 1
        if not end and len(self.text) - self.at <= PIECE_CHARACTERS:
            end = len(self.text)
        quote = self.text.find('"', self.at, end)
        if quote >= 0:
            end = self.text.rfind("\n", self.at, quote) + 1
        if self.text.find("\r", self.at, end) >= 0 and (stray := _STRAY_CR.search(self.text, self.at, end)):
            end = self.text.rfind("\n", self.at, stray.start()) + 1
        return self.text[self.at : end]

    def _line_end(self) -> int:
        return self.text.find("\n", self.at) + 1 or len(self.text)

    def _next_line(self) -> str:
        end = self._line_end()
        (line,) = lines_of(self.text[self.at : end], self.report, first_line=self.number)
        self.at = end
        self.number += 1
        return line

    def _more(self) -> bool:
        while self.at == len(self.text):
            stretch = next(self.stretches, None)
            if stretch is None:
                self.ended = True
                return False
            self.bytes_done, self.text, self.at = stretch.bytes_done, stretch.text, 0
        return True


def even_columns(text: str, separator: str, width: int) -> list[list[str]]:
    """The cells of lines that hold no quote, column by column; empty if not all of them have ``width`` cells.

    >>> even_columns("a,b\\n1,2\\n", ",", 2), even_columns("a,b\\n1\\n", ",", 2)
    ([['a', '1'], ['b', '2']], [])
    """
    if width < 2:
        # A blank line is no record, and could not be told from an empty cell.
        return []
    text = text.replace("\r\n", "\n").removesuffix("\r")
    text = text if text.endswith("\n") else f"{text}\n"
    n = text.count("\n")
    cells = text.replace("\n", f"\n{separator}").split(separator)
    cells.pop()
    if len(cells) != n * width:
        return []
    # No cell holds more than one line end, and that is its end: are all n in the last column?
    last = "".join(cells[width - 1 :: width])
    if last.count("\n") != n:
        return []
    return [*(cells[place::width] for place in range(width - 1)), last.split("\n")[:-1]]


@dataclass(slots=True)
class Records:
    """Records in pieces of any length, taken as many at a time as are wanted."""

    pieces: Iterator[Piece]
    waiting: deque[Piece] = field(default_factory=deque)

    def take(self, most: int) -> Piece | None:
        """At least one record and at most ``most``, None at the end."""
        if most == 0:
            return None
        while not self.waiting:
            found = next(self.pieces, None)
            if found is None:
                return None
            self.put_back(found)
        piece = self.waiting.popleft()
        if len(piece) > most:
            self.put_back(piece.part(most, len(piece)))
            piece = piece.part(0, most)
        return piece

    def put_back(self, piece: Piece) -> None:
        """These records, then what had not been taken before."""
        if len(piece):
            self.waiting.appendleft(piece)


def pieces(feed: Feed, separator: str, width: int, report: ReadReport) -> Iterator[Piece]:
    """The records with the numbers of their first lines; a stray quote or carriage return swallows no rows."""
    line_number = 1

    def kept(piece: Piece) -> Piece:
        """Without blank lines, and without a line that only names the separator."""
        named = line_number == 1 and bool(named_separator(piece.rows[0]))
        if piece.columns or (all(piece.rows) and not named):
            return piece
        left = [at for at, row in enumerate(piece.rows) if row and not (named and at == 0)]
        return Piece([piece.lines[at] for at in left], [piece.rows[at] for at in left])

    while True:
        # Most lines hold no quotes: then each is a record.
        while (plain := feed.plain(separator, width)) is not None:
            yield kept(plain)
            line_number += len(plain)
        try:
            for row in csv.reader(feed.watched(), delimiter=separator, strict=True):
                count = len(feed.pending)
                if count > 1 and _swallowed(feed.pending, row, separator, width):
                    raise csv.Error("a stray quote took in the next lines")
                feed.pending.clear()
                yield kept(Piece([line_number], [row]))
                line_number += count
                if feed.between_records and not feed.goes_on_quoted:
                    break
        except csv.Error:
            yield kept(Piece([line_number], [_first_line_alone(feed, separator, line_number, report)]))
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
