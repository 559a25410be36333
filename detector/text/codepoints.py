"""Texts as one array of code points, and the class of every code point."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

SYMBOL, DIGIT, LATIN, HAN, SPACE, EMOJI, KANA, HANGUL, LETTER = range(9)
N_CODES: Final = 0x110000


def encode(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Code points of all texts end to end, and n + 1 offsets: text i is ``codes[starts[i]:starts[i + 1]]``."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.int32)
    return codes, starts


def decode(codes: NDArray[np.int32], starts: NDArray[np.int64]) -> list[str]:
    """The texts back from ``encode``'s arrays."""
    joined = codes.tobytes().decode("utf-32-le", "surrogatepass")
    bounds = starts.tolist()
    return [joined[a:b] for a, b in pairwise(bounds)]


@functools.cache
def classes() -> NDArray[np.uint8]:
    """The class of every code point (uint8, shape (0x110000,)), for text that is already normalised."""
    table = np.zeros(N_CODES, dtype=np.uint8)
    for code in range(0x3000):
        char = chr(code)
        if char.isalpha():
            table[code] = LATIN if code < 0x250 else LETTER
    table[0x3000:0x3400] = np.where([chr(c).isalpha() for c in range(0x3000, 0x3400)], LETTER, SYMBOL)
    for first, last, kind in (
        (0x30, 0x3A, DIGIT), (0x3400, 0x4DC0, HAN), (0x4E00, 0xA000, HAN), (0x20000, 0x32000, HAN),
        (0x3040, 0x3100, KANA), (0x3100, 0x3130, LETTER), (0x1100, 0x1200, HANGUL), (0xA960, 0xA980, HANGUL),
        (0xAC00, 0xD7B0, HANGUL), (0xA000, 0xA960, LETTER), (0xA980, 0xAC00, LETTER),
        (0x2600, 0x2800, EMOJI), (0x1F000, 0x1FC00, EMOJI), (0x2B00, 0x2C00, EMOJI),
        (0x10000, 0x1D000, LETTER), (0x1E000, 0x1F000, LETTER),
    ):  # fmt: skip
        table[first:last] = kind
    for code in range(0x110):
        if unicodedata.category(chr(code)) == "Zs":
            table[code] = SPACE
    table[0x20] = SPACE
    return table
