"""Memory of first looks at comments, by account, group, phrase, arrival and room, and the kernel that reads and fills it.

A first look says how likely a comment, seen alone, is anything but genuine, and how likely a lure (``LOOKS`` numbers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.arrivals import Arrivals, begin_block, came_together, new_arrivals, post_by
from detector.state.seats import USED, Seats, new_seats, seat_of, take_seat
from detector.state.table import Table, find, new_table, touch

LOOKS: Final = 2
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
# Of an account or a group: the sums of its first looks, and how many; then the largest of the account and when it came, the
# group's last post.
SUM, COUNT = 0, LOOKS
LAST_INDEX: Final = COUNT + 1
MOST: Final = COUNT + 1
CAME: Final = MOST + LOOKS
# Beside key and last use, of a phrase: the decayed sums of first looks, and how many, by changing accounts, as of a
# comment's index; who was last, and who before that: two who repeat each other are not many. A row fills a line of the
# processor's cache.
PHRASE_SUM: Final = 2
USES, AT, LAST_ACCOUNT, ONE_BEFORE = range(PHRASE_SUM + LOOKS, PHRASE_SUM + LOOKS + 4)
COLUMNS: Final = ONE_BEFORE + 1
# Where, among what is said by the first looks of one kind, copies, group, phrases and room stand (the account comes first);
# who came together is said of the first kind alone.
COPIED: Final = 2
GROUP: Final = 5
PHRASED: Final = 6
ROOM: Final = 8
ARRIVALS: Final = ROOM + 3
# What is said of the second kind begins here.
LURES: Final = ARRIVALS + 2


@dataclass(slots=True)
class CompanyMemory:
    """The last ``RING`` comments with their first looks and the means of their accounts (RING, 2 x LOOKS), accounts, groups,
    phrases, who came when, and the sums of the last ``SHORT_C`` and ``RING`` first looks and their usual mean (3, LOOKS)."""

    account: NDArray[np.int64]
    before: NDArray[np.int64]
    looks: NDArray[np.float64]
    accounts: Table
    groups: Table
    phrases: Seats
    arrivals: Arrivals
    room: NDArray[np.float64]


def new_company() -> CompanyMemory:
    """An empty memory for one session."""
    return CompanyMemory(
        account=np.zeros(RING, dtype=np.int64),
        before=np.full(RING, -1, dtype=np.int64),
        looks=np.zeros((RING, 2 * LOOKS)),
        accounts=new_table(CAME + 1, max_keys=MAX_KEYS),
        groups=new_table(LAST_INDEX + 1, max_keys=MAX_KEYS),
        phrases=new_seats(COLUMNS),
        arrivals=new_arrivals(),
        room=np.zeros((3, LOOKS)),
    )


@kernel
def _pass_on(
    index: int, look: NDArray[np.float64], ring_looks: NDArray[np.float64], room: NDArray[np.float64]
) -> None:
    """Take the first looks (LOOKS,) at one comment into the ring and the sums of the room, and what is now too old out of
    them; where none was taken it counts as genuine."""
    for k in range(LOOKS):
        one = 0.0 if np.isnan(look[k]) else look[k]
        if index >= SHORT_C:
            room[0, k] -= ring_looks[(index - SHORT_C) % RING, k]
        if index >= RING:
            room[1, k] -= ring_looks[index % RING, k]
        room[0, k] += one
        room[1, k] += one
        room[2, k] += (one - room[2, k]) / min(index + 1, USUAL_C)
        ring_looks[index % RING, k] = one


@kernel
def _phrased(
    phrases: NDArray[np.int64], account: int, look: NDArray[np.float64], index: int, remember: bool, seats: Seats,
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill in what was said with the same phrases, and take in the first looks (LOOKS,) at one comment."""
    # A float64 holds 53 bits of the key exactly: enough to tell this account from the last one.
    who = float(account >> 10)
    total = total_lure = most = most_lure = 0.0
    n = 0
    while n < FOLLOWED and phrases[n] != 0:
        seat = take_seat(seats, phrases[n]) if remember else seat_of(seats, phrases[n])
        n += 1
        if seat < 0:
            continue
        v = seats[seat]
        kept = math.exp((v[AT] - index) / RECENT_C)
        uses = v[USES] * kept + 1.0
        mean, lure = v[PHRASE_SUM] * kept / uses, v[PHRASE_SUM + 1] * kept / uses
        total += mean
        total_lure += lure
        most = max(most, mean)
        most_lure = max(most_lure, lure)
        if remember:
            if who == 0.0 or who not in (v[LAST_ACCOUNT], v[ONE_BEFORE]):
                v[PHRASE_SUM] = v[PHRASE_SUM] * kept + look[0]
                v[PHRASE_SUM + 1] = v[PHRASE_SUM + 1] * kept + look[1]
                v[USES] = uses
                v[AT] = index
            if v[LAST_ACCOUNT] != who:
                v[ONE_BEFORE] = v[LAST_ACCOUNT]
                v[LAST_ACCOUNT] = who
            v[USED] = index
    out[PHRASED] = total / (n + 1.0)
    out[PHRASED + 1] = most
    out[LURES + PHRASED] = total_lure / (n + 1.0)
    out[LURES + PHRASED + 1] = most_lure


@kernel
def _copied(
    at: int, account: int, index: int, ring_account: NDArray[np.int64], ring_before: NDArray[np.int64],
    ring_looks: NDArray[np.float64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill in what is thought of near-copies by others; ``at`` is the index of the newest of its group, -1 if none."""
    copies = total = total_lure = accounts = accounts_lure = most = most_lure = 0.0
    while at >= 0 and at > index - RING and copies < MAX_COPIES:
        there = at % RING
        if ring_account[there] != account or account == 0:
            copies += 1.0
            total += ring_looks[there, 0]
            total_lure += ring_looks[there, 1]
            accounts += ring_looks[there, LOOKS]
            accounts_lure += ring_looks[there, LOOKS + 1]
            most = max(most, ring_looks[there, 0])
            most_lure = max(most_lure, ring_looks[there, 1])
        at = ring_before[there]
    if copies > 0.0:
        out[COPIED], out[LURES + COPIED] = total / (copies + 1.0), total_lure / (copies + 1.0)
        out[COPIED + 1], out[LURES + COPIED + 1] = most, most_lure
        out[COPIED + 2], out[LURES + COPIED + 2] = accounts / (copies + 1.0), accounts_lure / (copies + 1.0)


@kernel
def _known(
    found: tuple[int, int], accounts: NDArray[np.float64], arrivals: Arrivals, index: int, out: NDArray[np.float32]
) -> None:  # fmt: skip
    """Fill in what is thought of an account, ``found`` in the table of ``accounts``, and of those that came with it."""
    generation, row = found
    came = index
    own = own_total = 0.0
    if row < 0:
        for k in range(LOOKS):
            out[k * LURES] = out[k * LURES + 1] = 0.0
    else:
        v = accounts[generation, row]
        came, own, own_total = int(v[CAME]), v[COUNT], v[SUM]
        for k in range(LOOKS):
            out[k * LURES] = v[SUM + k] / (own + 1.0)
            out[k * LURES + 1] = v[MOST + k]
    if index < RING:
        # In a room that has just opened everybody came at about the same time.
        return
    others, posts, total = came_together(arrivals, came, index)
    # Less the account itself; a block that was forgotten knows less than its account.
    total = max(total - own_total, 0.0)
    out[ARRIVALS] = total / (max(posts - own, 0.0) + 1.0)
    out[ARRIVALS + 1] = total / (max(others - min(own, 1.0), 0.0) + 1.0)


@kernel
def observe_looks(
    start: int, end: int, account: NDArray[np.int64], group: NDArray[np.int64], phrases: NDArray[np.int64], text: NDArray[np.intp],
    look: NDArray[np.float64], first_index: int, remember: bool,
    ring_account: NDArray[np.int64], ring_before: NDArray[np.int64], ring_looks: NDArray[np.float64],
    accounts: Table, groups: Table, seats: Seats, arrivals: Arrivals, room: NDArray[np.float64], out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill in ``out`` (float32, (n, 2 x LURES - 2)) for the rows from ``start`` to ``end``, and take in their first looks.

    ``look`` float64 (n, LOOKS), NaN where none is taken; the other columns as in ``Observation`` and ``CompanyMemory``.
    """
    for r in range(start, end):
        index = first_index + r if remember else first_index
        place = index % RING
        out[r, :] = np.nan
        if remember:
            begin_block(arrivals, index)
        if np.isnan(look[r, 0]):
            if remember:
                _pass_on(index, look[r], ring_looks, room)
            continue
        if account[r] != 0:
            _known(find(accounts, account[r]), accounts.values, arrivals, index, out[r])
        generation, row = find(groups, group[r])
        at = -1
        if row >= 0:
            g = groups.values[generation, row]
            at = int(g[LAST_INDEX])
            for k in range(LOOKS):
                out[r, k * LURES + GROUP] = g[SUM + k] / (g[COUNT] + 1.0)
        _copied(at, account[r], index, ring_account, ring_before, ring_looks, out[r])
        _phrased(phrases[text[r]], account[r], look[r], index, remember, seats, out[r])
        for k in range(LOOKS):
            out[r, k * LURES + ROOM] = room[0, k] / min(max(index, 1), SHORT_C)
            out[r, k * LURES + ROOM + 1] = room[1, k] / min(max(index, 1), RING)
            out[r, k * LURES + ROOM + 2] = room[2, k]
        if not remember:
            continue
        _pass_on(index, look[r], ring_looks, room)
        ring_account[place] = account[r]
        for k in range(LOOKS):
            ring_looks[place, LOOKS + k] = look[r, k]
        if account[r] != 0:
            generation, row, new = touch(accounts, account[r])
            v = accounts.values[generation, row]
            if new:
                v[CAME] = index
            post_by(arrivals, int(v[CAME]), index, look[r, 0])
            v[COUNT] += 1.0
            for k in range(LOOKS):
                v[SUM + k] += look[r, k]
                v[MOST + k] = max(v[MOST + k], look[r, k])
                ring_looks[place, LOOKS + k] = v[SUM + k] / v[COUNT]
        generation, row, new = touch(groups, group[r])
        g = groups.values[generation, row]
        ring_before[place] = -1 if new else int(g[LAST_INDEX])
        for k in range(LOOKS):
            g[SUM + k] += look[r, k]
        g[COUNT] += 1.0
        g[LAST_INDEX] = index
