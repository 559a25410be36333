"""Simulated live rooms and review logs with labels, and attacks put into real ones.

All phrases, names and numbers are invented. The same seed gives the same log, byte for byte
(under one version of NumPy).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.simulate.attacks import ATTACKS, LIVE_ATTACKS, REVIEW_ATTACKS, Attack
from detector.simulate.crowd import LEVEL_SCALES
from detector.simulate.grammar import Phrasebook, between, chance
from detector.simulate.injection import ACCOUNT_TYPES, inject, join_attack
from detector.simulate.log import LABELS, SimulatedLog, write_jsonl, write_reviews_csv
from detector.simulate.reviews import draw_products, genuine_reviews
from detector.simulate.room import DEFAULT_START_MS, TOPICS, draw_setting, genuine_room, number_comments

__all__ = [
    "ACCOUNT_TYPES",
    "ATTACKS",
    "LABELS",
    "LEVEL_SCALES",
    "LIVE_ATTACKS",
    "REVIEW_ATTACKS",
    "TOPICS",
    "Attack",
    "SimulatedLog",
    "inject",
    "simulate_reviews",
    "simulate_room",
    "write_jsonl",
    "write_reviews_csv",
]

# No more than this share of a room is attack.
MAX_ATTACK_SHARE: Final = 0.08


def simulate_room(
    *,
    seed: int,
    minutes: float = 40,
    viewers: int = 1500,
    attacks: Sequence[str] | None = None,
    without: Sequence[str] = (),
    share: float | None = None,
    topic: str | None = None,
    level_scale: str | None = None,
    start_ms: float = DEFAULT_START_MS,
) -> SimulatedLog:
    """A live room of ``minutes`` with ``viewers`` people who say something (about four comments each).

    ``attacks`` are names of ``LIVE_ATTACKS`` in any number; by default one to five are drawn, none of them one of
    ``without``. ``share`` is the share of each; by default 0.2 to 3 %, for one alone up to 8 %, and no more than 8 % for all together.
    ``topic`` (``TOPICS``) and ``level_scale`` (``LEVEL_SCALES``) are drawn if not given. ``start_ms`` is UTC
    milliseconds. Raises UsageError for an unknown name.
    """
    rng = np.random.default_rng(seed)
    setting = draw_setting(minutes=minutes, topic=topic, level_scale=level_scale, start_ms=start_ms, rng=rng)
    rows, labels = genuine_room(setting, viewers=viewers, rng=rng)
    log = SimulatedLog(_numbered(CommentBatch.from_comments(rows), rng), labels, [""] * len(rows))
    names = _drawn(LIVE_ATTACKS, 6, rng) if attacks is None else list(attacks)
    _only([*names, *without], tuple(ATTACKS))
    _only(names, LIVE_ATTACKS)
    # What is left out is drawn all the same, so that the rest of the room stays as it would be.
    names = [name for name in names if name not in without]
    for name, size in zip(names, _shares(len(names), share, rng), strict=True):
        log = _joined(log, name, setting.book, size, rng)
    return dataclasses.replace(log, batch=_numbered(log.batch, rng))


def simulate_reviews(
    *,
    seed: int,
    products: int = 6,
    reviews: int = 600,
    days: float = 120,
    attacks: Sequence[str] | None = None,
    without: Sequence[str] = (),
    share: float | None = None,
    start_ms: float = DEFAULT_START_MS,
) -> SimulatedLog:
    """A log of about ``reviews`` reviews of ``products`` over ``days``, honest ones and fakes, in time order.

    ``attacks`` are names of ``REVIEW_ATTACKS``; by default all but those of ``without``. ``share`` is the share of each; by default
    1 to 5 %. ``start_ms`` is UTC milliseconds.
    Raises UsageError for an unknown name.
    """
    rng = np.random.default_rng(seed)
    names = [name for name in REVIEW_ATTACKS if name not in without] if attacks is None else list(attacks)
    _only(names, REVIEW_ATTACKS)
    books = draw_products(products, rng)
    sizes = [between(rng, 0.01, 0.05) if share is None else share for _ in names]
    honest = max(1, round(reviews / (1 + sum(sizes))))
    rows = genuine_reviews(books, reviews=honest, days=days, start_ms=start_ms, rng=rng)
    log = SimulatedLog(
        _numbered(CommentBatch.from_comments(rows), rng), ["normal"] * len(rows), [""] * len(rows)
    )
    shelf = list(books.values())
    for name, size in zip(names, sizes, strict=True):
        book = shelf[int(rng.integers(len(shelf)))]
        log = _joined(log, name, book, size, rng)
    return dataclasses.replace(log, batch=_numbered(log.batch, rng))


def _joined(
    log: SimulatedLog, name: str, book: Phrasebook, share: float, rng: np.random.Generator
) -> SimulatedLog:
    """The log with one campaign whose every knob is drawn; its accounts are named like everybody else."""
    names = [book.say("name", rng) for _ in range(300)]
    return join_attack(log, name, book=book, names=names, share=share, simulated=True, rng=rng)


def _drawn(names: Sequence[str], most: int, rng: np.random.Generator) -> list[str]:
    return [str(name) for name in rng.choice(names, size=int(rng.integers(1, most)), replace=False)]


def _shares(n: int, share: float | None, rng: np.random.Generator) -> list[float]:
    if share is not None:
        return [share] * n
    sizes = [between(rng, 0.002, 0.03) for _ in range(n)]
    if n == 1 and chance(rng, 0.3):
        sizes = [between(rng, 0.02, MAX_ATTACK_SHARE)]
    return [size * min(1.0, MAX_ATTACK_SHARE / sum(sizes)) for size in sizes]


def _only(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(
                f"unknown attack {name!r}; choose from {', '.join(known)}",
                zh=f"没有名为 {name!r} 的攻击，可选：{', '.join(known)}",
            )


def _numbered(batch: CommentBatch, rng: np.random.Generator) -> CommentBatch:
    return dataclasses.replace(batch, comment_id=number_comments(len(batch), rng))
