"""What is scored: comments of simulated rooms always, and of a real log where one is at hand; as they are, and distinct.

Every feed comes in the forms in which comments reach a scorer: lines of JSON, dicts as JSON gives them, ``Comment``
objects, columns.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from detector.comment import Comment, CommentBatch
from detector.readers import read_comments
from detector.simulate import simulate_room

MINUTES: Final = 120
VIEWERS: Final = 3_000
# Rooms that teach the peers; no feed has them.
TEACHING: Final = 10_000
TAUGHT_ROWS: Final = 20_000
NAMES: Final = {"ts_ms": "ts"}
FIELDS: Final = (
    "comment_id", "room_id", "session_id", "user_id", "user_name", "text", "ts_ms", "user_level", "fan_badge_level",
)  # fmt: skip


@dataclass(frozen=True)
class Feed:
    """Comments in the order they came, whether each is genuine, and the same for a part that teaches the peers."""

    name: str
    batch: CommentBatch
    bad: list[bool]
    taught: list[str]
    taught_bad: list[bool]

    @functools.cached_property
    def comments(self) -> list[Comment]:
        """The comments as objects."""
        return [self.batch.row(row) for row in range(len(self.batch))]

    @functools.cached_property
    def lines(self) -> list[bytes]:
        """The comments as lines of JSON."""
        columns = [_cells(self.batch, name) for name in FIELDS]
        names = [NAMES.get(name, name) for name in FIELDS]
        return [orjson.dumps(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]

    @functools.cached_property
    def dicts(self) -> list[dict[str, Any]]:
        """The comments as JSON gives them."""
        return list(map(orjson.loads, self.lines))

    @property
    def distinct_share(self) -> float:
        """How many texts are there for each comment."""
        return len(set(self.batch.text)) / len(self.batch)


def _cells(batch: CommentBatch, name: str) -> list[Any]:
    column = getattr(batch, name)
    if isinstance(column, np.ndarray):
        return [None if math.isnan(value) else int(value) for value in column.tolist()]
    return [*column]


def rooms(first: int, comments: int) -> tuple[CommentBatch, list[str]]:
    """Simulated rooms, from seed ``first`` on, that are live at the same time, ``comments`` or more, with labels."""
    batches: list[CommentBatch] = []
    labels: list[str] = []
    n = 0
    while n < comments:
        log = simulate_room(seed=first + len(batches), minutes=MINUTES, viewers=VIEWERS)
        batches.append(log.batch)
        labels += log.label
        n += len(log)
    batch = CommentBatch.concat(batches)
    order = batch.replay_order()
    return batch.take(order), [labels[row] for row in order.tolist()]


def simulated(comments: int) -> Feed:
    """Rooms that are live at once."""
    taught, taught_labels = rooms(TEACHING, TAUGHT_ROWS)
    batch, labels = rooms(0, comments)
    taught_bad = _bad(taught_labels)[:TAUGHT_ROWS]
    return Feed("simulated rooms", batch, _bad(labels), taught.text[:TAUGHT_ROWS], taught_bad)


def real(path: Path, comments: int) -> Feed:
    """The first ``comments`` of a labelled log; its last ones teach the peers."""
    batch, _ = read_comments(path)
    batch = batch.take(batch.replay_order())
    headers = batch.source.headers
    bad = _bad(batch.source.columns[headers.index("label")]) if "label" in headers else [False] * len(batch)
    end = min(comments, len(batch) - TAUGHT_ROWS)
    taught = batch.slice(len(batch) - TAUGHT_ROWS, len(batch))
    return Feed("a real live log", batch.slice(0, end), bad[:end], list(taught.text), bad[-TAUGHT_ROWS:])


def distinct(make: Callable[[int], Feed], comments: int) -> Feed:
    """The first comment of each text of a longer feed: nothing is said twice."""
    feed = make(comments)
    rows = [*{text: row for row, text in reversed([*enumerate(feed.batch.text)])}.values()][::-1]
    batch = feed.batch.take(sorted(rows))
    bad = [feed.bad[row] for row in sorted(rows)]
    return Feed(f"{feed.name}, every text once", batch, bad, feed.taught, feed.taught_bad)


def _bad(labels: Sequence[str]) -> list[bool]:
    return [label in ("solicitation", "bot_flood", "fake_review") for label in labels]
