"""The people of a simulated room: ids, names, levels, badges, how much each one talks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from detector.comment import NAN
from detector.simulate.grammar import Phrasebook, chance, pick
from detector.simulate.keyboard import Habits, draw_habits

LEVEL_SCALES: Final = ("long", "medium", "short", "none")
ID_FORMS: Final = ("hex", "long_number", "number", "prefixed")
# Pareto exponent: half of a room says one thing and the busiest hundredth writes about a fifth.
TALKATIVENESS: Final = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as the room shows it."""

    user_id: str
    user_name: str
    level: float
    badge_name: str
    badge_level: float
    paid_marker: str
    is_staff: float
    habits: Habits


def draw_id(form: str, rng: np.random.Generator) -> str:
    """A new id of one of ``ID_FORMS``."""
    if form == "hex":
        return "".join("0123456789abcdef"[d] for d in rng.integers(0, 16, 16))
    if form == "long_number":
        return str(int(rng.integers(10**17, 9 * 10**17)))
    if form == "number":
        return str(int(rng.integers(10**6, 9 * 10**8)))
    return f"u{int(rng.integers(10**7, 10**8))}"


def draw_level(scale: str, posts: int, rng: np.random.Generator) -> float:
    """An account level: long-tailed, higher for those who talk more; NaN where there are none."""
    if scale == "none":
        return NAN
    new = 0.12 if posts == 1 else 0.07 if posts < 5 else 0.02
    if chance(rng, new):
        return float(rng.choice((1, 2, 3), p=(0.72, 0.2, 0.08)))
    long = rng.lognormal(np.log(9.5 + 2.4 * np.log(posts)), 0.55)
    if scale == "long":
        return float(min(max(round(long), 1), 100))
    if scale == "medium":
        return float(min(max(round(0.9 * long + 2), 1), 60))
    return float(min(max(round(long / 4), 1), 7))


def draw_account(
    book: Phrasebook,
    *,
    posts: int,
    level_scale: str,
    badge_name: str,
    badge_share: float,
    paid_share: float,
    id_form: str,
    rng: np.random.Generator,
) -> Account:
    """A new genuine viewer who will say ``posts`` things; ``badge_share`` is for people who talk a lot."""
    level = draw_level(level_scale, posts, rng)
    known = bool(badge_name)
    # A badge takes days to earn: few of those who say one thing have one, and brand new accounts none.
    share = badge_share * (0.45 if posts == 1 else 0.75 if posts < 5 else 1.0)
    wears = known and level != 1.0 and chance(rng, share)
    own = chance(rng, 0.8)
    return Account(
        user_id=draw_id(id_form, rng),
        user_name=book.say("name", rng),
        level=level,
        badge_name=(badge_name if own else book.say("fruit_name", rng)[:3]) if wears else "",
        badge_level=float(min(1 + rng.gamma(2.2, 3.2), 20) // 1) if wears else 0.0 if known else NAN,
        paid_marker=pick(rng, ("vip", "guard3", "guard3", "guard2", "svip"))
        if wears and chance(rng, paid_share)
        else "",
        is_staff=0.0,
        habits=draw_habits(rng),
    )


def draw_activity(people: int, cap: int, rng: np.random.Generator) -> list[int]:
    """How many things each of ``people`` says: Pareto, redrawn above ``cap``."""
    counts: list[int] = []
    while len(counts) < people:
        drawn = np.floor((1.0 - rng.random(people)) ** (-1.0 / TALKATIVENESS))
        counts.extend(int(n) for n in drawn if n <= cap)
    return counts[:people]
