"""A labelled log and what was said of it, row by row."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.bundle.model import probabilities, surfaces
from detector.comment import CommentBatch
from detector.engine import FeatureEngine, input_spans
from detector.scorer import CHUNK, Detector
from detector.text.reading import read_texts
from detector.verdict import HEADS, NORMAL, Verdicts

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Key = TypeVar("Key", bound=Hashable)
# The question whether a comment is anything but genuine, answered by the risk.
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Judged:
    """n comments with their labels and verdicts; none that was redelivered or is no comment.

    ``label`` int8 (n,) holds head codes, genuine or left out (< 0); ``names`` (n,) the labels as written; ``cluster`` int64 (n,)
    is equal for near-identical texts; ``without`` holds, per signal, the probabilities (float64, (n, heads)) with
    that signal's columns put to what is typical of genuine comments.
    """

    batch: CommentBatch
    label: NDArray[np.int8]
    names: NDArray[np.str_]
    verdicts: Verdicts
    without: Mapping[str, Floats]
    cluster: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.label)

    @property
    def genuine(self) -> Mask:
        """Which rows are genuine."""
        return np.asarray(self.label == NORMAL)

    @property
    def positive(self) -> Mask:
        """Which rows are of some head's label."""
        return np.isin(self.label, range(len(HEADS)))

    def sure(self) -> Judged:
        """The rows whose label is not left out."""
        return self.take(np.flatnonzero(self.label >= 0))

    def take(self, rows: NDArray[np.intp]) -> Judged:
        """The comments at ``rows``, in that order."""
        return Judged(
            batch=self.batch.take(rows),
            label=self.label[rows],
            names=self.names[rows],
            verdicts=self.verdicts.take(rows),
            without={name: p[rows] for name, p in self.without.items()},
            cluster=self.cluster[rows],
        )

    def questions(self) -> dict[str, Mask]:
        """Per question, which rows are positive; a head without a labelled row is not asked."""
        asked = {ANY: self.positive} | {head: self.label == code for code, head in enumerate(HEADS)}
        return {name: positive for name, positive in asked.items() if positive.any()}

    def answers(self, question: str) -> Floats:
        """The probability that answers a question (float64, (n,))."""
        return answer(self.verdicts.p, question)


def answer(p: Floats, question: str) -> Floats:
    """The column of ``p`` (n, heads) that answers a question: a head's own, for ``any`` the largest."""
    return np.asarray(p.max(axis=1) if question == ANY else p[:, HEADS.index(question)])


def judge(
    detector: Detector, batch: CommentBatch, label: NDArray[np.int8], names: Sequence[str], *, signals: bool = True
) -> Judged:  # fmt: skip
    """Score ``batch``, replayed in time order, and set its labels beside the verdicts.

    Without ``signals`` nothing is scored a second time without each signal.
    """
    verdicts = detector.score(batch).verdicts
    return beside(batch, label, names, verdicts, without_signals(detector, batch) if signals else {})


def beside(
    batch: CommentBatch, label: NDArray[np.int8], names: Sequence[str], verdicts: Verdicts, without: Mapping[str, Floats]
) -> Judged:  # fmt: skip
    """Labels beside verdicts row by row; redelivered comments and rows that are no comments are left out."""
    whole = Judged(batch, label, np.array(names, dtype=np.str_), verdicts, without, clusters(batch.text))
    return whole.take(np.flatnonzero(~verdicts.duplicate & ~np.isnan(verdicts.p[:, 0])))


def clusters(texts: Sequence[str]) -> NDArray[np.int64]:
    """A key per text, equal for near-identical ones."""
    distinct, index = numbered(texts)
    return read_texts(distinct).prints.skeleton[index]


def numbered(keys: Iterable[Key]) -> tuple[list[Key], NDArray[np.intp]]:
    """The distinct keys in the order they come, and for each key its place among them."""
    place: dict[Key, int] = {}
    index = np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.intp)
    return list(place), index


def session_rows(batch: CommentBatch) -> list[NDArray[np.intp]]:
    """The rows of each session of each room, sessions in the order they begin."""
    pairs, number = numbered(zip(batch.room_id, batch.session_id, strict=True))
    order = np.argsort(number, kind="stable")
    return np.split(order, np.cumsum(np.bincount(number, minlength=len(pairs)))[:-1]) if pairs else []


def without_signals(detector: Detector, batch: CommentBatch) -> dict[str, Floats]:
    """Per signal, and for the wording, the probabilities of all rows with its columns put to what is typical.

    The model stays as it was fitted: one fitted without the signal would lean on the others.
    """
    bundle, order = detector.bundle, batch.replay_order()
    replayed = batch.take(order)
    engine = FeatureEngine(wording=bundle.wording, first_look=bundle.first_look)
    spans = input_spans(len(HEADS))
    out = {name: np.full((len(batch), len(HEADS)), np.nan) for name in spans}
    for start in range(0, len(batch), CHUNK):
        part = replayed.slice(start, start + CHUNK)
        frame = engine.observe(part)
        rows = np.flatnonzero(frame.observed)
        inputs, surface = frame.inputs[rows], surfaces(part)[rows]
        for name, span in spans.items():
            changed = inputs.copy()
            changed[:, span] = bundle.typical[span]
            out[name][order[start + rows]] = probabilities(bundle.log_odds(changed, surface))
    return out
