"""Where in the text as it was written the contacts stand, and which of its characters were disguised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.text.codepoints import DIGIT, classes
from detector.text.normalize import SPACE_CODE, TRADITIONAL
from detector.text.reading import TextReading
from detector.text.shape import (
    HANDLE_SHAPE,
    LONG_HANDLE,
    LONG_NUMBER,
    NUMBER_SHAPE,
    REPEAT_SHAPE,
    SHAPES_END,
    spoken_digits,
)


def contact_spans(reading: TextReading, row: int) -> list[tuple[int, int]]:
    """First and one past the last character of every number or handle that can be a contact, in the raw text."""
    spans = []
    for first, last in _contacts(reading, row):
        origin = reading.normalized.origin[first:last]
        spans.append((int(origin[0]), int(origin[-1]) + 1))
    return spans


def rewritten(reading: TextReading, row: int, text: str) -> list[tuple[str, str]]:
    """Each disguised character of ``text`` as it was written and what it stands for, once each, in order.

    Digits of a contact that are written as letters or words count; traditional forms do not.
    """
    normalized = reading.normalized
    kind, spoken = classes(), spoken_digits()
    found: dict[tuple[str, str], None] = {}
    start, end = normalized.starts[row], normalized.starts[row + 1]
    in_contact = np.zeros(end - start, dtype=np.bool_)
    for first, last in _contacts(reading, row):
        in_contact[first - start : last - start] = True
    for i in range(start, end):
        code, raw = int(normalized.codes[i]), text[normalized.origin[i]]
        mark = int(normalized.mark[i])
        plain = chr(code)
        if in_contact[i - start] and spoken[code] >= 0 and kind[code] != DIGIT:
            plain = str(int(spoken[code]))
        elif mark in (0, TRADITIONAL + 1) or code == SPACE_CODE:
            continue
        if raw != plain:
            found[raw, plain] = None
    return list(found)


def _contacts(reading: TextReading, row: int) -> list[tuple[int, int]]:
    """The contacts of a text as ranges of the normalised codes."""
    shaped = reading.shaped
    start, end = shaped.starts[row], shaped.starts[row + 1]
    codes: NDArray[np.int32] = shaped.codes[start:end]
    number = (codes >= NUMBER_SHAPE + LONG_NUMBER) & (codes < REPEAT_SHAPE)
    handle = (codes >= HANDLE_SHAPE + LONG_HANDLE) & (codes < SHAPES_END)
    bounds = np.append(shaped.first[start:end], reading.normalized.starts[row + 1])
    ranges = []
    for at in np.flatnonzero(number | handle).tolist():
        first, last = int(bounds[at]), int(bounds[at + 1])
        ranges.append((first, last))
    return ranges
