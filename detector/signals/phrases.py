"""Do other accounts use the same rare phrases just now?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read
from detector.state.seats import USED, Seats, new_seats, pieces, seat_of, take_seat
from detector.text.phrases import PHRASES

# Texts made from one template, or one grammar, need not be near-copies; but they share phrases that the room hardly ever
# uses. A phrase surges when it has been used more often lately than its use in the session lets expect: by the Poisson
# log-likelihood ratio (Dunning, Accurate Methods for the Statistics of Surprise and Coincidence, 1993).
# What is recent decays by e every so many comments of the room.
RECENT_C: Final = 600.0
# An account is young for so many comments of the room.
YOUNG_C: Final = 1_000
# The room's usual share of comments by young accounts: before any are seen, and a mean that forgets over so many.
USUAL_SHARE: Final = 0.2
USUAL_C: Final = 3_000.0
# Beside key and last use, of a phrase: its uses in the session; its recent uses by changing accounts, and by young ones, as
# of a comment's index; who used it last, and who before that: two who repeat each other are not many.
COUNT, RECENT, YOUNG, AT, LAST_ACCOUNT, ONE_BEFORE = range(2, 8)
# A row fills a line of the processor's cache.
COLUMNS: Final = 8
# From here on a surge is put into words; phrases are called rare that hardly one comment in twenty has used.
SURGE_SAID: Final = 2.0
NOVELTY_SAID: Final = 3.0


@dataclass(slots=True)
class PhrasesMemory:
    """The phrases of one session, and the room's usual share of comments by young accounts (1,)."""

    phrases: Seats
    usual: NDArray[np.float64]


class Phrases(Signal):
    """Do other accounts use the same rare phrases just now?"""

    name: ClassVar[str] = "phrases"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("phrases.novelty", "nats", "How rare its phrases are in this session: the mean of ln(comments / uses)."),
        feature("phrases.surge_mean", "nats", "How surprising the recent use of its phrases is: the mean over them."),
        feature("phrases.surge_most", "nats", "The same of the most surprising one."),
        feature("phrases.young_mean", "nats", "The same mean, of use by accounts that have just come."),
        feature("phrases.young_most", "nats", "The same of the most surprising one."),
        feature("phrases.young_share", "share", "Recent uses of the surging phrases that were by such accounts."),
    )  # fmt: skip

    def new_memory(self) -> PhrasesMemory:
        return PhrasesMemory(new_seats(COLUMNS), np.full(1, USUAL_SHARE))

    def observe(
        self, seen: Observation, memory: PhrasesMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        for seats, start, end in pieces(memory.phrases, seen.first_index, len(seen), remember=remember):
            memory.phrases = seats
            _observe(
                start, end, seen.account, seen.phrases, seen.text, seen.accounts, seen.is_review, seen.first_index,
                remember, seats, memory.usual, out,
            )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        if not (values["phrases.surge_mean"] >= SURGE_SAID and values["phrases.novelty"] >= NOVELTY_SAID):
            return None
        if values["phrases.young_share"] >= 0.6:
            return (
                "同样的少见说法近来反复出现，多出自刚出现的账号",
                "the same rare phrases keep coming up lately, mostly from accounts that have only just come",
            )
        return (
            "同样的少见说法近来反复出现",
            "the same rare phrases keep coming up lately",
        )


@kernel
def _surprise(found: float, expected: float) -> float:
    """The Poisson log-likelihood ratio of finding more than expected; 0 for less."""
    if found <= expected:
        return 0.0
    return found * math.log(found / expected) - found + expected


@kernel
def _use(v: NDArray[np.float64], index: int, account: float, young: float) -> None:
    """Take one use of a phrase into its row."""
    v[COUNT] += 1.0
    if account == 0.0 or account not in (v[LAST_ACCOUNT], v[ONE_BEFORE]):
        kept = math.exp((v[AT] - index) / RECENT_C)
        v[RECENT] = v[RECENT] * kept + 1.0
        v[YOUNG] = v[YOUNG] * kept + young
        v[AT] = index
    if v[LAST_ACCOUNT] != account:
        v[ONE_BEFORE] = v[LAST_ACCOUNT]
        v[LAST_ACCOUNT] = account
    v[USED] = index


@kernel
def _observe(
    start: int, end: int, account: NDArray[np.int64], phrases: NDArray[np.int64], text: NDArray[np.intp], accounts: NDArray[np.float64],
    is_review: NDArray[np.bool_], first_index: int, remember: bool, seats: Seats, usual: NDArray[np.float64],
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(start, end):
        if is_review[r]:
            # Reviews of one product share its words.
            out[r, :] = np.nan
            continue
        index = first_index + r if remember else first_index
        young = 1.0 if account[r] == 0 or accounts[read.SINCE_FIRST_C, r] <= YOUNG_C else 0.0
        # A float64 holds 53 bits of the key exactly: enough to tell this account from the last one.
        who = float(account[r] >> 10)
        # Of numbers one more than the uses: their product stays far below what a float64 holds.
        uses = 1.0
        total = most = of_young = most_young = shares = 0.0
        n = 0
        while n < PHRASES and phrases[text[r], n] != 0:
            phrase = phrases[text[r], n]
            n += 1
            seat = take_seat(seats, phrase) if remember else seat_of(seats, phrase)
            if seat < 0:
                continue
            v = seats[seat]
            uses *= v[COUNT] + 1.0
            if v[COUNT] > 0.0:
                kept = math.exp((v[AT] - index) / RECENT_C)
                recent, by_young = v[RECENT] * kept, v[YOUNG] * kept
                expected = RECENT_C * (max(v[COUNT] - recent, 0.0) + 0.5) / (index + RECENT_C)
                surprise = _surprise(recent, expected)
                total += surprise
                most = max(most, surprise)
                if surprise > 0.0:
                    shares += surprise * by_young / recent
                surprise = _surprise(by_young, expected * usual[0])
                of_young += surprise
                most_young = max(most_young, surprise)
            if remember:
                _use(v, index, who, young)
        out[r, 0] = math.log(index + 2.0) - math.log(uses) / n if n > 0 else 0.0
        out[r, 1] = total / (n + 1.0)
        out[r, 2] = most
        told = account[r] != 0
        out[r, 3] = of_young / (n + 1.0) if told else np.nan
        out[r, 4] = most_young if told else np.nan
        out[r, 5] = shares / total if told and total > 0.0 else np.nan
        if remember:
            usual[0] += (young - usual[0]) / min(USUAL_C, index + 100.0)
