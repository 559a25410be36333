"""Which sessions are remembered: as many as there is room for; the one idle for longest is forgotten first.

What a session takes is charged by its comments, not measured: the charge depends on the order of events alone, never
on how they were cut into batches, so the same sessions are forgotten everywhere.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.state.seats import MOST_SEATS, PER_COMMENT

# Room and session.
SessionKey = tuple[str, str]
Memory = TypeVar("Memory")
# What a session takes at first, and what each of its events adds until its memories are full.
BASE_BYTES: Final = 264 * 1024
EVENT_BYTES: Final = 6144
FULL_EVENTS: Final = 65_536
# What each of the first adds besides: the seats of phrases are full early.
SEAT_BYTES: Final = 2048
SEATED_EVENTS: Final = MOST_SEATS // PER_COMMENT
MAX_BYTES: Final = 2 * 1024**3
MAX_SESSIONS: Final = 10_000


def charge(events: int) -> int:
    """The bytes that a session with so many events is charged, an upper bound."""
    return BASE_BYTES + EVENT_BYTES * min(events, FULL_EVENTS) + SEAT_BYTES * min(events, SEATED_EVENTS)


class Lives(Generic[Memory]):
    """The lives of a batch's sessions: ``rows`` from where each begins or goes on to where it is forgotten.

    ``ended`` are sessions that were forgotten before any of this.
    """

    __slots__ = ("ended", "rows")

    def __init__(self) -> None:
        self.rows: list[tuple[SessionKey, NDArray[np.intp], bool]] = []
        self.ended: list[tuple[SessionKey, Memory]] = []


class Sessions(Generic[Memory]):
    """The memories of at most ``max_sessions`` sessions, in the order of their last event, within ``max_bytes``."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, max_sessions: int = MAX_SESSIONS) -> None:
        self.max_bytes = max_bytes
        self.max_sessions = max_sessions
        self.memories: dict[SessionKey, Memory] = {}
        self.events: dict[SessionKey, int] = {}
        self.charged = 0
        self.evicted = 0

    def lives(self, batch: CommentBatch, *, remember: bool) -> Lives[Memory]:
        """The rows of each session, with whether it is still remembered after the batch.

        A session that is forgotten and comes back within the batch begins anew. Without ``remember`` nothing is
        forgotten.
        """
        found: Lives[Memory] = Lives()
        if not len(batch):
            return found
        codes: NDArray[np.intp] | None
        if _all_one(batch.room_id) and _all_one(batch.session_id):
            owners = [(batch.room_id[0], batch.session_id[0])]
            codes = None
        else:
            keys = list(zip(batch.room_id, batch.session_id, strict=True))
            owners = list(dict.fromkeys(keys))
            numbers = {key: number for number, key in enumerate(owners)}
            codes = np.fromiter(map(numbers.__getitem__, keys), np.intp, len(keys))
        counts = [len(batch)] if codes is None else np.bincount(codes, minlength=len(owners)).tolist()
        after, n_after = self.charged, len(self.events)
        for key, count in zip(owners, counts, strict=True):
            before = self.events.get(key)
            after += charge((before or 0) + count) - (0 if before is None else charge(before))
            n_after += before is None
        if not remember or (after <= self.max_bytes and n_after <= self.max_sessions):
            groups = [(0, np.arange(len(batch)))] if codes is None else _rows_by_code(codes)
            found.rows = [(owners[code], rows, True) for code, rows in groups]
            if remember:
                self.charged = after
                for key, rows, _ in found.rows:
                    # The session touched last stands last.
                    self.events[key] = self.events.pop(key, 0) + len(rows)
            return found
        lives: list[SessionKey] = []
        current: dict[SessionKey, int] = {}
        codes = np.zeros(len(batch), dtype=np.intp) if codes is None else codes.copy()
        for row, code in enumerate(codes.tolist()):
            key = owners[code]
            before = self.events.pop(key, -1)
            if key not in current:
                current[key] = len(lives)
                lives.append(key)
            codes[row] = current[key]
            self.events[key] = max(before, 0) + 1
            self.charged += charge(self.events[key]) - (charge(before) if before >= 0 else 0)
            while len(self.events) > self.max_sessions or (
                self.charged > self.max_bytes and len(self.events) > 1
            ):
                oldest = next(iter(self.events))
                self.charged -= charge(self.events.pop(oldest))
                self.evicted += 1
                if current.pop(oldest, -1) < 0:
                    found.ended.append((oldest, self.memories.pop(oldest)))
        lasting = set(current.values())
        found.rows = [(lives[life], rows, life in lasting) for life, rows in _rows_by_code(codes)]
        return found

    def end(self, key: SessionKey) -> Any:
        """Forget one session; returns its memory, None if there is none."""
        events = self.events.pop(key, None)
        if events is not None:
            self.charged -= charge(events)
        return self.memories.pop(key, None)


def place_of(rows: NDArray[np.intp]) -> slice | NDArray[np.intp]:
    """Where rows are to be looked at: those that stand side by side, as nearly all do, need not be copied."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _all_one(names: list[str]) -> bool:
    return names.count(names[0]) == len(names)


def _rows_by_code(codes: NDArray[np.intp]) -> list[tuple[int, NDArray[np.intp]]]:
    """The rows of each code, ascending; codes in the order of their last row."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    groups = [(int(codes[rows[0]]), rows) for rows in np.split(order, starts[1:]) if len(rows)]
    return sorted(groups, key=lambda group: int(group[1][-1]))
