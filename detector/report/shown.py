"""User text as a page may show it: cut, and with nothing invisible in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

# Characters that change what a reader sees without being seen: controls, direction overrides, zero widths,
# fillers, tag characters. A zero width joiner inside an emoji is part of the emoji and stays.
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
    "|\u200d(?![\u2640\u2642\u2600-\u27bf\u2b1b\U0001f000-\U0001faff])"
)
SLOT: Final = re.compile(r"\{[\w…]{0,12}\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: ``plain``, ``hidden`` (the code of what cannot be seen), ``slot`` of a template, or a ``contact``."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Shown:
    """Text in pieces; ``left_out`` is how many characters did not fit."""

    pieces: tuple[Piece, ...]
    left_out: int = 0


def shown(text: str, *, limit: int, marks: int = 16, contacts: Sequence[tuple[int, int]] = ()) -> Shown:
    """The first ``limit`` characters of ``text``, fewer if more than ``marks`` hidden stretches come first.

    Both bounds keep a page small whatever the text is. ``contacts`` are first and one past the last character of
    stretches to be marked as such, in order.
    """
    cut = text[:limit]
    pieces: list[Piece] = []
    at = 0
    for start, stop, code in _hidden_runs(cut):
        if marks == 0:
            cut = cut[:start]
            break
        marks -= 1
        pieces += _marked(cut, at, start, contacts)
        times = f"×{stop - start}" if stop - start > 1 else ""
        pieces.append(Piece(f"U+{code:04X}{times}", "hidden"))
        at = stop
    pieces += _marked(cut, at, len(cut), contacts)
    return Shown(tuple(pieces), len(text) - len(cut))


def _marked(text: str, start: int, stop: int, contacts: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """The text between two places, contacts apart."""
    at = start
    for span in contacts:
        first, end = max(span[0], at), min(span[1], stop)
        if first < end:
            if at < first:
                yield Piece(text[at:first])
            yield Piece(text[first:end], "contact")
            at = end
    if at < stop:
        yield Piece(text[at:stop])


def shown_template(text: str, *, limit: int) -> Shown:
    """As ``shown``, with the slots of a campaign's template (``{N}``) marked."""
    whole = shown(text, limit=limit)
    pieces: list[Piece] = []
    for piece in whole.pieces:
        if piece.kind == "plain":
            pieces.extend(_slots(piece.text))
        else:
            pieces.append(piece)
    return Shown(tuple(pieces), whole.left_out)


def _hidden_runs(text: str) -> list[tuple[int, int, int]]:
    """Start, stop and code of each stretch of one and the same hidden character."""
    runs: list[tuple[int, int, int]] = []
    for match in HIDDEN.finditer(text):
        code = ord(match.group())
        if runs and runs[-1][1] == match.start() and runs[-1][2] == code:
            runs[-1] = (runs[-1][0], match.end(), code)
        else:
            runs.append((match.start(), match.end(), code))
    return runs


def _slots(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for match in SLOT.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        pieces.append(Piece(match.group(), "slot"))
        at = match.end()
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces
