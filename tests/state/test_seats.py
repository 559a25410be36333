"""A memory whose places are few: what is forgotten depends on the order of events alone."""

import random

import numpy as np

from detector.state.seats import (
    KEY,
    LEAST_SEATS,
    MOST_SEATS,
    PER_COMMENT,
    USED,
    Seats,
    new_seats,
    pieces,
    seat_of,
    take_seat,
)  # fmt: skip
from detector.text.hashing import mix


def used(seats: Seats, key: int, index: int) -> int:
    """Take the key's seat, as a signal does."""
    seat = int(take_seat(seats, key))
    seats[seat, USED] = index
    return seat


def neighbours(seats: Seats, n: int) -> list[int]:
    """Keys that share the two seats of key 1."""
    pair = mix(1) & (len(seats) // 2 - 1)
    return [key for key in range(1, 100_000) if mix(key) & (len(seats) // 2 - 1) == pair][:n]


def test_a_key_is_found_where_it_sits_and_a_new_one_begins_at_nothing() -> None:
    seats = new_seats(3)
    assert seat_of(seats, 7) == -1
    seat = used(seats, 7, 1)
    seats[seat, 2] = 5.0
    assert (used(seats, 7, 2), seat_of(seats, 7), seats[seat, 2]) == (seat, seat, 5.0)


def test_of_three_that_share_two_seats_the_one_used_longest_ago_goes() -> None:
    seats = new_seats(3)
    first, second, third = neighbours(seats, 3)
    seats[used(seats, first, 0), 2] = 1.0
    used(seats, second, 1)
    used(seats, first, 2)
    seat = used(seats, third, 3)
    assert seat_of(seats, second) == -1
    assert seat_of(seats, first) >= 0
    assert seats[seat].tolist() == [third, 3, 0]


def test_growth_moves_all_that_was_known() -> None:
    draw, seats = random.Random(2), new_seats(3)
    for index in range(40):
        used(seats, draw.randint(1, 10**12), index)
    known = {float(row[KEY]): row.tolist() for row in seats if row[KEY]}
    (grown, start, end), *others = pieces(seats, 1_000, 5, remember=True)
    assert (start, end, others) == (0, 5, [])
    assert len(grown) > len(seats)
    assert {float(row[KEY]): row.tolist() for row in grown if row[KEY]} == known
    assert all(seat_of(grown, int(key)) >= 0 for key in known)


def test_the_memory_grows_with_the_room_to_a_bound_and_however_batches_are_cut() -> None:
    def sizes(cuts: list[int]) -> list[int]:
        seats, at, out = new_seats(2), 0, []
        for n in cuts:
            for now, start, end in pieces(seats, at, n, remember=True):
                seats = now
                out += [len(seats)] * (end - start)
            at += n
        return out

    n = 2 * MOST_SEATS // PER_COMMENT
    whole = sizes([n])
    assert whole == sizes([1] * 50 + [n - 50]) == sizes([7] * (n // 7) + [n % 7])
    assert (whole[0], whole[-1], max(whole)) == (LEAST_SEATS, MOST_SEATS, MOST_SEATS)
    assert all(size >= min(PER_COMMENT * (i + 1), MOST_SEATS) for i, size in enumerate(whole))


def test_empty_batches_are_no_pieces() -> None:
    assert [*pieces(np.zeros((LEAST_SEATS, 2)), 0, 0, remember=True)] == []


def test_what_is_only_read_does_not_make_it_grow() -> None:
    seats = new_seats(2)
    ((same, start, end),) = pieces(seats, 10**6, 7, remember=False)
    assert same is seats
    assert (start, end) == (0, 7)
