"""What a stream answers: verdicts, revisions of earlier ones, what was rejected, alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.verdict import LABELS, VERDICTS, Campaign, Reason, RoomVerdict, Verdicts

ALERTS: Final = ("flood_opened", "flood_closed", "campaign_formed", "campaign_grown")


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that could not be taken: its place in the pushed list, a code, what to do about it."""

    index: int
    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Values of accepted events that could not be read and count as unknown (or were mended): a code of
    ``detector.readers.remarks``, how many, and the places of the first such events in the pushed list."""

    code: str
    n: int
    index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a moderator should see now; ``at_ms`` is the session's clock (NaN unknown)."""

    kind: str
    room_id: str
    session_id: str
    at_ms: float
    label: str
    comments: int
    campaign_id: str = ""
    comment_id: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the host asked viewers to say, from and until when (UTC milliseconds, NaN open)."""

    text: str
    from_ms: float = float("nan")
    until_ms: float = float("nan")


@dataclass(frozen=True, slots=True)
class Revision:
    """One earlier verdict that later comments changed, with the old one; ``cause`` is the comment that did."""

    room_id: str
    session_id: str
    comment_id: str
    verdict: str
    label: str
    organic_wave: bool
    campaign_id: str
    old_verdict: str
    old_label: str
    old_campaign_id: str
    cause: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Revisions:
    """Revisions as columns, in the order they were made; ``event`` counts the events of the stream from 0."""

    event: NDArray[np.int64]
    rows: tuple[Revision, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Revision]:
        return iter(self.rows)

    def __getitem__(self, at: int) -> Revision:
        return self.rows[at]

    @staticmethod
    def concat(parts: Sequence[Revisions]) -> Revisions:
        """All of them, in order."""
        if len(parts) == 1:
            return parts[0]
        events = [part.event for part in parts] or [np.zeros(0, dtype=np.int64)]
        return Revisions(np.concatenate(events), tuple(row for part in parts for row in part.rows))


@dataclass(frozen=True, slots=True)
class InSession:
    """The rows of a push that one session has, and its clock after them (UTC milliseconds, NaN unknown)."""

    room_id: str
    session_id: str
    rows: NDArray[np.intp]
    clock_ms: float


@dataclass(frozen=True, slots=True)
class Pushed:
    """The answer to one push: a verdict for every accepted event, in their order; ``event`` numbers them."""

    results: Verdicts
    revisions: Revisions
    rejected: tuple[Rejected, ...]
    alerts: tuple[Alert, ...]
    event: NDArray[np.int64]
    closed: tuple[Closed, ...] = ()
    sessions: tuple[InSession, ...] = ()
    unclear: tuple[Unclear, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a session: its last revisions, the room as a whole, its campaigns and what each of them ``said``."""

    room: RoomVerdict
    campaigns: tuple[Campaign, ...] = ()
    revisions: Revisions = field(default_factory=lambda: Revisions(np.zeros(0, dtype=np.int64), ()))
    said: Mapping[str, frozenset[int]] = field(default_factory=dict)


def apply_revisions(verdicts: Verdicts, event: NDArray[np.int64], revisions: Revisions) -> None:
    """Write ``revisions`` into the verdicts whose ascending event numbers are ``event``, in place."""
    reasons: Any = verdicts.reasons
    at = np.searchsorted(event, revisions.event).tolist()
    for row, revision in zip(at, revisions.rows, strict=True):
        verdicts.verdict[row] = VERDICTS.index(revision.verdict)
        verdicts.label[row] = LABELS.index(revision.label)
        verdicts.organic_wave[row] = revision.organic_wave
        verdicts.campaign_id[row] = revision.campaign_id
        if revision.reasons:
            reasons[row] = revision.reasons
