"""What does each signal give? The figures lost when its columns say nothing, the model staying as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detector.evaluation.intervals import Estimate, estimates
from detector.evaluation.judged import Judged, answer
from detector.evaluation.metrics import FIGURES, figures, rank, resampled


def ablation(judged: Judged, *, seed: int = 0) -> dict[str, dict[str, Mapping[str, Estimate]]]:
    """Per question and signal, each figure lost (whole minus without), paired under the same resamples.

    Nothing is fitted anew: a model fitted without the signal would lean on the others and lose less.
    """
    found: dict[str, dict[str, Mapping[str, Estimate]]] = {}
    for question, positive in judged.questions().items():
        scores = [judged.answers(question), *(answer(p, question) for p in judged.without.values())]
        rankeds = [rank(score, positive, judged.cluster) for score in scores]
        values = np.array([figures(ranked) for ranked in rankeds])
        samples = resampled(rankeds, seed=seed)
        found[question] = {
            name: dict(
                zip(FIGURES, estimates(values[0] - values[at], samples[:, 0] - samples[:, at]), strict=True)
            )
            for at, name in enumerate(judged.without, start=1)
        }
    return found
