"""What is said of observed comments: probabilities, verdicts, benign marks, reasons."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle import Bundle
from detector.bundle.model import sigmoid, surface_name, surfaces
from detector.comment import UNPAID_WORDS, CommentBatch
from detector.compiled import kernel
from detector.engine import SCHEMA, FeatureFrame
from detector.reasons import Shown, explain_rows
from detector.text.shape import LONG_HANDLE, LONG_NUMBER
from detector.verdict import HEADS, HIGH_RISK, NORMAL, PASS, REVIEW, VERDICTS, Reason, Verdicts

# Badges from this level on mean months of support; the wearer is never high_risk on their own.
LOYAL_BADGE: Final = 10
# A crowd: so many accounts said it this session, hardly more than once or twice each, and they are not a farm.
WAVE_ACCOUNTS: Final = 20
WAVE_POSTS_PER_ACCOUNT: Final = 2.5
WAVE_LOW_SHARE: Final = 0.5
WAVE_FRESH_SHARE: Final = 0.8
# Where the features by which a wave is known stand among the inputs.
ACCOUNTS, EACH, LOW_SHARE, FRESH_SHARE, NUMBER, HANDLE = range(6)
WAVE: Final = np.array(
    [
        len(HEADS) + SCHEMA.names.index(name)
        for name in (
            "copying.accounts_session", "copying.posts_per_account", "copying.low_share", "copying.fresh_share",
            "contact.number_length", "contact.handle_length",
        )
    ]
)  # fmt: skip


class Judge:
    """A bundle with one profile of thresholds."""

    def __init__(self, bundle: Bundle, *, profile: str) -> None:
        self.bundle = bundle
        self.profile = profile
        self._shown = Shown(bundle)
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
        protected = protect(batch)
        protected |= frame.supporter
        surface = surfaces(batch)
        if np.count_nonzero(frame.observed) == n:
            p = self.bundle.log_odds(frame.inputs, surface)
        else:
            # Gifts and what was delivered again are not judged.
            rows = np.flatnonzero(frame.observed)
            p = np.full((n, len(HEADS)), np.nan)
            p[rows] = self.bundle.log_odds(frame.inputs[rows], surface[rows])
        wave = np.zeros(n, dtype=np.bool_)
        verdict, label = np.zeros(n, dtype=np.uint8), np.full(n, NORMAL, dtype=np.uint8)
        flagged = _judge(
            frame.inputs,
            surface,
            frame.observed,
            protected,
            self._cuts,
            WAVE,
            p,
            wave,
            verdict,
            label,
        )
        reasons: list[tuple[Reason, ...]] = [()] * n
        if flagged:
            rows = np.flatnonzero(verdict != PASS)
            listed = rows.tolist()
            texts = [batch.text[row] for row in listed]
            explained = explain_rows(
                self.bundle, frame.inputs[rows], surface[rows], label[rows], texts, self._shown
            )
            for row, found in zip(listed, explained, strict=True):
                reasons[row] = found
        return Verdicts(
            comment_id=batch.comment_id,
            verdict=verdict,
            first_verdict=verdict.copy(),
            label=label,
            p=p,
            organic_wave=wave,
            protected=protected,
            duplicate=frame.duplicate,
            late=np.zeros(n, dtype=np.bool_),
            provisional=frame.observed.copy(),
            campaign_id=[""] * n,
            reasons=reasons,
            model_id=self.bundle.model_id,
        )


@kernel
def _judge(
    inputs: NDArray[np.float64], surface: NDArray[np.intp], observed: NDArray[np.bool_],
    protected: NDArray[np.bool_], cuts: NDArray[np.float64], at: NDArray[np.int64],
    p: NDArray[np.float64], wave: NDArray[np.bool_], verdict: NDArray[np.uint8], label: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Turn log-odds ``p`` into probabilities, fill in waves, verdicts and labels; how many rows are flagged."""
    flagged = 0
    for r in range(len(verdict)):
        if not observed[r]:
            continue
        # A crowd that repeats a meme, a lottery word or an answer to the host; unknown levels speak neither for nor
        # against it: comparisons with NaN are false.
        farm = inputs[r, at[LOW_SHARE]] > WAVE_LOW_SHARE or inputs[r, at[FRESH_SHARE]] > WAVE_FRESH_SHARE
        contact = inputs[r, at[NUMBER]] >= LONG_NUMBER or inputs[r, at[HANDLE]] >= LONG_HANDLE
        crowd = inputs[r, at[ACCOUNTS]] >= WAVE_ACCOUNTS and inputs[r, at[EACH]] <= WAVE_POSTS_PER_ACCOUNT
        wave[r] = crowd and not farm and not contact
        for head in range(p.shape[1]):
            p[r, head] = sigmoid(p[r, head])
        for level in range(cuts.shape[0]):
            best = -1.0
            for head in range(p.shape[1]):
                # The label is the likeliest of the heads that reached the level, not of those that did not.
                if p[r, head] >= cuts[level, surface[r], head] and p[r, head] > best:
                    best = p[r, head]
                    label[r] = head
                    verdict[r] = level + REVIEW
        if verdict[r] == HIGH_RISK and (protected[r] or wave[r]):
            verdict[r] = REVIEW
        flagged += verdict[r] != PASS
    return flagged


def protect(batch: CommentBatch) -> NDArray[np.bool_]:
    """Which comments come from the host, staff, paying fans or fans of long standing."""
    unpaid = UNPAID_WORDS | {""}
    paid = np.zeros(len(batch), dtype=np.bool_)
    if any(batch.paid_marker):
        paid[:] = [marker.strip().lower() not in unpaid for marker in batch.paid_marker]
    return np.asarray((batch.is_staff == 1) | paid | (batch.fan_badge_level >= LOYAL_BADGE))
