"""The scored table: the input's own columns, then what was found, row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from detector.comment import ID_QUALITIES, KINDS, NUMBER_FIELDS, STRING_FIELDS, TS_SOURCES, CommentBatch
from detector.errors import UsageError
from detector.verdict import HEADS, LABELS, RESULT_COLUMNS, VERDICTS, Reason, Verdicts

Cell = str | int | float
# Probabilities stay arrays, NaN unknown: half a million Python floats are slow to make and to write.
Column = Sequence[Cell] | NDArray[np.float64]
LANGUAGES: Final = ("zh", "en")
FLAGS: Final = ("false", "true")


@dataclass(frozen=True, slots=True, eq=False)
class Words(Sequence[str]):
    """A column of n cells that holds few different words: n codes into ``words``."""

    codes: NDArray[np.uint8]
    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Words: ...
    def __getitem__(self, place: int | slice) -> str | Words:
        if isinstance(place, slice):
            return Words(self.codes[place], self.words)
        word: str = self.words[self.codes[place]]
        return word

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.codes.tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Sentences(Sequence[str]):
    """The column of reasons in ``lang``: a cell is written when it is asked for, for there may be millions."""

    reasons: Sequence[tuple[Reason, ...]]
    lang: str

    def __len__(self) -> int:
        return len(self.reasons)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            reasons = self.reasons[place]
            cells = [""] * len(reasons)
            # Most comments pass and have none.
            for at, some in compress(enumerate(reasons), reasons):
                cells[at] = reasons_cell(some, lang=self.lang)
            return cells
        return reasons_cell(self.reasons[place], lang=self.lang)

    def __iter__(self) -> Iterator[str]:
        return (reasons_cell(reasons, lang=self.lang) for reasons in self.reasons)


def scored_table(batch: CommentBatch, verdicts: Verdicts, *, lang: str) -> tuple[list[str], list[Column]]:
    """Headers and columns of the scored table, one row per comment in the order of ``batch``.

    The input's columns come first, unchanged; one whose name is ours gets the suffix ``_in``. Then
    ``comment_id``, if no column of that name came in, and ``RESULT_COLUMNS``. Probabilities are
    float64 arrays, NaN unknown. ``lang`` (``zh`` or ``en``) is the language of the reasons.
    ``ValueError`` if the two do not have the same length, ``UsageError`` for another language.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"unknown language {lang!r}: use zh or en", zh=f"未知语言 {lang!r}：请用 zh 或 en")
    if len(batch) != len(verdicts):
        raise ValueError(f"{len(batch)} comments but {len(verdicts)} verdicts: they must stand row by row")
    headers, columns = _input_columns(batch)
    if "comment_id" not in headers:
        headers.append("comment_id")
        columns.append(batch.comment_id)
    headers.extend(RESULT_COLUMNS)
    columns.extend(_result_columns(verdicts, lang=lang))
    return headers, columns


def _input_columns(batch: CommentBatch) -> tuple[list[str], list[Column]]:
    if not batch.source.headers:
        return _known_columns(batch)
    taken = {*RESULT_COLUMNS, *batch.source.headers}
    headers: list[str] = []
    for name in batch.source.headers:
        free = name
        while free in taken and (free != name or free in RESULT_COLUMNS):
            free += "_in"
        taken.add(free)
        headers.append(free)
    return headers, list(batch.source.columns)


def _known_columns(batch: CommentBatch) -> tuple[list[str], list[Column]]:
    """What is known of comments that came from no file, under the names of ``Comment``."""
    columns: dict[str, Column] = {}
    for name in STRING_FIELDS:
        strings: list[str] = getattr(batch, name)
        if name in ("comment_id", "text") or any(strings):
            columns[name] = strings
    for name in NUMBER_FIELDS:
        numbers: NDArray[np.float64] = getattr(batch, name)
        if not np.isnan(numbers).all():
            columns[name] = [plain_number(value) for value in numbers.tolist()]
    if "ts_ms" in columns:
        columns["ts_source"] = Words(batch.ts_source, TS_SOURCES)
    columns["kind"] = Words(batch.kind, KINDS)
    if batch.user_id_quality.any():
        columns["user_id_quality"] = Words(batch.user_id_quality, ID_QUALITIES)
    return list(columns), list(columns.values())


def _result_columns(verdicts: Verdicts, *, lang: str) -> list[Column]:
    """The columns of ``RESULT_COLUMNS``, in that order."""
    return [
        Words(verdicts.verdict, VERDICTS),
        Words(verdicts.label, LABELS),
        verdicts.risk,
        *(verdicts.p[:, head] for head in range(len(HEADS))),
        Words(verdicts.organic_wave.astype(np.uint8), FLAGS),
        Words(verdicts.protected.astype(np.uint8), FLAGS),
        verdicts.campaign_id,
        Words(verdicts.first_verdict, VERDICTS),
        Sentences(verdicts.reasons, lang),
    ]


def reasons_cell(reasons: Sequence[Reason], *, lang: str) -> str:
    """All sentences in one cell, the heaviest first as the scorer ordered them."""
    return "; ".join([reason.text(lang) for reason in reasons]) if reasons else ""


def exact(value: float) -> Cell:
    """A number at full precision, nothing for NaN."""
    return "" if math.isnan(value) else float(value)


def plain_number(value: float) -> Cell:
    """A number as a person writes it: 12 instead of 12.0, nothing for NaN."""
    if math.isnan(value):
        return ""
    return int(value) if value.is_integer() else value
