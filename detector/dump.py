"""All comments of some files as one batch: in memory while it is short, on a shelf when it is long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from detector.comment import CODE_FIELDS, NUMBER_FIELDS, STRING_FIELDS, CommentBatch, SourceColumns
from detector.readers import ReadReport, read_chunks, read_comments
from detector.readers.reading import WHOLE_ROWS
from detector.shelf import BLOCK_ROWS, Block, Shelf, Strings

# Files of so many bytes in all become a few hundred megabytes of comments in memory: read at one go.
MEMORY_BYTES: Final = 64 << 20
# Longer ones are read so many rows at a time, and what is packed may hold many rows in few bytes.
CHUNK_ROWS: Final = 32_768
MEMORY_ROWS: Final = 524_288

Progress = Callable[[int, int], None]


class Dump:
    """Comments in the order they are added, batch by batch; its columns of text lie on a shelf."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._rows = 0
        self._pending: list[CommentBatch] = []
        self._fields: dict[str, list[Block]] = {name: [] for name in STRING_FIELDS}
        self._source: dict[str, list[Block]] = {}
        self._arrays: dict[str, list[NDArray[Any]]] = {name: [] for name in (*NUMBER_FIELDS, *CODE_FIELDS)}

    def __len__(self) -> int:
        return self._rows + sum(map(len, self._pending))

    def add(self, batch: CommentBatch) -> None:
        """Further comments, after those that are there."""
        self._pending.append(batch)
        # Short batches wait for one another: blocks of a few rows would be many.
        if sum(map(len, self._pending)) >= BLOCK_ROWS:
            self._write()

    def batch(self) -> CommentBatch:
        """All comments added so far as one batch."""
        self._write()
        columns: dict[str, Any] = {name: self._strings(blocks) for name, blocks in self._fields.items()}
        columns |= {name: _joined(parts, self._rows) for name, parts in self._arrays.items()}
        source = SourceColumns(tuple(self._source), tuple(map(self._strings, self._source.values())))
        return CommentBatch(**columns, source=source)

    def _strings(self, blocks: Sequence[Block]) -> list[str]:
        return cast("list[str]", Strings(self._shelf, blocks))

    def _write(self) -> None:
        if not self._pending:
            return
        batch = CommentBatch.concat(self._pending)
        self._pending = []
        # Columns that are one and the same list are written once.
        written: dict[int, list[Block]] = {}

        def blocks(column: Sequence[str]) -> list[Block]:
            if id(column) not in written:
                starts = range(0, len(column), BLOCK_ROWS)
                written[id(column)] = [self._shelf.put(column[at : at + BLOCK_ROWS]) for at in starts]
            return written[id(column)]

        for name, kept in self._fields.items():
            kept.extend(blocks(getattr(batch, name)))
        for header, column in zip(batch.source.headers, batch.source.columns, strict=True):
            # A column that begins here was empty before.
            before = [Block(self._rows)] if self._rows else []
            self._source.setdefault(header, before).extend(blocks(column))
        for header in self._source.keys() - set(batch.source.headers):
            self._source[header].append(Block(len(batch)))
        for name, parts in self._arrays.items():
            parts.append(_spared(getattr(batch, name)))
        self._rows += len(batch)


def read_dump(
    files: Sequence[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    encoding: str | None = None,
    progress: Progress | None = None,
    memory_bytes: int = MEMORY_BYTES,
    memory_rows: int = MEMORY_ROWS,
) -> tuple[CommentBatch, ReadReport]:
    """All comments of ``files`` in the order given, and what was found while reading.

    Files beyond ``memory_bytes`` in all are read piece by piece, and more than ``memory_rows`` comments lie on a
    shelf: memory stays bounded. ``progress`` is called with the comments read and 0, for how many there will be is
    not known. Options and errors as ``readers.read_comments``.
    """
    sizes = [path.stat().st_size if path.is_file() else 0 for path in map(Path, files)]
    # A file that cannot be opened is told before a long one is read.
    if not all(sizes):
        return read_comments(files, mapping=mapping, tz=tz, encoding=encoding)
    chunk_rows = WHOLE_ROWS if sum(sizes) <= memory_bytes else CHUNK_ROWS
    report = ReadReport()
    dump: Dump | None = None
    parts: list[CommentBatch] = []
    for batch in _batches(files, report, mapping=mapping, tz=tz, encoding=encoding, chunk_rows=chunk_rows):
        parts.append(batch)
        if dump is None and report.rows_kept > memory_rows:
            dump = Dump()
        if dump is not None:
            for part in parts:
                dump.add(part)
            parts = []
        if progress is not None:
            progress(report.rows_kept, 0)
    return (CommentBatch.concat(parts) if dump is None else dump.batch()), report


def _batches(files: Sequence[str | Path], report: ReadReport, **options: Any) -> Iterator[CommentBatch]:
    for path in files:
        yield from read_chunks(path, report=report, **options)


def _spared(values: NDArray[Any]) -> NDArray[Any]:
    """The same values in a cell of memory where all are the same."""
    first = values[:1]
    same = np.isnan(values).all() if np.isnan(first).any() else (values == first).all()
    return np.broadcast_to(first, values.shape) if same and len(values) else values


def _joined(parts: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
    firsts = np.array([part[0] for part in parts if part.strides == (0,)])
    if parts and len(firsts) == len(parts) and len(np.unique(firsts)) == 1:
        return np.broadcast_to(parts[0][:1], (rows,))
    return np.concatenate(parts)
