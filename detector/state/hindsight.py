"""What do later comments say of earlier ones? The first of a flood looked like anybody's words.

Once ``LEAST_FLAGGED`` comments of a near-duplicate group were flagged, and half of all its comments, those that passed
are looked at again; once a crowd is recognised in a group, none of it stays at high risk. It is decided after each
comment, looking back over the last ``RING`` comments of the session and ``REACH_MS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, new_table, reserve, touch
from detector.verdict import HEADS, HIGH_RISK, PASS, REVIEW

RING: Final = 1024
REACH_MS: Final = 600_000.0
STEPS: Final = 64
LEAST_FLAGGED: Final = 3
# A group is a campaign in the making from a quarter flagged on, as in ``campaigns``.
FORMED_SHARE: Final = 0.25
MAX_GROUPS: Final = 65_536
SOLICITATION: Final = HEADS.index("solicitation")
# Columns of the ring, and of a group.
GROUP, BEFORE, VERDICT, LABEL, SPARED = range(5)
LAST, MEMBERS, FLAGGED, FIRST_MS = range(4)
# Columns of a change.
TARGET, TO_VERDICT, TO_LABEL, CAUSE = range(4)


@dataclass(slots=True)
class Hindsight:
    """The last comments of one session, int64 (RING, 5) with their times, and its groups; ``count`` comments so far."""

    ring: NDArray[np.int64]
    ts_ms: NDArray[np.float64]
    groups: Table
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Of n comments: ``changes`` int64 (m, 4): number of the earlier comment, its new verdict and label, and the
    row that caused it. ``flagged`` int64 (n,) how many of the group were flagged by then, ``formed`` whether the
    group was a campaign in the making, ``first_ms`` when its first comment came (NaN unknown).
    """

    changes: NDArray[np.int64]
    flagged: NDArray[np.int64]
    formed: NDArray[np.bool_]
    first_ms: NDArray[np.float64]


def new_hindsight() -> Hindsight:
    """An empty memory of one session."""
    return Hindsight(np.zeros((RING, 5), dtype=np.int64), np.zeros(RING), new_table(4, max_keys=MAX_GROUPS), 0)


@kernel
def _observe(
    group: NDArray[np.int64], ts_ms: NDArray[np.float64], posted_ms: NDArray[np.float64], verdict: NDArray[np.uint8], label: NDArray[np.uint8],
    wave: NDArray[np.bool_], protected: NDArray[np.bool_], count: int,
    ring: NDArray[np.int64], ring_ms: NDArray[np.float64], groups: Table,
    changes: NDArray[np.int64], flagged: NDArray[np.int64], formed: NDArray[np.bool_], first_ms: NDArray[np.float64],
) -> int:  # fmt: skip
    n_changes = 0
    for r in range(len(group)):
        index = count + r
        generation, row, new = touch(groups, group[r])
        v = groups.values[generation, row]
        if new:
            v[FIRST_MS] = posted_ms[r]
        before = int(v[LAST]) - 1
        is_flagged = verdict[r] != PASS and not wave[r]
        v[MEMBERS] += 1
        v[FLAGGED] += 1 if is_flagged else 0
        v[LAST] = index + 1
        raising = is_flagged and v[FLAGGED] >= LEAST_FLAGGED and 2 * v[FLAGGED] >= v[MEMBERS]
        at = before
        for _ in range(STEPS if raising or wave[r] else 0):
            if at < 0 or index - at >= RING or ring[at % RING, GROUP] != group[r]:
                break
            place = at % RING
            if ts_ms[r] - ring_ms[place] > REACH_MS:
                break
            if raising and ring[place, VERDICT] == PASS and ring[place, SPARED] == 0:
                ring[place, VERDICT] = REVIEW
                ring[place, LABEL] = label[r]
                v[FLAGGED] += 1
            elif wave[r] and ring[place, VERDICT] == HIGH_RISK and ring[place, LABEL] != SOLICITATION:
                ring[place, VERDICT] = REVIEW
            else:
                at = ring[place, BEFORE]
                continue
            changes[n_changes, TARGET] = at
            changes[n_changes, TO_VERDICT] = ring[place, VERDICT]
            changes[n_changes, TO_LABEL] = ring[place, LABEL]
            changes[n_changes, CAUSE] = r
            n_changes += 1
            at = ring[place, BEFORE]
        place = index % RING
        ring[place, GROUP] = group[r]
        ring[place, BEFORE] = before
        ring[place, VERDICT] = verdict[r]
        ring[place, LABEL] = label[r]
        ring[place, SPARED] = 1 if protected[r] or wave[r] else 0
        ring_ms[place] = ts_ms[r]
        flagged[r] = int(v[FLAGGED])
        formed[r] = v[FLAGGED] >= LEAST_FLAGGED and v[FLAGGED] >= FORMED_SHARE * v[MEMBERS]
        first_ms[r] = v[FIRST_MS]
    return n_changes


def look_back(
    memory: Hindsight,
    *,
    group: NDArray[np.int64],
    ts_ms: NDArray[np.float64],
    posted_ms: NDArray[np.float64],
    verdict: NDArray[np.uint8],
    label: NDArray[np.uint8],
    wave: NDArray[np.bool_],
    protected: NDArray[np.bool_],
) -> Seen:
    """Take n judged comments of one session in, in event order; the numbers of comments count from 0.

    ``ts_ms`` is where they stand by the session's clock, ``posted_ms`` the time they name; NaN unknown.
    """
    n = len(group)
    memory.groups = reserve(memory.groups, n)
    # A comment is raised at most once and lowered at most once.
    changes = np.empty((2 * (n + RING), 4), dtype=np.int64)
    flagged, formed, first_ms = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_), np.empty(n)
    n_changes = _observe(
        group, ts_ms, posted_ms, verdict, label, wave, protected, memory.count, memory.ring, memory.ts_ms, memory.groups,
        changes, flagged, formed, first_ms,
    )  # fmt: skip
    memory.count += n
    return Seen(changes[:n_changes].copy(), flagged, formed, first_ms)
