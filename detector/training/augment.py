"""True lures, disguised once more: so that the next trick is half seen.

A copy of a lure is the same comment in the same place, by the same account, with its text re-written by one or two
tricks; only what is read off the text changes.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.engine import SCHEMA, TEXT_SIGNALS
from detector.errors import InputError
from detector.simulate.disguise import SLY_EDITS
from detector.text.cues import BAD, GOOD
from detector.text.reading import read_texts


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How many disguised copies of every true lure, how much each counts, and by which tricks."""

    copies: int = 2
    weight: float = 0.2
    tricks: tuple[str, ...] = tuple(SLY_EDITS)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """A recipe's ``[augmented]``: ``copies``, ``weight``, and ``without``, tricks to leave out."""
        without = settings.get("without", ())
        unknown = sorted(set(without) - set(SLY_EDITS))
        if unknown:
            known = ", ".join(SLY_EDITS)
            raise InputError(
                f"[augmented] knows no tricks {unknown}; choose from {known}",
                zh=f"[augmented] 没有改写方式 {unknown}；可选：{known}",
            )
        tricks = tuple(name for name in SLY_EDITS if name not in without)
        copies = int(settings.get("copies", 2)) if tricks else 0
        return cls(copies, float(settings.get("weight", 0.2)), tricks)


def disguised(texts: Sequence[str], *, tricks: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Each text re-written by one or two of ``tricks`` (names of ``SLY_EDITS``)."""
    out = []
    for text in texts:
        chosen = rng.choice(list(tricks), size=min(len(tricks), int(rng.integers(1, 3))), replace=False)
        out.append(functools.reduce(lambda so_far, name: SLY_EDITS[name](so_far, rng), chosen.tolist(), text))
    return out


def text_values(texts: Sequence[str], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """``values`` (float32, shape (n, features)) with everything that is read off the text read off ``texts``."""
    reading = read_texts(texts)
    out = values.copy()
    start = 0
    for signal in TEXT_SIGNALS:
        stop = start + len(signal.features)
        out[:, start:stop] = signal.measure(reading)
        start = stop
    cues = reading.cues.counts
    out[:, SCHEMA.names.index("rating.polarity")] = cues[:, GOOD] - cues[:, BAD]
    return out
