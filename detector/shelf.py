"""Columns of text that are too long for memory: kept in a temporary file, read back block by block."""

from __future__ import annotations

import contextlib
import os
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import UsageError

BLOCK_ROWS: Final = 16_384
# Blocks of one column that stay at hand: rows are mostly asked for in order.
RECENT: Final = 4
# Blocks whose distinct cells are found at one go.
SPAN_BLOCKS: Final = 32
TEXTS: Final = pa.schema([("text", pa.large_string())])

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Block:
    """Some consecutive cells of a column: ``size`` bytes at ``start``, or the same ``text`` in all of them."""

    length: int
    start: int = 0
    size: int = 0
    text: str = ""


class Shelf:
    """A temporary file that has no name where the system allows it: it goes with the last column that lies in it.

    ``folder`` is where it lies; by default where the system keeps large temporary files, or TMPDIR.
    Raises UsageError where there is no room.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._lock = Lock()
        self._folder = folder
        self._end = 0
        with _room_for(folder):
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder or _large_temporary())  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def put(self, texts: Sequence[str]) -> Block:
        """Keep ``texts``; the block is what finds them again."""
        if _all_same(texts):
            return Block(len(texts), text=texts[0])
        buffer = pa.record_batch([arrow_texts(texts)], schema=TEXTS).serialize()
        with self._lock, _room_for(self._folder):
            start = self._end
            self._file.seek(start)
            self._file.write(buffer)
            self._end = start + len(buffer)
        return Block(len(texts), start, len(buffer))

    def get(self, block: Block) -> pa.LargeStringArray:
        """The cells of a block that is not all the same."""
        with self._lock:
            self._file.seek(block.start)
            buffer = self._file.read(block.size)
        return pa.ipc.read_record_batch(pa.py_buffer(buffer), TEXTS).column(0)


class Strings(Sequence[str]):
    """A column of n strings that lies on a shelf; a slice of it is a plain list."""

    __slots__ = ("_blocks", "_ends", "_lock", "_recent", "_shelf")

    def __init__(self, shelf: Shelf, blocks: Sequence[Block]) -> None:
        self._shelf = shelf
        self._blocks = list(blocks)
        self._ends = list(accumulate(block.length for block in blocks))
        self._recent: dict[int, Any] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                return list(chain.from_iterable(self._between(start, stop)))
            return self.at(np.arange(start, stop, step, dtype=np.intp))
        row = place + len(self) if place < 0 else place
        if not 0 <= row < len(self):
            raise IndexError(f"row {place} of {len(self)}")
        number = bisect_right(self._ends, row)
        block = self._blocks[number]
        if not block.size:
            return block.text
        return texts_of(self._array(number).slice(row - self._ends[number] + block.length, 1))[0]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._between(0, len(self)))

    def count(self, value: str) -> int:
        """How many cells are ``value``."""
        return sum(texts.count(value) for texts in self._between(0, len(self)))

    def at(self, rows: Sequence[int] | Rows) -> list[str]:
        """The cells at ``rows`` in any order, each block that holds some of them read once."""
        wanted = np.asarray(rows, dtype=np.intp)
        found = np.empty(len(wanted), dtype=object)
        for number, places, within in self._of_blocks(wanted):
            block = self._blocks[number]
            found[places] = texts_of(self._array(number).take(pa.array(within))) if block.size else block.text
        return list(found.tolist())

    def pick(self, rows: Rows) -> Picked:
        """The cells at ``rows``, in that order, still on the shelf."""
        return Picked(self, rows)

    def spans(self) -> Iterator[Any]:
        """The column as Arrow holds it, ``SPAN_BLOCKS`` blocks at a time."""
        for first in range(0, len(self._blocks), SPAN_BLOCKS):
            numbers = range(first, min(first + SPAN_BLOCKS, len(self._blocks)))
            yield pa.chunked_array(map(self._cells, numbers), pa.large_string())

    def _cells(self, number: int) -> Any:
        block = self._blocks[number]
        if block.size:
            return self._array(number)
        return repeated(block.text, block.length)

    def _of_blocks(self, rows: Rows) -> Iterator[tuple[int, Rows, Rows]]:
        """Per block that holds some of ``rows``: its number, the places in ``rows``, the places within the block."""
        numbers = np.searchsorted(np.asarray(self._ends), rows, side="right")
        order = np.argsort(numbers, kind="stable")
        starts = np.flatnonzero(np.diff(numbers[order], prepend=-1))
        for places in np.split(order, starts[1:]) if len(rows) else ():
            number = int(numbers[places[0]])
            yield number, places, rows[places] - (self._ends[number] - self._blocks[number].length)

    def cells(self, start: int, stop: int) -> Any:
        """The cells from ``start`` up to ``stop`` as one Arrow array."""
        parts = [
            repeated(block.text, n) if found is None else found
            for block, found, n in self._parts(start, min(stop, len(self)))
        ]
        return parts[0] if len(parts) == 1 else pa.concat_arrays(parts or [arrow_texts([])])

    def _between(self, start: int, stop: int) -> Iterator[list[str]]:
        """The cells from ``start`` up to ``stop``, block by block."""
        for block, found, n in self._parts(start, stop):
            yield [block.text] * n if found is None else texts_of(found)

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Block, Any, int]]:
        """Every block that holds some of these cells, those cells (None where all are the same), and how many."""
        number = bisect_right(self._ends, start)
        while start < stop:
            block, end = self._blocks[number], self._ends[number]
            n = min(stop, end) - start
            found = self._array(number).slice(start - end + block.length, n) if block.size else None
            yield block, found, n
            start += n
            number += 1

    def _array(self, number: int) -> Any:
        with self._lock:
            if number not in self._recent:
                if len(self._recent) >= RECENT:
                    del self._recent[next(iter(self._recent))]
                self._recent[number] = self._shelf.get(self._blocks[number])
            return self._recent[number]


class Picked(Sequence[str]):
    """Rows of a column on a shelf in another order; a slice of it is a plain list."""

    __slots__ = ("_column", "_rows")

    def __init__(self, column: Strings, rows: Rows) -> None:
        self._column = column
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return self._column.at(self._rows[place])
        return self._column[int(self._rows[place])]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(
            self[start : start + BLOCK_ROWS] for start in range(0, len(self), BLOCK_ROWS)
        )

    def at(self, rows: Sequence[int] | Rows) -> list[str]:
        """The cells at ``rows`` in any order."""
        return self._column.at(self._rows[np.asarray(rows, dtype=np.intp)])

    def pick(self, rows: Rows) -> Picked:
        """The same column with only ``rows``, in that order, still on the shelf."""
        return Picked(self._column, self._rows[rows])

    @property
    def source(self) -> tuple[Strings, Rows]:
        """The column as it lies on the shelf, and which of its rows these are."""
        return self._column, self._rows


def picked(column: Sequence[Any], rows: Sequence[int] | Rows) -> Any:
    """The cells at ``rows`` in that order: a list, or where they are many of a column that is not in memory,
    a column that stays where it is.
    """
    index = np.asarray(rows, dtype=np.intp)
    if isinstance(column, Strings | Picked) and len(index) <= BLOCK_ROWS:
        return column.at(index)
    pick = getattr(column, "pick", None)
    return pick(index) if pick is not None else list(map(column.__getitem__, index.tolist()))


def on_shelf(column: Sequence[Any]) -> bool:
    """Whether a column lies on a shelf rather than in memory."""
    return isinstance(column, Strings | Picked)


def numbered(column: Sequence[str]) -> tuple[NDArray[np.int64], Any]:
    """Every distinct cell as a number from 0 in the order they come (int64, shape (n,)), and the distinct cells."""
    if isinstance(column, Picked):
        whole, rows = column.source
        numbers, names = numbered(whole)
        distinct, first, numbers = np.unique(numbers[rows], return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return place[numbers], names.take(pa.array(distinct[order]))
    if not isinstance(column, Strings) and _all_same(column):
        return np.zeros(len(column), dtype=np.int64), arrow_texts(column[:1])
    if not isinstance(column, Strings):
        return numbered_cells(arrow_texts(column))
    known = pa.array([], pa.large_string())
    numbers = np.empty(len(column), dtype=np.int64)
    end = 0
    for span in column.spans():
        codes, names = numbered_cells(span)
        place = pc.index_in(names, value_set=known)
        fresh = np.asarray(pc.is_null(place).to_numpy(zero_copy_only=False), dtype=np.bool_)
        number = np.asarray(pc.fill_null(place, 0).to_numpy(), dtype=np.int64)
        number[fresh] = len(known) + np.arange(fresh.sum())
        known = pa.concat_arrays([known, names.filter(pa.array(fresh))])
        numbers[end : end + len(codes)] = number[codes]
        end += len(codes)
    return numbers, known


def numbered_cells(cells: Any) -> tuple[NDArray[np.int64], Any]:
    """``numbered`` of what Arrow holds already."""
    encoded = pc.dictionary_encode(cells)
    if not isinstance(encoded, pa.ChunkedArray):
        encoded = pa.chunked_array([encoded])
    # All chunks share one dictionary.
    names = encoded.chunk(0).dictionary if encoded.num_chunks else pa.array([], pa.large_string())
    numbers = np.empty(len(cells), dtype=np.int64)
    end = 0
    for chunk in encoded.chunks:
        numbers[end : end + len(chunk)] = chunk.indices.to_numpy()
        end += len(chunk)
    return numbers, names


def gathered(column: Sequence[str], rows: Rows) -> Any:
    """The cells at ``rows`` in that order as one Arrow array."""
    # Fetched as they lie, so that each block is read once, and put in order then.
    order = np.argsort(rows, kind="stable")
    chosen = picked(column, rows[order])
    parts = [arrow_texts(chosen[at : at + BLOCK_ROWS]) for at in range(0, len(rows), BLOCK_ROWS)]
    cells = pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return cells.take(pa.array(place))


def arrow_texts(texts: Sequence[str]) -> Any:
    """Strings as Arrow holds them; half a surrogate pair is kept, though it is no UTF-8."""
    # Encoded here, all at once: Arrow is slow at it, and would keep the UTF-8 beside each string for as long as it lives.
    together = "".join(texts)
    encoded = together.encode("utf-8", "surrogatepass")
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
    if len(encoded) != len(together):
        # From characters to bytes: those that begin none continue the one before.
        begins = np.flatnonzero((np.frombuffer(encoded, dtype=np.uint8) & 0xC0) != 0x80)
        ends = np.append(begins, len(encoded))[ends]
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(encoded))


def repeated(text: str, n: int) -> Any:
    """An Arrow array of n times the same text."""
    return arrow_texts([text]).take(pa.repeat(0, n))


def texts_of(cells: Any) -> list[str]:
    """An Arrow array of strings as a list."""
    try:
        texts: list[str] = cells.to_numpy(zero_copy_only=False).tolist()
        return texts
    except (UnicodeDecodeError, pa.ArrowException):
        return [cell.decode("utf-8", "surrogatepass") for cell in cells.view(pa.large_binary()).to_pylist()]


def _all_same(column: Sequence[str]) -> bool:
    """Whether there are cells, and all are the same; mostly the last one tells that they are not."""
    return len(column) > 0 and column[0] == column[-1] and column.count(column[0]) == len(column)


def _large_temporary() -> str | None:
    """Where /tmp may be memory, /var/tmp is a disk; TMPDIR is the user's own choice."""
    if "TMPDIR" in os.environ or not Path("/var/tmp").is_dir():  # noqa: S108
        return None
    return "/var/tmp" if os.access("/var/tmp", os.W_OK) else None  # noqa: S108


@contextlib.contextmanager
def _room_for(folder: str | Path | None) -> Iterator[None]:
    """Says what to do where the disk has no room."""
    try:
        yield
    except OSError as error:
        where = str(folder or _large_temporary() or tempfile.gettempdir())
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot keep a long file in {where}: {reason}; make room, or set TMPDIR to a folder that has some",
            zh=f"无法在 {where} 暂存大文件：{reason}；请腾出空间，或把环境变量 TMPDIR 指向空间足够的文件夹",
        ) from error
