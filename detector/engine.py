"""The only place where comments become numbers.

``observe`` takes a batch of comments in event order and, for every comment, reads each signal as of just before
it, then lets the signal remember it. Batches of one, of 256 and of ten million give the same numbers, bit for bit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import (
    KIND_CODE,
    REVIEW_KINDS,
    UNPAID_WORDS,
    CommentBatch,
    chosen,
)  # fmt: skip
from detector.compiled import kernel
from detector.signals.account import Account
from detector.signals.burst import Burst
from detector.signals.company import Company, FirstLook
from detector.signals.contact import Contact, has_contact_form
from detector.signals.copying import Copying
from detector.signals.lockstep import Lockstep
from detector.signals.phrases import Phrases
from detector.signals.rating import Rating
from detector.signals.repetition import Repetition
from detector.signals.signal import Described, Feature, Observation, Signal, TextSignal
from detector.signals.style import Style
from detector.signals.timing import Timing
from detector.state.account_keys import account_keys, answered_keys
from detector.state.accounts import Accounts, new_accounts, observe_accounts
from detector.state.clock import DATED_MS, LAG_MS, STANDS_MS, new_clock, observe_clock
from detector.state.company import CompanyMemory, new_company
from detector.state.delivered import Delivered
from detector.state.neighbours import Neighbours, Prints, new_neighbours, observe_neighbours, prints_of
from detector.state.sessions import MAX_BYTES, MAX_SESSIONS, Lives, Sessions, place_of
from detector.state.supporters import new_supporters, observe_supporters
from detector.state.table import N_YOUNG, Table
from detector.state.texts import Columns, TextMemory, TextRows
from detector.text.phrases import phrases
from detector.text.reading import TextReading, read_texts, tables_digest

TEXT_SIGNALS: Final[tuple[TextSignal, ...]] = (Style(), Contact())
SIGNALS: Final[tuple[Signal, ...]] = (
    Copying(), Phrases(), Lockstep(), Repetition(), Timing(), Burst(), Account(), Rating(),
)  # fmt: skip
# What the first looks at other comments say of this one: read last, for a first look needs all the others.
COMPANY: Final = Company()
ALL_SIGNALS: Final[tuple[Described, ...]] = (*TEXT_SIGNALS, *SIGNALS, COMPANY)
# The text scores, where they stand among the signals.
WORDING: Final = "wording"
# Changes whenever a number in a feature could: part of the schema's digest.
HASH_VERSION: Final = 5
# Kinds of events by which an account gives the room something that costs.
GIVING: Final = chosen(("gift", "member", "superchat"), KIND_CODE)
REVIEWS: Final = chosen(REVIEW_KINDS, KIND_CODE)

# The strings of a comment from which it is judged; the others are for people.
JUDGED_BY: Final = ("room_id", "session_id", "comment_id", "user_id", "text", "paid_marker", "reply_to")

# Gives, for m texts, the scores of the text heads: float64, shape (m, heads).
Wording = Callable[[TextReading], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a feature frame, in order."""

    features: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The feature names."""
        return tuple(f.name for f in self.features)

    @property
    def digest(self) -> str:
        """Changes whenever the columns, or the hashing below them, change."""
        rows = [HASH_VERSION, tables_digest(), *([f.name, f.unit, f.meaning] for f in self.features)]
        return hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()


SCHEMA: Final = Schema(tuple(f for signal in ALL_SIGNALS for f in signal.features))
# How many columns each signal with a memory fills, and all of them.
WIDTHS: Final = tuple(len(signal.features) for signal in SIGNALS)
SIGNAL_COLUMNS: Final = sum(WIDTHS)
COMPANY_COLUMNS: Final = len(COMPANY.features)
COLUMNS_OF: Final = np.array(WIDTHS)


def input_spans(wording: int) -> dict[str, slice]:
    """Which columns of ``FeatureFrame.inputs`` are whose: the ``wording`` first ones, then signal by signal."""
    spans, start = {WORDING: slice(0, wording)}, wording
    for signal in ALL_SIGNALS:
        spans[signal.name] = slice(start, start + len(signal.features))
        start += len(signal.features)
    return spans


@dataclass(frozen=True, slots=True)
class FeatureFrame:
    """Features of n comments.

    ``inputs`` float64 (n, heads + features), NaN unknown: the text scores, then the features, which fit float32;
    ``group`` int64 (n,), the near-duplicate group; ``observed`` marks the rows that were read: neither
    redelivered nor of a kind that is not judged. Other rows are NaN. ``supporter`` marks comments of accounts that
    have given the room something this session, or were answered by its staff: a sign in favour, never a feature. ``lag_ms`` is how late a row came,
    ``clock_ms`` the time at which it stands (NaN unknown), ``account`` the key of who wrote it (0 unknown), ``skeleton`` that of what was said.
    ``sessions`` are the rows of each session, and the sessions that were forgotten.
    """

    inputs: NDArray[np.float64]
    group: NDArray[np.int64]
    duplicate: NDArray[np.bool_]
    observed: NDArray[np.bool_]
    supporter: NDArray[np.bool_]
    lag_ms: NDArray[np.float64]
    clock_ms: NDArray[np.float64]
    account: NDArray[np.int64]
    skeleton: NDArray[np.int64]
    sessions: Lives[SessionMemory]

    @property
    def values(self) -> NDArray[np.float64]:
        """The features alone (n, features)."""
        return self.inputs[:, self.inputs.shape[1] - len(SCHEMA.features) :]

    @property
    def wording(self) -> NDArray[np.float64]:
        """The text scores alone (n, heads)."""
        return self.inputs[:, : self.inputs.shape[1] - len(SCHEMA.features)]


@dataclass(slots=True)
class SessionMemory:
    """All that is remembered of one session of one room."""

    accounts: Accounts = field(default_factory=new_accounts)
    neighbours: Neighbours = field(default_factory=new_neighbours)
    signals: list[Any] = field(default_factory=lambda: [signal.new_memory() for signal in SIGNALS])
    company: CompanyMemory = field(default_factory=new_company)
    delivered: Delivered = field(default_factory=Delivered)
    supporters: Table = field(default_factory=new_supporters)
    comments: int = 0
    clock: NDArray[np.float64] = field(default_factory=new_clock)


class FeatureEngine:
    """Turns batches of comments into features; owns the memory of the sessions it has seen."""

    def __init__(
        self,
        *,
        wording: Wording | None = None,
        first_look: FirstLook | None = None,
        max_bytes: int = MAX_BYTES,
        max_sessions: int = MAX_SESSIONS,
    ) -> None:
        self.sessions = Sessions[SessionMemory](max_bytes=max_bytes, max_sessions=max_sessions)
        self._wording = wording
        self._first_look = first_look
        self._texts = TextMemory(self._compute)

    def observe(self, batch: CommentBatch) -> FeatureFrame:
        """Read each comment as of just before it, then remember it. ``batch`` must be in event order."""
        return self._run(batch, remember=True)

    def read(self, batch: CommentBatch) -> FeatureFrame:
        """Read each comment as of now; nothing is remembered."""
        return self._run(batch, remember=False)

    def _compute(self, texts: Sequence[str]) -> Columns:
        reading = read_texts(texts)
        wording = self._wording(reading) if self._wording else np.zeros((len(texts), 0))
        measured = {signal.name: signal.measure(reading) for signal in TEXT_SIGNALS}
        return {
            "exact": reading.exact,
            "skeleton": reading.prints.skeleton,
            **prints_of(reading)._asdict(),
            "phrases": phrases(reading.shaped),
            "inputs": np.concatenate([wording, *measured.values()], axis=1, dtype=np.float64),
            "contact_form": has_contact_form(measured[Contact.name]),
        }

    def _run(self, batch: CommentBatch, *, remember: bool) -> FeatureFrame:
        n = len(batch)
        texts = self._texts.read(batch.text)
        text_columns = texts.known["inputs"].shape[1]
        duplicate = np.zeros(n, dtype=np.bool_)
        observed = batch.scored()
        frame = FeatureFrame(
            inputs=np.empty((n, text_columns + SIGNAL_COLUMNS + COMPANY_COLUMNS)),
            group=np.zeros(n, dtype=np.int64),
            duplicate=duplicate,
            observed=observed,
            supporter=np.zeros(n, dtype=np.bool_),
            lag_ms=np.zeros(n),
            clock_ms=np.empty(n),
            account=np.zeros(n, dtype=np.int64),
            skeleton=texts["skeleton"],
            sessions=self.sessions.lives(batch, remember=remember),
        )
        gave = GIVING[batch.kind]
        anyone = np.count_nonzero(gave) > 0 or np.count_nonzero(batch.is_staff == 1.0) > 0
        memories = self.sessions.memories
        for key, rows, lasting in frame.sessions.rows:
            memory = memories.get(key) or SessionMemory()
            if remember:
                # The session touched last stands last; one that is forgotten within the batch is not kept.
                memories.pop(key, None)
                if lasting:
                    memories[key] = memory
            scored = observed[rows]
            fresh = rows if np.count_nonzero(scored) == len(rows) else rows[scored]
            fresh = self._undelivered(batch, texts, fresh, memory, duplicate, remember=remember)
            # Redelivered gifts count once like all others: an account is a supporter or is not.
            if anyone or memory.supporters.meta[N_YOUNG]:
                account = account_keys(batch, rows)
                memory.supporters, frame.supporter[rows] = observe_supporters(
                    memory.supporters,
                    account=account,
                    known=np.where(gave[rows], account, answered_keys(batch, rows)),
                    remember=remember,
                )
            if len(fresh):
                _observe_session(batch, texts, fresh, memory, frame, self._first_look, remember=remember)
        observed &= ~duplicate
        if np.count_nonzero(observed) < n:
            frame.inputs[~observed], frame.clock_ms[~observed] = np.nan, np.nan
        return frame

    @staticmethod
    def _undelivered(
        batch: CommentBatch, texts: TextRows, rows: NDArray[np.intp], memory: SessionMemory,
        duplicate: NDArray[np.bool_], *, remember: bool,
    ) -> NDArray[np.intp]:  # fmt: skip
        listed = rows.tolist()
        ids = batch.comment_id if len(listed) == len(batch) else [batch.comment_id[row] for row in listed]
        text_keys = texts.known["exact"][texts.at[rows]].tolist()
        if remember and memory.delivered.take_new(ids, text_keys):
            return rows
        for row, comment_id, text_key in zip(listed, ids, text_keys, strict=True):
            if memory.delivered.knows(comment_id, text_key):
                duplicate[row] = True
            elif remember:
                memory.delivered.remember(comment_id, text_key)
        return rows[~duplicate[rows]]


def _observe_session(
    batch: CommentBatch, texts: TextRows, rows: NDArray[np.intp], memory: SessionMemory, frame: FeatureFrame,
    first_look: FirstLook | None, *, remember: bool,
) -> None:  # fmt: skip
    n = len(rows)
    place = place_of(rows)
    own = texts.of(place)
    account = account_keys(batch, rows)
    is_review = REVIEWS[batch.kind[place]]
    times = observe_clock(
        memory.clock, posted_ms=batch.ts_ms[place], source=batch.ts_source[place], may_jump=is_review, remember=remember
    )  # fmt: skip
    ts_ms = times[STANDS_MS]
    skeleton = frame.skeleton[place]
    level = batch.user_level[place]
    group = observe_neighbours(
        memory.neighbours, skeleton=skeleton, prints=Prints(*(own.known[name] for name in Prints._fields)), at=own.at,
        remember=remember,
    )  # fmt: skip
    accounts = observe_accounts(
        memory.accounts, account=account, group=group, ts_ms=ts_ms, level=level, skeleton=skeleton,
        first_index=memory.comments, remember=remember,
    )  # fmt: skip
    seen = Observation(
        first_index=memory.comments,
        account=account,
        ts_ms=ts_ms,
        exact=own["exact"],
        skeleton=skeleton,
        group=group,
        phrases=own.known["phrases"],
        text=own.at,
        contact_form=own["contact_form"],
        accounts=accounts,
        level=level,
        badge_level=batch.fan_badge_level[place],
        paid=_paid(batch, rows),
        staff=batch.is_staff[place],
        created_ms=batch.account_created_ms[place],
        is_review=is_review,
        rating=batch.rating[place],
        verified=batch.verified_purchase[place],
        purchased_ms=batch.purchased_at_ms[place],
        event_ms=times[DATED_MS],
        polarity=own["polarity"],
    )
    frame.group[place], frame.lag_ms[place] = group, times[LAG_MS]
    frame.clock_ms[place], frame.account[place] = ts_ms, account
    # Each signal writes to memory of its own, which it can run through in one go.
    out = np.empty(n * SIGNAL_COLUMNS, dtype=np.float32)
    first = 0
    for signal, columns, signal_memory in zip(SIGNALS, WIDTHS, memory.signals, strict=True):
        values = out[first : first + n * columns].reshape(n, columns)
        signal.observe(seen, signal_memory, values, remember=remember)
        first += n * columns
    _lay_out(rows, own.at, own.known["inputs"], out, COLUMNS_OF, frame.inputs)
    company: Any = np.nan
    if first_look is not None:
        company = COMPANY.observe(seen, memory.company, frame.inputs[place], first_look, remember=remember)
    frame.inputs[place, -COMPANY_COLUMNS:] = company
    if remember:
        memory.comments += n


@kernel
def _lay_out(
    rows: NDArray[np.intp], at: NDArray[np.intp], of_text: NDArray[np.float64], of_signals: NDArray[np.float32],
    columns_of: NDArray[np.int64], inputs: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write what is known of the texts, and of each signal its block, side by side into rows of the inputs."""
    n = len(rows)
    for r in range(n):
        for column in range(of_text.shape[1]):
            inputs[rows[r], column] = of_text[at[r], column]
        start, first = of_text.shape[1], 0
        for columns in columns_of:
            for column in range(columns):
                inputs[rows[r], start + column] = of_signals[first + r * columns + column]
            start, first = start + columns, first + n * columns


def _paid(batch: CommentBatch, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """1 where the row is paid for, 0 where it says that it is not, NaN where it does not say."""
    markers = (
        batch.paid_marker if len(rows) == len(batch) else [batch.paid_marker[row] for row in rows.tolist()]
    )
    if not any(markers):
        return np.full(len(rows), np.nan)
    return np.array([float(m.strip().lower() not in UNPAID_WORDS) if m else np.nan for m in markers])
