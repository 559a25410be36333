"""When a room is flooded."""

from __future__ import annotations

import numpy as np

from detector.state.floods import FloodEvent, Floods, new_floods, observe_floods, open_flood
from detector.verdict import HEADS, NORMAL, PASS, REVIEW

LURE, FLOOD = HEADS.index("solicitation"), HEADS.index("bot_flood")


def told(memory: Floods, marks: str, *, size: int = 1000) -> list[FloodEvent]:
    """``.`` is a genuine comment, ``f`` a flagged flood, ``l`` a lure, ``w`` one of a wave."""
    label = np.array([{"f": FLOOD, "w": FLOOD, "l": LURE}.get(mark, NORMAL) for mark in marks], dtype=np.uint8)
    verdict = np.where(label == NORMAL, PASS, REVIEW).astype(np.uint8)
    wave = np.array([mark == "w" for mark in marks])
    events = []
    for at in range(0, len(marks), size):
        part = slice(at, at + size)
        events += observe_floods(memory, verdict=verdict[part], label=label[part], wave=wave[part])
    return events


def test_a_flood_opens_and_closes_and_is_named_by_most_of_it() -> None:
    marks = "." * 60 + "f" * 12 + "lll" + "." * 60
    # The fifteenth flagged comment opens it; it closes when five are left among the last fifty.
    assert told(new_floods(), marks) == [
        FloodEvent(True, 74, 60, 74, 15, FLOOD),
        FloodEvent(False, 119, 60, 74, 15, FLOOD),
    ]


def test_a_wave_is_no_flood_and_scattered_lures_are_none_either() -> None:
    assert told(new_floods(), "w" * 100) == []
    assert told(new_floods(), ("l" + "." * 9) * 20) == []


def test_an_open_flood_can_be_asked_for() -> None:
    memory = new_floods()
    told(memory, "l" * 20)
    assert open_flood(memory) == FloodEvent(True, 19, 0, 19, 20, LURE)
    told(memory, "." * 50)
    assert open_flood(memory) is None


def test_chunks_change_nothing() -> None:
    marks = "".join(np.random.default_rng(1).choice(list("..ffl"), 2000).tolist())
    assert told(new_floods(), marks, size=7) == told(new_floods(), marks)
