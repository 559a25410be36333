"""All that is done on the stream's thread: scoring, looking up, the silent second model, snapshots."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from detector.errors import SnapshotError
from detector.service.live import Live
from detector.service.lookup import Archive, find_comment
from detector.service.metrics import Metrics
from detector.service.problems import Problem
from detector.stream import Prompt, Pushed, Stream
from detector.stream.wire import closed_json, pushed_json
from detector.verdict import VERDICTS

MAX_EVENTS: Final = 1_000
# More different names in one batch would make a table that is far larger than the body.
MAX_FIELDS: Final = 200
SNAPSHOT: Final = "stream.snapshot"

Reply = dict[str, Any]
log = logging.getLogger("zhenping.scoring")


class Scoring:
    """The stream with what the service remembers beside it; used by one thread only."""

    def __init__(
        self,
        stream: Stream,
        *,
        metrics: Metrics,
        live: Live,
        clock: Callable[[], float],
        snapshot_path: Path,
        snapshot_every_s: float,
        shadow: Stream | None = None,
    ) -> None:
        self.stream = stream
        self.shadow = shadow
        self.archive = Archive()
        self.metrics = metrics
        self.live = live
        self.clock = clock
        self.snapshot_path = snapshot_path
        self.snapshot_every_s = snapshot_every_s
        self._snapshot_due_s = clock() + snapshot_every_s
        self._changed = False
        # What the second model has still to score, with what the first one said.
        self._unshadowed: list[tuple[Sequence[Any], Pushed]] = []

    def push(self, events: Sequence[Any], *, lang: str) -> Reply:
        """Score events and remember them; the reply without the name of the model."""
        pushed = self.stream.push(events)
        self._changed = True
        self.archive.keep(pushed.closed)
        if self.shadow is not None:
            self._unshadowed.append((events, pushed))
        self.metrics.pushed(pushed)
        self._measure()
        reply = pushed_json(pushed, lang=lang)
        reply["watermark"] = self._watermark(pushed)
        self.live.publish(pushed, reply)
        return reply

    def read(self, events: Sequence[Any], *, lang: str) -> Reply:
        """Score events by what is remembered now, and forget them."""
        pushed = self.stream.read(events)
        self.metrics.pushed(pushed)
        return pushed_json(pushed, lang=lang) | {"watermark": None}

    def set_prompts(self, session_id: str, prompts: Sequence[Prompt], *, room_id: str) -> None:
        """What the host asks viewers to say."""
        self.stream.set_prompts(session_id, prompts, room_id=room_id)
        self._changed = True

    def close(self, session_id: str, *, room_id: str | None, lang: str) -> Reply:
        """End a session and tell how it ended. Problem ``unknown_session``, ``ambiguous_session``."""
        known = [key for key in self.stream.rooms if key[1] == session_id and room_id in (None, key[0])]
        if not known:
            raise Problem("unknown_session")
        if len(known) > 1:
            raise Problem("ambiguous_session")
        (end,) = self.stream.close(session_id, room_id=known[0][0])
        if self.shadow is not None:
            self.shadow.close(session_id, room_id=known[0][0])
        self._changed = True
        self.archive.keep([end])
        self._measure()
        reply = closed_json(end, lang=lang)
        self.live.close(known[0], reply)
        return reply

    def between(self) -> None:
        """What need not be done before an answer is given."""
        self._measure()
        unshadowed, self._unshadowed = self._unshadowed, []
        for events, pushed in unshadowed:
            self._compare(events, pushed)
        if self.clock() >= self._snapshot_due_s:
            self.snapshot()

    def snapshot(self) -> None:
        """Write all that is remembered, if anything has changed; a disk that is full is told and does no harm."""
        if self._changed:
            started_s = self.clock()
            try:
                self.stream.snapshot(self.snapshot_path)
            except SnapshotError as error:
                self.metrics.snapshot_failed()
                log.error("snapshot_failed", extra={"why": error.en})
            else:
                self._changed = False
                self.metrics.snapshot_took(self.clock() - started_s)
        self._snapshot_due_s = self.clock() + self.snapshot_every_s

    def said_of(self, comment_id: str, session_id: str | None, room_id: str | None) -> tuple[Any, ...] | None:
        """Where a comment stands, None if that is not known or not clear."""
        try:
            return find_comment(self.stream, comment_id, session_id=session_id, room_id=room_id)
        except Problem:
            return None

    def _compare(self, events: Sequence[Any], pushed: Pushed) -> None:
        """Score what was scored with the second model and count where it would have said something else."""
        assert self.shadow is not None
        try:
            other = self.shadow.push(events).results
        except Exception as error:
            # The second model is on trial: whatever it does, the first one goes on.
            self.metrics.shadow_failed()
            log.error("shadow_failed", extra={"error": type(error).__name__})
            return
        for ours, theirs in zip(pushed.results.verdict.tolist(), other.verdict.tolist(), strict=True):
            self.metrics.compared(VERDICTS[ours], VERDICTS[theirs])

    def _measure(self) -> None:
        sessions = self.stream.engine.sessions
        self.metrics.remembered(
            sessions=len(sessions.memories), charged=sessions.charged, evicted=sessions.evicted
        )

    def _watermark(self, pushed: Pushed) -> str | None:
        """The time before which a comment of these sessions would be late; UTC."""
        clocks = [one.clock_ms for one in pushed.sessions if not math.isnan(one.clock_ms)]
        if not clocks:
            return None
        at_ms = min(clocks) - 1000.0 * self.stream.lateness_s
        try:
            return datetime.fromtimestamp(at_ms / 1000.0, UTC).isoformat(timespec="milliseconds")
        except (ValueError, OverflowError, OSError):
            return None


def taken(events: Sequence[Any]) -> Sequence[Any]:
    """Events that are no danger to score. Problems ``too_many_events``, ``too_many_fields``."""
    if len(events) > MAX_EVENTS:
        raise Problem("too_many_events")
    names: set[Any] = set()
    for event in events:
        if isinstance(event, dict):
            names.update(event)
            if len(names) > MAX_FIELDS:
                raise Problem("too_many_fields")
    return events
