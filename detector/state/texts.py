"""Remembers what was computed for a text, so that live chat, which repeats itself, is read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAX_TEXTS: Final = 65_536
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class TextRows:
    """What is known of n texts: text i is row ``at[i]`` of every array of ``known``. Good until the next are read."""

    known: Mapping[str, NDArray[Any]]
    at: NDArray[np.intp]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """The column ``name``, a row for each text."""
        return self.known[name].take(self.at, axis=0)

    def of(self, rows: slice | NDArray[np.intp]) -> TextRows:
        """Some of the texts."""
        return TextRows(self.known, self.at[rows])


class TextMemory:
    """A bounded cache from text to rows of arrays.

    ``compute(texts)`` must give, for m texts, arrays of m rows that depend on nothing but the text; so what is
    cached, and when the cache is emptied, cannot be seen in the numbers.
    """

    __slots__ = ("_arrays", "_compute", "_max_texts", "_rows")

    def __init__(self, compute: Callable[[Sequence[str]], Columns], *, max_texts: int = MAX_TEXTS) -> None:
        self._compute = compute
        self._max_texts = max_texts
        self._rows: dict[str, int] = {}
        self._arrays: Columns = {}

    def read(self, texts: Sequence[str]) -> TextRows:
        """The columns of ``texts``, one row per text, in their order."""
        rows = self._rows
        found = [*map(rows.get, texts)]
        if None in found or not self._arrays:
            missing = dict.fromkeys(text for text, row in zip(texts, found, strict=True) if row is None)
            if len(rows) + len(missing) > self._max_texts:
                rows.clear()
                missing = dict.fromkeys(texts)
            self._append([*missing])
            found = [*map(rows.__getitem__, texts)]
        return TextRows(self._arrays, np.array(found, dtype=np.intp))

    def _append(self, texts: list[str]) -> None:
        start = len(self._rows)
        end = start + len(texts)
        for name, column in self._compute(texts).items():
            array = self._arrays.get(name)
            if array is None or len(array) < end:
                # Memory that is only set aside costs nothing, growing would copy.
                room = max(end, self._max_texts)
                grown = np.zeros((room, *column.shape[1:]), dtype=column.dtype)
                if array is not None:
                    grown[:start] = array[:start]
                self._arrays[name] = array = grown
            array[start:end] = column
        self._rows.update(zip(texts, range(start, end), strict=True))
