"""When was the room flooded? Windows in which much of what was said was flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel
from detector.verdict import HEADS, NORMAL, PASS

# Of the last WINDOW comments, so many flagged open a flood; so few close it.
WINDOW: Final = 50
OPENS: Final = 15
CLOSES: Final = 5
N_LABELS: Final = len(HEADS)
# Places of ``now``: comments so far, whether a flood is open, its first comment, its last flagged, and its flagged.
COUNT, OPEN, SINCE, UNTIL, HITS = range(5)


@dataclass(slots=True)
class Floods:
    """The labels of the last comments (``NORMAL`` if not flagged), their counts, those of the open flood, ``now``."""

    labels: NDArray[np.uint8]
    counts: NDArray[np.int64]
    total: NDArray[np.int64]
    now: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FloodEvent:
    """A flood opened, or closed, at comment ``at``: from comment ``since`` to ``until``, ``flagged`` of them so far."""

    opened: bool
    at: int
    since: int
    until: int
    flagged: int
    label: int


def new_floods() -> Floods:
    """A room that has said nothing."""
    return Floods(
        np.full(WINDOW, NORMAL, dtype=np.uint8),
        np.zeros(N_LABELS, dtype=np.int64),
        np.zeros(N_LABELS, dtype=np.int64),
        np.zeros(5, dtype=np.int64),
    )


@array_kernel
def _observe(
    verdict: NDArray[np.uint8], label: NDArray[np.uint8], wave: NDArray[np.bool_],
    labels: NDArray[np.uint8], counts: NDArray[np.int64], total: NDArray[np.int64], now: NDArray[np.int64],
    events: NDArray[np.int64],
) -> int:  # fmt: skip
    n = 0
    for r in range(len(verdict)):
        index = now[COUNT]
        place = index % WINDOW
        gone = labels[place]
        if gone != NORMAL:
            counts[gone] -= 1
        hit = verdict[r] != PASS and not wave[r] and label[r] != NORMAL
        labels[place] = label[r] if hit else NORMAL
        if hit:
            counts[label[r]] += 1
        now[COUNT] = index + 1
        inside = counts.sum()
        turns = False
        if now[OPEN] == 0 and inside >= OPENS:
            now[OPEN] = 1
            first = max(0, index - WINDOW + 1)
            while labels[first % WINDOW] == NORMAL:
                first += 1
            now[SINCE], now[HITS] = first, inside
            total[:] = counts
            turns = True
        elif now[OPEN] == 1:
            if hit:
                now[HITS] += 1
                total[label[r]] += 1
            if inside <= CLOSES:
                now[OPEN] = 0
                turns = True
        if hit:
            now[UNTIL] = index
        if turns:
            events[n, 0], events[n, 1], events[n, 2] = now[OPEN], index, now[SINCE]
            events[n, 3], events[n, 4], events[n, 5] = now[UNTIL], now[HITS], np.argmax(total)
            n += 1
    return n


def observe_floods(
    memory: Floods, *, verdict: NDArray[np.uint8], label: NDArray[np.uint8], wave: NDArray[np.bool_]
) -> list[FloodEvent]:
    """Take n judged comments in, in event order; comments are numbered from 0."""
    events = np.zeros((len(verdict) + 1, 6), dtype=np.int64)
    n = _observe(verdict, label, wave, memory.labels, memory.counts, memory.total, memory.now, events)
    return [FloodEvent(bool(row[0]), *row[1:]) for row in events[:n].tolist()]


def open_flood(memory: Floods) -> FloodEvent | None:
    """The flood that is still open, None if there is none."""
    if not memory.now[OPEN]:
        return None
    now = memory.now.tolist()
    return FloodEvent(True, now[COUNT] - 1, now[SINCE], now[UNTIL], now[HITS], int(np.argmax(memory.total)))
