"""What is said of observed comments: probabilities, verdicts, benign marks, reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle import Bundle
from detector.bundle.model import probabilities, surface_name, surfaces
from detector.comment import CommentBatch
from detector.engine import SCHEMA, FeatureFrame
from detector.reasons import explain_rows
from detector.text.shape import LONG_HANDLE, LONG_NUMBER
from detector.verdict import HEADS, HIGH_RISK, PASS, REVIEW, VERDICTS, Reason, Verdicts

# Badges from this level on mean months of support; the wearer is never high_risk on their own.
LOYAL_BADGE: Final = 10
# A crowd: so many accounts said it this session, hardly more than once or twice each, and they are not a farm.
WAVE_ACCOUNTS: Final = 20
WAVE_POSTS_PER_ACCOUNT: Final = 2.5
WAVE_LOW_SHARE: Final = 0.5
WAVE_FRESH_SHARE: Final = 0.8
# Where each feature stands.
AT: Final = {name: column for column, name in enumerate(SCHEMA.names)}


class Judge:
    """A bundle with one profile of thresholds."""

    def __init__(self, bundle: Bundle, *, profile: str) -> None:
        self.bundle = bundle
        self.profile = profile
        self._cuts = np.array(
            [
                [
                    [bundle.thresholds.cut(profile, surface_name(s), head, VERDICTS[level]) for head in HEADS]
                    for s in (0, 1)
                ]
                for level in (REVIEW, HIGH_RISK)
            ]
        )

    def __call__(self, batch: CommentBatch, frame: FeatureFrame) -> Verdicts:
        """Verdicts for observed comments; rows that were not observed have no probability and pass."""
        n = len(batch)
        rows = np.flatnonzero(frame.observed)
        inputs = frame.inputs if len(rows) == n else frame.inputs[rows]
        surface = surfaces(batch)[rows]
        p = np.full((n, len(HEADS)), np.nan)
        p[rows] = probabilities(self.bundle.log_odds(inputs, surface))
        wave = np.zeros(n, dtype=np.bool_)
        wave[rows] = organic_wave(inputs[:, len(HEADS) :])
        protected = protect(batch) | frame.supporter
        verdicts = Verdicts.unjudged(batch.comment_id, self.bundle.model_id)
        verdict, label = verdicts.verdict, verdicts.label
        for level, code in enumerate((REVIEW, HIGH_RISK)):
            over = p[rows] >= self._cuts[level][surface]
            hit = over.any(axis=1)
            verdict[rows[hit]] = code
            # The label is the likeliest of the heads that reached the level, not of those that did not.
            label[rows[hit]] = np.argmax(np.where(over[hit], p[rows[hit]], -1.0), axis=1)
        verdict[(verdict == HIGH_RISK) & (protected | wave)] = REVIEW
        flagged = rows[verdict[rows] != PASS]
        reasons: list[tuple[Reason, ...]] = [()] * n
        place = np.searchsorted(rows, flagged)
        texts = [batch.text[row] for row in flagged]
        explained = explain_rows(self.bundle, inputs[place], surface[place], label[flagged], texts)
        for row, found in zip(flagged.tolist(), explained, strict=True):
            reasons[row] = found
        return replace(
            verdicts,
            first_verdict=verdict.copy(),
            p=p,
            organic_wave=wave,
            protected=protected,
            duplicate=frame.duplicate,
            provisional=frame.observed.copy(),
            reasons=reasons,
        )


def organic_wave(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which comments belong to a crowd that repeats a meme, a lottery word or an answer to the host."""
    crowd = values[:, AT["copying.accounts_session"]] >= WAVE_ACCOUNTS
    few_each = values[:, AT["copying.posts_per_account"]] <= WAVE_POSTS_PER_ACCOUNT
    # Unknown levels speak neither for nor against: comparisons with NaN are false.
    farm = (values[:, AT["copying.low_share"]] > WAVE_LOW_SHARE) | (
        values[:, AT["copying.fresh_share"]] > WAVE_FRESH_SHARE
    )
    contact = (values[:, AT["contact.number_length"]] >= LONG_NUMBER) | (
        values[:, AT["contact.handle_length"]] >= LONG_HANDLE
    )
    return np.asarray(crowd & few_each & ~farm & ~contact)


def protect(batch: CommentBatch) -> NDArray[np.bool_]:
    """Which comments come from the host, staff, paying fans or fans of long standing."""
    free = {"", "0", "0.0", "none", "no", "false", "否", "无"}
    paid = np.zeros(len(batch), dtype=np.bool_)
    if any(batch.paid_marker):
        paid[:] = [marker.strip().lower() not in free for marker in batch.paid_marker]
    return np.asarray((batch.is_staff == 1) | paid | (batch.fan_badge_level >= LOYAL_BADGE))
