"""Finds cue words, also when they are split by spaces and signs."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.text.codepoints import EMOJI, SPACE, SYMBOL, classes, encode
from detector.text.hashing import chain_1, chain_2, join, span_keys
from detector.text.ngrams import find, hash_slots
from detector.text.shape import HANDLE_SHAPE, NUMBER_SHAPE, REPEAT_SHAPE, SHAPES_END, Shaped

CATEGORIES: Final = ("contact", "beside", "search", "room", "lure", "ask", "good", "bad")
CONTACT, BESIDE, SEARCH, ROOM, LURE, ASK, GOOD, BAD = range(8)
MAX_CUE: Final = 8
# A number this long can be a contact; a shorter one is a size, a price or an age.
CONTACT_DIGITS: Final = 6
NEAR: Final = 3  # characters between a ``beside`` cue and the number


@functools.cache
def _lexicon() -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    rows = (
        resources.files(__package__).joinpath("lexicons", "cues.txt").read_text(encoding="utf-8").splitlines()
    )
    words: dict[str, int] = {}
    for row in rows:
        if row and not row.startswith("#"):
            category, *cues = row.split()
            for cue in cues:
                words[cue] = words.get(cue, 0) | 1 << CATEGORIES.index(category)
    keys = span_keys(*encode(list(words)))
    return keys, hash_slots(keys), np.array(list(words.values()), dtype=np.int32)


@kernel
def _count(
    codes: NDArray[np.int32], starts: NDArray[np.int64], kind: NDArray[np.uint8],
    keys: NDArray[np.int64], slots: NDArray[np.int32], bits: NDArray[np.int32],
    counts: NDArray[np.int32], distance: NDArray[np.int32], split: NDArray[np.int32],
) -> None:  # fmt: skip
    squeezed = np.zeros(1024, dtype=np.int64)
    place = np.zeros(1024, dtype=np.int64)
    for t in range(len(starts) - 1):
        n = 0
        for i in range(starts[t], starts[t + 1]):
            code = codes[i]
            sign = kind[code] == SPACE or kind[code] == SYMBOL or kind[code] == EMOJI
            if n < 1024 and (not sign or code == 43 or NUMBER_SHAPE <= code < SHAPES_END):
                squeezed[n] = code
                place[n] = i
                n += 1
        for i in range(n):
            h1, h2 = 7, 11
            for j in range(i, min(i + MAX_CUE, n)):
                h1 = chain_1(h1, squeezed[j])
                h2 = chain_2(h2, squeezed[j])
                row = find(join(h1, h2), keys, slots)
                if row < 0:
                    continue
                # Latin cues must not start or end inside a longer word.
                if squeezed[i] < 128 and kind[squeezed[i]] == 2:
                    if i > 0 and place[i - 1] == place[i] - 1 and kind[squeezed[i - 1]] == 2:
                        continue
                    if (
                        j + 1 < n
                        and place[j + 1] == place[j] + 1
                        and kind[squeezed[j + 1]] == 2
                        and squeezed[j] < 128
                    ):
                        continue
                nearest = 99
                for k in range(n):
                    code = squeezed[k]
                    if (code >= HANDLE_SHAPE and code < SHAPES_END) or (
                        code >= NUMBER_SHAPE + CONTACT_DIGITS and code < REPEAT_SHAPE
                    ):
                        nearest = min(nearest, k - j - 1 if k > j else i - k - 1)
                for category in range(8):
                    if bits[row] >> category & 1 and (category != BESIDE or nearest <= NEAR):
                        counts[t, category] += 1
                        if category <= LURE:
                            distance[t] = min(distance[t], nearest)
                            split[t] += 1 if place[j] - place[i] > j - i else 0


def count_cues(shaped: Shaped) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Cues of each text by category (int32, shape (m, 8)), the characters from the nearest cue to a number or
    handle (99: none), and how many cues were split by signs (int32, shape (m,))."""
    m = len(shaped.starts) - 1
    counts = np.zeros((m, len(CATEGORIES)), dtype=np.int32)
    distance = np.full(m, 99, dtype=np.int32)
    split = np.zeros(m, dtype=np.int32)
    _count(shaped.codes, shaped.starts, classes(), *_lexicon(), counts, distance, split)
    return counts, distance, split
