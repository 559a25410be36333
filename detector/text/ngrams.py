"""The n-grams of texts as keys: one to three characters, and words.

A character n-gram's key is its code points side by side (21 bits each), so it can be read back; a word's key
is a 62-bit hash. ``START`` and ``END`` mark the text's edges in n-grams of two and three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.text.codepoints import SPACE, classes
from detector.text.hashing import mix, span_keys

START: Final = 2
END: Final = 3
CODE_BITS: Final = 21


@dataclass(frozen=True, slots=True)
class Grams:
    """Keys of all n-grams, text by text: those of text i are ``keys[starts[i]:starts[i + 1]]``."""

    keys: NDArray[np.int64]
    starts: NDArray[np.int64]


@kernel
def _char_keys(
    codes: NDArray[np.int32], starts: NDArray[np.int64], keys: NDArray[np.int64], out: NDArray[np.int64]
) -> None:
    w = 0
    for t in range(len(starts) - 1):
        out[t] = w
        first, last = starts[t], starts[t + 1]
        if first < last:
            two, one = 0, START
            for i in range(first, last + 1):
                code = END if i == last else int(codes[i])
                if i < last:
                    keys[w] = code
                    w += 1
                keys[w] = one | code << CODE_BITS
                w += 1
                if i > first:
                    keys[w] = two | one << CODE_BITS | code << 2 * CODE_BITS
                    w += 1
                two, one = one, code
    out[len(starts) - 1] = w


def char_grams(codes: NDArray[np.int32], starts: NDArray[np.int64]) -> Grams:
    """Character n-grams, n = 1 to 3, of texts given as code points with offsets."""
    lengths = np.diff(starts)
    keys = np.zeros(int(np.where(lengths > 0, 3 * lengths + 1, 0).sum()), dtype=np.int64)
    out = np.zeros(len(starts), dtype=np.int64)
    _char_keys(codes, starts, keys, out)
    return Grams(keys, out)


@kernel
def _drop_blank(
    codes: NDArray[np.int32], word_starts: NDArray[np.int64], text_starts: NDArray[np.int64], kind: NDArray[np.uint8],
    keys: NDArray[np.int64], out: NDArray[np.int64],
) -> int:  # fmt: skip
    w = 0
    for t in range(len(text_starts) - 1):
        out[t] = w
        for word in range(text_starts[t], text_starts[t + 1]):
            if kind[codes[word_starts[word]]] != SPACE:
                keys[w] = keys[word]
                w += 1
    out[len(text_starts) - 1] = w
    return w


def word_grams(
    codes: NDArray[np.int32], word_starts: NDArray[np.int64], text_starts: NDArray[np.int64]
) -> Grams:
    """Words, without the spaces between, from the boundaries that ``tokenize.cut_lines`` gives."""
    keys = span_keys(codes, word_starts)
    out = np.zeros(len(text_starts), dtype=np.int64)
    n = _drop_blank(codes, word_starts, text_starts, classes(), keys, out)
    return Grams(keys[:n].copy(), out)


def spell(key: int) -> str:
    """A character n-gram's key as text; edges are shown as ``^`` and ``$``."""
    chars = []
    while key:
        code = key & ((1 << CODE_BITS) - 1)
        chars.append({START: "^", END: "$"}.get(code) or chr(code))
        key >>= CODE_BITS
    return "".join(chars)


def hash_slots(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """An open-addressing table over distinct ``keys``: each place holds 1 + the key's row, or 0."""
    size = 1
    while size < 2 * len(keys) + 1:
        size *= 2
    slots = np.zeros(size, dtype=np.int32)
    _fill(keys, slots)
    return slots


@kernel
def _fill(keys: NDArray[np.int64], slots: NDArray[np.int32]) -> None:
    mask = len(slots) - 1
    for row in range(len(keys)):
        place = mix(keys[row]) & mask
        while slots[place] != 0:
            place = (place + 1) & mask
        slots[place] = row + 1


@kernel
def find(key: int, keys: NDArray[np.int64], slots: NDArray[np.int32]) -> int:
    """The row of ``key`` in ``keys``, or -1."""
    mask = len(slots) - 1
    place = mix(key) & mask
    while slots[place] != 0:
        row = slots[place] - 1
        if keys[row] == key:
            return int(row)
        place = (place + 1) & mask
    return -1
