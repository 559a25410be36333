"""Phrases with slots, and how one is said."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final, Self

import numpy as np

from detector.errors import UsageError

_INNERMOST: Final = re.compile(r"\{([^{}]*)\}")
_NUMBERS: Final = re.compile(r"(\d+)-(\d+)")
_WEIGHTED: Final = re.compile(r"(\d+)\| ?(.*)")
_SLOT_NAME: Final = re.compile(r"[a-z_0-9]+")
_MAX_ROUNDS: Final = 12


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of ``options``, all equally likely."""
    return options[int(rng.random() * len(options))]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with ``probability``."""
    return bool(rng.random() < probability)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between ``low`` and ``high``, small ones as likely as large ones on a log scale."""
    return float(low * (high / low) ** rng.random())


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Sections of phrases: ``{slot}`` is a section, ``{a|b}`` a choice, ``{3-9}`` a whole number.

    A choice may name a section too (``{cheap|good}``); ``{ }`` keeps a space. A slot is looked up in the
    book's own topic first (``clothes.good`` before ``good``).
    """

    sections: Mapping[str, tuple[str, ...]]
    topic: str = ""

    def about(self, topic: str) -> Self:
        """The same book opened at ``topic``."""
        return replace(self, topic=topic)

    def with_words(self, words: Mapping[str, Sequence[str]]) -> Self:
        """The same book with sections added or replaced, say the host's name of one room."""
        added = {name: tuple(phrases) for name, phrases in words.items()}
        if self.topic:
            added |= {f"{self.topic}.{name}": phrases for name, phrases in added.items()}
        return replace(self, sections={**self.sections, **added})

    def has(self, slot: str) -> bool:
        """Is there a section of this name?"""
        return f"{self.topic}.{slot}" in self.sections or slot in self.sections

    def section(self, slot: str) -> tuple[str, ...]:
        """All phrases of a slot; raises UsageError if there is no such section."""
        found = self.sections.get(f"{self.topic}.{slot}") or self.sections.get(slot)
        if not found:
            raise UsageError(f"no phrases for the slot {{{slot}}}", zh=f"没有槽位 {{{slot}}} 的短语")
        return found

    def say(self, slot: str, rng: np.random.Generator) -> str:
        """One phrase of the section, every slot in it filled."""
        return self.fill(pick(rng, self.section(slot)), rng)

    def fill(self, phrase: str, rng: np.random.Generator) -> str:
        """``phrase`` with every slot filled, innermost first."""

        def word(found: re.Match[str]) -> str:
            slot = found.group(1)
            if numbers := _NUMBERS.fullmatch(slot):
                return str(int(rng.integers(int(numbers[1]), int(numbers[2]) + 1)))
            if _SLOT_NAME.fullmatch(slot):
                return pick(rng, self.section(slot))
            choice = pick(rng, slot.split("|"))
            return self.say(choice, rng) if _SLOT_NAME.fullmatch(choice) and self.has(choice) else choice

        for _ in range(_MAX_ROUNDS):
            if "{" not in phrase:
                return phrase
            phrase = _INNERMOST.sub(word, phrase)
        raise UsageError(
            f"phrases refer to one another without end: {phrase}", zh=f"短语互相引用没有尽头：{phrase}"
        )


def parse_phrases(text: str) -> dict[str, tuple[str, ...]]:
    """Sections of ``[name]`` and one phrase per line; ``5| phrase`` is five times as likely.

    Lines that begin with ``#`` are remarks. The same section may be continued further down.
    """
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        phrase = line.strip()
        if not phrase or phrase.startswith("# "):
            continue
        if phrase.startswith("[") and phrase.endswith("]"):
            current = sections.setdefault(phrase[1:-1], [])
        elif weighted := _WEIGHTED.fullmatch(phrase):
            current.extend([weighted[2]] * int(weighted[1]))
        else:
            current.append(phrase)
    return {name: tuple(phrases) for name, phrases in sections.items()}


@functools.cache
def phrasebook() -> Phrasebook:
    """The phrases that come with the package, all of them invented for it."""
    sections: dict[str, tuple[str, ...]] = {}
    folder = resources.files("detector.simulate") / "phrases"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".txt"):
            sections |= parse_phrases(file.read_text(encoding="utf-8"))
    return Phrasebook(sections)
