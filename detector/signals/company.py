"""In what company does this comment stand?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detector.signals.signal import Described, Feature, Floats, Observation, Sentence, feature
from detector.state.arrivals import with_room
from detector.state.company import LOOKS, CompanyMemory, new_company, observe_looks
from detector.state.seats import pieces
from detector.state.table import reserve

# Every comment is first looked at alone, by its words and behaviour: how likely is it anything but genuine, and how likely
# a lure? Here first looks are gathered over what belongs together: the account's other comments, near-copies by others,
# what their accounts said before, comments that share a phrase, accounts that came together, and the room's last minutes.
# A campaign is a set of comments each of which could be anybody's.

# Gives, for n rows of inputs whose company is not known yet, how likely each is anything but genuine, and how likely a
# lure: float64 (n, LOOKS).
FirstLook = Callable[[Floats], Floats]


def _gathered(prefix: str, looks: str) -> tuple[Feature, ...]:
    """What first looks of one kind say, in the order in which the kernel fills it in."""
    return (
        feature(f"{prefix}account_mean", "probability", f"{looks} at the account's earlier comments: their mean, shrunk to 0."),
        feature(f"{prefix}account_most", "probability", "The largest of them."),
        feature(f"{prefix}copies_mean", "probability", f"{looks} at recent near-copies by others: their mean, shrunk to 0."),
        feature(f"{prefix}copies_most", "probability", "The largest of them."),
        feature(f"{prefix}copiers_mean", "probability", f"{looks} at all that the accounts of those copies had said: the mean of their means."),
        feature(f"{prefix}group_mean", "probability", f"{looks} at all near-copies of this session: their mean, shrunk to 0."),
        feature(f"{prefix}phrases_mean", "probability", f"{looks} at recent comments with the same phrases, by changing accounts: the mean over phrases."),
        feature(f"{prefix}phrases_most", "probability", "The same of the most suspicious phrase."),
        feature(f"{prefix}room_50c", "probability", f"{looks} at the room's last 50 comments: their mean."),
        feature(f"{prefix}room_500c", "probability", "The same of the last 512."),
        feature(f"{prefix}room_usual", "probability", "The same over some thousands of comments."),
    )  # fmt: skip


class Company(Described):
    """In what company does this comment stand?"""

    name: ClassVar[str] = "company"
    features: ClassVar[tuple[Feature, ...]] = (
        *_gathered("company.", "First looks"),
        feature("company.arrivals_mean", "probability", "First looks at what accounts said that came when this one did: their mean, shrunk to 0; unknown in a room's first 512 comments."),
        feature("company.arrivals_each", "probability", "Their sum for each of these accounts, shrunk to 0."),
        *_gathered("company.lure_", "First looks for lures"),
    )  # fmt: skip

    def new_memory(self) -> CompanyMemory:
        """An empty memory for one session."""
        return new_company()

    def observe(
        self, seen: Observation, memory: CompanyMemory, inputs: Floats, first_look: FirstLook, *, remember: bool
    ) -> NDArray[np.float32]:
        """The features of n comments (float32, (n, features)) of which all other ``inputs`` are known."""
        n = len(seen)
        look = np.full((n, LOOKS), np.nan)
        live = n - np.count_nonzero(seen.is_review)
        if live:
            look = first_look(inputs)
        if 0 < live < n:
            # Product pages have no rooms: what stands around a review is chance.
            look[seen.is_review] = np.nan
        return self.kept(
            memory, account=seen.account, group=seen.group, phrases=seen.phrases, text=seen.text, look=look,
            first_index=seen.first_index, remember=remember,
        )  # fmt: skip

    def kept(
        self, memory: CompanyMemory, *, account: NDArray[np.int64], group: NDArray[np.int64], phrases: NDArray[np.int64],
        text: NDArray[np.intp], look: Floats, first_index: int, remember: bool,
    ) -> NDArray[np.float32]:  # fmt: skip
        """The features of n comments (float32, (n, features)) by the first looks before each, and theirs are taken in.

        ``look`` float64 (n, LOOKS): how likely each is anything but genuine, and a lure, seen alone; NaN where none is
        taken, and there nothing is said. The rest as in ``Observation``.
        """
        if remember:
            memory.accounts = reserve(memory.accounts, len(account))
            memory.groups = reserve(memory.groups, len(account))
            memory.arrivals = with_room(memory.arrivals, first_index + len(account))
        out = np.empty((len(account), len(self.features)), dtype=np.float32)
        for seats, start, end in pieces(memory.phrases, first_index, len(account), remember=remember):
            memory.phrases = seats
            observe_looks(
                start, end, account, group, phrases, text, look, first_index, remember,
                memory.account, memory.before, memory.looks, memory.accounts, memory.groups, seats, memory.arrivals,
                memory.room, out,
            )  # fmt: skip
        return out

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        """The sentence that says whose company it is, in Chinese and English; None if nothing stands out."""

        def most(quantity: str) -> float:
            # What is unknown is unknown of both kinds.
            return max(values[f"company.{quantity}"], values[f"company.lure_{quantity}"])

        if most("copies_mean") >= 0.2:
            return (
                "其他账号最近发的近似内容也可疑",
                "near-copies that other accounts have just posted look suspicious too",
            )
        if most("account_mean") >= 0.2:
            return (
                "该账号本场此前的发言也可疑",
                "what this account said earlier this session looks suspicious too",
            )
        if most("phrases_mean") >= 0.2:
            return (
                "近来用同样说法的发言也可疑",
                "what was said lately in the same phrases looks suspicious too",
            )
        if values["company.arrivals_mean"] >= 0.2:
            return (
                "与该账号差不多同时进场的账号，发言也可疑",
                "what accounts said that came at about the same time looks suspicious too",
            )
        share = values["company.room_50c"]
        if share >= 0.1 and share >= 3 * values["company.room_usual"]:
            return (
                f"最近 50 条里约有 {share:.0%} 看着可疑，多于平时",
                f"about {share:.0%} of the room's last 50 comments look suspicious, more than usual",
            )
        return None
