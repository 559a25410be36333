"""Scores a labelled log with a detector and tells how good it was, per head, per label and per session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.evaluation.metrics import (
    FALSE_POSITIVE_RATES,
    Estimate,
    Ranked,
    estimates,
    figures,
    rank,
    resampled,
)
from detector.scorer import Detector
from detector.text.reading import read_texts
from detector.verdict import HEADS, HIGH_RISK, PASS, Verdicts

FIGURES: Final = ("average_precision", *(f"recall_at_{rate:.2%}" for rate in FALSE_POSITIVE_RATES))
ANY: Final = "any"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one model on one log.

    ``heads``: per head, and for ``any`` (risk against every label that is not genuine), the figures with 95 %
    intervals. ``labels``: per label, how many comments and what was said of them. ``sessions``: per session.
    """

    model_id: str
    comments: int
    positives: int
    heads: Mapping[str, Mapping[str, Estimate]]
    labels: Mapping[str, Mapping[str, float]]
    sessions: Mapping[str, Mapping[str, float]]

    def as_dict(self) -> dict[str, Any]:
        """For metrics.json."""
        return asdict(self)


def _clusters(batch: CommentBatch) -> NDArray[np.int64]:
    texts: dict[str, int] = {}
    index = np.array([texts.setdefault(text, len(texts)) for text in batch.text], dtype=np.intp)
    return read_texts(list(texts)).prints.skeleton[index]


def _questions(label: NDArray[np.int8]) -> dict[str, NDArray[np.bool_]]:
    """Per question, which rows are positive; a head without a labelled row is not asked."""
    asked = {ANY: np.isin(label, range(len(HEADS)))}
    asked |= {head: label == code for code, head in enumerate(HEADS)}
    return {name: positive for name, positive in asked.items() if positive.any()}


def _score_of(verdicts: Verdicts, question: str) -> Floats:
    column = verdicts.risk if question == ANY else verdicts.p[:, HEADS.index(question)]
    return np.nan_to_num(column, nan=-1.0)


def ranked_figures(rankeds: Sequence[Ranked], *, seed: int = 0) -> list[dict[str, Estimate]]:
    """The figures of rankings of the same comments, under the same resamples."""
    samples = resampled(list(rankeds), seed=seed)
    out = []
    for place, ranked in enumerate(rankeds):
        values = figures(ranked, np.ones(len(ranked.positive)))
        out.append(dict(zip(FIGURES, estimates(values, samples[:, place]), strict=True)))
    return out


def evaluate(
    detector: Detector, batch: CommentBatch, label: NDArray[np.int8], names: Sequence[str]
) -> Evaluation:
    """Score ``batch`` (replayed in time order) and compare with its labels.

    ``label`` int8 (n,) holds head codes, genuine or left out (< 0); ``names`` (n,) the labels as written.
    """
    verdicts = detector.score(batch).verdicts
    judged = (label >= 0) & ~verdicts.duplicate & ~np.isnan(verdicts.p[:, 0])
    cluster = _clusters(batch)[judged]
    heads = {}
    for question, positive in _questions(label[judged]).items():
        score = _score_of(verdicts, question)[judged]
        heads[question] = ranked_figures([rank(score, positive, cluster)])[0]
    names_array = np.array(names)
    labels = {str(name): _said(verdicts, names_array == name) for name in sorted(set(names))}
    sessions = {}
    keys = np.array(
        [f"{room}/{session}" for room, session in zip(batch.room_id, batch.session_id, strict=True)]
    )
    positive = np.isin(label, range(len(HEADS)))
    for key in dict.fromkeys(keys.tolist()):
        rows = (keys == key) & judged
        said = _said(verdicts, rows & ~positive)
        found = figures(
            rank(_score_of(verdicts, ANY)[rows], positive[rows], np.arange(rows.sum())), np.ones(rows.sum())
        )
        sessions[key] = {
            "comments": int(rows.sum()),
            "positives": int(positive[rows].sum()),
            "average_precision": float(found[0]),
            "genuine_flagged": said["review"] + said["high_risk"],
            "genuine_high_risk": said["high_risk"],
        }
    return Evaluation(
        detector.bundle.model_id, int(judged.sum()), int(positive[judged].sum()), heads, labels, sessions
    )


def _said(verdicts: Verdicts, rows: NDArray[np.bool_]) -> dict[str, float]:
    verdict = verdicts.verdict[rows]
    risk = verdicts.risk[rows]
    return {
        "comments": len(verdict),
        "review": int(((verdict != PASS) & (verdict != HIGH_RISK)).sum()),
        "high_risk": int((verdict == HIGH_RISK).sum()),
        "organic_wave": int(verdicts.organic_wave[rows].sum()),
        "mean_risk": float(np.nanmean(risk)) if len(risk) and not np.isnan(risk).all() else float("nan"),
    }


def compare(
    first: Detector, second: Detector, batch: CommentBatch, label: NDArray[np.int8]
) -> dict[str, dict[str, dict[str, Estimate]]]:
    """Per question: the figures of both models and the paired difference (second minus first), with intervals."""
    both = [detector.score(batch).verdicts for detector in (first, second)]
    judged = (label >= 0) & ~both[0].duplicate & ~np.isnan(both[0].p[:, 0])
    cluster = _clusters(batch)[judged]
    out: dict[str, dict[str, dict[str, Estimate]]] = {}
    for question, positive in _questions(label[judged]).items():
        rankeds = [rank(_score_of(verdicts, question)[judged], positive, cluster) for verdicts in both]
        samples = resampled(rankeds)
        values = [figures(ranked, np.ones(len(ranked.positive))) for ranked in rankeds]
        out[question] = {
            "first": dict(zip(FIGURES, estimates(values[0], samples[:, 0]), strict=True)),
            "second": dict(zip(FIGURES, estimates(values[1], samples[:, 1]), strict=True)),
            "difference": dict(
                zip(FIGURES, estimates(values[1] - values[0], samples[:, 1] - samples[:, 0]), strict=True)
            ),
        }
    return out
