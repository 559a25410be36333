"""What is said about a comment: verdict, label, probabilities, reasons; and about a group."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.shelf import picked

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
    "organic_wave", "protected", "campaign_id", "first_verdict", "reasons",
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
    first_verdict: str = "pass"
    late: bool = False
    provisional: bool = False

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """The judgement ready for JSON: unknown numbers None, the reasons as code, sentence and weight."""
        row = {name: getattr(self, name) for name in VERDICT_FIELDS}
        for name in ("risk", *(f"p_{head}" for head in HEADS)):
            row[name] = None if math.isnan(row[name]) else row[name]
        row["reasons"] = [
            {"code": reason.code, "text": reason.text(lang), "weight": reason.weight} for reason in self.reasons
        ]
        return row


VERDICT_FIELDS: Final = (
    "comment_id", "verdict", "label", "risk", "p_solicitation", "p_bot_flood", "p_fake_review", "organic_wave",
    "protected", "campaign_id", "reasons", "model_id", "duplicate", "first_verdict", "late", "provisional",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judgements as columns, row by row beside a ``CommentBatch`` of the same length n.

    ``verdict``, ``first_verdict`` (before any revision) and ``label`` are uint8 codes into ``VERDICTS`` and
    ``LABELS``; ``p`` is float64 of shape (n, 3) in the order of ``HEADS``, NaN where a row was not scored (a gift,
    say). ``late`` rows came after the clock of their session, ``provisional`` ones may yet be revised.
    """

    comment_id: Sequence[str]
    verdict: NDArray[np.uint8]
    first_verdict: NDArray[np.uint8]
    label: NDArray[np.uint8]
    p: NDArray[np.float64]
    organic_wave: NDArray[np.bool_]
    protected: NDArray[np.bool_]
    duplicate: NDArray[np.bool_]
    late: NDArray[np.bool_]
    provisional: NDArray[np.bool_]
    campaign_id: list[str]
    reasons: Sequence[tuple[Reason, ...]]
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
            first_verdict=VERDICTS[self.first_verdict[row]],
            late=bool(self.late[row]),
            provisional=bool(self.provisional[row]),
        )

    @staticmethod
    def unjudged(comment_ids: Sequence[str], model_id: str) -> Verdicts:
        """Nothing said yet about n comments: they pass, without probabilities."""
        n = len(comment_ids)
        return Verdicts(
            comment_id=comment_ids,
            verdict=np.zeros(n, dtype=np.uint8),
            first_verdict=np.zeros(n, dtype=np.uint8),
            label=np.full(n, NORMAL, dtype=np.uint8),
            p=np.full((n, len(HEADS)), np.nan),
            organic_wave=np.zeros(n, dtype=np.bool_),
            protected=np.zeros(n, dtype=np.bool_),
            duplicate=np.zeros(n, dtype=np.bool_),
            late=np.zeros(n, dtype=np.bool_),
            provisional=np.zeros(n, dtype=np.bool_),
            campaign_id=[""] * n,
            reasons=[()] * n,
            model_id=model_id,
        )

    def take(self, rows: NDArray[np.intp]) -> Verdicts:
        """The judgements at ``rows``, in that order."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        for name, column in columns.items():
            columns[name] = column[rows] if isinstance(column, np.ndarray) else picked(column, rows)
        return Verdicts(**columns, model_id=self.model_id)

    @staticmethod
    def concat(parts: Sequence[Verdicts]) -> Verdicts:
        """Stack in the order given; all parts, at least one, must come from one model."""
        columns: dict[str, Any] = {}
        for name in _COLUMNS:
            column = [getattr(part, name) for part in parts]
            columns[name] = np.concatenate(column) if isinstance(column[0], np.ndarray) else [*chain(*column)]
        return Verdicts(**columns, model_id=parts[0].model_id)


_COLUMNS: Final = tuple(field.name for field in dataclasses.fields(Verdicts) if field.name != "model_id")


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


@dataclass(frozen=True, slots=True)
class FloodWindow:
    """A stretch of a session in which much of what was said was flagged, mostly as ``label``.

    From its first flagged comment to its last; times in UTC milliseconds (NaN unknown). ``open`` while it goes on.
    """

    label: str
    first_comment_id: str
    last_comment_id: str
    first_ts_ms: float
    last_ts_ms: float
    comments: int
    flagged: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class RoomVerdict:
    """What is to be said of a session as a whole.

    ``share`` is the expected share of inauthentic comments by the model's probabilities, ``share_low`` to
    ``share_high`` its 95 % interval if near-copies are right or wrong together; NaN where nothing was judged.
    """

    room_id: str
    session_id: str
    comments: int
    flagged: int
    high_risk: int
    share: float
    share_low: float
    share_high: float
    floods: tuple[FloodWindow, ...]
