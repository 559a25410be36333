"""Runs ``zhenping stream``, kills it at random points, and says what came out of it."""

from __future__ import annotations

import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.comment import CommentBatch
from detector.simulate import simulate_room
from tests.bus.brokers import Broker, Feed, Reader

ROOT: Final = Path(__file__).resolve().parents[2]
# One message in so many is no event, and one in so many is delivered a second time by the producer.
BROKEN_EVERY: Final = 1000
AGAIN_EVERY: Final = 500


def simulated(comments: int, shards: Sequence[str]) -> Feed:
    """So many comments of simulated rooms, each room in one shard; broken messages and second deliveries among them.

    The last messages of a shard close its sessions.
    """
    feed: dict[str, list[bytes]] = {shard: [] for shard in shards}
    # A room of 8,000 viewers says some 35,000 things.
    rooms = max(len(shards), -(-comments // 35_000))
    viewers = math.ceil(comments / rooms / 3.2)
    left = comments
    for number in range(rooms):
        room = simulate_room(seed=number, minutes=120, viewers=viewers).batch
        wanted = min(len(room), -(-left // (rooms - number)))
        assert wanted >= left if number == rooms - 1 else True
        left -= wanted
        feed[shards[number % len(shards)]] += [*_told(room, wanted, number)]
    # In the order of time, as rooms come in together.
    for shard, messages in feed.items():
        messages.sort(key=lambda body: json.loads(body)["ts_ms"])
        feed[shard] = _roughened(messages)
        closing = {json.loads(body)["session_id"] for body in messages}
        feed[shard] += [json.dumps({"close": session}).encode() for session in sorted(closing)]
    return {shard: tuple(messages) for shard, messages in feed.items()}


def _told(room: CommentBatch, comments: int, number: int) -> list[bytes]:
    return [
        json.dumps(
            {
                "comment_id": f"{number}-{room.comment_id[row]}",
                "room_id": f"room-{number}",
                "session_id": f"session-{number}",
                "user_id": room.user_id[row],
                "user_name": room.user_name[row],
                "ts_ms": int(room.ts_ms[row]),
                "text": room.text[row],
                "kind": "comment",
                "user_level": None if math.isnan(room.user_level[row]) else int(room.user_level[row]),
            },
            ensure_ascii=False,
        ).encode()
        for row in range(comments)
    ]


def _roughened(messages: Sequence[bytes]) -> list[bytes]:
    out = []
    for number, body in enumerate(messages, start=1):
        out.append(body)
        if number % BROKEN_EVERY == 0:
            out.append(body[: len(body) // 2])
        if number % AGAIN_EVERY == 0:
            out.append(body)
    return out


@dataclass(slots=True)
class Collected:
    """All that came out: by topic, id -> digest of the body; ``comments`` are ids with their first results."""

    bodies: dict[str, dict[str, bytes]] = field(default_factory=dict)
    comments: Counter[str] = field(default_factory=Counter)
    verdicts: dict[str, str] = field(default_factory=dict)
    messages: int = 0
    resent: int = 0
    unlike: int = 0

    def add(self, topic: str, body: bytes) -> None:
        """Take a message in; one that was sent before must be the same bytes."""
        self.messages += 1
        told = json.loads(body)
        digest = hashlib.blake2b(body, digest_size=16).digest()
        known = self.bodies.setdefault(topic, {})
        if told["id"] in known:
            self.resent += 1
            self.unlike += known[told["id"]] != digest
            return
        known[told["id"]] = digest
        if topic == "results" and not told["duplicate"]:
            self.comments[told["comment_id"]] += 1
            self.verdicts[told["comment_id"]] = told["verdict"]

    def count(self, topic: str) -> int:
        """How many different messages of a topic."""
        return len(self.bodies.get(topic, ()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left behind, how often it was killed, how many seconds it took."""

    collected: Collected
    kills: int
    took_s: float


@contextmanager
def begun(broker: Broker, prefix: str, state: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """``zhenping stream`` as a process of its own, killed (-9) at the end of the block if it runs by then."""
    words = ["stream", "--from", broker.source, "--to", broker.sink(prefix), "--state", str(state), *options]
    with subprocess.Popen(
        [sys.executable, "-m", "detector", *words],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as run:
        try:
            yield run
        finally:
            run.kill()


def carried_out(
    broker: Broker,
    prefix: str,
    state: Path,
    feed: Feed,
    *,
    kills: int,
    seed: int = 0,
    options: Sequence[str] = (),
) -> Outcome:
    """Run to the end of the feed, killed (-9) at so many random points of it; a last SIGTERM must end it with 0."""
    rng = np.random.default_rng(seed)
    rooms = sum(b'{"close"' in body[:8] for bodies in feed.values() for body in bodies)
    answers = sum(map(len, feed.values())) - rooms
    points = sorted(rng.choice(answers, size=kills, replace=False).tolist())
    started = time.monotonic()
    found = Collected()
    reader = broker.reader(prefix)

    def done() -> int:
        if not _drained(reader, found):
            # Nothing now: leave the machine to those who work.
            time.sleep(0.02)
        return found.count("results") + found.count("dead")

    for point in points:
        with begun(broker, prefix, state, *options) as run:
            if done() >= point:
                # Passed already by the last life: somewhere while it starts, restores or repeats itself.
                time.sleep(float(rng.uniform(0, 8)))
            while run.poll() is None and done() < point:
                pass
            time.sleep(float(rng.uniform(0, 0.1)))
            assert run.poll() is None, _last_words(run)
    with begun(broker, prefix, state, *options) as run:
        while done() < answers or found.count("rooms") < rooms:
            assert run.poll() is None, _last_words(run)
        # All may have been said by those killed before: first it has to be there to be asked to end.
        assert run.stderr is not None
        assert "→" in run.stderr.readline().decode()
        run.send_signal(signal.SIGTERM)
        words = run.stderr.read().decode()
        assert run.wait() == 0, words
    while _drained(reader, found):
        pass
    reader.close()
    return Outcome(found, kills, time.monotonic() - started)


def _drained(reader: Reader, found: Collected) -> bool:
    more = reader.more()
    for topic, body in more:
        found.add(topic, body)
    return bool(more)


def _last_words(run: subprocess.Popen[bytes]) -> str:
    return run.stderr.read().decode() if run.stderr is not None and run.poll() is not None else ""


def compared(feed: Feed, whole: Outcome, killed: Outcome) -> dict[str, Any]:
    """The figures: lost, doubled, unlike, and how many messages differ from the run that nobody killed."""
    wanted = set()
    for bodies in feed.values():
        for body in bodies:
            if not body.startswith(b'{"close"') and body.endswith(b"}"):
                wanted.add(json.loads(body)["comment_id"])
    a, b = whole.collected, killed.collected
    differing = {
        topic: len(set(a.bodies.get(topic, {}).items()) ^ set(b.bodies.get(topic, {}).items()))
        for topic in ("results", "revisions", "alerts", "rooms", "dead")
    }
    return {
        "comments": len(wanted),
        "kills": killed.kills,
        "lost": len(wanted - set(b.comments)),
        "doubled": sum(count > 1 for count in b.comments.values()),
        "resent": b.resent,
        "resent_unlike": b.unlike,
        "differing": differing,
        "verdicts_differing": sum(b.verdicts.get(name) != verdict for name, verdict in a.verdicts.items()),
        "messages": {topic: b.count(topic) for topic in differing},
        "uninterrupted_s": round(whole.took_s, 1),
        "killed_s": round(killed.took_s, 1),
    }
