"""Several files are one stream in time order, unless they tell of rooms that ran at the same time.

A moderator names two exports of one room, taken one after the other: they are one stream, and whoever wrote in
the first is known in the second. Or exports of two rooms of one evening: were they one stream, each room's
crowd would answer the other's. Where rows name a room or a session, that decides. Where they name neither, files
are sessions of their own if they have no times, or if two of them cover the same time for more than half of the
shorter one; exports that overlap at the edges, or that hold one and the same comment id, are parts of one stream.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.readers.report import ReadReport

# Two exports of one room may overlap at the edges; two rooms of one evening overlap for most of it.
SAME_TIME_SHARE: Final = 0.5
# So many ids of a file, the smallest by their hash, tell whether another holds the same comments.
KEPT_IDS: Final = 1_024

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Outline:
    """What tells whether a file is a session of its own; it fills up batch by batch, in little memory."""

    first_ms: float = math.nan
    last_ms: float = math.nan
    has_homeless: bool = False
    ids: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    def add(self, batch: CommentBatch) -> None:
        """Further comments of the file."""
        if not np.isnan(batch.ts_ms).all():
            self.first_ms = float(np.fmin(self.first_ms, np.nanmin(batch.ts_ms)))
            self.last_ms = float(np.fmax(self.last_ms, np.nanmax(batch.ts_ms)))
        self.has_homeless = self.has_homeless or bool(_homeless(batch).any())
        hashes = np.fromiter(map(_hash, batch.comment_id), dtype=np.uint64, count=len(batch))
        self.ids = np.unique(np.concatenate([self.ids, hashes]))[:KEPT_IDS]


def own_sessions(outlines: Mapping[str, Outline], report: ReadReport) -> list[str]:
    """The names of the files that are sessions of their own; what is decided of several is remarked."""
    names = [name for name, outline in outlines.items() if outline.has_homeless]
    if len(names) < 2:
        return []
    found = [outlines[name] for name in names]
    apart = _apart(np.array([(outline.first_ms, outline.last_ms) for outline in found]))
    apart &= ~_shares_ids([outline.ids for outline in found])
    own = [name for name, alone in zip(names, apart.tolist(), strict=True) if alone]
    together = len(names) - len(own)
    report.note("one_stream", n=together if together > 1 else 0)
    report.note("own_sessions", n=len(own), examples=own)
    return own


def with_session(batch: CommentBatch, name: str) -> CommentBatch:
    """The batch with ``name`` as the session of all rows that name neither room nor session."""
    homeless = _homeless(batch).tolist()
    sessions = [name if alone else own for own, alone in zip(batch.session_id, homeless, strict=True)]
    return dataclasses.replace(batch, session_id=sessions)


def _homeless(batch: CommentBatch) -> Flags:
    """Which rows name neither room nor session."""
    pairs = zip(batch.room_id, batch.session_id, strict=True)
    return np.fromiter((not room and not session for room, session in pairs), dtype=np.bool_, count=len(batch))


def _hash(comment_id: str) -> int:
    return int.from_bytes(blake2b(comment_id.encode(), digest_size=8).digest(), "little")


def _apart(spans: NDArray[np.float64]) -> Flags:
    """Which files (rows of first and last time) have no times, or run while another does."""
    start, end = spans[:, 0], spans[:, 1]
    found: Flags = np.isnan(start)
    for place in np.flatnonzero(~found).tolist():
        both = np.fmin(end, end[place]) - np.fmax(start, start[place])
        shorter = np.fmin(end - start, end[place] - start[place])
        # A file of one moment lies in another if that moment does.
        same = (both > SAME_TIME_SHARE * shorter) | ((both >= 0) & (shorter == 0))
        same[np.isnan(start)] = False
        same[place] = False
        found[place] = same.any()
    return found


def _shares_ids(ids: Sequence[NDArray[np.uint64]]) -> Flags:
    """Which files hold a comment that another holds too: it was exported twice."""
    values, counts = np.unique(np.concatenate(ids), return_counts=True)
    twice = values[counts > 1]
    return np.array([bool(np.isin(own, twice).any()) for own in ids])
