"""Finds cue words, also when they are split by spaces and signs or written with other characters of their sound."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel
from detector.text.codepoints import EMOJI, N_CODES, SPACE, SYMBOL, classes, encode
from detector.text.hashing import chain_1, chain_2, find, hash_slots, join, span_keys
from detector.text.shape import HANDLE_SHAPE, LONG_NUMBER, NUMBER_SHAPE, REPEAT_SHAPE, SHAPES_END, Shaped

CATEGORIES: Final = ("contact", "beside", "search", "room", "lure", "ask", "good", "bad")
CONTACT, BESIDE, SEARCH, ROOM, LURE, ASK, GOOD, BAD = range(8)
# The row of the lexicon that holds words to be known by their sound, and their most characters.
SOUND: Final = "sound"
SOUND_MAX: Final = 3
NEAR: Final = 3  # characters between a ``beside`` cue and the number
NO_CUE: Final = 99


def _rows(folder: str, name: str) -> list[list[str]]:
    text = resources.files(__package__).joinpath(folder, name).read_text(encoding="utf-8")
    return [row.split() for row in text.splitlines() if row and not row.startswith("#")]


@functools.cache
def _lexicon() -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Keys of the cues with their hash table, the bits of their categories, and the most characters that a cue
    beginning with each code point has."""
    words: dict[str, int] = {}
    for category, *cues in _rows("lexicons", "cues.txt"):
        if category != SOUND:
            for cue in cues:
                words[cue] = words.get(cue, 0) | 1 << CATEGORIES.index(category)
    keys = span_keys(*encode(list(words)))
    longest = np.zeros(N_CODES, dtype=np.uint8)
    for cue in words:
        longest[ord(cue[0])] = max(longest[ord(cue[0])], len(cue))
    return keys, hash_slots(keys), np.array(list(words.values()), dtype=np.int32), longest


@functools.cache
def sounds() -> NDArray[np.int32]:
    """For every code point one plus the number of its syllable, 0 without one (int32, shape (0x110000,))."""
    table = np.zeros(N_CODES, dtype=np.int32)
    for number, (_, characters) in enumerate(_rows("tables", "sounds.txt"), start=1):
        table[[ord(character) for character in characters]] = number
    return table


@functools.cache
def _sound_cues() -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Keys of the cues' syllables and of the cues themselves, each with its hash table."""
    words = [cue for category, *cues in _rows("lexicons", "cues.txt") if category == SOUND for cue in cues]
    codes, starts = encode(words)
    heard, written = np.unique(span_keys(sounds()[codes], starts)), span_keys(codes, starts)
    return heard, hash_slots(heard), written, hash_slots(written)


@array_kernel
def _count(
    codes: NDArray[np.int32], starts: NDArray[np.int64], kind: NDArray[np.uint8],
    keys: NDArray[np.int64], slots: NDArray[np.int32], bits: NDArray[np.int32], longest: NDArray[np.uint8],
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
            for j in range(i, min(i + longest[squeezed[i]], n)):
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
                nearest = NO_CUE
                for k in range(n):
                    code = squeezed[k]
                    if (code >= HANDLE_SHAPE and code < SHAPES_END) or (
                        code >= NUMBER_SHAPE + LONG_NUMBER and code < REPEAT_SHAPE
                    ):
                        nearest = min(nearest, k - j - 1 if k > j else i - k - 1)
                for category in range(8):
                    if bits[row] >> category & 1 and (category != BESIDE or nearest <= NEAR):
                        counts[t, category] += 1
                        if category <= LURE:
                            distance[t] = min(distance[t], nearest)
                            split[t] += 1 if place[j] - place[i] > j - i else 0


@kernel
def _count_sounds(
    codes: NDArray[np.int32], starts: NDArray[np.int64], sound: NDArray[np.int32],
    heard: NDArray[np.int64], heard_slots: NDArray[np.int32],
    written: NDArray[np.int64], written_slots: NDArray[np.int32], counts: NDArray[np.int32],
) -> None:  # fmt: skip
    for t in range(len(starts) - 1):
        for i in range(starts[t], starts[t + 1]):
            h1, h2, w1, w2 = 7, 11, 7, 11
            for j in range(i, min(i + SOUND_MAX, starts[t + 1])):
                if sound[codes[j]] == 0:
                    break
                h1, h2 = chain_1(h1, sound[codes[j]]), chain_2(h2, sound[codes[j]])
                w1, w2 = chain_1(w1, codes[j]), chain_2(w2, codes[j])
                # Known by its sound, but not by its characters.
                if (
                    j > i
                    and find(join(h1, h2), heard, heard_slots) >= 0
                    and find(join(w1, w2), written, written_slots) < 0
                ):
                    counts[t] += 1


def count_sound_cues(shaped: Shaped) -> NDArray[np.int32]:
    """Per text, how many cues are written with other characters of the same sound (int32, shape (m,))."""
    counts = np.zeros(len(shaped.starts) - 1, dtype=np.int32)
    _count_sounds(shaped.codes, shaped.starts, sounds(), *_sound_cues(), counts)
    return counts


@dataclass(frozen=True, slots=True)
class Cues:
    """Cues of m texts: ``counts`` by category (int32, shape (m, 8)), ``distance`` characters from the nearest cue to
    a number or handle (int32, shape (m,), ``NO_CUE``: none), how many cues were ``split`` by signs (int32, shape (m,))."""

    counts: NDArray[np.int32]
    distance: NDArray[np.int32]
    split: NDArray[np.int32]

    @property
    def polarity(self) -> NDArray[np.float64]:
        """Words of praise minus words of complaint (shape (m,))."""
        return (self.counts[:, GOOD] - self.counts[:, BAD]).astype(np.float64)


def count_cues(shaped: Shaped) -> Cues:
    """Find the cues of texts."""
    m = len(shaped.starts) - 1
    counts = np.zeros((m, len(CATEGORIES)), dtype=np.int32)
    distance = np.full(m, NO_CUE, dtype=np.int32)
    split = np.zeros(m, dtype=np.int32)
    _count(shaped.codes, shaped.starts, classes(), *_lexicon(), counts, distance, split)
    return Cues(counts, distance, split)
