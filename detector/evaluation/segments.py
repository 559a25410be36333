"""Whom do the false alarms hit?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.evaluation.intervals import Estimate, share
from detector.evaluation.judged import Judged, numbered
from detector.text.cues import BAD, GOOD
from detector.text.reading import read_texts
from detector.verdict import HIGH_RISK, PASS

Mask = NDArray[np.bool_]

NEW_LEVEL: Final = 3
LOW_RATING: Final = 2
SHORT_TEXT: Final = 3


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Genuine comments of one segment: how many, and the shares put up for review or higher, and as high risk."""

    comments: int
    flagged: Estimate
    high_risk: Estimate


def segments(judged: Judged) -> dict[str, Mask]:
    """Which genuine comments belong to each segment; a comment may be in several."""
    batch, genuine = judged.batch, judged.genuine
    short = np.array([len(text.strip()) <= SHORT_TEXT for text in batch.text], dtype=np.bool_)
    found = {
        "all genuine": np.ones(len(batch), dtype=np.bool_),
        "new accounts": (batch.user_level <= NEW_LEVEL) | first_comments(batch),
        "badge holders": batch.fan_badge_level > 0,
        "negative comments": negative(batch),
        "short texts": short,
        "organic waves": judged.names == "organic_wave",
        "protected accounts": judged.verdicts.protected,
    }
    return {name: np.asarray(rows & genuine) for name, rows in found.items()}


def false_alarms(judged: Judged, *, seed: int = 0) -> dict[str, FalseAlarms]:
    """The false alarms per segment, with the thresholds the verdicts were given by."""
    verdict = judged.verdicts.verdict
    return {
        name: FalseAlarms(
            int(rows.sum()),
            share(verdict[rows] != PASS, judged.cluster[rows], seed=seed),
            share(verdict[rows] == HIGH_RISK, judged.cluster[rows], seed=seed),
        )
        for name, rows in segments(judged).items()
    }


def first_comments(batch: CommentBatch) -> Mask:
    """Which comments are the first of their account in their session; never those of unknown accounts."""
    known = batch.told_apart()
    seen: set[tuple[str, str, str]] = set()
    out = np.zeros(len(batch), dtype=np.bool_)
    for row in batch.replay_order().tolist():
        key = (batch.room_id[row], batch.session_id[row], batch.user_id[row])
        if known[row] and key not in seen:
            seen.add(key)
            out[row] = True
    return out


def negative(batch: CommentBatch) -> Mask:
    """Which comments complain: few stars, or more words of complaint than of praise."""
    distinct, index = numbered(batch.text)
    cues = read_texts(distinct).cues.counts
    return np.asarray((batch.rating <= LOW_RATING) | (cues[index, BAD] > cues[index, GOOD]))
