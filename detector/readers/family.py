"""A family of formats: how to tell that a file belongs to it, and how to read it as raw tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.readers.report import ReadReport
from detector.readers.source import Source


@dataclass(frozen=True, slots=True)
class RawTable:
    """Some consecutive rows of a file as raw columns of equal length, header -> cells.

    Whoever takes the table may change its lists. ``lines`` are the line or row numbers, counted from 1. ``mapping`` is
    header -> field as far as the caller has named it. Where ``complete`` is False, later tables of the file may bring
    further headers. Where ``whole`` is True, headers and cells are texts that hold no half of a surrogate pair.
    """

    columns: Mapping[str, list[Any]]
    lines: Sequence[int]
    mapping: Mapping[str, str]
    bytes_done: int
    complete: bool = True
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller wants: header -> field, the format if it was named, and rows per table.

    ``knows`` tells whether headers are those of a program whose tables are known: they may lack a text.
    """

    mapping: Mapping[str, str]
    format: str
    chunk_rows: int
    knows: Callable[[Sequence[str]], bool] = lambda headers: False


@dataclass(frozen=True, slots=True)
class Family:
    """Formats that one module reads.

    ``claims`` returns the format's name if the file's content belongs to the family, else ``""``.
    ``tables`` reads it; broken rows are skipped and counted in the report.
    """

    formats: tuple[str, ...]
    is_text: bool
    claims: Callable[[Source], str]
    tables: Callable[[Source, Order, ReadReport], Iterator[RawTable]]
