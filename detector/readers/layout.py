"""Lines for a terminal of 80 columns, on which a Chinese character is two wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

COLUMNS: Final = 80
# No line begins with these.
_CLOSING: Final = "，。、；：！？）】》”…,.;:!?)"


def width(text: str) -> int:
    """How many columns a terminal gives the text.

    >>> width("弹幕 ok")
    7
    """
    return sum(_width(character) for character in text)


def padded(text: str, columns: int) -> str:
    """The text with spaces up to ``columns``, one at least."""
    return text + " " * max(1, columns - width(text))


def cut(text: str, columns: int) -> str:
    """The beginning of the text that fits, with a mark where there is more.

    >>> cut("弹幕 ok", 6), cut("弹幕 ok", 7)
    ('弹幕 …', '弹幕 ok')
    """
    if width(text) <= columns:
        return text
    while width(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def paragraph(text: str, *, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most 80 columns that begin with ``first`` and ``rest``.

    Lines break at spaces and beside Chinese characters; what is longer than a line stays whole.
    """
    return _filled(_pieces(text), first, rest)


def in_a_row(items: Iterable[str], *, first: str = "", rest: str = "") -> list[str]:
    """The items two spaces apart, none of them broken, in lines as those of ``paragraph``."""
    return _filled((f"{item}  " for item in items), first, rest)


def _filled(pieces: Iterable[str], first: str, rest: str) -> list[str]:
    lines: list[str] = []
    line, begun = first, False
    for piece in pieces:
        if begun and width(line) + width(piece.rstrip()) > COLUMNS:
            lines.append(line.rstrip())
            line, begun = rest, False
        line += piece
        begun = True
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """What may not be broken: words with the spaces behind them, Chinese characters with closing signs."""
    piece = ""
    for place, character in enumerate(text):
        piece += character
        following = text[place + 1 : place + 2]
        if following in _CLOSING and following:
            continue
        breaks = (
            character == " " or (_width(character) == 2 and character not in "（【《“") or _is_wide(following)
        )
        if breaks and following != " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(character: str) -> bool:
    return bool(character) and _width(character) == 2


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
