"""All comments of some files as one batch: in memory while it is short, on a shelf when it is long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from detector.comment import CODE_FIELDS, NUMBER_FIELDS, STRING_FIELDS, CommentBatch, SourceColumns
from detector.readers import streams
from detector.readers.header import checked_mapping
from detector.readers.reading import Asked, Progress, batches_of, places_of
from detector.readers.report import ReadReport
from detector.shelf import BLOCK_ROWS, Block, Shelf, Strings

# Files of so many bytes in all become a few hundred megabytes of comments in memory: read at one go.
MEMORY_BYTES: Final = 64 << 20
# Longer ones are read so many rows at a time, and what is packed may hold many rows in few bytes.
CHUNK_ROWS: Final = 32_768
MEMORY_ROWS: Final = 524_288
# Where all of a file is wanted at once, chunks only cost the time to join them.
WHOLE_ROWS: Final = 524_288


@dataclass(slots=True)
class Run:
    """Consecutive rows of one file: blocks on the shelf by field and by the input's own header, and arrays."""

    name: str
    rows: int
    fields: dict[str, list[Block]]
    source: dict[str, list[Block]]
    arrays: dict[str, NDArray[Any]]


class Dump:
    """Comments in the order they are added; once there are more than ``memory_rows`` they lie on a shelf."""

    def __init__(self, *, memory_rows: int = MEMORY_ROWS) -> None:
        self._memory_rows = memory_rows
        self._rows = 0
        # What is not written yet, by the name of its file.
        self._waiting: dict[str, list[CommentBatch]] = {}
        self._runs: list[Run] = []
        self._shelf: Shelf | None = None

    def __len__(self) -> int:
        return self._rows

    def add(self, name: str, batch: CommentBatch) -> None:
        """Further comments of the file ``name``."""
        self._rows += len(batch)
        if self._shelf is not None and name not in self._waiting:
            self._write()
        self._waiting.setdefault(name, []).append(batch)
        waiting = sum(len(part) for parts in self._waiting.values() for part in parts)
        # Short batches wait for one another: blocks of a few rows would be many.
        if waiting > self._memory_rows or (self._shelf is not None and waiting >= BLOCK_ROWS):
            self._write()

    def batch(self, own_sessions: Iterable[str] = ()) -> CommentBatch:
        """All comments, file by file; those of ``own_sessions`` that name no room and no session get their file's."""
        own = set(own_sessions)
        if self._shelf is None:
            return CommentBatch.concat(
                [
                    streams.with_session(part, name) if name in own else part
                    for name, parts in self._waiting.items()
                    for part in parts
                ]
            )
        self._write()
        shelf = self._shelf
        names = list(dict.fromkeys(run.name for run in self._runs))
        runs = sorted(self._runs, key=lambda run: names.index(run.name)) if len(names) > 1 else self._runs
        for run in runs:
            if run.name in own:
                run.fields["session_id"] = _sessions(shelf, run)

        def column(blocks: Iterable[list[Block]]) -> list[str]:
            return cast("list[str]", Strings(shelf, list(chain.from_iterable(blocks))))

        columns: dict[str, Any] = {name: column(run.fields[name] for run in runs) for name in STRING_FIELDS}
        columns |= {
            name: _joined([run.arrays[name] for run in runs]) for name in (*NUMBER_FIELDS, *CODE_FIELDS)
        }
        headers = tuple(dict.fromkeys(header for run in runs for header in run.source))
        source = [column(run.source.get(header) or [Block(run.rows)] for run in runs) for header in headers]
        return CommentBatch(**columns, source=SourceColumns(headers, tuple(source)))

    def _write(self) -> None:
        shelf = self._shelf = self._shelf or Shelf()
        for name, parts in self._waiting.items():
            # Many rows at once would need their room twice.
            for batch in parts if sum(map(len, parts)) > 2 * BLOCK_ROWS else [CommentBatch.concat(parts)]:
                self._runs.append(_run(shelf, name, batch))
        self._waiting = {}


def read_comments(
    paths: str | Path | Iterable[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
    memory_bytes: int = MEMORY_BYTES,
    memory_rows: int = MEMORY_ROWS,
) -> tuple[CommentBatch, ReadReport]:
    """All comments of one file or several, in the order given, and what was found while reading.

    Several files are one stream, or sessions of their own where they tell of different rooms (see
    ``detector.readers.streams``). Memory is bounded: files beyond ``memory_bytes`` in all are read piece by piece, and
    more than ``memory_rows`` comments lie on a shelf. ``progress`` is called with the bytes done and the bytes in all,
    as they lie on the disk. Paths, options and errors as ``read_chunks``.
    """
    report = ReadReport()
    asked = Asked(checked_mapping(mapping), tz, as_format, encoding, WHOLE_ROWS)
    places = places_of(paths, asked, report)
    if sum(place.size for place in places) > memory_bytes:
        asked = Asked(asked.mapping, tz, as_format, encoding, CHUNK_ROWS)
    dump = Dump(memory_rows=memory_rows)
    outlines: dict[str, streams.Outline] = {}
    for name, batch in batches_of(places, asked, report, progress=progress):
        dump.add(name, batch)
        if len(places) > 1:
            outlines.setdefault(name, streams.Outline()).add(batch)
    return dump.batch(streams.own_sessions(outlines, report)), report


def _run(shelf: Shelf, name: str, batch: CommentBatch) -> Run:
    # Columns that are one and the same list are written once.
    written: dict[int, list[Block]] = {}

    def blocks(column: Sequence[str]) -> list[Block]:
        if id(column) not in written:
            starts = range(0, len(column), BLOCK_ROWS)
            written[id(column)] = [shelf.put(column[start : start + BLOCK_ROWS]) for start in starts]
        return written[id(column)]

    return Run(
        name=name,
        rows=len(batch),
        fields={field: blocks(getattr(batch, field)) for field in STRING_FIELDS},
        source=dict(zip(batch.source.headers, map(blocks, batch.source.columns), strict=True)),
        arrays={field: _spared(getattr(batch, field)) for field in (*NUMBER_FIELDS, *CODE_FIELDS)},
    )


def _sessions(shelf: Shelf, run: Run) -> list[Block]:
    """The sessions of a run whose file is a session of its own."""
    rooms, sessions = (Strings(shelf, run.fields[field]) for field in ("room_id", "session_id"))
    return [
        shelf.put(
            [
                own or ("" if room else run.name)
                for own, room in zip(
                    sessions[start : start + BLOCK_ROWS], rooms[start : start + BLOCK_ROWS], strict=True
                )
            ]
        )
        for start in range(0, run.rows, BLOCK_ROWS)
    ]


def _spared(values: NDArray[Any]) -> NDArray[Any]:
    """The same values in a single cell of memory where all are the same."""
    first = values[:1]
    same = np.isnan(values).all() if np.isnan(first).any() else (values == first).all()
    return np.broadcast_to(first.copy(), values.shape) if same and len(values) else values


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    firsts = np.array([part[0] for part in parts if part.strides == (0,)])
    if parts and len(firsts) == len(parts) and len(np.unique(firsts)) == 1:
        return np.broadcast_to(parts[0][:1], (sum(map(len, parts)),))
    return np.concatenate(parts)
