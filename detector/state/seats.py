"""A bounded memory of small integer keys for use inside kernels, of which each look-up touches one place.

A key has two seats; where both are taken by others it takes the one that was used longest ago (a two-way set-associative
cache). What is forgotten depends on the order of events alone, and so does growth: the memory doubles when the room has had
so many comments, not when a batch is large.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.text.hashing import mix

# The first columns of a row: its key, which must be positive and below 2**53 (0 is nobody), and when it was used last.
KEY, USED = range(2)
LEAST_SEATS: Final = 256
MOST_SEATS: Final = 65_536
# The memory has at least so many seats for each comment of the room until it has ``MOST_SEATS``, so that most are empty.
PER_COMMENT: Final = 16

Seats = NDArray[np.float64]


def new_seats(columns: int) -> Seats:
    """An empty memory: float64 (seats, columns), of which the first two are ``KEY`` and ``USED``."""
    return np.zeros((LEAST_SEATS, columns))


def pieces(seats: Seats, first_index: int, n: int, *, remember: bool) -> Iterator[tuple[Seats, int, int]]:
    """``n`` comments from the room's ``first_index`` on, cut where the memory grows: each part's memory, start and end.

    It does not grow for comments that are not remembered.
    """
    if not remember:
        yield seats, 0, n
        return
    start = 0
    while start < n:
        while len(seats) < MOST_SEATS and first_index + start >= len(seats) // PER_COMMENT:
            seats = _doubled(seats)
        most = n if len(seats) == MOST_SEATS else len(seats) // PER_COMMENT - first_index
        end = min(n, most)
        yield seats, start, end
        start = end


def _doubled(seats: Seats) -> Seats:
    """The same rows among twice as many seats: the two of a pair go to their new pairs, where nobody sits."""
    out = np.zeros((2 * len(seats), seats.shape[1]))
    _move(seats, out)
    return out


@kernel
def _move(seats: Seats, out: Seats) -> None:
    for row in range(len(seats)):
        if seats[row, KEY] > 0.0:
            to = 2 * (mix(int(seats[row, KEY])) & (len(out) // 2 - 1)) + (row & 1)
            for column in range(seats.shape[1]):
                out[to, column] = seats[row, column]


@kernel
def seat_of(seats: Seats, key: int) -> int:
    """Where the key sits, or -1."""
    row = 2 * (mix(key) & (len(seats) // 2 - 1))
    if seats[row, KEY] == key:
        return row
    return row + 1 if seats[row + 1, KEY] == key else -1


@kernel
def take_seat(seats: Seats, key: int) -> int:
    """Where the key sits; one that comes new has all its columns 0 but ``KEY``."""
    row = 2 * (mix(key) & (len(seats) // 2 - 1))
    if seats[row, KEY] == key:
        return row
    if seats[row + 1, KEY] == key:
        return row + 1
    # An empty seat first, then the one that was used longer ago.
    if seats[row, KEY] != 0.0 and (seats[row + 1, KEY] == 0.0 or seats[row + 1, USED] < seats[row, USED]):
        row += 1
    for column in range(seats.shape[1]):
        seats[row, column] = 0.0
    seats[row, KEY] = key
    return row
