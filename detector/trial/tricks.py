"""Which trick of disguise hides a lure? Rewrites the true lures of a log, one trick at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.evaluation.intervals import Estimate, share, share_lost
from detector.evaluation.judged import clusters, session_rows
from detector.evaluation.metrics import cut_at
from detector.scorer import Detector
from detector.simulate.disguise import PLAIN_EDITS, SLY_EDITS, disguise
from detector.training.matrix import Progress
from detector.verdict import HEADS, NORMAL

# Genuine comments that may be flagged at the threshold the recall is read at.
RATE: Final = 0.001
TRICKS: Final = (*PLAIN_EDITS, *SLY_EDITS)
LURE: Final = HEADS.index("solicitation")


@dataclass(frozen=True, slots=True)
class TrickFound:
    """The recall of lures rewritten by one trick, and how much of the recall as they were written that loses."""

    recall: Estimate
    lost: Estimate


@dataclass(frozen=True, slots=True)
class TricksFound:
    """``recall`` of ``lures`` true lures as they were written, from ``threshold`` on; then trick by trick."""

    lures: int
    threshold: float
    recall: Estimate
    tricks: Mapping[str, TrickFound]


def tricks_found(
    detector: Detector,
    batch: CommentBatch,
    label: NDArray[np.int8],
    *,
    tricks: Collection[str] = TRICKS,
    seed: int = 0,
    progress: Progress,
) -> TricksFound:
    """The sessions with lures, replayed whole as they are and once per one of ``tricks``, the lures rewritten.

    The threshold stays that of the sessions as they are. Raises UsageError for a log without lures.
    """
    chosen = [rows for rows in session_rows(batch) if (label[rows] == LURE).any()]
    if not chosen:
        raise UsageError(
            "--tricks rewrites lures, and no comment is labelled solicitation",
            zh="--tricks 需要改写引流评论，但没有标注为 solicitation 的评论",
        )
    rows = np.sort(np.concatenate(chosen))
    batch, label = batch.take(rows), label[rows]
    progress(f"tricks: {len(batch):,} comments in {len(chosen)} sessions as they are")
    verdicts = detector.score(batch).verdicts
    p = verdicts.p[:, LURE]
    judged = ~verdicts.duplicate & ~np.isnan(p)
    lures = np.flatnonzero((label == LURE) & judged)
    cut = cut_at(p[(label == NORMAL) & judged], RATE)
    before = p[lures] >= cut
    cluster = clusters([batch.text[row] for row in lures])
    found = {}
    for number, trick in enumerate(TRICKS):
        if trick not in tricks:
            continue
        progress(f"trick {trick}: {len(lures):,} lures")
        changed = rewritten(batch, lures, trick, np.random.default_rng([seed, number]))
        after = np.asarray(detector.score(changed).verdicts.p[lures, LURE] >= cut)
        found[trick] = TrickFound(share(after, cluster), share_lost(before, after, cluster))
    return TricksFound(len(lures), cut, share(before, cluster), found)


def rewritten(
    batch: CommentBatch, rows: NDArray[np.intp], trick: str, rng: np.random.Generator
) -> CommentBatch:
    """The same comments with the texts of ``rows`` rewritten by one trick."""
    texts = list(batch.text)
    for row in rows.tolist():
        texts[row] = disguise(texts[row], (trick,), 1.0, rng)
    return dataclasses.replace(batch, text=texts)
