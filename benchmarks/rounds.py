"""Contenders side by side: one process, one core, alternating rounds, medians.

Every round has comments of its own: nobody is ever timed on comments it has seen. All contenders of a round get the
same ones, slow ones only the first of them.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    # Not imported otherwise: memory is measured of what is.
    from benchmarks.feeds import Feed


# A quarter of a round's comments comes before the clock starts.
WARM_SHARE: Final = 0.25

Call = Callable[[Any], object]


@dataclass(frozen=True)
class Contender:
    """One way to score: ``begin(feed, start, stop)`` makes a fresh scorer that has seen those comments already,
    ``pieces(feed, start, stop)`` what it is then called with, one piece of ``size`` comments after the other."""

    name: str
    form: str
    size: int
    begin: Callable[[Feed, int, int], Call]
    pieces: Callable[[Feed, int, int], list[Any]]
    most: int = 1_000_000


def one_core(core: int | None = None) -> int:
    """Keep this process and what it starts on one core; returns which."""
    chosen = max(os.sched_getaffinity(0)) if core is None else core
    os.sched_setaffinity(0, {chosen})
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return chosen


def alternate(
    contenders: Sequence[Contender], feed: Feed, *, rounds: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """For each contender: microseconds a comment in each round, their median, p50 and p99 of its calls."""
    taken: list[list[float]] = [[] for _ in contenders]
    calls: list[list[float]] = [[] for _ in contenders]
    length = len(feed.batch) // rounds
    warm = int(length * WARM_SHARE)
    with threadpool_limits(1):
        for number in range(rounds):
            start = number * length
            order = np.roll(np.arange(len(contenders)), -number * (len(contenders) // rounds))
            for at in order.tolist():
                contender = contenders[at]
                first, stop = start + warm, start + min(length, warm + contender.most)
                durations = timed(contender, feed, start, first, stop)
                taken[at].append(sum(durations) / (stop - first) * 1e6)
                calls[at] += [duration * 1e6 for duration in durations]
            say(f"{feed.name}: round {number + 1} of {rounds}")
    return [
        {
            "name": contender.name,
            "form": contender.form,
            "size": contender.size,
            "comments": min(length - warm, contender.most),
            "us": float(np.median(taken[at])),
            "rounds_us": [round(value, 3) for value in taken[at]],
            "p50_us": float(np.percentile(calls[at], 50)),
            "p99_us": float(np.percentile(calls[at], 99)),
        }
        for at, contender in enumerate(contenders)
    ]


def timed(contender: Contender, feed: Feed, start: int, first: int, stop: int) -> list[float]:
    """Seconds of each call on the comments from ``first`` to ``stop`` after those from ``start`` to ``first``."""
    pieces = contender.pieces(feed, first, stop)
    call = contender.begin(feed, start, first)
    gc.collect()
    durations = []
    for piece in pieces:
        begun = time.perf_counter()
        call(piece)
        durations.append(time.perf_counter() - begun)
    return durations


def in_pieces(column: Sequence[Any], size: int, start: int, stop: int) -> list[Any]:
    """A list cut into pieces; a piece of one is the thing itself."""
    if size == 1:
        return list(column[start:stop])
    return [column[at : min(at + size, stop)] for at in range(start, stop, size)]
