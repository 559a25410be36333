"""What is said about a comment: verdict, label, probabilities, reasons; and about a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

HEADS: Final = ("solicitation", "bot_flood", "fake_review")
LABELS: Final = (*HEADS, "normal")
VERDICTS: Final = ("pass", "review", "high_risk")
PASS, REVIEW, HIGH_RISK = range(3)
NORMAL: Final = len(HEADS)

VERDICT_ZH: Final[Mapping[str, str]] = {"pass": "正常", "review": "待复核", "high_risk": "高风险"}
LABEL_ZH: Final[Mapping[str, str]] = {
    "solicitation": "引流", "bot_flood": "刷屏", "fake_review": "虚假评论", "normal": "正常",
}  # fmt: skip

# The columns added to the input's own, in this order.
RESULT_COLUMNS: Final = (
    "verdict", "label", "risk", "p_solicitation", "p_bot_flood", "p_fake_review",
    "organic_wave", "protected", "campaign_id", "reasons",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One checkable fact: a code, the sentence in both languages, its weight in logits, its evidence."""

    code: str
    zh: str
    en: str
    weight: float = 0.0
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """The sentence in ``lang`` (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one comment; ``risk`` is the largest of the three probabilities."""

    comment_id: str
    verdict: str
    label: str
    risk: float
    p_solicitation: float
    p_bot_flood: float
    p_fake_review: float
    organic_wave: bool
    protected: bool
    campaign_id: str
    reasons: tuple[Reason, ...]
    model_id: str = ""
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judgements as columns, row by row beside a ``CommentBatch`` of the same length n.

    ``verdict`` and ``label`` are uint8 codes into ``VERDICTS`` and ``LABELS``; ``p`` is float64 of shape
    (n, 3) in the order of ``HEADS``, NaN where a row was not scored (a gift, say).
    """

    comment_id: list[str]
    verdict: NDArray[np.uint8]
    label: NDArray[np.uint8]
    p: NDArray[np.float64]
    organic_wave: NDArray[np.bool_]
    protected: NDArray[np.bool_]
    duplicate: NDArray[np.bool_]
    campaign_id: list[str]
    reasons: list[tuple[Reason, ...]]
    model_id: str = ""

    def __len__(self) -> int:
        return len(self.comment_id)

    @property
    def risk(self) -> NDArray[np.float64]:
        """The largest probability of each row; NaN where none is known."""
        return np.fmax(np.fmax(self.p[:, 0], self.p[:, 1]), self.p[:, 2])

    def __getitem__(self, row: int) -> Verdict:
        p = self.p[row]
        return Verdict(
            comment_id=self.comment_id[row],
            verdict=VERDICTS[self.verdict[row]],
            label=LABELS[self.label[row]],
            risk=float(np.fmax(np.fmax(p[0], p[1]), p[2])),
            p_solicitation=float(p[0]),
            p_bot_flood=float(p[1]),
            p_fake_review=float(p[2]),
            organic_wave=bool(self.organic_wave[row]),
            protected=bool(self.protected[row]),
            campaign_id=self.campaign_id[row],
            reasons=self.reasons[row],
            model_id=self.model_id,
            duplicate=bool(self.duplicate[row]),
        )

    def take(self, rows: NDArray[np.intp]) -> Verdicts:
        """The judgements at ``rows``, in that order."""
        return Verdicts(
            comment_id=[self.comment_id[r] for r in rows],
            verdict=self.verdict[rows],
            label=self.label[rows],
            p=self.p[rows],
            organic_wave=self.organic_wave[rows],
            protected=self.protected[rows],
            duplicate=self.duplicate[rows],
            campaign_id=[self.campaign_id[r] for r in rows],
            reasons=[self.reasons[r] for r in rows],
            model_id=self.model_id,
        )

    @staticmethod
    def concat(parts: Sequence[Verdicts]) -> Verdicts:
        """Stack in the order given; all parts must come from one model."""
        return Verdicts(
            comment_id=[i for part in parts for i in part.comment_id],
            verdict=np.concatenate([part.verdict for part in parts]),
            label=np.concatenate([part.label for part in parts]),
            p=np.concatenate([part.p for part in parts]),
            organic_wave=np.concatenate([part.organic_wave for part in parts]),
            protected=np.concatenate([part.protected for part in parts]),
            duplicate=np.concatenate([part.duplicate for part in parts]),
            campaign_id=[c for part in parts for c in part.campaign_id],
            reasons=[r for part in parts for r in part.reasons],
            model_id=parts[0].model_id if parts else "",
        )


@dataclass(frozen=True, slots=True)
class Campaign:
    """A group of flagged comments that share templates or accounts, and the accounts behind it.

    Times are UTC milliseconds (NaN unknown). ``samples`` are comment ids: first, last and some between.
    ``template`` is the commonest of ``templates``. ``score`` is the surprise, -log10 of ``p_value``: how unlikely it
    is that by chance other accounts repeat these templates ``repeats`` times within ``span_c`` comments of this room,
    where ``expected_repeats`` would be usual, that ``fresh_share`` of its accounts had said nothing before, where
    ``room_fresh_share`` had not, and that ``shared_accounts`` posted more than one of the templates; NaN where accounts
    cannot be told apart. ``q_value`` is the share of false finds among campaigns of the session as surprising as this
    one (Benjamini-Hochberg). ``merged_ids`` are campaigns found to be part of this one; ``rooms`` counts the rooms
    with its templates.
    """

    campaign_id: str
    room_id: str
    session_id: str
    label: str
    template: str
    comments: int
    accounts: int
    flagged: int
    first_ts_ms: float
    last_ts_ms: float
    score: float
    samples: tuple[str, ...]
    templates: tuple[str, ...] = ()
    merged_ids: tuple[str, ...] = ()
    rooms: int = 1
    span_c: float = float("nan")
    repeats: float = float("nan")
    expected_repeats: float = float("nan")
    fresh_share: float = float("nan")
    room_fresh_share: float = float("nan")
    shared_accounts: int = 0
    p_value: float = float("nan")
    q_value: float = float("nan")


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """What one account did in the scored input; ``score`` is its mean risk, shrunk towards the input's."""

    user_id: str
    user_name: str
    comments: int
    flagged: int
    flagged_share: float
    campaigns: tuple[str, ...]
    score: float
