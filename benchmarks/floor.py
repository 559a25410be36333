"""The least that any scorer of JSON comments does: parse, cut into words (one cut of a whole batch), hash the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
import rjieba

from benchmarks.rounds import Call, Contender

if TYPE_CHECKING:
    # Not imported otherwise: memory is measured of what is.
    from benchmarks.feeds import Feed

FLOOR: Final = "floor: orjson.loads + rjieba (one cut of a batch) + hash of the words"
SIZES: Final = (256, 1_024)


def least(lines: list[bytes]) -> list[int]:
    """The hashes of all words of a batch."""
    texts = [orjson.loads(line)["text"] for line in lines]
    return list(map(hash, rjieba.cut("\n".join(texts))))


def contenders() -> list[Contender]:
    """The floor in both sizes of batch."""
    return [_floor(size) for size in SIZES]


def _floor(size: int) -> Contender:
    def begin(feed: Feed, start: int, stop: int) -> Call:
        for piece in pieces(feed, max(start, stop - 8 * size), stop):
            least(piece)
        return least

    def pieces(feed: Feed, start: int, stop: int) -> list[Any]:
        return [feed.lines[at : min(at + size, stop)] for at in range(start, stop, size)]

    return Contender(FLOOR, "json", size, begin, pieces)
