"""Who came when, worked by hand."""

import numpy as np

from detector.state.arrivals import (
    BLOCK_C,
    LEAST_BLOCKS,
    MOST_BLOCKS,
    begin_block,
    came_together,
    new_arrivals,
    post_by,
    with_room,
)


def test_who_came_in_one_block_or_the_one_before_came_together() -> None:
    arrivals = with_room(new_arrivals(), 3 * BLOCK_C)
    # One account comes in each of three blocks; the first posts again in the third.
    for index, first, value in ((0, 0, 1.0), (BLOCK_C, BLOCK_C, 2.0), (2 * BLOCK_C, 2 * BLOCK_C, 4.0)):
        begin_block(arrivals, index)
        post_by(arrivals, first, index, value)
    begin_block(arrivals, 2 * BLOCK_C + 1)
    post_by(arrivals, 0, 2 * BLOCK_C + 1, 8.0)
    now = 2 * BLOCK_C + 2
    assert came_together(arrivals, 0, now) == (1.0, 2.0, 9.0)
    assert came_together(arrivals, BLOCK_C + 5, now) == (2.0, 3.0, 11.0)
    assert came_together(arrivals, now, now) == (2.0, 2.0, 6.0)


def test_memory_grows_with_the_room_and_then_forgets_the_oldest_block() -> None:
    arrivals = with_room(new_arrivals(), 9 * BLOCK_C)
    assert (len(new_arrivals()), len(arrivals), len(with_room(arrivals, 10**9))) == (8, 16, MOST_BLOCKS)
    arrivals = with_room(arrivals, 10**9)
    for index in range(MOST_BLOCKS * BLOCK_C + 1):
        before = came_together(arrivals, 0, index)
        begin_block(arrivals, index)
        if index in (0, BLOCK_C):
            post_by(arrivals, index, index, 1.0)
        if index == MOST_BLOCKS * BLOCK_C - 1:
            assert before == (1.0, 1.0, 1.0)
    # The first block gave way to the newest, which is empty; of whom it knew nothing more is taken in.
    last = MOST_BLOCKS * BLOCK_C
    assert came_together(arrivals, 0, last) == (0.0, 0.0, 0.0)
    post_by(arrivals, 0, last, 1.0)
    assert came_together(arrivals, last, last + 1) == (0.0, 0.0, 0.0)
    assert np.count_nonzero(arrivals) == 3


def test_what_is_known_is_known_too_where_the_next_block_would_need_more_room() -> None:
    arrivals = new_arrivals()
    begin_block(arrivals, 0)
    post_by(arrivals, 0, 0, 1.0)
    # Read only: the memory does not grow for a comment that is not taken in.
    assert came_together(arrivals, 0, LEAST_BLOCKS * BLOCK_C) == (1.0, 1.0, 1.0)
