"""What people say of verdicts is kept once, without names."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from detector.service.feedback import Feedback
from detector.service.problems import Problem
from tests.service.running import LURE, Server, lure

SAID: dict[str, Any] = {
    "kind": "missed", "comment_id": "c1", "session_id": "s", "room_id": "r", "user_id": "u1", "label": "bot_flood",
    "text": "", "by": "shop", "said": None,
}  # fmt: skip


def noon() -> datetime:
    """A day to remember."""
    return datetime(2026, 11, 11, 12, tzinfo=UTC)


def rows(folder: Path) -> list[dict[str, Any]]:
    """What is kept."""
    return [json.loads(line) for line in (folder / "feedback.jsonl").read_text().splitlines()]


def test_feedback_is_kept_without_names_and_for_the_owner_only(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path, now=noon)
    assert feedback.add(SAID, idempotency_key="") is True
    (row,) = rows(tmp_path)
    assert (row["comment_id"], row["user_id"]) == (feedback.pseudonym("c1"), feedback.pseudonym("u1"))
    assert (row["at"], row["label"], row["room_id"]) == ("2026-11-11T12:00:00.000+00:00", "bot_flood", "r")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("feedback.jsonl", "pseudonym.key")]
    assert modes == [0o600, 0o600]


def test_the_same_feedback_counts_once_even_after_a_restart(tmp_path: Path) -> None:
    first = Feedback(tmp_path, now=noon)
    told = [first.add(SAID, idempotency_key=key) for key in ("", "", "k1", "k1")]
    again = Feedback(tmp_path, now=noon)
    assert (told, again.add(SAID, idempotency_key="k1")) == ([True, False, True, False], False)
    with pytest.raises(Problem, match="feedback_differs"):
        again.add(SAID | {"label": "normal"}, idempotency_key="k1")
    assert again.add(SAID | {"kind": "false_alarm"}, idempotency_key="k1") is True
    assert len(rows(tmp_path)) == 3


def test_a_line_cut_short_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    Feedback(tmp_path, now=noon).add(SAID, idempotency_key="")
    with (tmp_path / "feedback.jsonl").open("ab") as file:
        file.write(b'{"kind": "mis')
    again = Feedback(tmp_path, now=noon)
    assert again.add(SAID, idempotency_key="") is False
    again.add(SAID, idempotency_key="later")
    lines = (tmp_path / "feedback.jsonl").read_text().splitlines()
    assert (len(lines), json.loads(lines[2])["kind"]) == (3, "missed")


def test_over_http_the_verdict_of_then_is_kept_and_the_text_only_if_asked(server: Server) -> None:
    server.score(lure(1, session_id="fb", room_id="r"))
    about = {"comment_id": "c1", "session_id": "fb", "kind": "误杀"}
    key = {"Idempotency-Key": "k-1"}
    with server.client() as client:
        first = client.post("/v1/feedback", json=about, headers=key)
        again = client.post("/v1/feedback", json=about, headers=key)
        other = client.post("/v1/feedback", json=about | {"label": "normal"}, headers=key)
        text = client.post("/v1/feedback", json=about | {"keep_text": True})
        unknown = client.post("/v1/feedback", json={"comment_id": "nobody", "kind": "miss"})
        wrong = client.post("/v1/feedback", json=about | {"kind": "bad"})
    assert (first.status_code, first.json()) == (201, {"duplicate": False, "known": True, "text_kept": False})
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert (other.status_code, other.json()["code"]) == (409, "feedback_differs")
    assert (text.status_code, text.json()["text_kept"]) == (201, True)
    assert (unknown.status_code, unknown.json()["known"]) == (201, False)
    assert (wrong.status_code, wrong.json()["errors"]) == (422, [{"pointer": "/kind", "code": "not_a_choice"}])
    kept = rows(server.state)
    assert [row["text"] for row in kept] == ["", LURE, ""]
    assert (kept[0]["kind"], kept[0]["said"]["verdict"], kept[0]["said"]["model_id"]) == (
        "false_alarm",
        "high_risk",
        "by-hand",
    )
    assert '"c1"' not in (server.state / "feedback.jsonl").read_text()
