"""The loop of the bus: read, push, send and wait, now and then save; and the shards that this process owns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.bus.ends import Delivery, Message, Sink, Source
from detector.bus.figures import Figures
from detector.bus.shard import Opening, Shard

BATCH_EVENTS: Final = 256
BATCH_S: Final = 0.2
# A former owner may still be writing its last snapshot.
TAKE_OVER_S: Final = 30.0
TELL_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How shards are run: where they are remembered (None: nowhere), and how often in events and in seconds."""

    state: Path | None = None
    save_events: int = 100_000
    save_s: float = 60.0
    lang: str = "zh"
    mapping: dict[str, str] | None = None
    close_at_end: bool = False


class Shards:
    """The shards of this process; taken and given back as the source says."""

    def __init__(self, opening: Opening, kind: str, habits: Habits, figures: Figures) -> None:
        self.opening = opening
        self.kind = kind
        self.habits = habits
        self.figures = figures
        self.held: dict[str, Shard] = {}
        self.saved_at: dict[str, float] = {}
        # What was said and not acknowledged must be said again: then nothing may be saved.
        self.failed = False

    def take(self, shard: str) -> Any:
        """Own a shard; where to go on in it."""
        if shard not in self.held:
            self.held[shard] = Shard(
                shard, self.opening, kind=self.kind, state=self.habits.state, mapping=self.habits.mapping,
                lang=self.habits.lang, wait_s=TAKE_OVER_S if self.kind == "kafka" else 0.0,
            )  # fmt: skip
            self.saved_at[shard] = time.monotonic()
        return self.held[shard].resume

    def give_back(self, shard: str, *, lost: bool = False) -> None:
        """Own it no more."""
        held = self.held.pop(shard, None)
        if held is None:
            return
        try:
            if not lost and not self.failed:
                held.save()
        finally:
            held.release()

    def save(self, shard: str) -> Any:
        """Save one shard; where its source goes on after what is saved."""
        started = time.monotonic()
        self.held[shard].save()
        self.saved_at[shard] = time.monotonic()
        self.figures.snapshots += 1
        self.figures.snapshot_s = self.saved_at[shard] - started
        return self.held[shard].resume

    def due(self, shard: str) -> bool:
        """Whether it is time to save a shard."""
        unsaved = self.held[shard].unsaved
        waited_s = time.monotonic() - self.saved_at[shard]
        return bool(unsaved) and (unsaved >= self.habits.save_events or waited_s >= self.habits.save_s)


def run(
    source: Source,
    sink: Sink,
    opening: Opening,
    *,
    habits: Habits,
    figures: Figures,
    stopped: Callable[[], bool],
    tell: Callable[[Figures], None],
) -> None:
    """Carry comments from ``source`` to ``sink`` until it ends or ``stopped`` says so; then everything is saved.

    After any error nothing more is saved: what was not acknowledged is said again by the next run.
    """
    shards = Shards(opening, source.kind, habits, figures)
    told_at = time.monotonic()
    try:
        while not stopped() and not source.ended:
            deliveries = source.read(BATCH_EVENTS, BATCH_S, shards)
            _carry(deliveries, shards, sink, figures)
            _save(source, sink, shards, [name for name in shards.held if shards.due(name)])
            if time.monotonic() - told_at >= TELL_EVERY_S:
                told_at = time.monotonic()
                figures.lag = source.lag()
                tell(figures)
        if source.ended and habits.close_at_end:
            _send([letter for shard in shards.held.values() for letter in shard.close_all()], sink, figures)
        _save(source, sink, shards, [*shards.held])
        figures.lag = source.lag()
        tell(figures)
    except BaseException:
        shards.failed = True
        raise
    finally:
        for name in [*shards.held]:
            shards.give_back(name)


def _carry(deliveries: list[Delivery], shards: Shards, sink: Sink, figures: Figures) -> None:
    by_shard: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_shard.setdefault(delivery.shard, []).append(delivery)
    letters: list[Message] = []
    for name, part in by_shard.items():
        shard = shards.held[name]
        rejected, unread = shard.rejected, shard.unread
        letters += shard.take(part)
        figures.events += len(part)
        figures.rejected += shard.rejected - rejected
        figures.unread += shard.unread - unread
        figures.unclear.update(shard.unclear)
        shard.unclear.clear()
    _send(letters, sink, figures)


def _send(letters: list[Message], sink: Sink, figures: Figures) -> None:
    if not letters:
        return
    sink.write(letters)
    for letter in letters:
        figures.messages[letter.topic] += 1


def _save(source: Source, sink: Sink, shards: Shards, due: list[str]) -> None:
    if due:
        sink.settle()
    for name in due:
        source.commit(name, shards.save(name))
