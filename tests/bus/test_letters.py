"""What is said on the bus: one message in, its answers out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from detector.bus.ends import MOST_BYTES, Delivery
from detector.bus.letters import Close, Unread, event_of
from detector.bus.shard import Shard
from tests.models import handmade_detector

LURE = "今天的衣服真的好看加微看主页"


def deliveries(*payloads: Any, first: int = 1) -> list[Delivery]:
    """Messages of the shard ``s``, dicts as JSON."""
    bodies = [p if isinstance(p, bytes) else json.dumps(p, ensure_ascii=False).encode() for p in payloads]
    return [Delivery("s", first + n, body, first + n) for n, body in enumerate(bodies)]


def said(*payloads: Any, lang: str = "en") -> list[dict[str, Any]]:
    """What a fresh shard says of them."""
    shard = Shard("s", lambda _: handmade_detector().stream(), kind="test", lang=lang)
    return [json.loads(letter.body) for letter in shard.take(deliveries(*payloads))]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\xff{}", "not_utf8"),
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[" * 200_000, "too_deep"),
        (b'{"text": ' + b"1" * 5000 + b"}", "not_json"),
        (b" " * (MOST_BYTES + 1), "too_large"),
    ],
)
def test_a_message_in_which_there_is_no_event_says_why(payload: bytes, code: str) -> None:
    assert event_of(payload) == Unread(code)


def test_a_session_is_closed_by_its_name_with_or_without_the_room() -> None:
    assert event_of(b'{"close": "s1"}') == Close("s1", None)
    assert event_of(b'{"close": 7, "room_id": "r"}') == Close("7", "r")
    assert event_of(b'{"close": "s1", "text": "a"}') == {"close": "s1", "text": "a"}
    assert event_of(b'{"close": ["s1"]}') == {"close": ["s1"]}


def test_a_result_names_its_room_and_where_its_comment_lay() -> None:
    (told,) = said({"id": 5, "room": "r1", "session": "s1", "content": LURE, "uid": "u"})
    assert [*told][:6] == ["topic", "id", "shard", "offset", "room_id", "session_id"]
    assert (told["topic"], told["id"], told["shard"], told["offset"]) == ("results", "s:1", "s", 1)
    assert (told["room_id"], told["session_id"], told["comment_id"]) == ("r1", "s1", "5")
    assert told["verdict"] == "high_risk"


def test_a_comment_without_an_id_is_named_by_where_it_lay() -> None:
    assert [told["comment_id"] for told in said({"text": "a"}, {"text": "b"})] == ["s:1", "s:2"]


def test_dead_letters_keep_the_message_and_the_reason() -> None:
    told = said(b"\xff\xfe", {"user_id": "u"}, [1], {"text": "好"}, b"x" * 9000)
    assert [(one["topic"], one["id"]) for one in told] == [
        ("dead", "s:1"), ("dead", "s:5"), ("results", "s:4"), ("dead", "s:2"), ("dead", "s:3"),
    ]  # fmt: skip
    dead = {one["offset"]: one for one in told if one["topic"] == "dead"}
    assert {n: one["code"] for n, one in dead.items()} == {
        1: "not_utf8", 2: "no_text", 3: "not_an_object", 5: "not_json",
    }  # fmt: skip
    assert base64.b64decode(dead[1]["payload_base64"]) == b"\xff\xfe"
    assert dead[2]["payload"] == '{"user_id": "u"}'
    assert (dead[5]["payload"], dead[5]["bytes"]) == ("x" * 4096, 9000)


def test_reasons_are_said_in_one_language() -> None:
    assert said([1], lang="en")[0]["message"].startswith("an event must be")
    assert said([1], lang="zh")[0]["message"].startswith("事件必须是")


def test_half_a_character_does_not_stop_the_shard() -> None:
    (told,) = said(b'{"text": "a\\ud800", "comment_id": "\\ud800"}')
    assert told["comment_id"] == "\ufffd"


def test_closing_tells_the_room_and_its_campaigns() -> None:
    events = [{"comment_id": f"c{n}", "user_id": f"u{n}", "text": LURE, "session_id": "s1"} for n in range(20)]
    told = said(*events, {"close": "s1"}, {"close": "nobody"})
    (room,) = [one for one in told if one["topic"] == "rooms"]
    assert (room["session_id"], room["comments"], room["flagged"], len(room["campaigns"])) == ("s1", 20, 20, 1)
    alerts = [(one["kind"], one["comments"]) for one in told if one["topic"] == "alerts"]
    assert alerts == [("campaign_formed", 3), ("campaign_grown", 10), ("flood_opened", 15)]


def test_every_message_has_an_id_of_its_own() -> None:
    harmless = {"comment_id": "c", "user_id": "u", "text": LURE.replace("微", "我")}
    events = [harmless, *({"comment_id": f"c{n}", "user_id": f"u{n}", "text": LURE} for n in range(20))]
    told = said(*events, {"close": ""})
    assert {one["topic"] for one in told} == {"results", "revisions", "alerts", "rooms"}
    assert len({(one["topic"], one["id"]) for one in told}) == len(told)
    revised = [one for one in told if one["topic"] == "revisions" and one["cause"]]
    assert [(one["comment_id"], one["cause"], one["number"]) for one in revised] == [("c", "c2", 0)]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_what_is_said_does_not_depend_on_how_messages_come_in(size: int) -> None:
    events = [
        {"comment_id": f"c{n}", "user_id": f"u{n}", "text": LURE, "room_id": f"r{n % 3}"} for n in range(60)
    ]
    everything = deliveries(*events, b"broken", events[3], {"close": ""})
    told = []
    for step in (size, 7):
        shard = Shard("s", lambda _: handmade_detector().stream(), kind="test")
        letters = [
            letter
            for start in range(0, len(everything), step)
            for letter in shard.take(everything[start : start + step])
        ]
        told.append({(letter.topic, letter.id): letter.body for letter in letters})
        assert len(told[-1]) == len(letters)
    assert told[0] == told[1]
