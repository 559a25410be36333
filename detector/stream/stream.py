"""The stream: one push at a time, bit for bit what a dump of the same events gives."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import Comment, CommentBatch
from detector.engine import SCHEMA, FeatureEngine, FeatureFrame
from detector.judge import Judge
from detector.state.sessions import MAX_BYTES, SessionKey, place_of
from detector.stream.intake import Intake, taken_in
from detector.stream.outcome import Alert, Closed, InSession, Prompt, Pushed, Revisions
from detector.stream.room import Room
from detector.stream.snapshot import read_snapshot, write_snapshot
from detector.text.reading import read_texts
from detector.verdict import HEADS, HIGH_RISK, NORMAL, PASS, REVIEW, Verdicts

LATENESS_S: Final = 10.0
SOLICITATION: Final = HEADS.index("solicitation")
# Sessions whose prompts are kept; those set first are dropped.
MAX_PROMPTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Observed:
    """A batch whose features were read and remembered, not yet judged; its first event's number in the stream."""

    batch: CommentBatch
    frame: FeatureFrame
    first_event: int


class Stream:
    """Scores comments as they come and remembers what it must, within ``max_bytes``.

    ``lateness_s``: by how much a comment may be older than its session's clock before it is marked late.
    Made by ``Detector.stream``.
    """

    def __init__(
        self,
        judge: Judge,
        *,
        lateness_s: float = LATENESS_S,
        max_bytes: int = MAX_BYTES,
        tz: str = "Asia/Shanghai",
    ) -> None:
        self.judge = judge
        self.lateness_s = lateness_s
        self.tz = tz
        bundle = judge.bundle
        self.engine = FeatureEngine(wording=bundle.wording, first_look=bundle.first_look, max_bytes=max_bytes)
        self.rooms: dict[SessionKey, Room] = {}
        self.prompts: dict[SessionKey, tuple[Prompt, ...]] = {}
        # How many events were taken, how many were offered, and where in its source the caller stands.
        self.events = 0
        self.offered = 0
        self.offset: Any = None

    def push(
        self,
        events: CommentBatch | Iterable[Comment | Mapping[str, object]],
        *,
        mapping: Mapping[str, str] | None = None,
        ids: Sequence[str] | None = None,
    ) -> Pushed:
        """Verdicts for the events at once, and what they change of earlier ones.

        Events are Comments, or dicts with the names of ``Comment`` or known aliases. One that cannot be taken is
        rejected and named by its place; the rest goes on. ``ids``, one for each event, name those dicts that have no
        id of their own.
        """
        taken = taken_in(events, first=self.offered, mapping=mapping, tz=self.tz, ids=ids)
        self.offered += taken.offered
        return self.conclude(self.observe(taken.batch), taken)

    def observe(self, batch: CommentBatch) -> Observed:
        """Read and remember a batch in the order of its events; to be concluded in the same order."""
        first = self.events
        self.events += len(batch)
        return Observed(batch, self.engine.observe(batch), first)

    def conclude(self, observed: Observed, taken: Intake | None = None) -> Pushed:
        """Judge what was observed and look back from it."""
        batch, frame = observed.batch, observed.frame
        verdicts = self.judge(batch, frame)
        verdicts.late[:] = frame.lag_ms > self.lateness_s * 1000.0
        if self.prompts:
            self._answer_prompts(batch, frame, verdicts)
        event = np.arange(observed.first_event, observed.first_event + len(batch))
        closed = [self._end(key) for key, _ in frame.sessions.ended]
        revisions: list[Revisions] = []
        alerts: list[Alert] = []
        sessions = []
        for key, rows, lasting in frame.sessions.rows:
            sessions.append(InSession(*key, rows, _last_known(frame.clock_ms, rows)))
            room = self.rooms.pop(key, None) or Room(*key, model_id=verdicts.model_id)
            self.rooms[key] = room
            for piece in _pieces(rows, frame, room.comments_left):
                if frame.duplicate[piece[0]]:
                    room.repeat(int(piece[0]), verdicts)
                    continue
                found = room.take(batch, frame, verdicts, piece, event)
                revisions.append(found.revisions)
                alerts += found.alerts
            if not lasting:
                closed.append(self._end(key))
        return Pushed(
            verdicts, Revisions.concat(revisions), tuple(taken.rejected if taken else ()), tuple(alerts), event,
            tuple(closed), tuple(sessions), tuple(taken.unclear if taken else ()),
        )  # fmt: skip

    def read(
        self,
        events: CommentBatch | Iterable[Comment | Mapping[str, object]],
        *,
        mapping: Mapping[str, str] | None = None,
    ) -> Pushed:
        """Verdicts for the events as of now; nothing is remembered or revised.

        A comment that was delivered before is answered with what is said of it now.
        """
        batch, rejected, unclear, _ = taken_in(events, first=self.offered, mapping=mapping, tz=self.tz)
        verdicts = self.judge(batch, self.engine.read(batch))
        for row in np.flatnonzero(verdicts.duplicate).tolist():
            room = self.rooms.get((batch.room_id[row], batch.session_id[row]))
            if room is not None:
                room.repeat(row, verdicts)
        none = Revisions.concat(())
        return Pushed(verdicts, none, tuple(rejected), (), np.arange(len(batch)), unclear=tuple(unclear))

    def close(self, session_id: str, *, room_id: str | None = None) -> tuple[Closed, ...]:
        """End a session: its last revisions, its campaigns and the room's verdict; nothing if it is not known.

        Where several rooms have a session of this name, ``room_id`` tells which; without it all of them end.
        """
        known = [
            key
            for key in [*self.engine.sessions.memories]
            if key[1] == session_id and room_id in (None, key[0])
        ]
        for key in known:
            self.engine.sessions.end(key)
        return tuple(self._end(key) for key in known)

    def close_all(self) -> tuple[Closed, ...]:
        """End all sessions, in the order of their last event."""
        known = [*self.engine.sessions.memories]
        for key in known:
            self.engine.sessions.end(key)
        return tuple(self._end(key) for key in known)

    def heard(self) -> dict[str, list[NDArray[np.int64]]]:
        """Room -> the skeletons of what was said there, as far as its sessions remember."""
        found: dict[str, list[NDArray[np.int64]]] = {}
        for (room_id, _), memory in self.engine.sessions.memories.items():
            found.setdefault(room_id, []).append(memory.neighbours.members.known)
        return found

    def set_prompts(self, session_id: str, prompts: Sequence[Prompt], *, room_id: str = "") -> None:
        """What the host asks viewers to say: who answers is no flood. Replaces what was set before; none is none.

        Without ``room_id`` it holds in every room with a session of this name that has no prompts of its own.
        """
        self.prompts.pop((room_id, session_id), None)
        if prompts:
            self.prompts[room_id, session_id] = tuple(prompts)
        while len(self.prompts) > MAX_PROMPTED:
            del self.prompts[next(iter(self.prompts))]

    def snapshot(self, path: str | Path, *, offset: Any = None) -> None:
        """Write all that is remembered to ``path``, atomically; ``offset`` (JSON) is where the source was read to.

        After a crash ``Detector.stream(restore=path)`` and a replay from ``stream.offset`` give the same verdicts.
        """
        self.offset = offset if offset is not None else self.offset
        sessions = self.engine.sessions
        state = {
            "memories": sessions.memories,
            "session_events": sessions.events,
            "charged": sessions.charged,
            "evicted": sessions.evicted,
            "rooms": self.rooms,
            "prompts": self.prompts,
            "events": self.events,
            "offered": self.offered,
            "offset": json.dumps(self.offset),
        }
        write_snapshot(path, state, about=self._about())

    def restore(self, path: str | Path) -> None:
        """Go on from a snapshot. Raises SnapshotError if it is damaged or of another model, version or bound."""
        state = read_snapshot(path, about=self._about())
        sessions = self.engine.sessions
        sessions.memories, sessions.events = state["memories"], state["session_events"]
        sessions.charged, sessions.evicted = state["charged"], state["evicted"]
        self.rooms, self.prompts = state["rooms"], state["prompts"]
        self.events, self.offered = state["events"], state["offered"]
        self.offset = json.loads(state["offset"])

    def _about(self) -> dict[str, Any]:
        """What a snapshot must agree in for its numbers to go on as they were."""
        return {
            "schema": SCHEMA.digest,
            "model_id": self.judge.bundle.model_id,
            "profile": self.judge.profile,
            "max_bytes": self.engine.sessions.max_bytes,
            "lateness_s": self.lateness_s,
        }

    def _end(self, key: SessionKey) -> Closed:
        """What is to be said at the end of a session that the engine has forgotten."""
        self.prompts.pop(key, None)
        room = self.rooms.pop(key, None)
        return (room or Room(*key, model_id=self.judge.bundle.model_id)).closed()

    def _answer_prompts(self, batch: CommentBatch, frame: FeatureFrame, verdicts: Verdicts) -> None:
        """Comments that say what the host asked for, when it was asked for, belong to a wave."""
        for key, rows, _ in frame.sessions.rows:
            prompts = self.prompts.get(key) or self.prompts.get(("", key[1]), ())
            if not prompts:
                continue
            skeletons = read_texts([prompt.text for prompt in prompts]).prints.skeleton.tolist()
            ts_ms = np.where(np.isnan(frame.clock_ms[rows]), batch.ts_ms[rows], frame.clock_ms[rows])
            for prompt, skeleton in zip(prompts, skeletons, strict=True):
                asked = frame.observed[rows] & (frame.skeleton[rows] == skeleton)
                asked &= ~(ts_ms < prompt.from_ms) & ~(ts_ms > prompt.until_ms)
                answers = rows[asked]
                verdicts.organic_wave[answers] = True
                verdicts.verdict[answers[verdicts.verdict[answers] == HIGH_RISK]] = REVIEW
                cleared = answers[verdicts.label[answers] != SOLICITATION]
                verdicts.verdict[cleared], verdicts.label[cleared] = PASS, NORMAL
                verdicts.first_verdict[answers] = verdicts.verdict[answers]


def _last_known(clock_ms: NDArray[np.float64], rows: NDArray[np.intp]) -> float:
    """The clock at the last of the rows that has one, NaN if none has."""
    last = float(clock_ms[rows[-1]])
    if not math.isnan(last):
        return last
    known = clock_ms[rows][~np.isnan(clock_ms[rows])]
    return float(known[-1]) if len(known) else math.nan


def _pieces(rows: NDArray[np.intp], frame: FeatureFrame, left: Any) -> Iterable[NDArray[np.intp]]:
    """The judged rows of a session, cut where a block of its ledger ends; redelivered ones stand alone."""
    place = place_of(rows)
    duplicate = frame.duplicate[place]
    taken = frame.observed[place] | duplicate
    kept = rows if np.count_nonzero(taken) == len(rows) else rows[taken]
    cuts = np.flatnonzero(frame.duplicate[kept]) if np.count_nonzero(duplicate) else kept[:0]
    for part in np.split(kept, np.unique(np.concatenate([cuts, cuts + 1]))) if len(cuts) else [kept]:
        at = 0
        while at < len(part):
            size = 1 if frame.duplicate[part[at]] else min(len(part) - at, left())
            yield part[at : at + size]
            at += size


def seconds(given: str | float) -> float:
    """Seconds of ``"10s"``, ``"500ms"``, ``"2m"`` or a number; ValueError for anything else.

    >>> seconds("500ms"), seconds("2m"), seconds(3)
    (0.5, 120.0, 3.0)
    """
    if isinstance(given, str):
        for unit, per in (("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)):
            number = given.strip().removesuffix(unit)
            if number != given.strip():
                return float(number) * per
    value = float(given)
    if math.isnan(value) or value < 0:
        raise ValueError(given)
    return value
