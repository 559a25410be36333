"""What hostile or mistaken requests get: a problem that says nothing back, and a service that goes on."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from tests.service.running import LURE, Server, lure

JSON = {"content-type": "application/json"}
SECRET_TEXT = "绝密的一句话"


def post(server: Server, content: bytes, **headers: str) -> httpx.Response:
    """Bytes as they are."""
    with server.client() as client:
        return client.post("/v1/score", content=content, headers=JSON | headers)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem+json that has all it must have."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["status"] == answer.status_code
    assert {"type", "title", "title_zh"} <= body.keys()
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"events":[{"text":"\xff"}]}',
        b'{"events":[{"text":"a","ts_ms":NaN}]}',
        b'{"events":[{"text":"a","ts_ms":Infinity}]}',
        b"[" * 100_000,
        b'{"events":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        b'{"events":[{"text":"a","user_id":' + b"9" * 10_000 + b"}]}",
    ],
    ids=["empty", "cut", "not-utf8", "nan", "infinity", "deep", "deep-and-closed", "ten-thousand-digits"],
)
def test_what_is_no_json_is_refused(server: Server, content: bytes) -> None:
    assert problem(post(server, content)) == (400, "malformed_json")


@pytest.mark.parametrize(
    "body", [[], 5, None, {}, {"events": {}}, {"events": "text"}, {"event": []}, {"events": None}]
)
def test_what_is_no_request_is_named_by_its_place(server: Server, body: Any) -> None:
    answer = post(server, json.dumps(body).encode())
    assert problem(answer) == (422, "invalid")
    assert {fault["pointer"] for fault in answer.json()["errors"]} <= {"", "/events"}


@pytest.mark.parametrize(
    "event",
    [
        {"text": {"a": 1}},
        {"text": "a", "user_id": {"b": [1, {"c": 2}]}},
        {"text": "a", "ts_ms": 1e308},
        {"text": "a", "ts_ms": -1e18},
        {"text": "a", "ts": "99999999-99-99"},
        {"text": "a", "session_id": True, "room_id": 1.5},
        {"text": "a", "user_level": "很高", "is_staff": "?", "rating": [], "kind": "nothing"},
        {"text": "a" * 900_000},
        {"text": "\u0000\u202e\ufeff", "comment_id": "\n"},
        {"text": "a", "zhenping place": "7"},
        {"": "", "text": "a"},
        {"text": "a", "__class__": "x", "comment_id": "' OR 1=1 --"},
        {"text": "a", "mapping": 3, "ts_source": 12, "user_id_quality": None},
    ],
    ids=range(13),
)
def test_an_odd_event_is_scored_or_named(server: Server, event: dict[str, Any]) -> None:
    out = server.score(event, lure(7, session_id="odd"))
    assert (len(out["results"]) + len(out["rejected"]), len(out["results"]) >= 1) == (2, True)


def test_half_an_emoji_is_no_reason_to_refuse_a_batch(server: Server) -> None:
    answer = post(
        server, b'{"events":[{"text":"\\ud83d \xe5\xbe\xae","comment_id":"h\\ud83d","session_id":"half"}]}'
    )
    assert (answer.status_code, answer.json()["results"][0]["comment_id"]) == (200, "h\ufffd")
    with server.client() as client:
        prompts = b'{"prompts":[{"text":"\\ud83d"}]}'
        assert client.put("/v1/sessions/half/prompts", content=prompts, headers=JSON).status_code == 200
    assert len(server.score(lure(2, session_id="half"))["results"]) == 1


def test_ids_of_many_digits_lose_none(server: Server) -> None:
    ids = [7234567890123456789, 18446744073709551616, 123456789012345678901234567890]
    out = server.score(*({"text": LURE, "comment_id": name, "session_id": "digits"} for name in ids))
    assert [row["comment_id"] for row in out["results"]] == list(map(str, ids))


def test_a_body_beyond_one_mebibyte_is_refused(server: Server) -> None:
    content = b'{"events":[' + b" " * (1 << 20) + b"]}"
    assert problem(post(server, content)) == (413, "too_large")
    # Without a length in advance.
    with server.client() as client:
        answer = client.post(
            "/v1/score",
            content=(content[at : at + 65536] for at in range(0, len(content), 65536)),
            headers=JSON,
        )
    assert problem(answer) == (413, "too_large")


def test_more_than_a_thousand_events_are_refused(server: Server) -> None:
    assert len(server.score(*([{"text": ""}] * 1000))["rejected"]) == 1000
    assert problem(post(server, json.dumps({"events": [1] * 1001}).encode())) == (413, "too_many_events")


def test_a_table_of_a_hundred_thousand_columns_is_refused(server: Server) -> None:
    wide = {f"k{n}": 0 for n in range(50_000)}
    assert problem(post(server, json.dumps({"events": [wide] + [{"text": "a"}] * 900}).encode())) == (
        422,
        "too_many_fields",
    )


@pytest.mark.parametrize(
    "headers", [{"content-type": "text/plain"}, {"content-type": ""}, {"content-encoding": "gzip"}]
)
def test_only_plain_json_is_taken(server: Server, headers: dict[str, str]) -> None:
    assert problem(post(server, b'{"events":[]}', **headers)) == (415, "unsupported_media")


@pytest.mark.parametrize("query", ["lang=fr", "mode=x", "schema=other"])
def test_a_choice_that_is_none_is_refused(server: Server, query: str) -> None:
    with server.client() as client:
        answer = client.post(f"/v1/score?{query}", json={"events": []})
    assert answer.status_code == 422


def test_unknown_paths_and_methods_get_problems(server: Server) -> None:
    with server.client() as client:
        assert problem(client.get("/v2/score")) == (404, "no_such_route")
        wrong = client.delete("/v1/score")
        assert problem(wrong) == (405, "method_not_allowed")
        assert wrong.headers["allow"] == "POST"
        assert problem(client.get("/v1/sessions/%FF")) == (422, "invalid")
        assert problem(client.get("/v1/sessions/" + "x" * 600)) == (422, "invalid")
        assert problem(client.get("/v1/campaigns/none")) == (404, "unknown_campaign")


def test_pages_of_other_sites_may_not_call(server: Server) -> None:
    with server.client() as client:
        assert problem(client.get("/v1/model", headers={"origin": "http://evil.example"})) == (
            403,
            "origin_refused",
        )
        assert problem(client.get("/v1/model", headers={"host": "evil.example"})) == (403, "host_refused")
        assert client.get("/v1/model", headers={"origin": server.url}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"prompts": [{"text": ""}]},
        {"prompts": [{"text": SECRET_TEXT * 50}]},
        {"prompts": [{"text": "a"}] * 51},
        {"prompts": [{"text": 1}]},
        {"prompts": [{"text": "a", "from_ms": "x"}]},
        {"prompts": [{"text": "a", SECRET_TEXT: 1}]},
        {"prompts": SECRET_TEXT},
    ],
    ids=range(7),
)
def test_prompts_are_checked_and_never_said_back(server: Server, body: Any) -> None:
    with server.client() as client:
        answer = client.put("/v1/sessions/s/prompts", json=body)
    assert problem(answer) == (422, "invalid")
    assert SECRET_TEXT not in json.dumps(answer.json(), ensure_ascii=False)


def test_a_request_id_is_kept_if_it_is_harmless(server: Server) -> None:
    with server.client() as client:
        kept = client.get("/healthz", headers={"x-request-id": "req-1.a"}).headers["x-request-id"]
        made = client.get("/healthz", headers={"x-request-id": "a b{}"}).headers["x-request-id"]
    assert (kept, len(made)) == ("req-1.a", 16)


def test_a_client_that_goes_away_in_the_midst_does_no_harm(server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as gone:
        gone.sendall(
            b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
    with socket.create_connection(("127.0.0.1", port)) as noise:
        noise.sendall(b"\x16\x03\x01 not http at all\r\n\r\n")
        noise.recv(1024)
    assert len(server.score(lure(1, session_id="after"))["results"]) == 1


def test_logs_and_metrics_hold_no_text_and_no_names(server: Server) -> None:
    names = {"session_id": "秘密场次", "room_id": "秘密房间", "user_id": "秘密用户", "comment_id": "秘密评论"}
    server.score({"text": SECRET_TEXT} | names)
    for path in ("/v1/sessions/秘密场次", "/v1/comments/秘密评论", "/v1/秘密路径"):
        server.get(path)
    post(server, f'{{"events":"{SECRET_TEXT}"}}'.encode())
    with server.client() as client:
        metrics = client.get("/metrics").text
    log = server.log_path.read_text(encoding="utf-8")
    encoded = "%E7%A7%98%E5%AF%86"
    told = [word for word in (SECRET_TEXT, "秘密", encoded, encoded.lower()) if word in log or word in metrics]
    assert told == []
    routes = {line["route"] for line in server.log() if line["message"] == "request"}
    assert {"/v1/score", "/v1/sessions/{session_id}", "/v1/comments/{comment_id}", "other"} <= routes
    assert server.metric('zhenping_requests_total{method="other",route="other",status="404"}') >= 1.0


def test_nothing_unexpected_has_happened(server: Server) -> None:
    assert [line for line in server.log() if line["level"] == "error"] == []
