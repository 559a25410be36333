"""Undoes the disguises of a text, remembers where every character came from, and counts what it had to undo.

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

from detector.compiled import kernel
from detector.text.codepoints import N_CODES, decode, encode

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
# What was undone at a character: the columns of ``Normalized.undone`` and, plus one, the values of ``mark``.
COMPATIBILITY, LOOKALIKE, HIDDEN, TRADITIONAL = range(4)
SPACE_CODE: Final = 0x20


@dataclass(frozen=True, slots=True)
class Normalized:
    """Texts in plain form as code points with n + 1 offsets.

    ``origin`` int32: for each plain character the place in the raw text it came from; ``mark`` uint8: 0, or one
    plus the kind of disguise undone there (an invisible character marks the one after it); ``undone`` int32 (n, 4):
    how many characters each kind undid.
    """

    codes: NDArray[np.int32]
    starts: NDArray[np.int64]
    origin: NDArray[np.int32]
    mark: NDArray[np.uint8]
    undone: NDArray[np.int32]

    @property
    def plain(self) -> list[str]:
        """The plain forms as strings."""
        return decode(self.codes, self.starts)


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


def _undo(char: str) -> tuple[str, int]:
    """What one character becomes, and 0 or one plus the kind of disguise that undid."""
    code, table = ord(char), _table()
    if code in INVISIBLE or code in COMBINING:
        # Emoji are joined by some of these; only between other characters are they a disguise.
        return "", 0 if char in ORDINARY else HIDDEN + 1
    # Look-alikes come first: NFKC would turn a circled letter's parentheses into text.
    if code in table:
        kind = LOOKALIKE + 1 if code in lookalikes() else TRADITIONAL + 1 if code in simplified() else 0
        return _folded(table[code] or ""), kind
    compatible = unicodedata.normalize("NFKC", char)
    if not 0xAC00 <= code < 0xD7B0 and not 0x3040 <= code < 0x3100:  # Hangul, kana: marks are letters
        base = "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) not in COMBINING)
        compatible = unicodedata.normalize("NFKC", base)
    changed = compatible != char and char not in ORDINARY
    return _folded(compatible.translate(table)), COMPATIBILITY + 1 if changed else 0


def _folded(text: str) -> str:
    return "".join(" " if char.isspace() else char.lower() for char in text)


class Folding(NamedTuple):
    """What every code point becomes: ``place`` int32 (0x110000,) is 0 where it stays as it is, else the row of
    ``kind`` and of ``starts``, whose code points are ``codes[starts[row]:starts[row + 1]]``."""

    place: NDArray[np.int32]
    kind: NDArray[np.uint8]
    starts: NDArray[np.int64]
    codes: NDArray[np.int32]


@functools.cache
def _folding() -> Folding:
    # Beyond these planes there are no characters that decompose.
    odd = [
        code
        for code in (*range(0x30000), *range(0xE0000, 0xE0200))
        if (char := chr(code)).isspace() or char.lower() != char or not unicodedata.is_normalized("NFKD", char)
    ]
    place = np.zeros(N_CODES, dtype=np.int32)
    kinds, plain = [0], [""]
    for code in sorted({*odd, *_table()}):
        char = chr(code)
        becomes, kind = _undo(char)
        if becomes != char:
            place[code] = len(plain)
            plain.append(becomes)
            kinds.append(kind)
    codes, starts = encode(plain)
    return Folding(place, np.array(kinds, dtype=np.uint8), starts, codes)


@kernel
def _room(raw: NDArray[np.int32], place: NDArray[np.int32], plain_starts: NDArray[np.int64]) -> int:
    """The most characters that all texts become: nearly each is one, the longest is 18."""
    room = 0
    for code in raw:
        row = place[code]
        room += max(plain_starts[row + 1] - plain_starts[row], 1)
    return room


@kernel
def _normalize(
    raw: NDArray[np.int32], raw_starts: NDArray[np.int64],
    place: NDArray[np.int32], kinds: NDArray[np.uint8], plain_starts: NDArray[np.int64], plain: NDArray[np.int32],
    codes: NDArray[np.int32], starts: NDArray[np.int64], origin: NDArray[np.int32], mark: NDArray[np.uint8],
    undone: NDArray[np.int32],
) -> int:  # fmt: skip
    w = 0
    for t in range(len(raw_starts) - 1):
        starts[t] = first = w
        hidden = 0
        for i in range(raw_starts[t], min(raw_starts[t + 1], raw_starts[t] + MAX_LENGTH)):
            row = place[raw[i]]
            kind = kinds[row]
            if kind > 0:
                undone[t, kind - 1] += 1
            a, b = plain_starts[row], plain_starts[row + 1]
            if row > 0 and a == b:
                hidden = max(hidden, kind)
                continue
            for k in range(a, max(b, a + 1)):
                code = raw[i] if row == 0 else plain[k]
                # One space stands for a run of white space, and none at the edges.
                if code == SPACE_CODE and (w == first or codes[w - 1] == SPACE_CODE):
                    continue
                codes[w] = code
                origin[w] = i - raw_starts[t]
                mark[w] = max(kind, hidden)
                hidden = 0
                w += 1
        if w > first and codes[w - 1] == SPACE_CODE:
            w -= 1
    starts[len(raw_starts) - 1] = w
    return w


def normalize(texts: Sequence[str]) -> Normalized:
    """Plain forms of ``texts`` (any Unicode, any length; only the first ``MAX_LENGTH`` characters count)."""
    raw, raw_starts = encode(texts)
    folding = _folding()
    room = _room(raw, folding.place, folding.starts)
    codes = np.empty(room, dtype=np.int32)
    origin = np.empty(room, dtype=np.int32)
    mark = np.empty(room, dtype=np.uint8)
    starts = np.zeros(len(raw_starts), dtype=np.int64)
    undone = np.zeros((len(texts), 4), dtype=np.int32)
    n = _normalize(raw, raw_starts, *folding, codes, starts, origin, mark, undone)
    return Normalized(codes[:n], starts, origin[:n], mark[:n], undone)
