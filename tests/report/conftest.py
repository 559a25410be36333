"""Comments and verdicts made by hand for the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.verdict import HEADS, LABELS, VERDICTS, Reason, Verdicts

NAN = float("nan")
# 2026-11-11 20:00:00 in Shanghai.
START_MS = 1_794_398_400_000.0

Row = tuple[Comment, str, str, float]


@pytest.fixture
def judge() -> Callable[..., tuple[CommentBatch, Verdicts]]:
    """A batch and its verdicts from rows of (comment, verdict, label, risk); NaN risk is not scored."""

    def make(rows: Sequence[Row], **over: object) -> tuple[CommentBatch, Verdicts]:
        n = len(rows)
        p = np.full((n, 3), NAN)
        for at, (_, _, label, risk) in enumerate(rows):
            if risk == risk:
                p[at] = 0.01
            p[at, HEADS.index(label) if label in HEADS else 1] = risk
        columns: dict[str, object] = {
            "comment_id": [row[0].comment_id for row in rows],
            "verdict": np.array([VERDICTS.index(row[1]) for row in rows], dtype=np.uint8),
            "label": np.array([LABELS.index(row[2]) for row in rows], dtype=np.uint8),
            "p": p,
            "organic_wave": np.zeros(n, dtype=bool),
            "protected": np.zeros(n, dtype=bool),
            "duplicate": np.zeros(n, dtype=bool),
            "late": np.zeros(n, dtype=bool),
            "provisional": np.zeros(n, dtype=bool),
            "campaign_id": [""] * n,
            "reasons": [()] * n,
        }
        batch = CommentBatch.from_comments([row[0] for row in rows])
        columns["first_verdict"] = columns["verdict"]
        return batch, Verdicts(**(columns | over))  # type: ignore[arg-type]

    return make


@pytest.fixture
def room(judge: Callable[..., tuple[CommentBatch, Verdicts]]) -> tuple[CommentBatch, Verdicts]:
    """Four comments in 90 s: a question, the same lure twice, a flood to review; and a gift."""

    def at(ms: float, text: str, comment_id: str, user_id: str, kind: str = "comment") -> Comment:
        return Comment(text=text, comment_id=comment_id, user_id=user_id, ts_ms=START_MS + ms, kind=kind)

    rows = [
        (at(0, "多少钱", "1", "u1"), "pass", "normal", 0.1),
        (at(30_000, "加薇领券", "2", "u2"), "high_risk", "solicitation", 0.9996),
        (at(40_000, "", "3", "u1", "gift"), "pass", "normal", NAN),
        (at(60_000, "加薇领券", "4", "u3"), "high_risk", "solicitation", 0.97),
        (at(90_000, "买买买", "5", "u1"), "review", "bot_flood", 0.75),
    ]
    reason = Reason("contact", "留了联系方式", "leaves a contact")
    return judge(rows, reasons=[(), (reason,), (), (reason,), ()], campaign_id=["", "C-1", "", "C-1", ""])
