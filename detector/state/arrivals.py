"""Who came when, block by block, with a sum over what those who came together have posted since.

Blocks are ``BLOCK_C`` comments of the room; the last ``MOST_BLOCKS`` of them are known.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel

BLOCK_C: Final = 64
LEAST_BLOCKS: Final = 8
MOST_BLOCKS: Final = 4_096
# Of a block: how many accounts came in it, how often they have posted, and the sum of a value over these posts.
ACCOUNTS, POSTS, TOTAL = range(3)

Arrivals = NDArray[np.float64]


def new_arrivals() -> Arrivals:
    """Nobody came yet: float64 (blocks, 3)."""
    return np.zeros((LEAST_BLOCKS, 3))


def with_room(arrivals: Arrivals, comments: int) -> Arrivals:
    """The same, with room for the blocks of so many comments, up to the bound."""
    blocks = len(arrivals)
    while blocks < MOST_BLOCKS and blocks * BLOCK_C < comments:
        blocks *= 2
    if blocks == len(arrivals):
        return arrivals
    grown = np.zeros((blocks, arrivals.shape[1]))
    grown[: len(arrivals)] = arrivals
    return grown


@kernel
def begin_block(arrivals: Arrivals, index: int) -> None:
    """To be called before each comment is taken in; the room's ``index``-th begins a new block or goes on with one."""
    if index % BLOCK_C == 0:
        for column in range(arrivals.shape[1]):
            arrivals[(index // BLOCK_C) % len(arrivals), column] = 0.0


@kernel
def came_together(arrivals: Arrivals, first: int, index: int) -> tuple[float, float, float]:
    """As of the room's ``index``-th comment: accounts, posts and total of those who came in the block of the
    ``first``-th comment or in the one before."""
    now = index // BLOCK_C
    accounts = posts = total = 0.0
    for block in range(max(first // BLOCK_C - 1, 0), first // BLOCK_C + 1):
        # A block that has not begun yet may still hold what stood there a long time ago.
        if now - block < MOST_BLOCKS and (block < now or index % BLOCK_C > 0):
            row = arrivals[block % len(arrivals)]
            accounts += row[ACCOUNTS]
            posts += row[POSTS]
            total += row[TOTAL]
    return accounts, posts, total


@kernel
def post_by(arrivals: Arrivals, first: int, index: int, value: float) -> None:
    """Take in the room's ``index``-th comment, by an account that came with the ``first``-th."""
    if index // BLOCK_C - first // BLOCK_C < MOST_BLOCKS:
        row = arrivals[(first // BLOCK_C) % len(arrivals)]
        row[POSTS] += 1.0
        row[TOTAL] += value
        if first == index:
            row[ACCOUNTS] += 1.0
