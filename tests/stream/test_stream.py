"""A stream is a dump that has not ended."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.errors import SnapshotError, UsageError
from detector.readers import read_comments
from detector.state.sessions import charge
from detector.stream import Prompt, Pushed, Stream
from detector.stream import room as room_module
from detector.stream import stream as stream_module
from detector.stream.intake import taken_in
from detector.stream.ledger import BLOCK_COMMENTS
from detector.stream.outcome import Unclear, apply_revisions
from detector.verdict import Verdicts
from tests.building import START_MS, batch, comment
from tests.models import SAMPLE, handmade_detector, shipped
from tests.plain import rows_of

LURE = "今天的衣服真的好看加微看主页"
HARMLESS = "今天的衣服真的好看加我看主页"


def lure(n: int, **over: Any) -> dict[str, Any]:
    """One of many accounts that say the same; the handmade model flags 微."""
    return {"comment_id": f"c{n}", "user_id": f"u{n}", "text": LURE, "ts_ms": START_MS + 1000 * n} | over


def sample() -> CommentBatch:
    """The sample room in time order."""
    log, _ = read_comments(SAMPLE)
    return log.take(log.replay_order())


def final(stream: Stream, pushed: list[Pushed]) -> Verdicts:
    """All that was said, with all revisions, the last ones too."""
    closed = [end for part in pushed for end in part.closed] + list(stream.close_all())
    verdicts = Verdicts.concat([part.results for part in pushed])
    event = np.arange(len(verdicts))
    for part in (*pushed, *closed):
        apply_revisions(verdicts, event, part.revisions)
    return verdicts


@pytest.mark.parametrize("size", [1, 7, 256, 100_000])
def test_chunks_with_their_revisions_give_the_dump(size: int) -> None:
    detector, log = shipped(), sample()
    stream = detector.stream()
    pushed = [stream.push(log.slice(start, start + size)) for start in range(0, len(log), size)]
    assert rows_of(final(stream, pushed)) == rows_of(detector.score(log).verdicts)


def test_a_push_answers_every_event_at_once() -> None:
    out = handmade_detector().stream().push([lure(1), {"text": "你好", "user_id": "u9"}])
    assert [row.verdict for row in map(out.results.__getitem__, range(2))] == ["high_risk", "pass"]
    assert (out.results.provisional.tolist(), out.rejected, len(out.revisions)) == ([True, True], (), 0)


def test_what_cannot_be_taken_is_named_and_the_rest_goes_on() -> None:
    stream = handmade_detector().stream()
    out = stream.push([{"text": ""}, lure(1), 5, {"user_id": "u2"}, None, {"text": ["a"]}])  # type: ignore[list-item]
    assert [(one.index, one.code) for one in out.rejected] == [
        (0, "no_text"), (2, "not_an_object"), (3, "no_text"), (4, "not_an_object"), (5, "no_text"),
    ]  # fmt: skip
    assert list(out.results.comment_id) == ["c1"]
    assert [one.code for one in stream.push([{"user_id": "u2"}]).rejected] == ["no_text"]
    assert len(stream.push([]).results) == 0


def test_a_value_that_cannot_be_read_counts_as_unknown_and_is_told() -> None:
    events = [lure(0), lure(1, ts_ms="yesterday"), lure(2, user_level="high"), lure(3, ts_ms="soon")]
    stream = handmade_detector().stream()

    assert stream.push(events).unclear == (
        Unclear("number_unparsed", 1, (2,)), Unclear("time_unparsed", 2, (1, 3)),
    )  # fmt: skip
    assert stream.push([lure(4)]).unclear == ()
    assert stream.read([lure(5, rating="?")]).unclear == (Unclear("number_unparsed", 1, (0,)),)


def test_a_comment_that_cannot_be_taken_is_named_like_any_event() -> None:
    events = [lure(0), comment("好看", kind="chat"), comment(" "), comment("", kind="gift"), comment("好看")]
    stream = handmade_detector().stream()
    out = stream.push(events)

    assert [(one.index, one.code) for one in out.rejected] == [(1, "unknown_word"), (2, "no_text")]
    assert [*out.results.comment_id] == ["c0", "e3", "e4"]


def test_a_comment_among_dicts_is_taken_as_it_is() -> None:
    # The id 0 stands for nobody in a log; a Comment says itself what its id is worth.
    told = comment("好看", comment_id="a", user_id="0", ts_ms=START_MS)
    alone = taken_in([told], first=0, mapping=None, tz="UTC").batch
    among = taken_in([lure(1), told], first=0, mapping=None, tz="UTC").batch

    assert [repr(alone.row(0)), repr(among.row(1))] == [repr(told)] * 2


@pytest.mark.parametrize("events", ["text", {"text": "a"}, b"x"])
def test_one_event_is_no_list(events: Any) -> None:
    with pytest.raises(UsageError, match="takes a list of events"):
        handmade_detector().stream().push(events)


def test_events_without_an_id_get_one_that_no_other_has() -> None:
    stream = handmade_detector().stream()
    ids = [
        name
        for _ in range(3)
        for name in stream.push([{"text": "好"}, {"text": ""}, {"text": "好"}]).results.comment_id
    ]
    assert ids == ["e0", "e2", "e3", "e5", "e6", "e8"]


def test_events_without_an_id_can_be_named_by_where_they_lie() -> None:
    stream = handmade_detector().stream()
    out = stream.push(
        [{"text": "好"}, {"text": ""}, {"id": "own", "text": "好"}, {"text": "好"}], ids=[*"abcd"]
    )
    assert list(out.results.comment_id) == ["a", "own", "d"]


def test_what_an_event_means_does_not_depend_on_those_that_come_with_it() -> None:
    # Other names of the same fields, seconds and milliseconds, a gift without text, ids shared by many, midnight.
    events: list[dict[str, Any]] = [
        {"text": LURE, "ts": START_MS / 1000, "uid": "u1", "cid": "c"},
        {"内容": LURE, "time_ms": START_MS + 1000, "用户ID": "u2", "cid": "c"},
        {"kind": "gift", "user_id": "u3"},
        {"text": LURE, "rating": 5, "user_id": "u4", "ts": "2026-11-12 00:00:00"},
        {"text": LURE, "room_id": "r1", "user_id": "u5", "ts": "2026-11-12"},
        *(
            {"text": f"{LURE}{n}", "user_id": f"u{n}", "cid": "c", "ts": START_MS + 1000 * n}
            for n in range(120)
        ),
    ]
    told = []
    for size in (1, 7, 200):
        stream = handmade_detector().stream()
        pushed = [stream.push(events[at : at + size]) for at in range(0, len(events), size)]
        assert [part.rejected for part in pushed if part.rejected] == []
        told.append(rows_of(final(stream, pushed)))
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == 125


def test_the_first_of_a_flood_are_revised_when_it_is_seen() -> None:
    # The first says it without 微, which is all that the handmade model looks for.
    stream = handmade_detector().stream()
    first = stream.push([lure(0, text=HARMLESS)])
    assert first.results[0].verdict == "pass"
    out = [stream.push([lure(n, text=LURE)]) for n in range(1, 4)]
    revised = [revision for part in out for revision in part.revisions]
    assert [(r.comment_id, r.old_verdict, r.verdict, r.cause) for r in revised] == [
        ("c0", "pass", "review", "c3")
    ]
    assert revised[0].reasons[0].code == "hindsight"
    assert [alert.kind for part in out for alert in part.alerts] == ["campaign_formed"]


def test_redelivery_says_the_same_as_now_and_counts_nothing() -> None:
    stream = handmade_detector().stream()
    stream.push([lure(0, text=HARMLESS), *(lure(n) for n in range(1, 4))])
    before = stream.rooms["", ""].ledger.comments
    again = stream.push([lure(0, text=HARMLESS), lure(2)])
    assert again.results.duplicate.tolist() == [True, True]
    assert [again.results[n].verdict for n in (0, 1)] == ["review", "high_risk"]
    assert again.results[1].reasons != ()
    assert stream.rooms["", ""].ledger.comments == before == 4


def test_late_comments_are_marked_and_scored_at_the_clock() -> None:
    stream = handmade_detector().stream(lateness="10s")
    out = stream.push([lure(0), lure(60), lure(55), lure(40)])
    assert out.results.late.tolist() == [False, False, False, True]


def test_closing_a_session_gives_its_campaigns_and_the_room_as_a_whole() -> None:
    stream = handmade_detector().stream()
    stream.push([lure(n, session_id="s1") for n in range(20)] + [lure(99, text="你好", session_id="s2")])
    (end,) = stream.close("s1")
    assert (end.room.comments, end.room.flagged, len(end.campaigns)) == (20, 20, 1)
    assert [(flood.label, flood.first_comment_id, flood.comments) for flood in end.room.floods] == [
        ("solicitation", "c0", 20)
    ]
    assert end.room.share_low <= end.room.share <= end.room.share_high
    assert (stream.close("s1"), list(stream.rooms)) == ((), [("", "s2")])


def test_who_answers_the_host_is_no_flood() -> None:
    stream = handmade_detector().stream()
    ask = Prompt("刷刷刷", from_ms=START_MS, until_ms=START_MS + 60_000)
    stream.set_prompts("", [ask])
    out = stream.push([lure(n, text="刷刷刷") for n in (1, 2, 100)])
    assert [out.results[n].verdict for n in range(3)] == ["pass", "pass", "high_risk"]
    assert out.results.organic_wave.tolist() == [True, True, False]


def test_a_lure_is_no_answer() -> None:
    stream = handmade_detector().stream()
    stream.set_prompts("", [Prompt(LURE)])
    assert stream.push([lure(1)]).results[0].verdict == "review"


def test_what_the_host_of_a_session_asks_holds_in_whatever_room_it_is() -> None:
    stream = handmade_detector().stream()
    stream.set_prompts("s1", [Prompt("刷刷刷")])
    stream.set_prompts("s1", [Prompt("赞赞赞")], room_id="r2")
    said = [lure(n, text="刷刷刷", session_id="s1", room_id=f"r{n}") for n in (1, 2)]
    assert stream.push(said).results.organic_wave.tolist() == [True, False]


def test_prompts_of_sessions_that_never_come_do_not_grow_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "MAX_PROMPTED", 2)
    stream = handmade_detector().stream()
    for name in ("s1", "s2", "s1", "s3"):
        stream.set_prompts(name, [Prompt("扣1")])
    assert list(stream.prompts) == [("", "s1"), ("", "s3")]
    stream.set_prompts("s1", [])
    assert list(stream.prompts) == [("", "s3")]


def test_a_push_tells_the_rows_and_the_clock_of_each_session() -> None:
    stream = handmade_detector().stream()
    out = stream.push([lure(5, session_id="a"), lure(7, session_id="b", room_id="r"), lure(1, session_id="a")])
    told = [(s.room_id, s.session_id, s.rows.tolist(), s.clock_ms - START_MS) for s in out.sessions]
    # The session touched last stands last; the late comment does not set its clock back.
    assert told == [("r", "b", [1], 7000.0), ("", "a", [0, 2], 5000.0)]


def test_many_rooms_of_one_comment_do_not_grow_the_stream() -> None:
    stream = handmade_detector().stream(max_state_mb=2)
    closed = 0
    for start in range(0, 400, 50):
        out = stream.push([lure(n, room_id=f"r{n}") for n in range(start, start + 50)])
        closed += len(out.closed)
    held = len(stream.rooms)
    assert held == len(stream.engine.sessions.memories) <= 8
    assert (closed, stream.engine.sessions.evicted) == (400 - held, 400 - held)


def taken_up(value: Any, seen: set[int]) -> int:
    """The bytes of all arrays in a memory, each once."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, list | tuple):
        return sum(taken_up(part, seen) for part in value)
    names = getattr(value, "__slots__", ()) if type(value).__module__.startswith("detector") else ()
    return sum(taken_up(getattr(value, name), seen) for name in names)


@pytest.mark.parametrize("comments", [1, 65, 257, 1025, 4097])
def test_a_session_takes_no_more_than_it_is_charged(comments: int) -> None:
    # Just after its tables have grown, and no text or account comes twice.
    stream = handmade_detector().stream()
    rng = np.random.default_rng(comments)
    for n in range(comments):
        text = "".join(chr(0x4E00 + code) for code in rng.integers(0, 3000, 12).tolist())
        stream.push([{"comment_id": f"c{n}", "user_id": f"u{n}", "text": text}])
    ((key, memory),) = stream.engine.sessions.memories.items()

    assert taken_up([memory, stream.rooms[key]], set()) <= charge(comments) == stream.engine.sessions.charged


def test_what_is_forgotten_depends_on_events_alone() -> None:
    events = [lure(n, room_id=f"r{(n * n) % 17}") for n in range(200)]
    told = []
    for size in (1, 13, 200):
        stream = handmade_detector().stream(max_state_mb=2)
        pushed = [stream.push(events[at : at + size]) for at in range(0, len(events), size)]
        told.append((rows_of(final(stream, pushed)), stream.engine.sessions.evicted))
    assert told[0] == told[1] == told[2]
    assert told[0][1] > 20


def test_a_full_block_is_settled_and_the_session_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from detector.stream import ledger

    monkeypatch.setattr(room_module, "BLOCK_COMMENTS", 64)
    monkeypatch.setattr(ledger, "BLOCK_COMMENTS", 64)
    events = [lure(n) for n in range(200)]
    told = []
    for size in (1, 50, 200):
        stream = handmade_detector().stream()
        pushed = [stream.push(events[at : at + size]) for at in range(0, len(events), size)]
        told.append(rows_of(final(stream, pushed)))
    assert told[0] == told[1] == told[2]
    assert BLOCK_COMMENTS == 262_144


def test_a_restored_stream_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    detector, log = shipped(), sample().slice(0, 1500)
    whole = detector.stream()
    expected = final(whole, [whole.push(log)])
    stream, pushed = detector.stream(), []
    for n, (start, stop) in enumerate(pairwise([0, 1, 300, 301, 800, len(log)])):
        pushed.append(stream.push(log.slice(start, stop)))
        stream.snapshot(tmp_path / f"s{n}", offset={"line": stop})
        stream = detector.stream(restore=tmp_path / f"s{n}")
        assert stream.offset == {"line": stop}
    assert rows_of(final(stream, pushed)) == rows_of(expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"s{n}" for n in range(5)]


def test_a_damaged_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    stream = handmade_detector().stream()
    stream.push([lure(1)])
    stream.snapshot(path)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:40], b"", whole[:100] + b"x" + whole[101:]):
        path.write_bytes(damaged)
        with pytest.raises(SnapshotError, match="damaged or no snapshot"):
            handmade_detector().stream(restore=path)
    path.unlink()
    with pytest.raises(SnapshotError, match="cannot be read"):
        handmade_detector().stream(restore=path)


def test_a_snapshot_of_another_model_or_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    handmade_detector().stream().snapshot(path)
    with pytest.raises(SnapshotError, match="max_bytes"):
        handmade_detector().stream(max_state_mb=64, restore=path)
    with pytest.raises(SnapshotError, match="model_id"):
        shipped().stream(restore=path)


def test_a_stateless_reading_leaves_no_trace() -> None:
    stream = handmade_detector().stream()
    out = stream.read([lure(1), lure(2)])
    assert [out.results[n].verdict for n in (0, 1)] == ["high_risk", "high_risk"]
    assert (stream.events, stream.rooms, stream.engine.sessions.memories) == (0, {}, {})


def test_a_comment_object_is_an_event_too() -> None:
    one = comment(LURE, comment_id="x1")
    out = handmade_detector().stream().push([one, dataclasses.replace(one, comment_id="x2")])
    assert list(out.results.comment_id) == ["x1", "x2"]
    assert isinstance(batch(one), CommentBatch)


def test_a_stateless_reading_of_what_was_delivered_says_what_is_said_of_it_now() -> None:
    stream = handmade_detector().stream()
    told = stream.push([lure(1)]).results[0]
    read, again = stream.read([lure(1)]).results[0], stream.push([lure(1)]).results[0]
    assert (read.verdict, read.risk, read.duplicate) == (told.verdict, told.risk, True)
    # What was delivered twice may be revised like what was delivered once.
    assert (again.provisional, again.first_verdict) == (True, "high_risk")
