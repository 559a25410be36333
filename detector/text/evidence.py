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
    origin = reading.normalized.origin
    for first, last in _contacts(reading, row):
        spans.append((int(origin[first]), int(origin[last - 1]) + 1))
    return spans


def rewritten(reading: TextReading, row: int, text: str) -> list[tuple[str, str]]:
    """Each disguised character of ``text`` as it was written and what it stands for, once each, in order.

    Digits of a contact that are written as letters or words count; traditional forms do not.
    """
    normalized = reading.normalized
    kind, spoken = classes(), spoken_digits()
    found: dict[tuple[str, str], None] = {}
    start, end = int(normalized.starts[row]), int(normalized.starts[row + 1])
    contacts = _contacts(reading, row)
    if not contacts and not normalized.mark[start:end].any():
        return []
    in_contact = {i for first, last in contacts for i in range(first - start, last - start)}
    codes, marks = normalized.codes[start:end].tolist(), normalized.mark[start:end].tolist()
    for i, (code, mark, origin) in enumerate(
        zip(codes, marks, normalized.origin[start:end].tolist(), strict=True)
    ):
        plain = chr(code)
        if i in in_contact and spoken[code] >= 0 and kind[code] != DIGIT:
            plain = str(int(spoken[code]))
        elif mark in (0, TRADITIONAL + 1) or code == SPACE_CODE:
            continue
        if text[origin] != plain:
            found[text[origin], plain] = None
    return list(found)


def _contacts(reading: TextReading, row: int) -> list[tuple[int, int]]:
    """The contacts of a text as ranges of the normalised codes."""
    shaped = reading.shaped
    start, end = shaped.starts[row], shaped.starts[row + 1]
    codes: NDArray[np.int32] = shaped.codes[start:end]
    if not (codes >= NUMBER_SHAPE + LONG_NUMBER).any():
        return []
    number = (codes >= NUMBER_SHAPE + LONG_NUMBER) & (codes < REPEAT_SHAPE)
    handle = (codes >= HANDLE_SHAPE + LONG_HANDLE) & (codes < SHAPES_END)
    bounds = np.append(shaped.first[start:end], reading.normalized.starts[row + 1])
    ranges = []
    for at in np.flatnonzero(number | handle).tolist():
        first, last = int(bounds[at]), int(bounds[at + 1])
        ranges.append((first, last))
    return ranges
