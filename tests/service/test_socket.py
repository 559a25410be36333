"""The WebSocket: push, follow, and what becomes of the slow and the unknown."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.service.running import HARMLESS, Server, lure, until


class Talk:
    """One client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, frame: Any) -> None:
        """Send a frame."""
        self.connection.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def hear(self) -> Any:
        """The next frame."""
        return json.loads(self.connection.recv(timeout=30))

    def ask(self, frame: Any) -> Any:
        """Send a frame and hear the next one."""
        self.say(frame)
        return self.hear()


@contextmanager
def talking(server: Server, **over: Any) -> Iterator[Talk]:
    """A connected client."""
    url = f"{server.url.replace('http', 'ws', 1)}/v1/stream"
    with connect(url, proxy=None, max_size=None, **over) as connection:
        yield Talk(connection)


def closed_with(talk: Talk) -> int:
    """The code with which the service says goodbye."""
    try:
        while True:
            talk.hear()
    except ConnectionClosed as goodbye:
        return int(goodbye.rcvd.code) if goodbye.rcvd else 0


def test_events_go_in_and_results_come_out(server: Server) -> None:
    with talking(server) as talk:
        out = talk.ask({"events": [lure(1, session_id="ws1"), 5], "id": "batch-1", "lang": "en"})
    assert (out["type"], out["id"], out["results"][0]["verdict"]) == ("result", "batch-1", "high_risk")
    assert [row["code"] for row in out["rejected"]] == ["not_an_object"]
    assert server.get("/v1/sessions/ws1")["comments"] == 1


def test_a_follower_hears_what_is_said_of_its_session_only(server: Server) -> None:
    with talking(server) as talk:
        assert talk.ask({"subscribe": "ws2"}) == {"type": "subscribed"}
        server.score(lure(0, session_id="other"), lure(0, session_id="ws2", text=HARMLESS))
        first = talk.hear()
        server.score(*(lure(n, session_id="ws2") for n in range(1, 4)))
        second = talk.hear()
        with server.client() as client:
            client.post("/v1/sessions/ws2/close")
        last = talk.hear()
        assert talk.ask({"unsubscribe": "ws2"}) == {"type": "unsubscribed"}
    assert [row["comment_id"] for row in first["results"]] == ["c0"]
    assert [row["comment_id"] for row in second["results"]] == ["c1", "c2", "c3"]
    assert [row["comment_id"] for row in second["revisions"]] == ["c0"]
    assert [alert["kind"] for alert in second["alerts"]] == ["campaign_formed"]
    assert (last["type"], last["session_id"], last["closed"]["room"]["comments"]) == ("live", "ws2", 4)


def test_a_follower_of_one_room_hears_nothing_of_another(server: Server) -> None:
    with talking(server) as talk:
        talk.ask({"subscribe": "ws3", "room": "r2"})
        server.score(lure(1, session_id="ws3", room_id="r1"), lure(2, session_id="ws3", room_id="r2"))
        assert [row["comment_id"] for row in talk.hear()["results"]] == ["c2"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "malformed_json"), (b"\xff", "malformed_json"), ([], "invalid"), ({}, "invalid"),
        ({"events": 5}, "invalid"), ({"events": [], "x": 1}, "invalid"), ({"subscribe": 5}, "invalid"),
        ({"events": [1] * 1001}, "too_many_events"), ({"events": [], "id": "i" * 65}, "invalid"),
    ],
)  # fmt: skip
def test_a_bad_frame_gets_a_problem_and_the_client_may_go_on(server: Server, frame: Any, code: str) -> None:
    with talking(server) as talk:
        out = talk.ask(frame)
        assert (out["type"], out["problem"]["code"]) == ("problem", code)
        assert talk.ask({"events": []})["type"] == "result"


def test_a_frame_beyond_one_mebibyte_ends_the_talk(server: Server) -> None:
    with talking(server) as talk:
        talk.say(" " * ((1 << 20) + 1))
        assert closed_with(talk) == 1009


def test_nobody_follows_without_end(server: Server) -> None:
    with talking(server) as talk:
        told = [talk.ask({"subscribe": f"many-{n}"})["type"] for n in range(65)]
    assert told == ["subscribed"] * 64 + ["problem"]


def test_pages_of_other_sites_may_not_listen(server: Server) -> None:
    with talking(server, origin="http://evil.example") as talk:
        assert talk.hear()["problem"]["code"] == "origin_refused"
        assert closed_with(talk) == 1008


def test_the_key_comes_in_a_header_or_in_the_first_frame(keyed: Server) -> None:
    with talking(keyed, additional_headers={"X-API-Key": keyed.key}) as talk:
        assert talk.ask({"events": []})["type"] == "result"
    with talking(keyed) as talk:
        talk.say({"key": keyed.key})
        assert talk.ask({"events": [lure(1, session_id="k")]})["results"][0]["verdict"] == "high_risk"


@pytest.mark.parametrize(
    ("first", "code"),
    [({"key": "zp_wrong"}, "key_unknown"), ({"events": []}, "key_missing"), ("{", "key_missing")],
)
def test_without_a_key_the_talk_ends(keyed: Server, first: Any, code: str) -> None:
    with talking(keyed) as talk:
        assert talk.ask(first)["problem"]["code"] == code
        assert closed_with(talk) == 1008


def test_a_client_that_does_not_read_is_sent_away(server: Server) -> None:
    before = server.metric("zhenping_websockets_too_slow_total")
    url = f"{server.url.replace('http', 'ws', 1)}/v1/stream"
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
    with connect(url, sock=narrow, proxy=None, max_queue=1, max_size=None) as slow:
        slow.send('{"subscribe":"flooded"}')
        for part in range(60):
            server.score(*(lure(1000 * part + n, session_id="flooded") for n in range(1000)))
            if server.metric("zhenping_websockets_too_slow_total") > before:
                break
        assert server.metric("zhenping_websockets_too_slow_total") == before + 1
        assert closed_with(Talk(slow)) == 1013
    until(lambda: server.metric("zhenping_websockets_open") == 0.0)
