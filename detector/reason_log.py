"""The reasons of all rows of a dump: in memory while few rows have some, on a shelf from then on."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from detector.shelf import BLOCK_ROWS, Block, Shelf, texts_of
from detector.verdict import Reason

Reasons = tuple[Reason, ...]
# Reasons of one row take about 1.5 kB as objects; from so many rows on they are written down.
MEMORY_ROWS: Final = 16_384


class ReasonLog(Sequence[Reasons]):
    """One tuple of reasons per row; rows are appended, and single rows may be given other reasons later.

    Reads as a list of tuples does. ``memory_rows`` rows that have reasons stay in memory.
    """

    __slots__ = ("_at_hand", "_ends", "_had", "_memory_rows", "_parts", "_pending", "_replaced", "_shelf")

    def __init__(self, reasons: Iterable[Reasons] = (), *, memory_rows: int = MEMORY_ROWS) -> None:
        self._memory_rows = memory_rows
        self._shelf: Shelf | None = None
        self._parts: list[list[Reasons] | Block] = []
        self._ends: list[int] = []
        self._pending: list[Reasons] = []
        self._replaced: dict[int, Reasons] = {}
        self._had = 0
        # The part read last: rows are mostly asked for in order.
        self._at_hand: tuple[int, list[str]] = (-1, [])
        self.extend(reasons)

    def extend(self, reasons: Iterable[Reasons]) -> None:
        """The reasons of the next rows."""
        self._pending.extend(reasons)
        while len(self._pending) >= BLOCK_ROWS:
            part, self._pending = self._pending[:BLOCK_ROWS], self._pending[BLOCK_ROWS:]
            self._had += sum(map(bool, part))
            self._ends.append((self._ends[-1] if self._ends else 0) + len(part))
            self._parts.append(part if self._had <= self._memory_rows else self._written(part))

    def __setitem__(self, row: int, reasons: Reasons) -> None:
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        number = bisect_right(self._ends, row)
        before = self._ends[number - 1] if number else 0
        part = self._parts[number] if number < len(self._parts) else self._pending
        if isinstance(part, list):
            part[row - before] = reasons
        else:
            self._replaced[row] = reasons

    def settled(self) -> Sequence[Reasons]:
        """The same as a plain list if all are in memory."""
        return self if self._shelf is not None else list(self)

    def pick(self, rows: NDArray[np.intp]) -> PickedReasons:
        """The reasons of ``rows``, in that order; they stay where they are."""
        return PickedReasons(self, rows)

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else 0) + len(self._pending)

    @overload
    def __getitem__(self, place: int) -> Reasons: ...
    @overload
    def __getitem__(self, place: slice) -> list[Reasons]: ...
    def __getitem__(self, place: int | slice) -> Reasons | list[Reasons]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                return list(chain.from_iterable(self._between(start, stop)))
            return [self._of(row) for row in range(start, stop, step)]
        row = place + len(self) if place < 0 else place
        if not 0 <= row < len(self):
            raise IndexError(f"row {place} of {len(self)}")
        return self._of(row)

    def __iter__(self) -> Iterator[Reasons]:
        return chain.from_iterable(self._between(0, len(self)))

    def _between(self, start: int, stop: int) -> Iterator[list[Reasons]]:
        """The reasons from ``start`` up to ``stop``, part by part."""
        number = bisect_right(self._ends, start)
        while start < stop:
            before = self._ends[number - 1] if number else 0
            part = self._parts[number] if number < len(self._parts) else self._pending
            end = min(stop, self._ends[number] if number < len(self._ends) else len(self))
            if isinstance(part, list):
                yield part[start - before : end - before]
            else:
                found = list(map(_parsed, self._lines(number, part)[start - before : end - before]))
                if self._replaced:
                    found = [self._replaced.get(row, own) for row, own in enumerate(found, start)]
                yield found
            start = end
            number += 1

    def _of(self, row: int) -> Reasons:
        number = bisect_right(self._ends, row)
        part = self._parts[number] if number < len(self._parts) else self._pending
        within = row - (self._ends[number - 1] if number else 0)
        if isinstance(part, list):
            return part[within]
        if row in self._replaced:
            return self._replaced[row]
        return _parsed(self._lines(number, part)[within])

    def _lines(self, number: int, part: Block) -> list[str]:
        """The lines of a part that is written down."""
        if self._at_hand[0] != number and self._shelf is not None:
            lines = texts_of(self._shelf.get(part)) if part.size else [part.text] * part.length
            self._at_hand = (number, lines)
        return self._at_hand[1]

    def _written(self, part: list[Reasons]) -> Block:
        if self._shelf is None:
            self._shelf = Shelf()
        return self._shelf.put([_line(reasons) if reasons else "" for reasons in part])


class PickedReasons(Sequence[Reasons]):
    """Rows of a log of reasons in another order."""

    __slots__ = ("_log", "_rows")

    def __init__(self, log: ReasonLog, rows: NDArray[np.intp]) -> None:
        self._log = log
        self._rows = rows

    def pick(self, rows: NDArray[np.intp]) -> PickedReasons:
        """The reasons of ``rows`` of these, in that order."""
        return PickedReasons(self._log, self._rows[rows])

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Reasons: ...
    @overload
    def __getitem__(self, place: slice) -> list[Reasons]: ...
    def __getitem__(self, place: int | slice) -> Reasons | list[Reasons]:
        if not isinstance(place, slice):
            return self._log[int(self._rows[place])]
        rows = self._rows[place]
        found: list[Reasons] = [()] * len(rows)
        # In the order of the log, so that each part of it is read once.
        for at in np.argsort(rows, kind="stable").tolist():
            found[at] = self._log[int(rows[at])]
        return found

    def __iter__(self) -> Iterator[Reasons]:
        return chain.from_iterable(
            self[start : start + BLOCK_ROWS] for start in range(0, len(self), BLOCK_ROWS)
        )


def _line(reasons: Reasons) -> str:
    return json.dumps([(r.code, r.zh, r.en, r.weight, dict(r.evidence)) for r in reasons], ensure_ascii=False)


def _parsed(line: str) -> Reasons:
    return tuple(Reason(*fields) for fields in json.loads(line)) if line else ()
