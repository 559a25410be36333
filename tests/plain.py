"""Verdicts as plain values that can be compared bit for bit."""

from __future__ import annotations

from typing import Any

from detector.verdict import Verdicts


def rows_of(verdicts: Verdicts) -> list[tuple[Any, ...]]:
    """One tuple a row; p as bytes, so that equal means the same bits."""
    return [
        (
            verdicts.comment_id[r], int(verdicts.verdict[r]), int(verdicts.first_verdict[r]), int(verdicts.label[r]),
            verdicts.p[r].tobytes(), bool(verdicts.organic_wave[r]), bool(verdicts.protected[r]),
            bool(verdicts.duplicate[r]), verdicts.campaign_id[r], verdicts.reasons[r],
        )
        for r in range(len(verdicts))
    ]  # fmt: skip
