"""What each account did in a scored input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.shelf import BLOCK_ROWS, gathered, numbered, texts_of
from detector.verdict import PASS, AccountSummary, Verdicts

PRIOR_COMMENTS: Final = 5.0
# From so many numbers on NumPy adds in pairs, which differs from one after the other in the last digit.
PAIRWISE: Final = 8

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Summaries(Sequence[AccountSummary]):
    """Accounts as columns, the riskiest first; each summary is made when it is asked for."""

    user_id: Any
    user_name: Any
    comments: Ints
    flagged: Ints
    score: NDArray[np.float64]
    # Campaigns of few accounts, by account.
    campaigns: dict[int, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.comments)

    @overload
    def __getitem__(self, place: int) -> AccountSummary: ...
    @overload
    def __getitem__(self, place: slice) -> list[AccountSummary]: ...
    def __getitem__(self, place: int | slice) -> AccountSummary | list[AccountSummary]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step != 1:
                return [self[at] for at in range(start, stop, step)]
            return self._between(start, stop)
        at = place + len(self) if place < 0 else place
        if not 0 <= at < len(self):
            raise IndexError(f"account {place} of {len(self)}")
        return self._between(at, at + 1)[0]

    def __iter__(self) -> Iterator[AccountSummary]:
        return chain.from_iterable(self[at : at + BLOCK_ROWS] for at in range(0, len(self), BLOCK_ROWS))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _between(self, start: int, stop: int) -> list[AccountSummary]:
        part = slice(start, stop)
        columns = zip(
            texts_of(self.user_id[part]), texts_of(self.user_name[part]), self.comments[part].tolist(),
            self.flagged[part].tolist(), self.score[part].tolist(), strict=True,
        )  # fmt: skip
        return [
            AccountSummary(user_id, name, n, flagged, flagged / n, self.campaigns.get(at, ()), score)
            for at, (user_id, name, n, flagged, score) in enumerate(columns, start=start)
        ]


def summarise_accounts(batch: CommentBatch, verdicts: Verdicts) -> Sequence[AccountSummary]:
    """What each known account did, the riskiest first; nobody (an unknown id) is left out."""
    scored = ~np.isnan(verdicts.p[:, 0]) & ~verdicts.duplicate
    base = float(verdicts.risk[scored].mean()) if scored.any() else 0.0
    user, names = numbered(batch.user_id)
    known = np.asarray(pc.not_equal(names, "").to_numpy(zero_copy_only=False), dtype=np.bool_)
    rows = np.flatnonzero(scored & known[user]) if len(names) else np.zeros(0, dtype=np.intp)
    # Accounts that have a scored comment, by number; ``user`` counts them from 0 from here on.
    comments = np.bincount(user[rows], minlength=len(names))
    accounts = np.flatnonzero(comments)
    n, comments = len(accounts), comments[accounts]
    user = (np.cumsum(np.isin(np.arange(len(names)), accounts)) - 1)[user[rows]]
    flagged = np.bincount(user[verdicts.verdict[rows] != PASS], minlength=n)
    risk = _sums(verdicts.risk[rows], user, comments)
    score = (risk + PRIOR_COMMENTS * base) / (comments + PRIOR_COMMENTS)
    last = np.zeros(n, dtype=np.intp)
    last[user] = rows
    ids = names.take(pa.array(accounts))
    order = pc.sort_indices(
        pa.table({"score": score, "user_id": ids}),
        sort_keys=[("score", "descending"), ("user_id", "ascending")],
    ).to_numpy()
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n)
    return Summaries(
        user_id=ids.take(pa.array(order)),
        user_name=gathered(batch.user_name, last[order]),
        comments=comments[order],
        flagged=flagged[order],
        score=score[order],
        campaigns=_campaigns(verdicts, rows, place[user]),
    )


def _sums(risk: NDArray[np.float64], user: Ints, comments: Ints) -> NDArray[np.float64]:
    """The sum of each account's risks, as ``sum`` of them alone would give it."""
    sums = np.asarray(np.bincount(user, weights=risk, minlength=len(comments)), dtype=np.float64)
    many = comments >= PAIRWISE
    at = np.flatnonzero(many[user])
    at = at[np.argsort(user[at], kind="stable")]
    starts = np.cumsum(comments[many])
    for account, part in zip(np.flatnonzero(many).tolist(), np.split(risk[at], starts[:-1]), strict=False):
        sums[account] = part.sum()
    return sums


def _campaigns(verdicts: Verdicts, rows: NDArray[np.intp], place: Ints) -> dict[int, tuple[str, ...]]:
    """The campaigns of each account that is in one, by its place."""
    found: dict[int, set[str]] = {}
    inside = np.fromiter(map(bool, verdicts.campaign_id), dtype=np.bool_, count=len(verdicts))[rows]
    for row, at in zip(rows[inside].tolist(), place[inside].tolist(), strict=True):
        found.setdefault(at, set()).add(verdicts.campaign_id[row])
    return {at: tuple(sorted(names)) for at, names in found.items()}
