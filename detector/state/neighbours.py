"""Which earlier text of the room a text is a copy of: one group key for all its near-identical forms.

A text joins the group of an earlier text with the same skeleton, else a group whose first text shares a MinHash band
with it and differs by few edits (``most_edits``; of texts too long for that, that shares ``MIN_AGREEMENT`` of the 16
minima): the closest and, among equals, the first in band order. Praise and complaint never meet. Only a group's first
text is registered: groups do not drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, find, new_table, reserve, touch
from detector.text.fingerprint import BANDS, SKETCH_SIZE, SPELLED_LENGTH
from detector.text.reading import TextReading

MAX_TEXTS: Final = 131_072
MIN_AGREEMENT: Final = 8
LEAST_EDITS: Final = 2
CHARACTERS_PER_EDIT: Final = 4
# Of skeletons of which the longer is shorter than this, one edit is too much.
SHORTEST: Final = 7
# A row of the sketches: the length of the skeleton, the text's polarity, the minima, the characters.
LENGTH: Final = 0
POLARITY: Final = 1
SKETCH: Final = 2
SPELLED: Final = SKETCH + SKETCH_SIZE
# Keys have 62 bits and values are float64: a key is kept as its two halves.
HIGH, LOW = 0, 1
HALF: Final = 31


class Prints(NamedTuple):
    """What m texts are compared by: ``bands``, ``sketch``, ``spelled`` and ``length`` as in ``Fingerprints``, and
    ``polarity`` float64 (m,): words of praise minus words of complaint."""

    bands: NDArray[np.int64]
    sketch: NDArray[np.int32]
    spelled: NDArray[np.int64]
    length: NDArray[np.int32]
    polarity: NDArray[np.float64]


def prints_of(reading: TextReading) -> Prints:
    """What the texts that were read are compared by."""
    prints = reading.prints
    return Prints(prints.bands, prints.sketch, prints.spelled, prints.length, reading.cues.polarity)


@dataclass(slots=True)
class Neighbours:
    """The texts of one session: skeleton -> group, band -> group, group -> sketch of its first text."""

    members: Table
    bands: Table
    sketches: Table


def new_neighbours(*, max_keys: int = MAX_TEXTS) -> Neighbours:
    """An empty memory of texts."""
    return Neighbours(
        new_table(2, max_keys=max_keys),
        new_table(2, max_keys=max_keys * BANDS),
        new_table(SPELLED + SPELLED_LENGTH // 2, max_keys=max_keys),
    )


@kernel
def _spell(spelled: NDArray[np.float64], n: int, out: NDArray[np.int64]) -> None:
    """The characters of a skeleton, kept two to a number."""
    for i in range(n):
        out[i] = int(spelled[i >> 1]) >> (21 * (i & 1)) & 0x1FFFFF


@kernel
def _edits(a: NDArray[np.int64], n: int, b: NDArray[np.int64], m: int, row: NDArray[np.int64]) -> int:
    """How many characters must be replaced, put in or left out to turn one skeleton into the other."""
    for j in range(m + 1):
        row[j] = j
    for i in range(1, n + 1):
        diagonal = row[0]
        row[0] = i
        for j in range(1, m + 1):
            above = row[j]
            row[j] = min(min(above, row[j - 1]) + 1, diagonal + (1 if a[i - 1] != b[j - 1] else 0))
            diagonal = above
    return int(row[m])


@kernel
def most_edits(length: int) -> int:
    """By how many characters near-identical skeletons may differ, of which the longer has so many."""
    if length < SHORTEST:
        return 0
    return max(LEAST_EDITS, length // CHARACTERS_PER_EDIT)


@kernel
def _closest(text: int, prints: Prints, band_table: Table, sketches: Table, scratch: NDArray[np.int64]) -> int:
    best, group = -1.0, 0
    length = prints.length[text]
    for i in range(min(length, SPELLED_LENGTH)):
        scratch[0, i] = prints.spelled[text, i >> 1] >> (21 * (i & 1)) & 0x1FFFFF
    for k in range(BANDS):
        generation, row = find(band_table, prints.bands[text, k])
        if row < 0:
            continue
        v = band_table.values[generation, row]
        candidate = (int(v[HIGH]) << HALF) | int(v[LOW])
        if candidate == group:
            continue
        generation, row = find(sketches, candidate)
        if row < 0:
            continue
        v = sketches.values[generation, row]
        if v[POLARITY] * prints.polarity[text] < 0.0:
            continue
        other = int(v[LENGTH])
        longest = max(length, other)
        if longest <= SPELLED_LENGTH:
            _spell(v[SPELLED:], other, scratch[1])
            edits = _edits(scratch[0], length, scratch[1], other, scratch[2])
            likeness = 1.0 - edits / longest if edits <= most_edits(longest) else -1.0
        else:
            agreement = 0
            for i in range(SKETCH_SIZE):
                agreement += 1 if v[SKETCH + i] == prints.sketch[text, i] else 0
            likeness = agreement / SKETCH_SIZE if agreement >= MIN_AGREEMENT else -1.0
        if likeness > best:
            best, group = likeness, candidate
    return group


@kernel
def _observe(
    skeleton: NDArray[np.int64], at: NDArray[np.intp], prints: Prints, remember: bool,
    members: Table, band_table: Table, sketches: Table, scratch: NDArray[np.int64], group: NDArray[np.int64],
) -> None:  # fmt: skip
    for r in range(len(skeleton)):
        generation, row = find(members, skeleton[r])
        if row >= 0:
            v = members.values[generation, row]
            group[r] = (int(v[HIGH]) << HALF) | int(v[LOW])
            if remember:
                touch(members, skeleton[r])
            continue
        text = at[r]
        sketched = prints.bands[text, 0] != 0
        found = _closest(text, prints, band_table, sketches, scratch) if sketched else 0
        group[r] = found if found != 0 else skeleton[r]
        if not remember:
            continue
        generation, row, _ = touch(members, skeleton[r])
        members.values[generation, row, HIGH] = group[r] >> HALF
        members.values[generation, row, LOW] = group[r] & 0x7FFFFFFF
        if found == 0 and sketched:
            generation, row, _ = touch(sketches, skeleton[r])
            v = sketches.values[generation, row]
            v[LENGTH] = prints.length[text]
            v[POLARITY] = prints.polarity[text]
            for i in range(SKETCH_SIZE):
                v[SKETCH + i] = prints.sketch[text, i]
                v[SPELLED + i] = prints.spelled[text, i]
            for k in range(BANDS):
                generation, row, new = touch(band_table, prints.bands[text, k])
                if new:
                    band_table.values[generation, row, HIGH] = group[r] >> HALF
                    band_table.values[generation, row, LOW] = group[r] & 0x7FFFFFFF


def observe_neighbours(
    memory: Neighbours,
    *,
    skeleton: NDArray[np.int64],
    prints: Prints,
    at: NDArray[np.intp] | None = None,
    remember: bool = True,
) -> NDArray[np.int64]:
    """The group key of each text (int64, shape (n,)), as of just before it; its own skeleton if it is new.

    Text i has row ``at[i]`` of ``prints``, row i without ``at``.
    """
    n = len(skeleton)
    if remember:
        memory.members = reserve(memory.members, n)
        memory.sketches = reserve(memory.sketches, n)
        memory.bands = reserve(memory.bands, n * BANDS)
    group = np.empty(n, dtype=np.int64)
    at = np.arange(n) if at is None else at
    scratch = np.empty((3, SPELLED_LENGTH + 1), dtype=np.int64)
    _observe(skeleton, at, prints, remember, memory.members, memory.bands, memory.sketches, scratch, group)
    return group
