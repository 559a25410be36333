"""Groups of flagged comments that share a template, and what each account did."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.verdict import LABELS, NORMAL, PASS, AccountSummary, Campaign, Verdicts

# A group counts as a campaign from so many flagged comments on.
MIN_FLAGGED: Final = 3
# A crowd of which a few were flagged by mistake is no campaign.
MIN_FLAGGED_SHARE: Final = 0.25
# Ids stand on a fixed grid of windows, so that they do not move with the first comment read.
GRID_MS: Final = 600_000
SAMPLES: Final = 5
PRIOR_COMMENTS: Final = 5.0


def find_campaigns(
    batch: CommentBatch, verdicts: Verdicts, group: NDArray[np.int64]
) -> tuple[list[Campaign], Verdicts]:
    """The campaigns of a scored batch, largest first, and the verdicts with their campaign ids.

    ``group`` int64 (n,) is the near-duplicate group of each row. A campaign is every comment of a group, in one
    session, of which at least ``MIN_FLAGGED`` and ``MIN_FLAGGED_SHARE`` were flagged.
    """
    flagged = (verdicts.verdict != PASS) & ~verdicts.duplicate
    members: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    wanted = set(group[flagged].tolist())
    for row, key in enumerate(group.tolist()):
        if key in wanted and not verdicts.duplicate[row]:
            members[batch.room_id[row], batch.session_id[row], key].append(row)
    risk = verdicts.risk
    campaign_id = [""] * len(batch)
    campaigns: list[Campaign] = []
    for (room_id, session_id, key), rows in members.items():
        hits = [row for row in rows if flagged[row]]
        if len(hits) < max(MIN_FLAGGED, MIN_FLAGGED_SHARE * len(rows)):
            continue
        campaign = _campaign(batch, verdicts, risk, room_id, session_id, key, rows, hits)
        campaigns.append(campaign)
        for row in rows:
            campaign_id[row] = campaign.campaign_id
    campaigns.sort(key=lambda c: (-c.flagged, -c.comments, c.campaign_id))
    return campaigns, replace(verdicts, campaign_id=campaign_id)


def _campaign(
    batch: CommentBatch,
    verdicts: Verdicts,
    risk: NDArray[np.float64],
    room_id: str,
    session_id: str,
    key: int,
    rows: list[int],
    hits: list[int],
) -> Campaign:
    times = batch.ts_ms[rows]
    known = times[np.isfinite(times)]
    first = float(known.min()) if len(known) else float("nan")
    window = int(first // GRID_MS) if len(known) else 0
    name = f"{room_id}\n{session_id}\n{key}\n{window}".encode("utf-8", "surrogatepass")
    labels = Counter(LABELS[verdicts.label[row]] for row in hits if verdicts.label[row] != NORMAL)
    accounts = {batch.user_id[row] for row in rows} - {""}
    anonymous = sum(not batch.user_id[row] for row in rows)
    picks = np.unique(np.linspace(0, len(hits) - 1, min(SAMPLES, len(hits))).astype(int))
    return Campaign(
        campaign_id="C-" + hashlib.blake2b(name, digest_size=5).hexdigest(),
        room_id=room_id,
        session_id=session_id,
        label=labels.most_common(1)[0][0] if labels else LABELS[NORMAL],
        template=template([batch.text[row] for row in hits]),
        comments=len(rows),
        accounts=len(accounts) + anonymous,
        flagged=len(hits),
        first_ts_ms=first,
        last_ts_ms=float(known.max()) if len(known) else float("nan"),
        score=float(np.mean(risk[rows])),
        samples=tuple(batch.comment_id[hits[pick]] for pick in picks),
    )


def template(texts: Sequence[str]) -> str:
    """The commonest of ``texts`` with its longer numbers and mixed handles shown as slots."""
    text = Counter(texts).most_common(1)[0][0]
    text = re.sub(r"(?=[A-Za-z\d]*[A-Za-z])(?=[A-Za-z\d]*\d)[A-Za-z\d]{5,40}", "{ID}", text[:200])
    return re.sub(r"\d[\d \-.]{3,40}\d", "{N}", text)


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
