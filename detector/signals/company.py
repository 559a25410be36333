"""In what company does this comment stand?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Described, Feature, Floats, Observation, Sentence, feature
from detector.state.arrivals import Arrivals, begin_block, came_together, new_arrivals, post_by, with_room
from detector.state.seats import USED, Seats, new_seats, pieces, seat_of, take_seat
from detector.state.table import Table, find, new_table, reserve, touch

# Every comment is first looked at alone: how likely is it anything but genuine, by its words and behaviour? Here first
# looks are gathered over what belongs together: the account's other comments, near-copies by others, what their accounts
# said before, comments that share a phrase, accounts that came together, and the room's last minutes. A campaign is a set
# of comments each of which could be anybody's.

# Gives, for n rows of inputs whose company is not known yet, how likely each is anything but genuine: float64 (n,).
FirstLook = Callable[[Floats], Floats]
RING: Final = 512
SHORT_C: Final = 50
# The room's usual first look is a mean that forgets over so many comments.
USUAL_C: Final = 3_000
# Copies looked at, newest first.
MAX_COPIES: Final = 48
MAX_KEYS: Final = 65_536
# So many of a text's phrases are followed; what was said with them decays by e every so many comments of the room.
FOLLOWED: Final = 8
RECENT_C: Final = 600.0
# Of an account or a group: the sum of its first looks, and how many; then the largest of the account and when it came, the
# group's last post.
SUM, COUNT = range(2)
MOST = LAST_INDEX = 2
CAME: Final = 3
# Beside key and last use, of a phrase: the decayed sum of first looks, and how many, by changing accounts, as of a
# comment's index; who was last, and who before that: two who repeat each other are not many.
LOOKS, USES, AT, LAST_ACCOUNT, ONE_BEFORE = range(2, 7)
# A row fills a line of the processor's cache.
COLUMNS: Final = 8


@dataclass(slots=True)
class CompanyMemory:
    """The last ``RING`` comments with their first looks and their accounts' means (RING, 2), accounts, groups, phrases,
    who came when, and the sums of the last ``SHORT_C`` and ``RING`` first looks and their usual mean (3,)."""

    account: NDArray[np.int64]
    before: NDArray[np.int64]
    looks: NDArray[np.float64]
    accounts: Table
    groups: Table
    phrases: Seats
    arrivals: Arrivals
    room: NDArray[np.float64]


class Company(Described):
    """In what company does this comment stand?"""

    name: ClassVar[str] = "company"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("company.account_mean", "probability", "First looks at the account's earlier comments: their mean, shrunk to 0."),
        feature("company.account_most", "probability", "The largest of them."),
        feature("company.copies_mean", "probability", "First looks at recent near-copies by others: their mean, shrunk to 0."),
        feature("company.copies_most", "probability", "The largest of them."),
        feature("company.copiers_mean", "probability", "First looks at all that the accounts of those copies had said: the mean of their means."),
        feature("company.group_mean", "probability", "First looks at all near-copies of this session: their mean, shrunk to 0."),
        feature("company.phrases_mean", "probability", "First looks at recent comments with the same phrases, by changing accounts: the mean over phrases."),
        feature("company.phrases_most", "probability", "The same of the most suspicious phrase."),
        feature("company.arrivals_mean", "probability", "First looks at what accounts said that came when this one did: their mean, shrunk to 0; unknown in a room's first 512 comments."),
        feature("company.arrivals_each", "probability", "Their sum for each of these accounts, shrunk to 0."),
        feature("company.room_50c", "probability", "First looks at the room's last 50 comments: their mean."),
        feature("company.room_500c", "probability", "The same of the last 512."),
        feature("company.room_usual", "probability", "The same over some thousands of comments."),
    )  # fmt: skip

    def new_memory(self) -> CompanyMemory:
        """An empty memory for one session."""
        return CompanyMemory(
            account=np.zeros(RING, dtype=np.int64),
            before=np.full(RING, -1, dtype=np.int64),
            looks=np.zeros((RING, 2)),
            accounts=new_table(4, max_keys=MAX_KEYS),
            groups=new_table(3, max_keys=MAX_KEYS),
            phrases=new_seats(COLUMNS),
            arrivals=new_arrivals(),
            room=np.zeros(3),
        )

    def observe(
        self, seen: Observation, memory: CompanyMemory, inputs: Floats, first_look: FirstLook, *, remember: bool
    ) -> NDArray[np.float32]:
        """The features of n comments (float32, (n, features)) of which all other ``inputs`` are known."""
        n = len(seen)
        look = np.full(n, np.nan)
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

        ``look`` float64 (n,): how likely each is anything but genuine, seen alone; NaN where none is taken, and there
        nothing is said. The rest as in ``Observation``.
        """
        if remember:
            memory.accounts = reserve(memory.accounts, len(account))
            memory.groups = reserve(memory.groups, len(account))
            memory.arrivals = with_room(memory.arrivals, first_index + len(account))
        out = np.empty((len(account), len(self.features)), dtype=np.float32)
        for seats, start, end in pieces(memory.phrases, first_index, len(account), remember=remember):
            memory.phrases = seats
            _observe(
                start, end, account, group, phrases, text, look, first_index, remember,
                memory.account, memory.before, memory.looks, memory.accounts, memory.groups, seats, memory.arrivals,
                memory.room, out,
            )  # fmt: skip
        return out

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        """The sentence that says whose company it is, in Chinese and English; None if nothing stands out."""
        if values["company.copies_mean"] >= 0.2:
            return (
                "其他账号最近发的近似内容也可疑",
                "near-copies that other accounts have just posted look suspicious too",
            )
        if values["company.account_mean"] >= 0.2:
            return (
                "该账号本场此前的发言也可疑",
                "what this account said earlier this session looks suspicious too",
            )
        if values["company.phrases_mean"] >= 0.2:
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


@kernel
def _pass_on(index: int, look: float, ring_looks: NDArray[np.float64], room: NDArray[np.float64]) -> None:
    """Take one first look into the sums of the room, and what is now too old out of them."""
    if index >= SHORT_C:
        room[0] -= ring_looks[(index - SHORT_C) % RING, 0]
    if index >= RING:
        room[1] -= ring_looks[index % RING, 0]
    room[0] += look
    room[1] += look
    room[2] += (look - room[2]) / min(index + 1, USUAL_C)


@kernel
def _phrased(
    phrases: NDArray[np.int64], account: int, look: float, index: int, remember: bool, seats: Seats,
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill in what was said with the same phrases, and take in one first look."""
    # A float64 holds 53 bits of the key exactly: enough to tell this account from the last one.
    who = float(account >> 10)
    total = most = 0.0
    n = 0
    while n < FOLLOWED and phrases[n] != 0:
        seat = take_seat(seats, phrases[n]) if remember else seat_of(seats, phrases[n])
        n += 1
        if seat < 0:
            continue
        v = seats[seat]
        kept = math.exp((v[AT] - index) / RECENT_C)
        mean = v[LOOKS] * kept / (v[USES] * kept + 1.0)
        total += mean
        most = max(most, mean)
        if remember:
            if who == 0.0 or who not in (v[LAST_ACCOUNT], v[ONE_BEFORE]):
                v[LOOKS] = v[LOOKS] * kept + look
                v[USES] = v[USES] * kept + 1.0
                v[AT] = index
            if v[LAST_ACCOUNT] != who:
                v[ONE_BEFORE] = v[LAST_ACCOUNT]
                v[LAST_ACCOUNT] = who
            v[USED] = index
    out[0] = total / (n + 1.0)
    out[1] = most


@kernel
def _observe(
    start: int, end: int, account: NDArray[np.int64], group: NDArray[np.int64], phrases: NDArray[np.int64], text: NDArray[np.intp],
    look: NDArray[np.float64], first_index: int, remember: bool,
    ring_account: NDArray[np.int64], ring_before: NDArray[np.int64], ring_looks: NDArray[np.float64],
    accounts: Table, groups: Table, seats: Seats, arrivals: Arrivals, room: NDArray[np.float64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(start, end):
        index = first_index + r if remember else first_index
        place = index % RING
        out[r, :] = np.nan
        if remember:
            begin_block(arrivals, index)
        if np.isnan(look[r]):
            if remember:
                _pass_on(index, 0.0, ring_looks, room)
                ring_looks[place, 0] = 0.0
            continue
        mean = look[r]
        came = index
        own = own_total = 0.0
        if account[r] != 0:
            out[r, 0] = 0.0
            out[r, 1] = 0.0
            generation, row = find(accounts, account[r])
            if row >= 0:
                v = accounts.values[generation, row]
                came, own, own_total = int(v[CAME]), v[COUNT], v[SUM]
                out[r, 0] = v[SUM] / (v[COUNT] + 1.0)
                out[r, 1] = v[MOST]
                mean = (v[SUM] + look[r]) / (v[COUNT] + 1.0)
        generation, row = find(groups, group[r])
        at = -1
        if row >= 0:
            g = groups.values[generation, row]
            out[r, 5] = g[SUM] / (g[COUNT] + 1.0)
            at = int(g[LAST_INDEX])
        copies = total = of_accounts = most = 0.0
        while at >= 0 and at > index - RING and copies < MAX_COPIES:
            there = at % RING
            if ring_account[there] != account[r] or account[r] == 0:
                copies += 1.0
                total += ring_looks[there, 0]
                of_accounts += ring_looks[there, 1]
                most = max(most, ring_looks[there, 0])
            at = ring_before[there]
        if copies > 0.0:
            out[r, 2] = total / (copies + 1.0)
            out[r, 3] = most
            out[r, 4] = of_accounts / (copies + 1.0)
        _phrased(phrases[text[r]], account[r], look[r], index, remember, seats, out[r, 6:8])
        if index >= RING:
            # In a room that has just opened everybody came at about the same time.
            others, posts, total = came_together(arrivals, came, index)
            # Less the account itself; a block that was forgotten knows less than its account.
            total = max(total - own_total, 0.0)
            out[r, 8] = total / (max(posts - own, 0.0) + 1.0)
            out[r, 9] = total / (max(others - min(own, 1.0), 0.0) + 1.0)
        out[r, 10] = room[0] / min(max(index, 1), SHORT_C)
        out[r, 11] = room[1] / min(max(index, 1), RING)
        out[r, 12] = room[2]
        if not remember:
            continue
        _pass_on(index, look[r], ring_looks, room)
        ring_account[place] = account[r]
        ring_looks[place, 0] = look[r]
        ring_looks[place, 1] = mean
        if account[r] != 0:
            generation, row, new = touch(accounts, account[r])
            v = accounts.values[generation, row]
            if new:
                v[CAME] = index
            post_by(arrivals, came, index, look[r])
            v[SUM] += look[r]
            v[COUNT] += 1.0
            v[MOST] = max(v[MOST], look[r])
        generation, row, new = touch(groups, group[r])
        g = groups.values[generation, row]
        ring_before[place] = -1 if new else int(g[LAST_INDEX])
        g[SUM] += look[r]
        g[COUNT] += 1.0
        g[LAST_INDEX] = index
