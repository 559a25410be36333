"""How a flood changes its words so that no two posts are quite the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from detector.simulate.contacts import (
    DIGIT_TABLES,
    INVISIBLE,
    LETTER_TABLES,
    TAILS,
    respell_digits,
    respell_letters,
    spread,
)
from detector.simulate.grammar import chance, phrasebook, pick
from detector.simulate.keyboard import ENDINGS, FACES, PARTICLES, SUFFIXES, TRADITIONAL

MARKS: Final = tuple("·.*-_~丶、/|〰°^'☆⭐❤。…+ ")
PAIRS: Final = tuple(a + b for a, b in zip("【〖《♥★(（「☆❤🔥✨~*[", "】〗》♥★)）」☆❤🔥✨~*]", strict=True))
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def _tail(text: str, rng: np.random.Generator) -> str:
    return text + pick(rng, TAILS if chance(rng, 0.6) else SUFFIXES)


def _random_word(text: str, rng: np.random.Generator) -> str:
    """A meaningless handle at the end or the start."""
    letters = "".join(pick(rng, LETTERS) for _ in range(int(rng.integers(1, 5))))
    digits = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(0, 4))))
    mark = letters + digits if chance(rng, 0.7) else digits or letters
    return f"{text}{pick(rng, ('', ' ', ' '))}{mark}" if chance(rng, 0.8) else f"{mark} {text}"


def _digit_in_front(text: str, rng: np.random.Generator) -> str:
    return str(int(rng.integers(10))) + text


@functools.cache
def look_alikes() -> Mapping[str, tuple[str, ...]]:
    """What is written for a character: same sound, same shape, split, or spelled out."""
    rows = [line.split() for line in phrasebook().section("look_alike")]
    return {first: tuple(others) for first, *others in rows}


def _look_alike(text: str, rng: np.random.Generator) -> str:
    known, share = look_alikes(), 0.25 + 0.6 * rng.random()
    return "".join(pick(rng, known[c]) if c in known and rng.random() < share else c for c in text)


def _marks(text: str, rng: np.random.Generator) -> str:
    mark = pick(rng, MARKS)
    share = 0.15 + 0.5 * rng.random()
    return "".join(c + (mark if rng.random() < share else "") for c in text)


def _faces_between(text: str, rng: np.random.Generator) -> str:
    return "".join(
        c + (pick(rng, phrasebook().section("ornament")) if rng.random() < 0.2 else "") for c in text
    )


def _ornament(text: str, rng: np.random.Generator) -> str:
    if chance(rng, 0.5):
        pair = pick(rng, PAIRS)
        half = len(pair) // 2
        return pair[:half] + text + pair[half:]
    sign = pick(rng, phrasebook().section("ornament")) * int(rng.integers(1, 4))
    return sign + text + (sign if chance(rng, 0.6) else "")


def _invisible(text: str, rng: np.random.Generator) -> str:
    mark = pick(rng, INVISIBLE)
    at = int(rng.integers(len(text) + 1))
    return text[:at] + mark + text[at:]


def _traditional(text: str, rng: np.random.Generator) -> str:
    return text.translate(TRADITIONAL)


def _digits(text: str, rng: np.random.Generator) -> str:
    """Its digits in other forms: circled, as words, as homophones, as letters."""
    return respell_digits(text, pick(rng, tuple(DIGIT_TABLES)), 0.4 + 0.6 * rng.random(), rng)


def _letters(text: str, rng: np.random.Generator) -> str:
    """Its Latin letters in other forms: full width, circled, mathematical."""
    return respell_letters(text, pick(rng, tuple(LETTER_TABLES)), 1.0, rng)


def _said_twice(text: str, rng: np.random.Generator) -> str:
    return text + pick(rng, (" ", "", "...", "  ", "，")) + text[: int(rng.integers(1, len(text) + 1))]


def _ending(text: str, rng: np.random.Generator) -> str:
    return text + pick(rng, ENDINGS)


def _particle(text: str, rng: np.random.Generator) -> str:
    return text + pick(rng, PARTICLES)


def _face(text: str, rng: np.random.Generator) -> str:
    return text + pick(rng, FACES) * int(rng.integers(1, 4))


def _spaces(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + " " + text[at:]


Edit = Callable[[str, np.random.Generator], str]

# Small edits: what honest people's posts look like too.
PLAIN_EDITS: Final[Mapping[str, Edit]] = {
    "tail": _tail,
    "ending": _ending,
    "particle": _particle,
    "face": _face,
    "spaces": _spaces,
    "said_twice": _said_twice,
}
# Edits against word filters.
SLY_EDITS: Final[Mapping[str, Edit]] = {
    "look_alike": _look_alike,
    "marks": _marks,
    "faces_between": _faces_between,
    "ornament": _ornament,
    "invisible": _invisible,
    "traditional": _traditional,
    "random_word": _random_word,
    "digit_in_front": _digit_in_front,
    "spread": spread,
    "digits": _digits,
    "letters": _letters,
}


# Those of them that leave a sentence easy to read: praise that nobody can read sells nothing.
READABLE: Final = (
    "look_alike",
    "ornament",
    "invisible",
    "traditional",
    "random_word",
    "digit_in_front",
    "letters",
)


def draw_edits(rng: np.random.Generator, *, sly: float, readable: bool) -> tuple[str, ...]:
    """The edits one campaign keeps to, one to four; ``sly`` is the share of those against filters."""
    names = {True: READABLE if readable else tuple(SLY_EDITS), False: tuple(PLAIN_EDITS)}
    return tuple(dict.fromkeys(pick(rng, names[chance(rng, sly)]) for _ in range(int(rng.integers(1, 5)))))


def disguise(text: str, edits: tuple[str, ...], strength: float, rng: np.random.Generator) -> str:
    """``text`` with each of ``edits`` made with probability ``strength`` (0: verbatim, 1: always)."""
    for name in edits:
        if text and rng.random() < strength:
            edit = PLAIN_EDITS.get(name) or SLY_EDITS[name]
            text = edit(text, rng)
    return text
