"""zhenping's own stream, fed in every form and size: all signals, near-duplicates, three heads, verdicts, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from benchmarks.feeds import Feed
from benchmarks.rounds import Call, Contender
from detector import Detector

SIZES: Final = (1, 16, 256, 4_096)
FORMS: Final = ("columns", "objects", "dicts", "json")
# A call on one comment takes as long as one on dozens.
MOST: Final = {1: 2_000, 16: 8_000}
NAME: Final = "zhenping"


def contenders(detector: Detector, *, sizes: Sequence[int] = SIZES) -> list[Contender]:
    """One contender for each form and size."""
    return [_contender(detector, form, size) for size in sizes for form in FORMS]


def _contender(detector: Detector, form: str, size: int) -> Contender:
    def begin(feed: Feed, start: int, stop: int) -> Call:
        stream = detector.stream()
        # All but the last comments come at once; those come as the timed ones will.
        last = max(start, stop - 8 * size)
        stream.push(feed.batch.slice(start, last))

        def push(piece: Any) -> object:
            return stream.push(list(map(orjson.loads, piece)) if form == "json" else piece)

        for piece in pieces(feed, last, stop):
            push(piece)
        return push

    def pieces(feed: Feed, start: int, stop: int) -> list[Any]:
        cuts = [(at, min(at + size, stop)) for at in range(start, stop, size)]
        if form == "columns":
            return [feed.batch.slice(*cut) for cut in cuts]
        column = {"objects": "comments", "dicts": "dicts", "json": "lines"}[form]
        return [getattr(feed, column)[slice(*cut)] for cut in cuts]

    return Contender(NAME, form, size, begin, pieces, MOST.get(size, 1_000_000))


def compiled(detector: Detector, feed: Feed) -> None:
    """Push enough in every form that nothing is left to compile."""
    for form in FORMS:
        for size in (1, 256):
            _contender(detector, form, size).begin(feed, 0, 4_096)
