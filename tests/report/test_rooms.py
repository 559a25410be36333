"""Rooms as a whole on the report."""

from __future__ import annotations

from datetime import UTC

from detector.report.rooms import rooms_shown

FLOOD = {
    "label": "bot_flood", "first_ts_ms": 1_794_398_400_000.0, "last_ts_ms": 1_794_398_460_000.0,
    "comments": 80, "flagged": 41,
}  # fmt: skip
ROOM = {
    "room_id": "r1", "session_id": "s1", "comments": 1000, "flagged": 50, "high_risk": 40,
    "share": 0.0523, "share_low": 0.04, "share_high": 0.1, "floods": [FLOOD],
}  # fmt: skip


def test_a_room_tells_its_share_its_interval_and_when_it_was_flooded() -> None:
    (room,) = rooms_shown({"rooms": [ROOM]}, lang="en", zone=UTC)
    assert "".join(piece.text for piece in room.name.pieces) == "r1 / s1"
    assert (room.share, room.between, room.high_risk) == ("5.23 %", "4.00 % – 10.0 %", 40)
    (flood,) = room.floods
    assert (flood.label, flood.span) == ("Machine flood", "11-11 12:00:00 – 11-11 12:01:00")


def test_floods_without_a_clock_and_rooms_without_comments_are_shown_without_numbers() -> None:
    rooms = [ROOM | {"floods": [FLOOD | {"first_ts_ms": None, "last_ts_ms": None}] * 10}, {"share": None}]
    timeless, empty = rooms_shown({"rooms": rooms}, lang="zh", zone=UTC)
    assert (timeless.floods[0].span, len(timeless.floods), timeless.more_floods) == ("", 8, 2)
    assert (empty.share, empty.between, empty.floods) == ("", "", ())


def test_a_run_of_an_older_version_has_no_rooms() -> None:
    assert rooms_shown({}, lang="zh", zone=UTC) == []
