"""What later comments say of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.state.hindsight import RING, Seen, look_back, new_hindsight
from detector.verdict import HEADS, HIGH_RISK, NORMAL, PASS, REVIEW

FLOOD = HEADS.index("bot_flood")
# Group, verdict, wave, protected.
Row = tuple[int, int, bool, bool]


def seen(rows: Sequence[Row], *, gap_s: float = 1.0, size: int = 10_000) -> list[list[int]]:
    """The changes that comments ``gap_s`` apart cause, the cause as a number of the whole."""
    memory = new_hindsight()
    changes: list[list[int]] = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        verdict = np.array([row[1] for row in part], dtype=np.uint8)
        found: Seen = look_back(
            memory,
            group=np.array([row[0] for row in part], dtype=np.int64),
            ts_ms=(start + np.arange(len(part))) * gap_s * 1000.0,
            posted_ms=np.zeros(len(part)),
            verdict=verdict,
            label=np.where(verdict == PASS, NORMAL, FLOOD).astype(np.uint8),
            wave=np.array([row[2] for row in part], dtype=np.bool_),
            protected=np.array([row[3] for row in part], dtype=np.bool_),
        )
        changes += [[*change[:3], start + change[3]] for change in found.changes.tolist()]
    return changes


def passed(group: int) -> Row:
    return group, PASS, False, False


def flagged(group: int) -> Row:
    return group, REVIEW, False, False


def test_the_first_of_a_flood_are_looked_at_again_once_three_were_flagged() -> None:
    rows = [passed(7), passed(9), passed(7), flagged(7), flagged(7), flagged(7)]
    assert seen(rows) == [[2, REVIEW, FLOOD, 5], [0, REVIEW, FLOOD, 5]]


def test_a_crowd_of_which_few_were_flagged_stays_as_it_is() -> None:
    rows = [passed(7)] * 20 + [flagged(7)] * 5
    assert seen(rows) == []


def test_the_protected_and_waves_are_spared() -> None:
    rows = [(7, PASS, False, True), (7, PASS, True, False), flagged(7), flagged(7), flagged(7)]
    assert seen(rows) == []


def test_what_is_long_ago_is_left() -> None:
    rows = [passed(7), flagged(7), flagged(7), flagged(7)]
    assert seen(rows, gap_s=250) == []
    assert seen(rows, gap_s=150) == [[0, REVIEW, FLOOD, 3]]


def test_nobody_stays_at_high_risk_once_a_crowd_is_recognised() -> None:
    rows = [(7, HIGH_RISK, False, False), passed(7), (7, PASS, True, False)]
    assert seen(rows) == [[0, REVIEW, FLOOD, 2]]


def test_how_comments_are_cut_into_pushes_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    rows = [
        (int(rng.integers(6)), int(rng.integers(3)), bool(rng.random() < 0.05), bool(rng.random() < 0.1))
        for _ in range(RING + 600)
    ]
    whole = seen(rows)
    assert len(whole) > 20
    assert seen(rows, size=1) == seen(rows, size=7) == whole
