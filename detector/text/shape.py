"""Finds the numbers and handles of a text, however they are spelled, and puts their shape in their place.

``l3O 24６ 047四7`` becomes one symbol that says "a number of eleven digits". So a model learns that a long
number stands beside 加, never which number; and no one's number can travel in a model.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel
from detector.text.codepoints import DIGIT, LATIN, N_CODES, SPACE, SYMBOL, classes, encode
from detector.text.hashing import chain_1, chain_2, find, hash_slots, join, span_keys
from detector.text.normalize import Normalized

# Private-use symbols: the input's own private-use characters are all folded into UNKNOWN_SYMBOL.
UNKNOWN_SYMBOL: Final = 0xE000
NUMBER_SHAPE: Final = 0xE100  # + digits, at most 15
REPEAT_SHAPE: Final = 0xE120  # + digits, at most 7: one digit over and over, 666
HANDLE_SHAPE: Final = 0xE140  # + characters, at most 15: letters and digits mixed, rfrf74
SHAPES_END: Final = 0xE160
# A number of so many digits, or a handle of so many characters, can be a contact; a shorter number is a size, a
# price or an age.
LONG_NUMBER: Final = 6
LONG_HANDLE: Final = 5

# A number spelled with letters or words; follows the marks of ``normalize``.
SPELLED: Final = 5

SLASH: Final = ord("/")
COLON: Final = ord(":")

# Columns of the counts: what the shapes hide.
SHAPE_COUNTS: Final = (
    "number_length", "digits", "spelled_letters", "spelled_words", "number_gaps", "handle_length",
)  # fmt: skip
NUMBER_LENGTH, DIGITS, SPELLED_LETTERS, SPELLED_WORDS, NUMBER_GAPS, HANDLE_LENGTH = range(6)


@functools.cache
def spoken_digits() -> NDArray[np.int8]:
    """For every code point the digit it can stand for, or -1 (int8, shape (0x110000,))."""
    table = np.full(N_CODES, -1, dtype=np.int8)
    table[ord("0") : ord("9") + 1] = np.arange(10)
    rows = resources.files(__package__).joinpath("tables", "spoken_digits.txt").read_text(encoding="utf-8")
    for row in rows.splitlines():
        if not row.startswith("#"):
            digit, chars = row.split(" ")
            table[[ord(char) for char in chars]] = int(digit)
    return table


@functools.cache
def _products() -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Keys of the Latin names that a model number follows, and their hash table."""
    rows = resources.files(__package__).joinpath("lexicons", "products.txt").read_text(encoding="utf-8")
    keys = span_keys(*encode([w for row in rows.splitlines() if not row.startswith("#") for w in row.split()]))
    return keys, hash_slots(keys)


@dataclass(frozen=True, slots=True)
class Shaped:
    """Shaped texts as code points with n + 1 offsets, and counts (int32, shape (n, 6), SHAPE_COUNTS).

    ``short`` tells short numbers apart (1 + their value; of one digit over and over, 1 + that digit; 0 elsewhere):
    扣1 is not 扣2. ``mark`` uint8: 0, or how the character was disguised (``Normalized.mark``, or ``SPELLED``).
    ``first`` int32: where in the normalised codes of all texts the character, or what its shape hides, begins.
    """

    codes: NDArray[np.int32]
    starts: NDArray[np.int64]
    counts: NDArray[np.int32]
    short: NDArray[np.int32]
    mark: NDArray[np.uint8]
    first: NDArray[np.int32]


@kernel
def _bits(values: int) -> int:
    count = 0
    while values:
        values &= values - 1
        count += 1
    return count


@kernel
def _number_end(
    codes: NDArray[np.int32],
    i: int,
    end: int,
    kind: NDArray[np.uint8],
    spoken: NDArray[np.int8],
    found: NDArray[np.int64],
) -> int:
    """Where the number that starts at ``i`` ends, 0 if none does; fills digits, plain, letters, words, gaps.

    Groups of digits are one number only if they do not look like a list: sizes 36 37 38, prices 199 299 399,
    measures 165/120/38, a date 2026-11-11 or a time.
    """
    digits = plain = letters = words = gaps = 0
    group = first = longest = values = 0
    shortest = 99
    listed = False
    last = j = i
    while j < end:
        code = codes[j]
        if spoken[code] >= 0:
            # A number word far from the digits is a word: at most two signs may stand between.
            if j - last > 3:
                break
            if j > i and j - last > 1:
                first = group if gaps == 0 else first
                shortest, longest = min(shortest, group), max(longest, group)
                gaps += 1
                group = 0
            group += 1
            digits += 1
            values |= 1 << int(spoken[code])
            if kind[code] == DIGIT:
                plain += 1
            elif kind[code] == LATIN:
                letters += 1
            else:
                words += 1
            last = j
        elif code in (SLASH, COLON):
            # Digits on both sides are compared or timed, not dialled.
            listed = listed or (j == last + 1 and j + 1 < end and kind[codes[j + 1]] == DIGIT)
        elif kind[code] != SPACE and kind[code] != SYMBOL:
            break
        j += 1
    # Seven number words in a row, with nothing between, are dictated to be dialled; 爱爱爱爱爱爱爱 is a cheer.
    spoken_out = gaps == 0 and letters == 0 and digits >= 7 and _bits(values) >= (4 if plain == 0 else 2)
    if not spoken_out and (plain < 3 or digits < 6 or plain * 3 < digits or (gaps > 0 and digits < 8)):
        return 0
    if gaps > 0:
        shortest, longest = min(shortest, group), max(longest, group)
        same = gaps >= 2 and shortest == longest and 2 <= longest <= 3
        date = gaps == 2 and first == 4 and longest == 4 and group <= 2 and digits <= 8
        if listed or same or date:
            return 0
    found[0], found[1], found[2], found[3], found[4] = digits, plain, letters, words, gaps
    return last + 1


@kernel
def _most(mark: NDArray[np.uint8], first: int, last: int) -> int:
    most = 0
    for i in range(first, last):
        most = max(most, mark[i])
    return most


@array_kernel
def _shape(
    codes: NDArray[np.int32], starts: NDArray[np.int64], mark: NDArray[np.uint8],
    kind: NDArray[np.uint8], spoken: NDArray[np.int8], product_keys: NDArray[np.int64], product_slots: NDArray[np.int32],
    out: NDArray[np.int32], out_starts: NDArray[np.int64], counts: NDArray[np.int32], short: NDArray[np.int32],
    out_mark: NDArray[np.uint8], first: NDArray[np.int32],
) -> int:  # fmt: skip
    found = np.zeros(5, dtype=np.int64)
    w = 0
    for t in range(len(starts) - 1):
        out_starts[t] = w
        i, end = starts[t], starts[t + 1]
        product_end = i
        while i < end:
            code = codes[i]
            first[w] = i
            alnum = kind[code] == DIGIT or kind[code] == LATIN
            # A number, however it is spelled; not from the middle of a Latin word.
            if spoken[code] >= 0 and not (
                kind[code] == LATIN and i > starts[t] and kind[codes[i - 1]] == LATIN
            ):
                stop = _number_end(codes, i, end, kind, spoken, found)
                if stop > 0 and not (stop < end and kind[codes[stop]] == LATIN and found[2] > 0):
                    n = found[0]
                    counts[t, DIGITS] += n
                    counts[t, SPELLED_LETTERS] += found[2]
                    counts[t, SPELLED_WORDS] += found[3]
                    counts[t, NUMBER_GAPS] += found[4]
                    same = found[1] == n
                    for j in range(i + 1, stop):
                        same = same and codes[j] == codes[i]
                    counts[t, NUMBER_LENGTH] = max(counts[t, NUMBER_LENGTH], 0 if same else n)
                    if same and found[3] + found[2] == 0:
                        short[w] = codes[i] - 47
                    out[w] = REPEAT_SHAPE + min(n, 7) if same else NUMBER_SHAPE + min(n, 15)
                    out_mark[w] = SPELLED if found[2] + found[3] > 0 else _most(mark, i, stop)
                    w += 1
                    i = stop
                    continue
            if alnum and i >= product_end:
                j, letters, digits = i, 0, 0
                h1, h2 = 7, 11
                while j < end and (kind[codes[j]] == DIGIT or kind[codes[j]] == LATIN):
                    if kind[codes[j]] == LATIN:
                        letters += 1
                        if digits == 0:
                            h1, h2 = chain_1(h1, codes[j]), chain_2(h2, codes[j])
                    digits += kind[codes[j]] == DIGIT
                    j += 1
                # iphone15 names a product, not a person.
                if letters > 0 and digits > 0 and find(join(h1, h2), product_keys, product_slots) >= 0:
                    product_end = j
                elif letters >= 3 and digits >= 2:
                    counts[t, HANDLE_LENGTH] = max(counts[t, HANDLE_LENGTH], j - i)
                    counts[t, DIGITS] += digits
                    out[w] = HANDLE_SHAPE + min(j - i, 15)
                    out_mark[w] = _most(mark, i, j)
                    w += 1
                    i = j
                    continue
            if kind[code] == DIGIT:
                j = i
                same = True
                while j < end and kind[codes[j]] == DIGIT:
                    same = same and codes[j] == code
                    j += 1
                n = j - i
                if same:
                    short[w] = codes[i] - 47  # 6, 66 and 666666 are one
                elif n <= 3:
                    for k in range(i, j):
                        short[w] = short[w] * 10 + codes[k] - 48
                    short[w] += 1
                counts[t, NUMBER_LENGTH] = max(counts[t, NUMBER_LENGTH], 0 if same else n)
                counts[t, DIGITS] += n
                out[w] = REPEAT_SHAPE + min(n, 7) if same and n > 1 else NUMBER_SHAPE + min(n, 15)
                out_mark[w] = _most(mark, i, j)
                w += 1
                i = j
                continue
            out[w] = UNKNOWN_SYMBOL if 0xE000 <= code < 0xF900 else code
            out_mark[w] = mark[i]
            w += 1
            i += 1
    out_starts[len(starts) - 1] = w
    return w


def shape(normalized: Normalized) -> Shaped:
    """Shape normalised texts."""
    codes, starts = normalized.codes, normalized.starts
    n = len(starts) - 1
    out = np.zeros(len(codes), dtype=np.int32)
    out_starts = np.zeros(n + 1, dtype=np.int64)
    counts = np.zeros((n, len(SHAPE_COUNTS)), dtype=np.int32)
    short = np.zeros(len(codes), dtype=np.int32)
    mark = np.zeros(len(codes), dtype=np.uint8)
    first = np.zeros(len(codes), dtype=np.int32)
    length = _shape(
        codes, starts, normalized.mark, classes(), spoken_digits(), *_products(),
        out, out_starts, counts, short, mark, first,
    )  # fmt: skip
    return Shaped(out[:length], out_starts, counts, short[:length], mark[:length], first[:length])


@functools.cache
def _shape_names() -> dict[int, str]:
    names = {UNKNOWN_SYMBOL: "�"}
    names |= {NUMBER_SHAPE + n: f"〔{n}位数字〕" for n in range(16)}
    names |= {REPEAT_SHAPE + n: f"〔{n}个相同数字〕" for n in range(8)}
    names |= {HANDLE_SHAPE + n: f"〔{n}位账号〕" for n in range(16)}
    return names


def readable(shaped: str) -> str:
    """A shaped text for people: ``加微信〔11位数字〕`` instead of private symbols."""
    return shaped.translate(_shape_names())


__all__ = ["SHAPE_COUNTS", "Shaped", "readable", "shape", "spoken_digits"]
