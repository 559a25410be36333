"""The worst mistakes each way, for a person to read beside the data; their texts leave the machine nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.evaluation.judged import ANY, Judged
from detector.verdict import VERDICTS

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Mistake:
    """One comment that stands for ``copies`` near-identical ones: label, verdict and the probability that was wrong."""

    text: str
    label: str
    verdict: str
    p: float
    copies: int


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Genuine comments of the highest risk; others whose own head said least; the worst first."""

    false_alarms: tuple[Mistake, ...]
    misses: tuple[Mistake, ...]


def worst(judged: Judged, *, most: int = MOST) -> Mistakes:
    """At most ``most`` mistakes each way, one for each near-identical text."""
    genuine = np.flatnonzero(judged.genuine)
    positive = np.flatnonzero(judged.positive)
    own = np.full(len(judged), np.nan)
    own[genuine] = judged.answers(ANY)[genuine]
    own[positive] = judged.verdicts.p[positive, judged.label[positive]]
    return Mistakes(
        _first_of_each(judged, own, genuine[np.argsort(-own[genuine], kind="stable")], most),
        _first_of_each(judged, own, positive[np.argsort(own[positive], kind="stable")], most),
    )


def _first_of_each(
    judged: Judged, p: NDArray[np.float64], rows: NDArray[np.intp], most: int
) -> tuple[Mistake, ...]:
    _, first, copies = np.unique(judged.cluster[rows], return_index=True, return_counts=True)
    chosen = np.argsort(first, kind="stable")[:most]
    return tuple(
        Mistake(
            text=judged.batch.text[rows[first[at]]],
            label=str(judged.names[rows[first[at]]]),
            verdict=VERDICTS[judged.verdicts.verdict[rows[first[at]]]],
            p=float(p[rows[first[at]]]),
            copies=int(copies[at]),
        )
        for at in chosen
    )
