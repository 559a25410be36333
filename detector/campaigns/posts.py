"""Who posted which template, where in its session: a scored batch as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.verdict import PASS, Verdicts

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Posts:
    """The n judged comments of all sessions in which one was flagged, session by session, each in event order.

    ``row`` is the place in the batch; ``session``, ``template`` and ``account`` count from 0, an account being one
    user in one session and -1 where ids do not tell people apart. ``place`` counts the comments of the session
    that were posted earlier: the same for equal times. ``second`` is NaN where the clock is not fit for seconds.
    ``flagged`` leaves out what is marked as an organic ``wave``: a crowd of which the model is wary is no farm.
    ``first`` marks the first post of a template by an account, ``fresh`` the first comment of an account.
    Templates are near-duplicate groups within one session; ``in_session`` is the session of each.
    """

    row: Ints
    session: Ints
    template: Ints
    account: Ints
    place: Ints
    second: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    wave: NDArray[np.bool_]
    first: NDArray[np.bool_]
    fresh: NDArray[np.bool_]
    in_session: Ints
    # Where each session begins in the columns above, and where the last one ends.
    session_starts: Ints

    @property
    def templates(self) -> int:
        """How many templates there are."""
        return len(self.in_session)

    def per_template(self, marked: NDArray[np.bool_]) -> Ints:
        """How many ``marked`` posts (bool, shape (n,)) each template has."""
        return np.bincount(self.template[marked], minlength=self.templates)


def read_posts(batch: CommentBatch, verdicts: Verdicts, group: Ints) -> Posts:
    """The posts of a scored batch in event order; ``group`` int64 (n,) is the near-duplicate group of each row."""
    flagged = (verdicts.verdict != PASS) & ~verdicts.duplicate
    judged = ~np.isnan(verdicts.p[:, 0]) & ~verdicts.duplicate
    rooms, sessions = numbered(batch.room_id), numbered(batch.session_id)
    session = rooms * (int(sessions.max(initial=0)) + 1) + sessions
    # Sessions in which nothing was flagged have no campaigns.
    row = np.flatnonzero(judged & np.isin(session, np.unique(session[flagged])))
    _, session = np.unique(session[row], return_inverse=True)
    if (np.diff(session) < 0).any():
        order = np.argsort(session, kind="stable")
        row, session = row[order], session[order]
    session_starts = np.flatnonzero(np.diff(session, prepend=-1, append=len(row) + 1))
    # One key for session and group, spread so that two do not meet.
    _, template = np.unique(group[row] ^ (session * 0x9E3779B97F4A7C1), return_inverse=True)
    in_session = np.zeros(int(template.max(initial=-1)) + 1, dtype=np.int64)
    in_session[template] = session
    user, known = numbered(batch.user_id)[row], batch.told_apart()[row]
    account = np.full(len(row), -1, dtype=np.int64)
    # Users stand in the order of their first comment, so these keys are small enough to be counted by.
    _, account[known] = np.unique(user[known] * len(session_starts) + session[known], return_inverse=True)
    place = _places(batch.ts_ms[row], session, session_starts)
    return Posts(
        row=row,
        session=session,
        template=template,
        account=account,
        place=place,
        second=np.where(batch.in_seconds()[row], batch.ts_ms[row] / 1000.0, np.nan),
        flagged=(flagged & ~verdicts.organic_wave)[row],
        wave=verdicts.organic_wave[row],
        first=_firsts(template, account),
        fresh=_fresh(account, place),
        in_session=in_session,
        session_starts=session_starts,
    )


def numbered(names: list[str]) -> Ints:
    """Every distinct name as a number from 0, in the order they come (int64, shape (n,))."""
    if names and names.count(names[0]) == len(names):
        return np.zeros(len(names), dtype=np.int64)
    try:
        numbers = pa.array(names, pa.large_string()).dictionary_encode().indices.to_numpy()
        return np.asarray(numbers, dtype=np.int64)
    except UnicodeEncodeError:
        # Half of a surrogate pair: the slower way takes it.
        number_of = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return np.fromiter(map(number_of.__getitem__, names), dtype=np.int64, count=len(names))


def _places(ts_ms: NDArray[np.float64], session: Ints, session_starts: Ints) -> Ints:
    """Comments of the session posted before; comments without a time stand one after another."""
    at = np.arange(len(ts_ms), dtype=np.int64)
    new = np.ones(len(ts_ms), dtype=np.bool_)
    new[1:] = ~(ts_ms[1:] == ts_ms[:-1]) | (session[1:] != session[:-1])
    place = np.maximum.accumulate(np.where(new, at, 0))
    return place - session_starts[session] if len(at) else place


def _firsts(template: Ints, account: Ints) -> NDArray[np.bool_]:
    """The first post of each template by each account; False where the account is not known."""
    first = account >= 0
    # What is said once, and who speaks once, need not be looked for.
    again = first & (np.bincount(template)[template] > 1) if len(template) else first
    again[again] = np.bincount(account[again])[account[again]] > 1
    at = np.flatnonzero(again)
    _, index = np.unique(template[at] * (int(account.max(initial=0)) + 1) + account[at], return_index=True)
    first[at] = False
    first[at[index]] = True
    return first


def _fresh(account: Ints, place: Ints) -> NDArray[np.bool_]:
    """Posts at the time of their account's first; False where the account is not known."""
    known = np.flatnonzero(account >= 0)
    earliest = np.full(int(account.max(initial=-1)) + 1, len(account), dtype=np.int64)
    # Written from the last to the first, the first stays.
    earliest[account[known[::-1]]] = place[known[::-1]]
    fresh = np.zeros(len(account), dtype=np.bool_)
    fresh[known] = place[known] == earliest[account[known]]
    return fresh
