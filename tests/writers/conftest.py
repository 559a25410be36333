"""Comments and verdicts made by hand for the writers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch, SourceColumns
from detector.verdict import Reason, Verdicts

NAN = float("nan")

HOSTILE = (
    "</script><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1",
    "-",
    "@主播",
    "=_=",
    "'=quoted already",
    "javascript:alert(1)",
    "https://example.com/加群",
    "\x1b[31m红\x1b[0m",
    "薇\u200b信",
    "\u202e反着读",
    "NA",
    "null",
    '他说"买它"，就\n买了\r\n两件',
    "  前后有空格  ",
    "_x0041_",
    "00123",
    "1e5",
)


@pytest.fixture
def score() -> Callable[..., Verdicts]:
    """Verdicts for ids; everything passes unless said otherwise."""

    def make(ids: Sequence[str], **over: object) -> Verdicts:
        n = len(ids)
        columns: dict[str, object] = {
            "comment_id": list(ids),
            "verdict": np.zeros(n, dtype=np.uint8),
            "label": np.full(n, 3, dtype=np.uint8),
            "p": np.full((n, 3), 0.125),
            "organic_wave": np.zeros(n, dtype=bool),
            "protected": np.zeros(n, dtype=bool),
            "duplicate": np.zeros(n, dtype=bool),
            "late": np.zeros(n, dtype=bool),
            "provisional": np.zeros(n, dtype=bool),
            "campaign_id": [""] * n,
            "reasons": [()] * n,
        }
        columns["first_verdict"] = over.get("verdict", columns["verdict"])
        return Verdicts(**(columns | over))  # type: ignore[arg-type]

    return make


@pytest.fixture
def two_comments() -> CommentBatch:
    """A lure and a gift, read from a file with Chinese headers."""
    return CommentBatch.from_columns(
        2,
        {"comment_id": ["f-2", "f-3"], "text": ["加薇 abc", ""], "user_id": ["007", "008"]},
        SourceColumns(("用户ID", "评论内容"), (["007", "008"], ["加薇 abc", ""])),
    )


@pytest.fixture
def two_verdicts(score: Callable[..., Verdicts]) -> Verdicts:
    """High risk for the lure; the gift was not scored."""
    return score(
        ["f-2", "f-3"],
        verdict=np.array([2, 0], dtype=np.uint8),
        label=np.array([0, 3], dtype=np.uint8),
        p=np.array([[0.1 + 0.2, 1 / 3, 1e-17], [NAN, NAN, NAN]]),
        protected=np.array([False, True]),
        campaign_id=["C-1", ""],
        reasons=[
            (
                Reason("contact", "留了联系方式", "leaves a contact"),
                Reason("copying", "3 人说同样的话", "3 accounts said the same"),
            ),
            (),
        ],
    )


@pytest.fixture
def hostile_comments() -> CommentBatch:
    """One comment per text that has hurt some program."""
    return CommentBatch.from_comments(
        [Comment(text=text, comment_id=f"h-{n}", user_id="0012345") for n, text in enumerate(HOSTILE)]
    )
