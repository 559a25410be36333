"""Which earlier text of the room a text is a copy of: one group key for all its near-identical forms.

A text joins the group of an earlier text with the same skeleton, else the group whose first text shares a
MinHash band with it and at least ``MIN_AGREEMENT`` of the 16 minima (an estimated Jaccard similarity of the
bigrams of half), the closest and, among equals, the earliest registered in band order. Only a group's first
text is registered: groups do not drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, find, new_table, reserve, touch
from detector.text.fingerprint import BANDS, SKETCH_SIZE

MAX_TEXTS: Final = 131_072
MIN_AGREEMENT: Final = 8
# Keys have 62 bits and values are float64: a key is kept as its two halves.
HIGH, LOW = 0, 1
HALF: Final = 31


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
        new_table(SKETCH_SIZE, max_keys=max_keys),
    )


@kernel
def _closest(bands: NDArray[np.int64], sketch: NDArray[np.int32], band_table: Table, sketches: Table) -> int:
    best, group = MIN_AGREEMENT - 1, 0
    for k in range(BANDS):
        generation, row = find(band_table, bands[k])
        if row < 0:
            continue
        v = band_table.values[generation, row]
        candidate = (int(v[HIGH]) << HALF) | int(v[LOW])
        if candidate == group:
            continue
        generation, row = find(sketches, candidate)
        if row < 0:
            continue
        agreement = 0
        for i in range(SKETCH_SIZE):
            agreement += 1 if sketches.values[generation, row, i] == sketch[i] else 0
        if agreement > best:
            best, group = agreement, candidate
    return group


@kernel
def _observe(
    skeleton: NDArray[np.int64], at: NDArray[np.intp], bands: NDArray[np.int64], sketch: NDArray[np.int32], remember: bool,
    members: Table, band_table: Table, sketches: Table, group: NDArray[np.int64],
) -> None:  # fmt: skip
    for r in range(len(skeleton)):
        generation, row = find(members, skeleton[r])
        if row >= 0:
            v = members.values[generation, row]
            group[r] = (int(v[HIGH]) << HALF) | int(v[LOW])
            if remember:
                touch(members, skeleton[r])
            continue
        found = 0
        text = at[r]
        if bands[text, 0] != 0:
            found = _closest(bands[text], sketch[text], band_table, sketches)
        group[r] = found if found != 0 else skeleton[r]
        if not remember:
            continue
        generation, row, _ = touch(members, skeleton[r])
        members.values[generation, row, HIGH] = group[r] >> HALF
        members.values[generation, row, LOW] = group[r] & 0x7FFFFFFF
        if found == 0 and bands[text, 0] != 0:
            generation, row, _ = touch(sketches, skeleton[r])
            for i in range(SKETCH_SIZE):
                sketches.values[generation, row, i] = sketch[text, i]
            for k in range(BANDS):
                generation, row, new = touch(band_table, bands[text, k])
                if new:
                    band_table.values[generation, row, HIGH] = group[r] >> HALF
                    band_table.values[generation, row, LOW] = group[r] & 0x7FFFFFFF


def observe_neighbours(
    memory: Neighbours,
    *,
    skeleton: NDArray[np.int64],
    bands: NDArray[np.int64],
    sketch: NDArray[np.int32],
    at: NDArray[np.intp] | None = None,
    remember: bool = True,
) -> NDArray[np.int64]:
    """The group key of each text (int64, shape (n,)), as of just before it; its own skeleton if it is new.

    Text i has row ``at[i]`` of ``bands`` and ``sketch``, row i without ``at``.
    """
    n = len(skeleton)
    if remember:
        memory.members = reserve(memory.members, n)
        memory.sketches = reserve(memory.sketches, n)
        memory.bands = reserve(memory.bands, n * BANDS)
    group = np.zeros(n, dtype=np.int64)
    at = np.arange(n) if at is None else at
    _observe(skeleton, at, bands, sketch, remember, memory.members, memory.bands, memory.sketches, group)
    return group
