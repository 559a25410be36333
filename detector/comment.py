"""A comment, and a batch of comments as columns."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final, Self, cast

import numpy as np
from numpy.typing import NDArray

from detector.shelf import on_shelf, picked

KINDS: Final = (
    "comment", "review", "reply", "append", "superchat", "emoji", "voice",
    "gift", "like", "enter", "follow", "share", "member",
    "stats", "shopping", "control", "delete", "other",
)  # fmt: skip
SCORED_KINDS: Final = frozenset({"comment", "review", "reply", "append", "superchat"})
REVIEW_KINDS: Final = frozenset({"review", "append"})

TS_SOURCES: Final = (
    "event", "server", "arrival", "id_derived", "video_offset",
    "minute_marker", "date_only", "order_only",
)  # fmt: skip
# Sources whose clock is fine enough for gaps and rates in seconds.
SECOND_SOURCES: Final = frozenset({"event", "server", "arrival", "id_derived", "video_offset"})

ID_QUALITIES: Final = ("real", "hash", "masked", "name_only", "none")
# Qualities under which equal ids mean the same person. Where a nickname is all there is, it is the better guess:
# taking every comment for a stranger's would make one excited fan a crowd.
ACCOUNT_QUALITIES: Final = frozenset({"real", "hash", "name_only"})

KIND_CODE: Final = {name: code for code, name in enumerate(KINDS)}
TS_SOURCE_CODE: Final = {name: code for code, name in enumerate(TS_SOURCES)}
ID_QUALITY_CODE: Final = {name: code for code, name in enumerate(ID_QUALITIES)}

# Words of ``paid_marker`` by which a platform says that nothing was paid; without a word it says nothing.
UNPAID_WORDS: Final = frozenset({"0", "0.0", "none", "no", "false", "否", "无"})

NAN: Final = float("nan")
LARGEST_NUMBER: Final = 1e18


def chosen(names: Iterable[str], codes: Mapping[str, int]) -> NDArray[np.bool_]:
    """For each code whether its name is among ``names``: to be indexed with an array of codes."""
    table = np.zeros(len(codes), dtype=np.bool_)
    table[[codes[name] for name in names]] = True
    return table


_SCORED: Final = chosen(SCORED_KINDS, KIND_CODE)
_ACCOUNT: Final = chosen(ACCOUNT_QUALITIES, ID_QUALITY_CODE)
_IN_SECONDS: Final = chosen(SECOND_SOURCES, TS_SOURCE_CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One event of a room or a product page.

    Ids are strings, always; ``""`` is unknown. Times are UTC milliseconds; NaN is unknown.
    ``is_staff`` and ``verified_purchase`` are 1.0, 0.0 or NaN.
    """

    text: str
    comment_id: str = ""
    room_id: str = ""
    session_id: str = ""
    user_id: str = ""
    user_id_quality: str = "real"
    user_name: str = ""
    ts_ms: float = NAN
    ts_source: str = "event"
    kind: str = "comment"
    user_level: float = NAN
    fan_badge_name: str = ""
    fan_badge_level: float = NAN
    paid_marker: str = ""
    is_staff: float = NAN
    account_created_ms: float = NAN
    product_id: str = ""
    rating: float = NAN
    verified_purchase: float = NAN
    purchased_at_ms: float = NAN
    reply_to: str = ""


COMMENT_FIELDS: Final = tuple(place.name for place in dataclasses.fields(Comment))
STRING_FIELDS: Final = (
    "comment_id", "room_id", "session_id", "user_id", "user_name", "text",
    "fan_badge_name", "paid_marker", "product_id", "reply_to",
)  # fmt: skip
NUMBER_FIELDS: Final = (
    "ts_ms", "user_level", "fan_badge_level", "is_staff", "account_created_ms",
    "rating", "verified_purchase", "purchased_at_ms",
)  # fmt: skip
CODE_FIELDS: Final[Mapping[str, Mapping[str, int]]] = {
    "ts_source": TS_SOURCE_CODE,
    "kind": KIND_CODE,
    "user_id_quality": ID_QUALITY_CODE,
}


def picker(rows: NDArray[np.intp]) -> Callable[[Sequence[str]], list[str]]:
    """A function that gives a column's cells at ``rows``, in that order; made once for many columns.

    Of a column on a shelf many rows stay there: what it gives reads like a list.
    """

    @functools.cache
    def get() -> Callable[[Sequence[str]], list[str]]:
        if len(rows) < 2:
            return lambda column: [column[row] for row in rows.tolist()]
        chosen = itemgetter(*rows.tolist())
        return lambda column: list(chosen(column))

    return lambda column: cast("list[str]", picked(column, rows)) if on_shelf(column) else get()(column)


def each_once(
    columns: Iterable[Sequence[str]], change: Callable[[Sequence[str]], list[str]]
) -> list[list[str]]:
    """``change`` of every column in turn; columns that are one and the same list stay one."""
    changed: dict[int, list[str]] = {}
    kept = list(columns)
    for column in kept:
        if id(column) not in changed:
            changed[id(column)] = change(column)
    return [changed[id(column)] for column in kept]


@dataclass(frozen=True, slots=True)
class SourceColumns:
    """The input's own columns as text, in their order, kept to be written back unchanged."""

    headers: tuple[str, ...] = ()
    columns: tuple[list[str], ...] = ()

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> SourceColumns:
        """The same columns with only ``rows``, in that order."""
        index = np.asarray(rows, dtype=np.intp)
        return SourceColumns(self.headers, tuple(each_once(self.columns, picker(index))))

    @staticmethod
    def concat(parts: Sequence[SourceColumns], lengths: Sequence[int]) -> SourceColumns:
        """Stack parts; a header that a part lacks is filled with empty strings."""
        headers = tuple(dict.fromkeys(name for part in parts for name in part.headers))
        columns: list[list[str]] = []
        for name in headers:
            column: list[str] = []
            for part, length in zip(parts, lengths, strict=True):
                if name in part.headers:
                    column.extend(part.columns[part.headers.index(name)])
                else:
                    column.extend([""] * length)
            columns.append(column)
        return SourceColumns(headers, tuple(columns))


@dataclass(frozen=True, slots=True)
class CommentBatch:
    """Comments as columns, all of length n, in the order they were read.

    Strings are lists (``""`` unknown), numbers float64 arrays (NaN unknown), codes uint8 arrays that
    index ``TS_SOURCES``, ``KINDS`` and ``ID_QUALITIES``. ``source`` holds the input's own columns.
    Columns that are equal may be one and the same object: make a new one rather than change one in place.
    Those of a long dump lie on a shelf (``detector.shelf``) and read like lists; a slice of them is a list.
    """

    comment_id: list[str]
    room_id: list[str]
    session_id: list[str]
    user_id: list[str]
    user_name: list[str]
    text: list[str]
    fan_badge_name: list[str]
    paid_marker: list[str]
    product_id: list[str]
    reply_to: list[str]
    ts_ms: NDArray[np.float64]
    user_level: NDArray[np.float64]
    fan_badge_level: NDArray[np.float64]
    is_staff: NDArray[np.float64]
    account_created_ms: NDArray[np.float64]
    rating: NDArray[np.float64]
    verified_purchase: NDArray[np.float64]
    purchased_at_ms: NDArray[np.float64]
    ts_source: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    user_id_quality: NDArray[np.uint8]
    source: SourceColumns = field(default_factory=SourceColumns)

    def __len__(self) -> int:
        return len(self.text)

    @classmethod
    def from_columns(cls, n: int, columns: Mapping[str, Any], source: SourceColumns | None = None) -> Self:
        """Build from already parsed columns; a column not given is unknown in every row.

        Lists of strings and arrays of float64 are taken as they are, not copied.
        """
        no_text, no_number, no_code = [""] * n, np.full(n, np.nan), np.zeros(n, dtype=np.uint8)
        values: dict[str, Any] = {
            **dict.fromkeys(STRING_FIELDS, no_text),
            **dict.fromkeys(NUMBER_FIELDS, no_number),
            **dict.fromkeys(CODE_FIELDS, no_code),
        }
        for name, given in columns.items():
            if name not in values or given is None:
                continue
            column = given
            if name in NUMBER_FIELDS:
                column = np.asarray(given, dtype=np.float64)
                # No level, time or rating is so large; and a feature, in single precision, could not hold it.
                absurd = np.abs(column) > LARGEST_NUMBER
                column = np.where(absurd, np.nan, column) if absurd.any() else column
            elif name in CODE_FIELDS:
                column = np.asarray(given, dtype=np.uint8)
            elif type(given) is not list and not on_shelf(given):
                column = list(given)
            if len(column) != n:
                raise ValueError(f"column {name} has {len(column)} rows, expected {n}")
            values[name] = column
        return cls(**values, source=source or SourceColumns())

    @classmethod
    def from_comments(cls, comments: Iterable[Comment]) -> Self:
        """Build from ``Comment`` objects, in their order."""
        rows = list(comments)
        columns: dict[str, Any] = {
            name: [getattr(row, name) for row in rows] for name in (*STRING_FIELDS, *NUMBER_FIELDS)
        }
        for name, codes in CODE_FIELDS.items():
            columns[name] = [codes[getattr(row, name)] for row in rows]
        return cls.from_columns(len(rows), columns)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Self:
        """The comments at ``rows``, in that order."""
        index = np.asarray(rows, dtype=np.intp)
        strings = (getattr(self, name) for name in STRING_FIELDS)
        picked = each_once((*strings, *self.source.columns), picker(index))
        values: dict[str, Any] = dict(zip(STRING_FIELDS, picked[: len(STRING_FIELDS)], strict=True))
        for name in (*NUMBER_FIELDS, *CODE_FIELDS):
            values[name] = getattr(self, name)[index]
        source = SourceColumns(self.source.headers, tuple(picked[len(STRING_FIELDS) :]))
        return dataclasses.replace(self, **values, source=source)

    def slice(self, start: int, stop: int, *, only: Container[str] = STRING_FIELDS) -> Self:
        """The comments from ``start`` up to ``stop``, without their source columns; of the strings those in ``only``."""
        names = [name for name in STRING_FIELDS if name in only]
        values: dict[str, Any] = {
            name: getattr(self, name)[start:stop] for name in (*names, *NUMBER_FIELDS, *CODE_FIELDS)
        }
        blank = [""] * len(values["kind"])
        values |= {name: blank for name in STRING_FIELDS if name not in only}
        return dataclasses.replace(self, **values, source=SourceColumns())

    @staticmethod
    def concat(parts: Sequence[CommentBatch]) -> CommentBatch:
        """Stack batches in the order given."""
        if len(parts) == 1:
            return parts[0]
        columns: dict[str, Any] = {
            name: [value for part in parts for value in getattr(part, name)] for name in STRING_FIELDS
        }
        for name in (*NUMBER_FIELDS, *CODE_FIELDS):
            columns[name] = np.concatenate([getattr(part, name) for part in parts]) if parts else []
        lengths = [len(part) for part in parts]
        source = SourceColumns.concat([part.source for part in parts], lengths)
        return CommentBatch.from_columns(sum(lengths), columns, source)

    def row(self, r: int) -> Comment:
        """Row ``r`` as a ``Comment``."""
        values: dict[str, Any] = {name: getattr(self, name)[r] for name in STRING_FIELDS}
        values |= {name: float(getattr(self, name)[r]) for name in NUMBER_FIELDS}
        return Comment(
            **values,
            ts_source=TS_SOURCES[self.ts_source[r]],
            kind=KINDS[self.kind[r]],
            user_id_quality=ID_QUALITIES[self.user_id_quality[r]],
        )

    def scored(self) -> NDArray[np.bool_]:
        """Which rows are comments to be judged (gifts, likes, entries are context only)."""
        return _SCORED[self.kind]

    def told_apart(self) -> NDArray[np.bool_]:
        """Which rows have an id that stands for one person."""
        known = _ACCOUNT[self.user_id_quality]
        if "" in self.user_id:
            known &= np.fromiter(map(bool, self.user_id), dtype=np.bool_, count=len(self))
        return known

    def in_seconds(self) -> NDArray[np.bool_]:
        """Which rows have a time fine enough for gaps and rates in seconds."""
        return _IN_SECONDS[self.ts_source]

    def replay_order(self) -> NDArray[np.intp]:
        """Row numbers in event order: by time, ties and missing times keep their place in the input.

        A row without a time stands at the time of the last timed row before it.
        """
        ts = self.ts_ms.copy()
        known = ~np.isnan(ts)
        if not known.any():
            return np.arange(len(self), dtype=np.intp)
        last = np.maximum.accumulate(np.where(known, np.arange(len(self)), -1))
        ts = np.where(last >= 0, ts[np.maximum(last, 0)], -np.inf)
        return np.argsort(ts, kind="stable")
