"""What each account did in a scored input."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np

from detector.comment import CommentBatch
from detector.verdict import PASS, AccountSummary, Verdicts

PRIOR_COMMENTS: Final = 5.0


def summarise_accounts(batch: CommentBatch, verdicts: Verdicts) -> list[AccountSummary]:
    """What each known account did, the riskiest first; nobody (an unknown id) is left out."""
    scored = ~np.isnan(verdicts.p[:, 0]) & ~verdicts.duplicate
    risk = verdicts.risk
    base = float(risk[scored].mean()) if scored.any() else 0.0
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(scored).tolist():
        if batch.user_id[row]:
            rows_of[batch.user_id[row]].append(row)
    summaries = []
    for user_id, rows in rows_of.items():
        flagged = int((verdicts.verdict[rows] != PASS).sum())
        score = (float(risk[rows].sum()) + PRIOR_COMMENTS * base) / (len(rows) + PRIOR_COMMENTS)
        campaigns = sorted({verdicts.campaign_id[row] for row in rows} - {""})
        summaries.append(
            AccountSummary(
                user_id,
                batch.user_name[rows[-1]],
                len(rows),
                flagged,
                flagged / len(rows),
                tuple(campaigns),
                score,
            )
        )
    summaries.sort(key=lambda a: (-a.score, a.user_id))
    return summaries
