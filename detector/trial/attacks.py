"""How much of each kind of attack would be found in these sessions? Injects them, one kind at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.model import surfaces
from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.evaluation.intervals import Estimate, share
from detector.evaluation.judged import session_rows
from detector.evaluation.metrics import cut_at
from detector.scorer import Detector
from detector.simulate import ATTACKS, LIVE_ATTACKS, REVIEW_ATTACKS, inject
from detector.training.matrix import Progress
from detector.verdict import HEADS, HIGH_RISK, NORMAL, PASS

# Genuine comments that may be flagged at the threshold the recall is read at.
RATE: Final = 0.001
# Posts of attack per comment of a session, over all its campaigns, and how many campaigns that may be.
SHARE: Final = 0.01
CAMPAIGNS: Final = 4
# Half of what a flood says is taken from the room, so that no phrase of the simulator gives it away.
BORROWED: Final = 0.5
# A campaign of fewer posts is hardly one: small sessions get fewer campaigns instead.
LEAST_POSTS: Final = 12


@dataclass(frozen=True, slots=True)
class AttackFound:
    """What was found of one kind: ``recall`` of its posts by the head ``label`` at the threshold of ``RATE``,
    ``flagged`` and ``high_risk`` by the model's own thresholds; intervals over campaigns."""

    label: str
    campaigns: int
    posts: int
    recall: Estimate
    flagged: Estimate
    high_risk: Estimate


@dataclass(frozen=True, slots=True)
class Scored:
    """One session with campaigns in it: p of the genuine comments; p, verdict and campaign of the posts."""

    genuine_p: NDArray[np.float64]
    p: NDArray[np.float64]
    verdict: NDArray[np.uint8]
    campaign: NDArray[np.int64]


def attacks_found(
    detector: Detector,
    batch: CommentBatch,
    label: NDArray[np.int8],
    *,
    kinds: Collection[str] = tuple(ATTACKS),
    seed: int = 0,
    progress: Progress,
) -> dict[str, AttackFound]:
    """Every one of ``kinds`` put into the genuine part of each session, scored with ``detector``.

    Raises UsageError where no session can take an attack.
    """
    genuine = batch.take(np.flatnonzero(genuine_rows(batch, label)))
    sessions = [genuine.take(rows) for rows in session_rows(genuine)]
    found = {}
    for number, kind in enumerate(ATTACKS):
        if kind not in kinds:
            continue
        fit_for = [session for session in sessions if kind in kinds_for(session)]
        if not fit_for:
            continue
        progress(f"attack {kind}: {len(fit_for)} sessions")
        found[kind] = _found(
            kind,
            [_attacked(detector, part, kind, seed=(seed, number, at)) for at, part in enumerate(fit_for)],
        )
    if not found:
        raise UsageError(
            "--attacks: no session has live comments, or reviews with ratings, to hide an attack among",
            zh="--attacks：没有可混入攻击的直播评论或带评分的评价",
        )
    return found


def genuine_rows(batch: CommentBatch, label: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Genuine rows of accounts that never wrote anything else: whom an attack may copy and look like."""
    known = batch.told_apart()
    not_genuine = np.flatnonzero(known & (label != NORMAL))
    attackers = {batch.user_id[row] for row in not_genuine} - {""}
    innocent = np.array([user_id not in attackers for user_id in batch.user_id], dtype=np.bool_)
    return np.asarray((label == NORMAL) & (innocent | ~known))


def kinds_for(session: CommentBatch) -> Sequence[str]:
    """The kinds of attack that make sense in a session; none in reviews without ratings."""
    rows = np.flatnonzero(session.scored())
    if not len(rows):
        return ()
    if float((~np.isnan(session.rating[rows])).mean()) > 0.5:
        return REVIEW_ATTACKS
    return () if float(surfaces(session)[rows].mean()) > 0.5 else LIVE_ATTACKS


def with_campaigns(
    session: CommentBatch, kind: str, *, seed: Sequence[int]
) -> tuple[CommentBatch, NDArray[np.int64], NDArray[np.bool_]]:
    """A session with campaigns of one kind put in, at most ``SHARE`` of its comments in all.

    Beside each row: the number of its campaign, -1 for the session's own, and whether it is a post of the attack
    rather than harmless chat of its accounts. Accounts look like those of the session; what is copied or chatted
    is taken from it.
    """
    n = int(session.scored().sum())
    campaigns = max(1, min(CAMPAIGNS, int(SHARE * n / LEAST_POSTS)))
    borrowed = BORROWED if ATTACKS[kind].borrows else None
    mixed, campaign = session, np.full(len(session), -1, dtype=np.int64)
    labels = ["normal"] * len(session)
    for number in range(campaigns):
        drawn = int(np.random.SeedSequence([*seed, number]).generate_state(1)[0])
        # What came in before counts as part of the session: the share is of the session's own comments.
        share_now = SHARE / campaigns * n / max(int(mixed.scored().sum()), 1)
        log = inject(mixed, seed=drawn, attack=kind, share=share_now, borrowed=borrowed, labels=labels)
        new = np.array([attack != "" for attack in log.kind_of_attack], dtype=np.bool_)
        grown = np.full(len(log), number, dtype=np.int64)
        grown[~new] = campaign
        mixed, campaign, labels = log.batch, grown, log.label
    return mixed, campaign, np.array([label == ATTACKS[kind].label for label in labels], dtype=np.bool_)


def _attacked(detector: Detector, session: CommentBatch, kind: str, *, seed: tuple[int, int, int]) -> Scored:
    mixed, campaign, post = with_campaigns(session, kind, seed=seed)
    verdicts = detector.score(mixed).verdicts
    p = verdicts.p[:, HEADS.index(ATTACKS[kind].label)]
    own, post = (campaign < 0) & ~np.isnan(p), post & ~np.isnan(p)
    return Scored(p[own], p[post], verdicts.verdict[post], campaign[post])


def _found(kind: str, scored: Sequence[Scored]) -> AttackFound:
    """The shares over all sessions, by one threshold for all of them."""
    cut = cut_at(np.concatenate([part.genuine_p for part in scored]), RATE)
    p = np.concatenate([part.p for part in scored])
    verdict = np.concatenate([part.verdict for part in scored])
    campaign = np.concatenate([CAMPAIGNS * at + part.campaign for at, part in enumerate(scored)])
    return AttackFound(
        label=ATTACKS[kind].label,
        campaigns=len(np.unique(campaign)),
        posts=len(p),
        recall=share(p >= cut, campaign),
        flagged=share(verdict != PASS, campaign),
        high_risk=share(verdict == HIGH_RISK, campaign),
    )
