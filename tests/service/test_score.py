"""Events in over HTTP, verdicts out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.running import HARMLESS, LURE, Server, lure


def test_a_request_answers_every_event_and_names_what_it_could_not_take(server: Server) -> None:
    out = server.score(lure(1, session_id="a"), 5, {"user_id": "u2"}, {"text": "你好", "session_id": "a"})
    assert [row["verdict"] for row in out["results"]] == ["high_risk", "pass"]
    assert [(row["index"], row["code"]) for row in out["rejected"]] == [(1, "not_an_object"), (2, "no_text")]
    assert out["model"] == {"model_id": "by-hand", "profile": "balanced"}
    # Ten seconds before the clock of the session.
    assert out["watermark"] == "2026-11-11T11:59:51.000+00:00"
    assert set(out) == {"results", "revisions", "rejected", "unclear", "alerts", "closed", "model", "watermark"}


def test_a_value_that_cannot_be_read_is_told_and_counted(server: Server) -> None:
    series = 'zhenping_unclear_total{code="time_unparsed"}'
    before = server.metric(series)
    out = server.score(lure(1, session_id="unclear", ts_ms="yesterday"), lure(2, session_id="unclear"))
    assert out["unclear"] == [{"code": "time_unparsed", "n": 1, "index": [0]}]
    assert (len(out["results"]), server.metric(series) - before) == (2, 1)


def test_the_first_of_a_flood_is_revised_and_its_history_can_be_read(server: Server) -> None:
    out = server.score(lure(0, session_id="b", text=HARMLESS))
    assert out["results"][0]["verdict"] == "pass"
    out = server.score(*(lure(n, session_id="b") for n in range(1, 4)))
    assert [(r["comment_id"], r["old_verdict"], r["verdict"]) for r in out["revisions"]] == [
        ("c0", "pass", "review")
    ]
    assert [alert["kind"] for alert in out["alerts"]] == ["campaign_formed"]
    now = server.get("/v1/comments/c0", session="b")
    assert (now["verdict"], now["first_verdict"]) == ("review", "pass")
    assert [step["verdict"] for step in now["history"]] == ["pass", "review"]
    assert now["history"][1]["reasons"][0]["code"] == "hindsight"


def test_redelivery_counts_once(server: Server) -> None:
    first = server.score(lure(1, session_id="c"))
    again = server.score(lure(1, session_id="c"))
    assert [part["results"][0]["duplicate"] for part in (first, again)] == [False, True]
    assert server.get("/v1/sessions/c")["comments"] == 1


def test_stateless_scoring_leaves_no_trace(server: Server) -> None:
    out = server.score(lure(1, session_id="d"), mode="stateless")
    assert (out["results"][0]["verdict"], out["watermark"]) == ("high_risk", None)
    assert server.get("/v1/sessions/d")["code"] == "unknown_session"


def test_a_session_is_judged_as_a_whole_and_its_groups_are_named(server: Server) -> None:
    server.score(*(lure(n, session_id="e", room_id="r/1") for n in range(20)))
    room = server.get("/v1/sessions/e")
    assert (room["comments"], room["flagged"], room["room_id"], room["open"]) == (20, 20, "r/1", True)
    assert [(flood["label"], flood["open"]) for flood in room["floods"]] == [("solicitation", True)]
    (forming,) = server.get("/v1/sessions/e/campaigns")["campaigns"]
    assert (forming["settled"], forming["accounts"], forming["samples"]) == (False, 18, [LURE])
    assert server.get(f"/v1/campaigns/{forming['campaign_id']}") == forming


def test_a_session_that_is_closed_tells_how_it_ended_and_is_remembered(server: Server) -> None:
    server.score(*(lure(n, session_id="f") for n in range(20)))
    with server.client() as client:
        end = client.post("/v1/sessions/f/close").json()
        assert client.post("/v1/sessions/f/close").status_code == 404
    assert (end["room"]["comments"], [one["comments"] for one in end["campaigns"]]) == (20, [20])
    room = server.get("/v1/sessions/f")
    assert (room["open"], room["comments"]) == (False, 20)
    (settled,) = server.get("/v1/sessions/f/campaigns")["campaigns"]
    assert (settled["settled"], settled["comments"]) == (True, 20)
    assert server.get(f"/v1/campaigns/{settled['campaign_id']}") == settled
    assert server.get("/v1/comments/c3", session="f")["code"] == "unknown_comment"


def test_a_name_that_two_rooms_share_asks_for_the_room(server: Server) -> None:
    server.score(lure(1, session_id="g", room_id="r1"), lure(1, session_id="g", room_id="r2"))
    assert server.get("/v1/sessions/g")["code"] == "ambiguous_session"
    assert server.get("/v1/sessions/g", room="r2")["room_id"] == "r2"
    assert server.get("/v1/comments/c1", session="g")["code"] == "ambiguous_comment"
    assert server.get("/v1/comments/c1", session="g", room="r1")["room_id"] == "r1"


@pytest.mark.parametrize(
    ("name", "encoded"),
    [("h/i?j#k", "h%2Fi%3Fj%23k"), ("场次 1", "%E5%9C%BA%E6%AC%A1%201"), ("50%25", "50%2525")],
)
def test_ids_of_any_kind_can_be_asked_for(server: Server, name: str, encoded: str) -> None:
    server.score(lure(1, session_id=name))
    assert server.get(f"/v1/sessions/{encoded}")["session_id"] == name


def test_comments_without_a_session_are_found_under_a_dash(server: Server) -> None:
    server.score(lure(1, session_id="", room_id="alone"))
    assert server.get("/v1/sessions/-", room="alone")["comments"] == 1


def test_who_answers_the_host_is_no_flood(server: Server) -> None:
    with server.client() as client:
        ask = client.put("/v1/sessions/p/prompts", json={"prompts": [{"text": "刷刷刷", "until_ms": 1.9e12}]})
        assert (ask.status_code, ask.json()) == (200, {"prompts": 1})
    out = server.score(lure(1, session_id="p", room_id="any", text="刷刷刷"))
    assert (out["results"][0]["verdict"], out["results"][0]["organic_wave"]) == ("pass", True)


def test_reasons_come_in_both_languages(server: Server) -> None:
    said = [
        server.score(lure(1, session_id=f"q-{lang}"), lang=lang)["results"][0]["reasons"][0]["text"]
        for lang in ("zh", "en")
    ]
    assert [text.isascii() for text in said] == [False, False]
    assert said[0] != said[1]


def test_the_model_tells_what_it_is(server: Server) -> None:
    told = server.get("/v1/model")
    assert (told["model_id"], told["profile"], told["shadow_model_id"]) == ("by-hand", "balanced", "")
    assert {row["head"] for row in told["thresholds"]} == {"solicitation", "bot_flood", "fake_review"}


SHUMEI: Any = {
    "dataId": "d1",
    "tokenId": "u1",
    "text": LURE,
    "timestamp": 1794398400000,
    "extra": {"room": "x"},
}


def test_a_call_in_the_words_of_another_vendor_is_answered_in_them(server: Server) -> None:
    with server.client() as client:
        one = client.post("/v1/score?schema=shumei", json={"accessKey": "-", "data": SHUMEI}).json()
        many = client.post(
            "/v1/score?schema=shumei",
            json={"texts": [SHUMEI | {"dataId": "d2"}, {"dataId": "d3"}, {"text": "你好"}]},
        ).json()
    assert (one["code"], one["riskLevel"], one["riskLabel1"], one["dataId"]) == (1100, "REJECT", "ad", "d1")
    assert (one["riskLabel2"], one["riskDescription"].startswith("引流")) == ("lianxifangshi", True)
    assert [item["code"] for item in many["results"]] == [1100, 1902, 1100]
    assert [item.get("riskLevel") for item in many["results"]] == ["REJECT", None, "PASS"]
    # Callers of that interface find their events again by this id.
    assert [item.get("dataId") for item in many["results"][:2]] == ["d2", "d3"]
    assert many["requestId"] == many["results"][0]["requestId"]
    assert server.get("/v1/comments/d1")["room_id"] == "x"


def test_a_mistake_in_the_words_of_another_vendor_is_told_in_them(server: Server) -> None:
    with server.client() as client:
        wrong = client.post("/v1/score?schema=shumei", json={"data": []})
    assert (wrong.status_code, wrong.json()["code"]) == (422, 1902)
