"""What every signal is made of: named features, what it observes, and the two kinds of signal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from detector.text.reading import TextReading

Floats = NDArray[np.float64]
Sentence = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: its name ``<signal>.<quantity>``, its unit and what it means."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Comments of one session in event order, with all that is shared between signals; all of shape (n,).

    ``account`` is a positive key, 0 for nobody. ``ts_ms`` is NaN where the source has no clock fit for
    seconds. ``accounts`` (see ``readings``) is of shape (READINGS, n). ``first_index`` is the number of comments the session has had before. ``contact_form`` marks
    texts that hold a long number or a handle. ``phrases`` int64 (m, PHRASES) are those of m texts, of which comment i
    has the row ``text[i]``.
    """

    first_index: int
    account: NDArray[np.int64]
    ts_ms: Floats
    exact: NDArray[np.int64]
    skeleton: NDArray[np.int64]
    group: NDArray[np.int64]
    phrases: NDArray[np.int64]
    text: NDArray[np.intp]
    contact_form: NDArray[np.bool_]
    accounts: Floats
    level: Floats
    badge_level: Floats
    paid: Floats
    staff: Floats
    created_ms: Floats
    is_review: NDArray[np.bool_]
    rating: Floats
    verified: Floats
    purchased_ms: Floats
    event_ms: Floats
    polarity: Floats

    def __len__(self) -> int:
        return len(self.account)


class Described(ABC):
    """What every signal can say of itself."""

    name: ClassVar[str]
    features: ClassVar[tuple[Feature, ...]]

    @abstractmethod
    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        """The sentence that says what these values mean, in Chinese and English; None if nothing stands out."""


class TextSignal(Described):
    """A signal of the text alone, measured once per distinct text."""

    @abstractmethod
    def measure(self, reading: TextReading) -> NDArray[np.float32]:
        """The features of each text: float32, shape (m, number of features)."""


class Signal(Described):
    """A signal with a memory: it reads each comment as of just before it, then remembers it."""

    @abstractmethod
    def new_memory(self) -> Any:
        """An empty memory for one session: a slotted dataclass of arrays and tables, None if it needs none."""

    @abstractmethod
    def observe(self, seen: Observation, memory: Any, out: NDArray[np.float32], *, remember: bool) -> None:
        """Fill ``out`` (float32, shape (n, number of features)) and, if ``remember``, take the comments in."""


def feature(name: str, unit: str, meaning: str) -> Feature:
    """Short for ``Feature``, so that a signal's list reads as a table."""
    return Feature(name, unit, meaning)
