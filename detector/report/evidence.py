"""What a reader of the report looks at first: flagged comments and accounts."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.report.shown import Shown, shown
from detector.report.timeline import FIRST_MS, HOUR, LAST_MS, MINUTE
from detector.verdict import LABELS, PASS, VERDICTS, AccountSummary, Verdicts

TEXT_LIMIT, REASON_LIMIT, ID_LIMIT = 240, 160, 40
REASONS = 6
PER_CAMPAIGN = 20
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One flagged text: its riskiest comment stands for all that say the same with the same verdict."""

    verdict: str
    label: str
    risk: str
    text: Shown
    account: str
    when: str
    comment_id: Shown
    campaign: int
    protected: bool
    reasons: tuple[Shown, ...]
    more_reasons: int
    said: int
    accounts: int


@dataclass(frozen=True, slots=True)
class AccountShown:
    """An account under its code name; ``share`` is the flagged part of its comments in whole percent."""

    name: str
    comments: int
    flagged: int
    share: int
    campaigns: tuple[int, ...]
    score: str


def code_name(user_id: str, *, key: bytes, prefix: str, unknown: str) -> str:
    """A short name for an account that only the holder of ``key`` can link to its id."""
    if not user_id:
        return unknown
    digest = hashlib.blake2b(user_id.encode("utf-8", "backslashreplace"), key=key[:64], digest_size=3)
    return f"{prefix}-{digest.hexdigest()}"


def percent(value: float) -> str:
    """A share as percent with one digit, rounded down so that only certainty reads 100 %."""
    return "" if math.isnan(value) else f"{math.floor(value * 1000 + 1e-9) / 10:.1f}%"


def top_evidence(
    batch: CommentBatch,
    verdicts: Verdicts,
    judged: NDArray[np.bool_],
    *,
    limit: int,
    lang: str,
    zone: tzinfo,
    name: Callable[[str], str],
    campaign_numbers: dict[str, int],
) -> tuple[list[Evidence], int, bool]:
    """The riskiest flagged texts, at most ``limit``; how many different ones there are; and whether a
    campaign had more than the ``PER_CAMPAIGN`` of it that are shown, so that one does not fill the list.
    """
    rows = np.flatnonzero(judged & (verdicts.verdict != PASS))
    rows = rows[np.argsort(-verdicts.risk[rows], kind="stable")]
    first: dict[tuple[str, int, int], int] = {}
    said: Counter[tuple[str, int, int]] = Counter()
    voices: dict[tuple[str, int, int], set[str]] = {}
    of_campaign: Counter[str] = Counter()
    crowded = False
    for row in rows.tolist():
        same = (batch.text[row], int(verdicts.verdict[row]), int(verdicts.label[row]))
        said[same] += 1
        if said[same] == 1 and len(first) < limit:
            campaign = verdicts.campaign_id[row]
            of_campaign[campaign] += 1
            if campaign and of_campaign[campaign] > PER_CAMPAIGN:
                crowded = True
            else:
                first[same] = row
                voices[same] = set()
        if same in voices and batch.user_id[row]:
            voices[same].add(batch.user_id[row])
    shown_rows = [
        Evidence(
            verdict=VERDICTS[verdicts.verdict[row]],
            label=LABELS[verdicts.label[row]],
            risk=percent(float(verdicts.risk[row])),
            text=shown(batch.text[row], limit=TEXT_LIMIT),
            account=name(batch.user_id[row]),
            when=moment(float(batch.ts_ms[row]), int(batch.ts_source[row]), zone),
            comment_id=shown(batch.comment_id[row], limit=ID_LIMIT, marks=2),
            campaign=campaign_numbers.get(verdicts.campaign_id[row], 0),
            protected=bool(verdicts.protected[row]),
            reasons=tuple(
                shown(reason.text(lang), limit=REASON_LIMIT, marks=4)
                for reason in verdicts.reasons[row][:REASONS]
            ),
            more_reasons=max(0, len(verdicts.reasons[row]) - REASONS),
            said=said[same],
            accounts=len(voices[same]),
        )
        for same, row in first.items()
    ]
    return shown_rows, len(said), crowded


def accounts_shown(
    accounts: Sequence[AccountSummary],
    *,
    limit: int,
    name: Callable[[str], str],
    campaign_numbers: dict[str, int],
) -> list[AccountShown]:
    """The accounts with flagged comments, highest score first, at most ``limit``."""
    flagged = [account for account in accounts if account.flagged > 0]
    flagged.sort(key=lambda a: (-a.score if not math.isnan(a.score) else 1.0, -a.flagged))
    return [
        AccountShown(
            name=name(account.user_id),
            comments=account.comments,
            flagged=account.flagged,
            share=0 if math.isnan(account.flagged_share) else math.floor(account.flagged_share * 100),
            campaigns=tuple(campaign_numbers[i] for i in account.campaigns[:8] if i in campaign_numbers),
            score="" if math.isnan(account.score) else f"{account.score:.2f}",
        )
        for account in flagged[:limit]
    ]


def moment(ts_ms: float, ts_source: int, zone: tzinfo, *, year: bool = False) -> str:
    """A time as a reader expects it for its source; empty if there is none."""
    if not FIRST_MS <= ts_ms < LAST_MS or ts_source == TS_SOURCE_CODE["order_only"]:
        return ""
    if ts_source == TS_SOURCE_CODE["video_offset"]:
        whole = int(ts_ms // 1000)
        return f"{whole // HOUR}:{whole // MINUTE % 60:02d}:{whole % 60:02d}"
    at = (EPOCH + timedelta(milliseconds=ts_ms)).astimezone(zone)
    if ts_source == TS_SOURCE_CODE["date_only"]:
        return at.strftime("%Y-%m-%d")
    return at.strftime("%Y-%m-%d %H:%M:%S" if year else "%m-%d %H:%M:%S")
