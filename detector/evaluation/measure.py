"""Tells how good a model was on a labelled log: per head, per label, per session, per segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.evaluation.ablation import ablation
from detector.evaluation.calibration import Calibration, calibration
from detector.evaluation.intervals import Estimate, estimates
from detector.evaluation.judged import ANY, Judged, answer, clusters, judge, numbered, session_rows
from detector.evaluation.metrics import FIGURES, Ranked, figures, rank, resampled
from detector.evaluation.segments import FalseAlarms, false_alarms
from detector.scorer import Detector
from detector.verdict import HIGH_RISK, REVIEW

Floats = NDArray[np.float64]
Row = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one model on one log.

    ``heads``: per head, and for ``any`` (risk against every label that is not genuine), the figures with 95 %
    intervals; ``distinct_texts``: the same, every text counted once; ``calibration``: per head and ``any``;
    ``labels``: per label, how many comments and what was said of them; ``sessions``: per session; ``segments``:
    false alarms; ``ablation``: per question and signal, the figures lost.
    """

    model_id: str
    comments: int
    positives: int
    heads: Mapping[str, Row]
    distinct_texts: Mapping[str, Row]
    calibration: Mapping[str, Calibration]
    labels: Mapping[str, Mapping[str, float]]
    sessions: Mapping[str, Mapping[str, float]]
    segments: Mapping[str, FalseAlarms]
    ablation: Mapping[str, Mapping[str, Row]]

    def as_dict(self) -> dict[str, Any]:
        """For metrics.json: no text of a comment is in it."""
        return asdict(self)


def ranked_figures(rankeds: Sequence[Ranked], *, seed: int = 0) -> list[dict[str, Estimate]]:
    """The figures of rankings of the same comments, under the same resamples."""
    samples = resampled(list(rankeds), seed=seed)
    out = []
    for place, ranked in enumerate(rankeds):
        values = figures(ranked)
        out.append(dict(zip(FIGURES, estimates(values, samples[:, place]), strict=True)))
    return out


def evaluate(
    detector: Detector, batch: CommentBatch, label: NDArray[np.int8], names: Sequence[str], *, seed: int = 0
) -> Evaluation:
    """Score ``batch`` (replayed in time order) and compare with its labels.

    ``label`` int8 (n,) holds head codes, genuine or left out (< 0); ``names`` (n,) the labels as written.
    """
    return measure(judge(detector, batch, label, names), seed=seed)


def measure(judged: Judged, *, seed: int = 0) -> Evaluation:
    """The figures of comments that were judged."""
    sure = judged.sure()
    questions = sure.questions()
    return Evaluation(
        model_id=judged.verdicts.model_id,
        comments=len(sure),
        positives=int(sure.positive.sum()),
        heads={
            question: ranked_figures([rank(sure.answers(question), positive, sure.cluster)], seed=seed)[0]
            for question, positive in questions.items()
        },
        distinct_texts={name: _by_text(sure, name, positive, seed) for name, positive in questions.items()},
        calibration={
            question: calibration(sure.answers(question), positive, sure.cluster, seed=seed)
            for question, positive in questions.items()
        },
        labels={
            str(name): _said(judged, np.flatnonzero(judged.names == name)) for name in np.unique(judged.names)
        },
        sessions=_sessions(judged),
        segments=false_alarms(sure, seed=seed),
        ablation=ablation(sure, seed=seed),
    )


def _by_text(judged: Judged, question: str, positive: NDArray[np.bool_], seed: int) -> Row:
    """The figures with every text counted once, by its mean answer; texts labelled both ways are left out."""
    distinct, text = numbered(judged.batch.text)
    copies = np.bincount(text, minlength=len(distinct))
    hits = np.bincount(text, weights=positive)
    mean = np.bincount(text, weights=judged.answers(question)) / copies
    agreed = np.flatnonzero((hits == 0) | (hits == copies))
    cluster = clusters([distinct[at] for at in agreed])
    return ranked_figures([rank(mean[agreed], hits[agreed] > 0, cluster)], seed=seed)[0]


def _said(judged: Judged, rows: NDArray[np.intp]) -> dict[str, float]:
    verdict = judged.verdicts.verdict[rows]
    risk = answer(judged.verdicts.p[rows], ANY)
    return {
        "comments": len(verdict),
        "review": int((verdict == REVIEW).sum()),
        "high_risk": int((verdict == HIGH_RISK).sum()),
        "organic_wave": int(judged.verdicts.organic_wave[rows].sum()),
        "mean_risk": float(risk.mean()) if len(rows) else float("nan"),
    }


def _sessions(judged: Judged) -> dict[str, dict[str, float]]:
    positives, risk = judged.positive, judged.answers(ANY)
    found = {}
    for rows in session_rows(judged.batch):
        sure = rows[judged.label[rows] >= 0]
        positive = positives[sure]
        ranked = rank(risk[sure], positive, np.arange(len(positive)))
        said = _said(judged, sure[~positive])
        found[f"{judged.batch.room_id[rows[0]]}/{judged.batch.session_id[rows[0]]}"] = {
            "comments": len(positive),
            "positives": int(positive.sum()),
            "average_precision": float(figures(ranked)[0]),
            "genuine_flagged": said["review"] + said["high_risk"],
            "genuine_high_risk": said["high_risk"],
        }
    return found


def compare(
    first: Detector, second: Detector, batch: CommentBatch, label: NDArray[np.int8], *, seed: int = 0
) -> dict[str, dict[str, Row]]:
    """Per question: the figures of both models and the paired difference (second minus first), with intervals."""
    names = [""] * len(batch)
    both = [judge(detector, batch, label, names, signals=False).sure() for detector in (first, second)]
    out: dict[str, dict[str, Row]] = {}
    for question, positive in both[0].questions().items():
        rankeds = [rank(judged.answers(question), positive, judged.cluster) for judged in both]
        samples = resampled(rankeds, seed=seed)
        values = [figures(ranked) for ranked in rankeds]
        out[question] = {
            part: dict(zip(FIGURES, estimates(value, sample), strict=True))
            for part, value, sample in (
                ("first", values[0], samples[:, 0]),
                ("second", values[1], samples[:, 1]),
                ("difference", values[1] - values[0], samples[:, 1] - samples[:, 0]),
            )
        }
    return out
