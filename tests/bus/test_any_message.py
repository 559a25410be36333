"""Whatever comes in: every message gets one answer, the same whichever others come with it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from detector.bus.shard import Shard
from tests.bus.test_letters import LURE, deliveries
from tests.models import handmade_detector

NAMES = (
    "text", "content", "内容", "user_id", "uid", "comment_id", "id", "room_id", "session_id", "ts", "ts_ms", "time",
    "kind", "rating", "user_level", "user_name", "ts_source", "user_id_quality", "is_staff", "extra", "",
)  # fmt: skip
SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**11, 10**30), st.floats(), st.text(max_size=20),
    st.sampled_from([LURE, "1_700_000_000", "2026-11-11 00:00:00", "2026-11-11", "1794398400", "gift", "nan", "1e999"]),
)  # fmt: skip
VALUES = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
EVENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
BODIES = st.one_of(
    st.one_of(EVENTS, VALUES, st.just({"close": "s"})).map(lambda value: json.dumps(value).encode()),
    EVENTS.map(lambda event: json.dumps({"text": LURE, **event}).encode()),
    st.binary(max_size=20),
)


@given(st.lists(BODIES, max_size=12))
def test_every_message_gets_one_answer_whichever_others_come_with_it(bodies: list[bytes]) -> None:
    messages = deliveries(*bodies)
    told: list[dict[tuple[str, str], bytes]] = []
    for size in (1, 5, 100):
        shard = Shard("s", lambda _: handmade_detector().stream(), kind="test")
        letters = [
            letter
            for start in range(0, len(messages), size)
            for letter in shard.take(messages[start : start + size])
        ]
        told.append({(letter.topic, letter.id): letter.body for letter in letters})
    assert told[0] == told[1] == told[2]
    answered = sorted(_offset(body) for (topic, _), body in told[0].items() if topic in ("results", "dead"))
    closing = [one.offset for one in messages if _is_closing(one.payload)]
    assert answered == sorted({one.offset for one in messages} - set(closing))


def _offset(body: bytes) -> Any:
    return json.loads(body)["offset"]


def _is_closing(body: bytes) -> bool:
    try:
        return bool(json.loads(body) == {"close": "s"})
    except (ValueError, RecursionError):
        return False
