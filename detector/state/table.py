"""A bounded map from int64 keys to rows of float64 values, for use inside kernels.

Two generations of at most ``max_keys`` keys each: when the young one is full, the old one is forgotten and
the young one becomes old; a key that is touched while old moves to the young. So at least the ``max_keys``
keys touched last are known, memory never exceeds twice that, and what is forgotten depends on the order of
events alone, never on how they were cut into batches.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.text.hashing import mix

MIN_ROWS: Final = 64
# Places of ``meta``.
YOUNG, N_YOUNG, N_OLD, MOVED, EVICTED, MAX_KEYS = range(6)


class Table(NamedTuple):
    """keys int64 (2, rows), slots int32 (2, places), values float64 (2, rows, columns), meta int64 (6,)."""

    keys: NDArray[np.int64]
    slots: NDArray[np.int32]
    values: NDArray[np.float64]
    meta: NDArray[np.int64]

    @property
    def evicted(self) -> int:
        """How many keys have been forgotten so far."""
        return int(self.meta[EVICTED])

    @property
    def known(self) -> NDArray[np.int64]:
        """All keys that are remembered; some may stand twice."""
        young = int(self.meta[YOUNG])
        return np.concatenate(
            [self.keys[young, : self.meta[N_YOUNG]], self.keys[1 - young, : self.meta[N_OLD]]]
        )


def new_table(columns: int, *, max_keys: int) -> Table:
    """An empty table of ``columns`` values a key."""
    meta = np.zeros(6, dtype=np.int64)
    meta[MAX_KEYS] = max_keys
    rows = min(MIN_ROWS, max_keys)
    return Table(
        np.zeros((2, rows), dtype=np.int64),
        np.zeros((2, _places(rows)), dtype=np.int32),
        np.zeros((2, rows, columns), dtype=np.float64),
        meta,
    )


def _places(rows: int) -> int:
    places = 1
    while places < 2 * rows:
        places *= 2
    return places


def reserve(table: Table, more: int) -> Table:
    """The same table with room for ``more`` keys, up to its bound; contents and order stay as they are."""
    rows = table.keys.shape[1]
    needed = int(table.meta.item(N_YOUNG)) + more
    if needed > rows:
        needed = min(needed, int(table.meta[MAX_KEYS]))
    if needed <= rows:
        return table
    while rows < needed:
        rows *= 2
    rows = min(rows, int(table.meta[MAX_KEYS]))
    grown = Table(
        np.zeros((2, rows), dtype=np.int64),
        np.zeros((2, _places(rows)), dtype=np.int32),
        np.zeros((2, rows, table.values.shape[2]), dtype=np.float64),
        table.meta,
    )
    # What is in use alone: memory that is only set aside costs nothing.
    for generation in range(2):
        used = int(table.meta[N_YOUNG if generation == table.meta[YOUNG] else N_OLD])
        grown.keys[generation, :used] = table.keys[generation, :used]
        grown.values[generation, :used] = table.values[generation, :used]
    _rehash(grown)
    return grown


def filled(table: Table) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Keys and values that are in use, of the young generation and then of the old."""
    young = int(table.meta[YOUNG])
    parts = ((young, int(table.meta[N_YOUNG])), (1 - young, int(table.meta[N_OLD])))
    keys = np.concatenate([table.keys[generation, :n] for generation, n in parts])
    return keys, np.concatenate([table.values[generation, :n] for generation, n in parts])


def refilled(keys: NDArray[np.int64], values: NDArray[np.float64], meta: NDArray[np.int64], rows: int) -> Table:
    """The table with room for ``rows`` keys a generation that ``filled`` gave these of."""
    table = Table(
        np.zeros((2, rows), dtype=np.int64),
        np.zeros((2, _places(rows)), dtype=np.int32),
        np.zeros((2, rows, values.shape[1]), dtype=np.float64),
        meta,
    )
    young, n = int(meta[YOUNG]), int(meta[N_YOUNG])
    for generation, part in ((young, slice(0, n)), (1 - young, slice(n, None))):
        table.keys[generation, : len(keys[part])] = keys[part]
        table.values[generation, : len(keys[part])] = values[part]
    _rehash(table)
    return table


@kernel
def _rehash(table: Table) -> None:
    mask = table.slots.shape[1] - 1
    for generation in range(2):
        count = table.meta[N_YOUNG] if generation == table.meta[YOUNG] else table.meta[N_OLD]
        for row in range(count):
            place = mix(table.keys[generation, row]) & mask
            while table.slots[generation, place] != 0:
                place = (place + 1) & mask
            table.slots[generation, place] = row + 1


@kernel
def _find_in(table: Table, generation: int, key: int) -> int:
    mask = table.slots.shape[1] - 1
    place = mix(key) & mask
    while table.slots[generation, place] != 0:
        row = table.slots[generation, place] - 1
        if table.keys[generation, row] == key:
            return int(row)
        place = (place + 1) & mask
    return -1


@kernel
def find(table: Table, key: int) -> tuple[int, int]:
    """Generation and row of ``key``, or (-1, -1); changes nothing."""
    young = table.meta[YOUNG]
    row = _find_in(table, young, key)
    if row >= 0:
        return young, row
    row = _find_in(table, 1 - young, key)
    if row >= 0:
        return 1 - young, row
    return -1, -1


@kernel
def touch(table: Table, key: int) -> tuple[int, int, bool]:
    """Generation and row of ``key`` among the young, and whether it is new (its values are then 0).

    Rows found before a touch may have moved after it: use one row at a time.
    """
    young = int(table.meta[YOUNG])
    row = _find_in(table, young, key)
    if row >= 0:
        return young, row, False
    return _take_in(table, young, key)


@kernel
def _take_in(table: Table, young: int, key: int) -> tuple[int, int, bool]:
    """``touch`` for a key that is not among the young."""
    # Element by element: setting one row from another by slices may make a copy, and kernels make no arrays.
    before = 1 - young
    old_row = _find_in(table, before, key)
    if table.meta[N_YOUNG] == table.meta[MAX_KEYS]:
        # The old generation is forgotten; the young becomes old, the key (if it was old) is carried over.
        table.meta[EVICTED] += table.meta[N_OLD] - table.meta[MOVED] - (1 if old_row >= 0 else 0)
        for place in range(table.slots.shape[1]):
            table.slots[before, place] = 0
        table.meta[N_OLD] = table.meta[N_YOUNG]
        table.meta[N_YOUNG] = 0
        table.meta[MOVED] = 0
        young = before
        table.meta[YOUNG] = young
    elif old_row >= 0:
        table.meta[MOVED] += 1
    row = _add(table, young, key)
    for column in range(table.values.shape[2]):
        table.values[young, row, column] = table.values[before, old_row, column] if old_row >= 0 else 0.0
    return young, row, old_row < 0


@kernel
def _add(table: Table, young: int, key: int) -> int:
    mask = table.slots.shape[1] - 1
    row = int(table.meta[N_YOUNG])
    table.meta[N_YOUNG] = row + 1
    table.keys[young, row] = key
    place = mix(key) & mask
    while table.slots[young, place] != 0:
        place = (place + 1) & mask
    table.slots[young, place] = row + 1
    return row
