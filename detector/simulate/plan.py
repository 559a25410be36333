"""Plan a campaign: which session it aims at, when each post is made, and by which of its accounts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.simulate.attacks import Attack
from detector.simulate.grammar import between, chance, pick
from detector.simulate.texts import Scene

# The pace of a log that has an order but no clock.
NOMINAL_GAP_MS: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """The settings of one campaign, as in ``inject``; None is drawn from the ranges of the attack."""

    accounts: int | None = None
    accounts_like: str | None = None
    span_s: float | None = None
    jitter: float | None = None
    strength: float | None = None
    chatty: float | None = None
    borrowed: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a campaign; ``account`` counts the accounts of the campaign from 0."""

    at_ms: float
    account: int
    text: str
    harmless: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """The session that is attacked: its rows in the log, their clock, a row per account (newest first)."""

    rows: NDArray[np.intp]
    clock_ms: NDArray[np.float64]
    accounts: NDArray[np.intp]
    is_reviews: bool


def clock_of(batch: CommentBatch) -> NDArray[np.float64]:
    """A time in ms for every row that never runs backwards; nominal where the log has none."""
    ts = batch.ts_ms
    known = ~np.isnan(ts)
    if not known.any():
        return np.arange(len(batch), dtype=np.float64) * NOMINAL_GAP_MS
    filled = np.where(known, ts, -np.inf)
    filled[0] = ts[known][0]
    return np.asarray(np.maximum.accumulate(filled), dtype=np.float64)


def survey(batch: CommentBatch, session: str | None, rng: np.random.Generator) -> Ground:
    """Choose the session to attack: that of a random comment, or the one named; raises UsageError if empty."""
    scored = np.flatnonzero(batch.scored())
    if session is not None:
        scored = np.array([r for r in scored if batch.session_id[r] == session], dtype=np.intp)
    if not len(scored):
        raise UsageError("there are no comments to hide an attack among", zh="没有可以混入攻击的评论")
    aim = int(scored[rng.integers(len(scored))])
    is_reviews = bool(np.mean(~np.isnan(batch.rating[scored])) > 0.5)
    home = (batch.room_id[aim], batch.session_id[aim])
    rows = np.array([r for r in scored if (batch.room_id[r], batch.session_id[r]) == home], dtype=np.intp)
    last_row = {batch.user_id[r]: int(r) for r in rows if batch.is_staff[r] != 1.0 and not batch.paid_marker[r]}
    accounts = np.array(list(last_row.values()) or rows.tolist(), dtype=np.intp)
    level = np.nan_to_num(batch.user_level[accounts], nan=0.0)
    badge = np.nan_to_num(batch.fan_badge_level[accounts], nan=0.0)
    # Badge wearers are never brand new, however low their level.
    newest_first = np.lexsort((rng.random(len(accounts)), level, badge > 0))
    return Ground(rows, clock_of(batch)[rows], accounts[newest_first], is_reviews)


def times(
    rhythm: str,
    owner: NDArray[np.intp],
    *,
    start_ms: float,
    span_ms: float,
    jitter: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """A time in ms for each post from ``start_ms`` on; ``owner`` says which account makes it."""
    n = len(owner)
    if rhythm == "rush":
        at = rng.beta(1.1, 3.0, n)
    elif rhythm == "pulses":
        centres = rng.random(int(rng.integers(2, 7)))
        at = centres[rng.integers(len(centres), size=n)] + 0.02 * rng.standard_normal(n)
    elif rhythm == "even":
        at = (np.arange(n) + jitter * rng.standard_normal(n)) / n
    elif rhythm == "timer":
        # Every account has the same period and its own first beat.
        turns = np.array([int(np.sum(owner[:i] == owner[i])) for i in range(n)], dtype=np.float64)
        period = 1.0 / (turns.max() + 1)
        first = rng.random(int(owner.max()) + 1)[owner] * period
        at = first + turns * period + 0.3 * jitter * period * rng.standard_normal(n)
    else:
        at = rng.random(n)
    return np.asarray(start_ms + span_ms * np.clip(at, 0.0, 1.0), dtype=np.float64)


def plan(
    attack: Attack, scene: Scene, ground: Ground, *, n: int, knobs: Knobs, rng: np.random.Generator
) -> list[Post]:
    """``n`` posts of one campaign, and the harmless chat of its accounts, in time order."""

    def drawn(given: float | None, low_high: tuple[float, float]) -> float:
        return between(rng, *low_high) if given is None else given

    accounts = knobs.accounts or max(1, round(n / between(rng, *attack.posts_per_account)))
    owner = rng.permutation(np.arange(n) % min(accounts, n)).astype(np.intp)
    first_ms, last_ms = float(ground.clock_ms[0]), float(ground.clock_ms[-1])
    whole_ms = last_ms - first_ms
    span_ms = drawn(knobs.span_s, attack.span_s) * 1000.0
    span_ms = whole_ms if math.isnan(span_ms) else min(span_ms, whole_ms)
    # Begin at the time of some comment: the busier the room, the likelier.
    begin_ms = min(float(rng.choice(ground.clock_ms)), last_ms - span_ms)
    jitter = drawn(knobs.jitter, (0.02, 1.0))
    at_ms = np.sort(
        times(pick(rng, attack.rhythms), owner, start_ms=begin_ms, span_ms=span_ms, jitter=jitter, rng=rng)
    )
    weak, strong = attack.strength
    strength = weak + (strong - weak) * float(rng.random()) if knobs.strength is None else knobs.strength
    texts = attack.write(scene, at_ms, strength, rng)
    if knobs.borrowed:
        texts = scene.borrowing(texts, at_ms, knobs.borrowed, rng)
    posts = [Post(float(t), int(o), text, False) for t, o, text in zip(at_ms, owner, texts, strict=True)]
    # An account that also reviews honestly cannot be told from a buyer; it would only blur the labels.
    chatty = 0.0 if ground.is_reviews else drawn(knobs.chatty, attack.chatty)
    opening = {int(o): float(t) for t, o in zip(at_ms[::-1], owner[::-1], strict=True)}
    patience_ms = between(rng, 60_000, 900_000)
    for account, begins_ms in opening.items():
        if not chance(rng, chatty):
            continue
        for _ in range(int(rng.integers(1, 5))):
            when = max(first_ms, begins_ms - patience_ms * float(rng.random()))
            if said := scene.small_talk(when, rng):
                posts.append(Post(when, account, said, True))
    return sorted(posts, key=lambda post: post.at_ms)
