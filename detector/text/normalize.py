"""Undoes the disguises of a text, and counts what it had to undo.

In order: cut to ``MAX_LENGTH``, compatibility forms (full width, circled, squared: NFKC), combining marks
off Latin letters, invisible characters out, traditional to simplified, look-alikes to what they are drawn
for, lower case, runs of white space to one space. Number words and homophones are left to ``shape``, which
needs to see their neighbours.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.text.codepoints import N_CODES, encode

MAX_LENGTH: Final = 1000

# Zero width, joiners, bidirectional controls, fillers, soft hyphen, variation selectors, byte-order mark.
INVISIBLE: Final = frozenset(
    [0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0]
    + list(range(0x180B, 0x180F))
    + list(range(0x200B, 0x2010))
    + list(range(0x202A, 0x202F))
    + list(range(0x2060, 0x2070))
    + list(range(0xFE00, 0xFE10))
    + list(range(0xE0000, 0xE0080))
    + list(range(0xE0100, 0xE01F0))
)
# Drawn around or over a character: the enclosing keycap of an emoji digit, a strike-through.
COMBINING: Final = frozenset([*range(0x0300, 0x0370), *range(0x20D0, 0x2100)])
# These appear in ordinary chat; undoing them is no sign of a disguise.
ORDINARY: Final = frozenset(
    "，。！？：；（）～…　＋－＝、．％＠＃＆＊／＜＞｜［］｛｝＂＇＿｀＾“”‘’·‧\ufe0f\u200d"
)

NOTHING_UNDONE: Final = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Normalized:
    """Texts in plain form, and per text (int32, shape (n,)) how many characters each step undid."""

    plain: list[str]
    compatibility: NDArray[np.int32]
    lookalikes: NDArray[np.int32]
    invisible: NDArray[np.int32]
    traditional: NDArray[np.int32]


def _rows(name: str) -> list[str]:
    text = resources.files(__package__).joinpath("tables", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@functools.cache
def simplified() -> Mapping[int, str]:
    """Traditional code point to simplified character."""
    return {ord(row[0]): row[1:] for row in _rows("simplified.txt")}


@functools.cache
def lookalikes() -> Mapping[int, str]:
    """Code point to the letter, digit or sign it is drawn like."""
    return {ord(row[0]): row[1:] for row in _rows("lookalikes.txt")}


@functools.cache
def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict(simplified())
    table.update(lookalikes())
    table.update(dict.fromkeys(INVISIBLE | COMBINING))
    table.update(dict.fromkeys(range(0x20), " "))
    table.update(dict.fromkeys(range(0x7F, 0xA0), " "))
    table.update({0xFFFD: None, 0x2028: " ", 0x2029: " "})
    # Half of a broken pair stands for nothing, and no tokenizer takes it.
    table.update(dict.fromkeys(range(0xD800, 0xE000)))
    return table


class Undone(NamedTuple):
    """What one character becomes, and whether that undid a disguise of each of the four kinds."""

    plain: str
    compatibility: int
    lookalike: int
    invisible: int
    traditional: int


@functools.cache
def _undo(char: str) -> Undone:
    """One character undone; cached, as there are no more of them than code points."""
    code, table = ord(char), _table()
    if code in INVISIBLE or code in COMBINING:
        # Emoji are joined by some of these; only between other characters are they a disguise.
        return Undone("", 0, 0, int(char not in ORDINARY), 0)
    # Look-alikes come first: NFKC would turn a circled letter's parentheses into text.
    if code in table:
        return Undone(table[code] or "", 0, int(code in lookalikes()), 0, int(code in simplified()))
    compatible = unicodedata.normalize("NFKC", char)
    if not 0xAC00 <= code < 0xD7B0 and not 0x3040 <= code < 0x3100:  # Hangul, kana: marks are letters
        base = "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) not in COMBINING)
        compatible = unicodedata.normalize("NFKC", base)
    changed = int(compatible != char and char not in ORDINARY)
    return Undone(compatible.translate(table), changed, 0, 0, 0)


@functools.cache
def _odd() -> NDArray[np.bool_]:
    """Which code points are not in plain form (bool, shape (0x110000,)): nothing else is looked at twice."""
    odd = np.zeros(N_CODES, dtype=np.bool_)
    odd[list(_table())] = True
    # Beyond these planes there are no characters that decompose.
    for code in (*range(0x30000), *range(0xE0000, 0xE0200)):
        odd[code] |= not unicodedata.is_normalized("NFKD", chr(code))
    return odd


def normalize(texts: Sequence[str]) -> Normalized:
    """Plain forms of ``texts`` (any Unicode, any length; only the first ``MAX_LENGTH`` characters count)."""
    cut = [text[:MAX_LENGTH] for text in texts]
    undone = np.zeros((len(cut), 4), dtype=np.int32)
    codes, starts = encode(cut)
    before = np.concatenate([[0], np.cumsum(_odd()[codes])])
    for row in np.flatnonzero(before[starts[1:]] > before[starts[:-1]]).tolist():
        found = [_undo(char) for char in cut[row]]
        cut[row] = "".join(char.plain for char in found)
        undone[row] = [sum(column) for column in list(zip(*found, strict=True))[1:]]
    plain = [" ".join(text.lower().split()) for text in cut]
    return Normalized(plain, *(np.ascontiguousarray(undone[:, step]) for step in range(4)))
