"""What a reader of the report looks at first: flagged comments and accounts."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.report.shown import Shown, shown
from detector.report.timeline import FIRST_MS, HOUR, LAST_MS, MINUTE
from detector.shelf import gathered, numbered, numbered_cells, picked
from detector.verdict import LABELS, PASS, VERDICTS, AccountSummary, Reason, Verdicts

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


def _contacts(reasons: Sequence[Reason]) -> list[tuple[int, int]]:
    """Where the contacts of a text stand, as its reasons say."""
    spans = {(int(first), int(end)) for why in reasons for first, end in why.evidence.get("spans", ())}
    return sorted(spans)


def percent(value: float) -> str:
    """A share as percent with one digit, rounded down so that only certainty reads 100 %."""
    return "" if math.isnan(value) else f"{math.floor(value * 1000 + 1e-9) / 10:.1f}%"


@dataclass(frozen=True, slots=True)
class Flagged:
    """The n flagged rows, the riskiest first, and which of the distinct texts of one verdict each says.

    ``said`` counts the rows of each text, ``first`` is the place of its riskiest; ``account`` numbers who wrote a
    row, -1 unknown.
    """

    row: NDArray[np.intp]
    text: NDArray[np.intp]
    account: NDArray[np.int64]
    first: NDArray[np.intp]
    said: NDArray[np.intp]

    def accounts(self, text: int) -> int:
        """How many accounts said it."""
        return len(np.setdiff1d(self.account[self.text == text], [-1]))


def flagged_texts(batch: CommentBatch, verdicts: Verdicts, judged: NDArray[np.bool_]) -> Flagged:
    """What was flagged, as numbers: there may be millions of rows, of which a few are shown."""
    rows = np.flatnonzero(judged & (verdicts.verdict != PASS))
    text, _ = numbered_cells(gathered(batch.text, rows))
    text = (text * len(VERDICTS) + verdicts.verdict[rows]) * len(LABELS) + verdicts.label[rows]
    account, names = numbered_cells(gathered(batch.user_id, rows))
    account[~_known(names)[account]] = -1
    order = np.argsort(-verdicts.risk[rows], kind="stable")
    _, first, text, said = np.unique(text[order], return_index=True, return_inverse=True, return_counts=True)
    return Flagged(rows[order], text, account[order], first, said)


def top_evidence(
    batch: CommentBatch,
    verdicts: Verdicts,
    flagged: Flagged,
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
    chosen: dict[int, int] = {}
    of_campaign: Counter[str] = Counter()
    crowded = False
    for text in np.argsort(flagged.first).tolist():
        if len(chosen) == limit:
            break
        row = int(flagged.row[flagged.first[text]])
        campaign = verdicts.campaign_id[row]
        of_campaign[campaign] += 1
        if campaign and of_campaign[campaign] > PER_CAMPAIGN:
            crowded = True
        else:
            chosen[text] = row
    risk = verdicts.risk
    reasons = dict(zip(chosen, picked(verdicts.reasons, list(chosen.values())), strict=True))
    shown_rows = [
        Evidence(
            verdict=VERDICTS[verdicts.verdict[row]],
            label=LABELS[verdicts.label[row]],
            risk=percent(float(risk[row])),
            text=shown(batch.text[row], limit=TEXT_LIMIT, contacts=_contacts(verdicts.reasons[row])),
            account=name(batch.user_id[row]),
            when=moment(float(batch.ts_ms[row]), int(batch.ts_source[row]), zone),
            comment_id=shown(batch.comment_id[row], limit=ID_LIMIT, marks=2),
            campaign=campaign_numbers.get(verdicts.campaign_id[row], 0),
            protected=bool(verdicts.protected[row]),
            reasons=tuple(
                shown(reason.text(lang), limit=REASON_LIMIT, marks=4) for reason in reasons[text][:REASONS]
            ),
            more_reasons=max(0, len(reasons[text]) - REASONS),
            said=int(flagged.said[text]),
            accounts=flagged.accounts(text),
        )
        for text, row in chosen.items()
    ]
    return shown_rows, len(flagged.said), crowded


def accounts_shown(
    accounts: Sequence[AccountSummary],
    *,
    limit: int,
    name: Callable[[str], str],
    campaign_numbers: dict[str, int],
) -> list[AccountShown]:
    """The accounts with flagged comments, highest score first, at most ``limit``."""
    flagged = heapq.nsmallest(
        limit,
        (account for account in accounts if account.flagged > 0),
        key=lambda a: (-a.score if not math.isnan(a.score) else 1.0, -a.flagged),
    )
    return [
        AccountShown(
            name=name(account.user_id),
            comments=account.comments,
            flagged=account.flagged,
            share=0 if math.isnan(account.flagged_share) else math.floor(account.flagged_share * 100),
            campaigns=tuple(campaign_numbers[i] for i in account.campaigns[:8] if i in campaign_numbers),
            score="" if math.isnan(account.score) else f"{account.score:.2f}",
        )
        for account in flagged
    ]


def count_accounts(batch: CommentBatch, judged: NDArray[np.bool_]) -> int:
    """How many known accounts wrote the ``judged`` rows."""
    user, names = numbered(batch.user_id)
    return int((_known(names) & (np.bincount(user[judged], minlength=len(names)) > 0)).sum())


def _known(names: Any) -> NDArray[np.bool_]:
    return np.asarray(pc.not_equal(names, "").to_numpy(zero_copy_only=False), dtype=np.bool_)


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
