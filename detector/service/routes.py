"""The routes: what each asks for, what it answers, and who may ask."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST

from detector.service import shumei
from detector.service.body import checked, written
from detector.service.call import SHUMEI, Call, reply
from detector.service.feedback import KINDS
from detector.service.lookup import (
    campaigns_json,
    comment_json,
    comment_verdict,
    find_campaign,
    find_comment,
    find_session,
    session_json,
)
from detector.service.problems import Problem
from detector.service.schema import FEEDBACK_REQUEST, PROMPTS_REQUEST, SCORE_REQUEST
from detector.service.scoring import taken
from detector.stream import Prompt

LANG: Final = ("lang", ("zh", "en"), "language of the reasons")
ROOM: Final = ("room", (), "which room, where several have a session of this name")


@dataclass(frozen=True, slots=True)
class Route:
    """One route; ``scope`` None is open to all. ``replies`` are names of schemas by status."""

    method: str
    path: str
    name: str
    summary: str
    action: Callable[[Call], Awaitable[Response]]
    scope: str | None
    replies: Mapping[int, str]
    request: str = ""
    query: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    problems: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())


async def score(call: Call) -> Response:
    """Score events, with memory or (mode=stateless) without leaving a trace."""
    lang, mode = call.lang, call.choice("mode", ("stateful", "stateless"))
    theirs = call.choice("schema", ("zhenping", SHUMEI)) == SHUMEI
    body = await call.body()
    if theirs:
        events, single = shumei.events_of(body)
    else:
        events, single = checked(body, SCORE_REQUEST)["events"], False
    taken(events)
    call.said["events"] = len(events)
    scoring, model, request_id = call.house.scoring, call.house.model, call.request_id
    act = scoring.push if mode == "stateful" else scoring.read

    def answer() -> bytes:
        said = act(events, lang=lang) | {"model": model}
        return written(shumei.answer(said, events, request_id=request_id, single=single) if theirs else said)

    return reply(await call.ask(answer))


async def set_prompts(call: Call) -> Response:
    """Say what the host asks viewers to say, so that their answers are no flood."""
    session_id, room_id = call.name("session_id"), call.query("room") or ""
    body = checked(await call.body(), PROMPTS_REQUEST)
    prompts = [
        Prompt(one["text"], _ms(one.get("from_ms")), _ms(one.get("until_ms"))) for one in body["prompts"]
    ]
    await call.ask(lambda: call.house.scoring.set_prompts(session_id, prompts, room_id=room_id))
    return reply({"prompts": len(prompts)})


async def session(call: Call) -> Response:
    """The room as a whole, and its floods."""
    session_id, room_id, scoring = call.name("session_id"), call.query("room"), call.house.scoring
    return reply(
        await call.ask(lambda: session_json(find_session(scoring.stream, scoring.archive, session_id, room_id)))
    )


async def campaigns(call: Call) -> Response:
    """The groups of a session: settled ones and those in the making."""
    session_id, room_id, scoring = call.name("session_id"), call.query("room"), call.house.scoring
    found = await call.ask(
        lambda: campaigns_json(find_session(scoring.stream, scoring.archive, session_id, room_id))
    )
    return reply({"campaigns": found})


async def close(call: Call) -> Response:
    """End a session: its last revisions, its campaigns, the room's verdict."""
    session_id, room_id, lang = call.name("session_id"), call.query("room"), call.lang
    return reply(await call.ask(lambda: call.house.scoring.close(session_id, room_id=room_id, lang=lang)))


async def campaign(call: Call) -> Response:
    """One group."""
    name, scoring = call.name("campaign_id"), call.house.scoring
    return reply(await call.ask(lambda: find_campaign(scoring.stream, scoring.archive, name)))


async def comment(call: Call) -> Response:
    """What is said of a comment now and what was said first."""
    name, session_id, room_id = call.name("comment_id"), call.query("session"), call.query("room")
    stream, lang = call.house.scoring.stream, call.lang

    def answer() -> dict[str, Any]:
        found = find_comment(stream, name, session_id=session_id, room_id=room_id)
        return comment_json(*found, lang=lang)

    return reply(await call.ask(answer))


async def give_feedback(call: Call) -> Response:
    """Keep what a person says of a verdict, for retraining."""
    body = checked(await call.body(), FEEDBACK_REQUEST)
    idempotency_key = call.request.headers.get("idempotency-key", "")
    house = call.house

    def said_then() -> dict[str, Any] | None:
        place = house.scoring.said_of(body["comment_id"], body.get("session_id"), body.get("room_id"))
        if place is None:
            return None
        room, block, row = place
        now = comment_verdict(room, block, row).as_dict()
        kept = ("verdict", "first_verdict", "label", "risk", "campaign_id", "model_id")
        return {"said": {name: now[name] for name in kept}, "text": block.text[row]}

    known = await call.ask(said_then)
    keep = bool(body.get("keep_text"))
    text = (body.get("text") or (known["text"] if known else "")) if keep else ""
    row = {
        "kind": KINDS[body["kind"]],
        "comment_id": body["comment_id"],
        "session_id": body.get("session_id", ""),
        "room_id": body.get("room_id", ""),
        "user_id": body.get("user_id", ""),
        "label": body.get("label", ""),
        "text": text,
        "by": call.key.name,
        "said": known["said"] if known else None,
    }
    fresh = await asyncio.to_thread(house.feedback.add, row, idempotency_key=idempotency_key)
    if fresh:
        house.metrics.kept_feedback(row["kind"])
    answer = {"duplicate": not fresh, "known": known is not None, "text_kept": bool(text)}
    return reply(answer, status=201 if fresh else 200)


async def model(call: Call) -> Response:
    """Which model is in use, with which thresholds."""
    return reply(dict(call.house.details))


async def healthz(call: Call) -> Response:
    """Whether the process is alive."""
    return reply({"status": "ok"})


async def readyz(call: Call) -> Response:
    """Whether it takes events."""
    if not call.house.worker.works:
        raise Problem("ending", retry_after_s=5)
    return reply({"status": "ready"})


async def metrics(call: Call) -> Response:
    """Counters for Prometheus."""
    return Response(call.house.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def openapi(call: Call) -> Response:
    """This description."""
    from detector.service.openapi import document

    return reply(document())


def _ms(value: float | None) -> float:
    return math.nan if value is None else float(value)


ROUTES: Final = (
    Route(
        "POST", "/v1/score", "score", "Score events 评分", score, "score", {200: "ScoreReply"},
        request="ScoreRequest",
        query=(
            ("mode", ("stateful", "stateless"), "stateless: by what is remembered now, leaving no trace"),
            ("schema", ("zhenping", SHUMEI), "shumei: request and reply in the field names of that vendor"),
            LANG,
        ),
        problems=("too_many_events", "too_many_fields"),
    ),
    Route(
        "PUT", "/v1/sessions/{session_id}/prompts", "set_prompts", "What the host asks viewers to say 主播口令",
        set_prompts, "score", {200: "Prompts"}, request="PromptsRequest", query=(ROOM,),
    ),
    Route(
        "GET", "/v1/sessions/{session_id}", "session", "The room as a whole 场次结论", session, "score",
        {200: "Session"}, query=(ROOM,), problems=("unknown_session", "ambiguous_session"),
    ),
    Route(
        "GET", "/v1/sessions/{session_id}/campaigns", "campaigns", "The groups of a session 场次团伙", campaigns,
        "score", {200: "Campaigns"}, query=(ROOM,), problems=("unknown_session", "ambiguous_session"),
    ),
    Route(
        "POST", "/v1/sessions/{session_id}/close", "close", "End a session 结束场次", close, "score",
        {200: "Closed"}, query=(ROOM, LANG), problems=("unknown_session", "ambiguous_session"),
    ),
    Route(
        "GET", "/v1/campaigns/{campaign_id}", "campaign", "One group 团伙", campaign, "score", {200: "Campaign"},
        problems=("unknown_campaign",),
    ),
    Route(
        "GET", "/v1/comments/{comment_id}", "comment", "A comment's verdict and history 评论结论", comment, "score",
        {200: "Comment"}, query=(("session", (), "which session"), ROOM, LANG),
        problems=("unknown_comment", "ambiguous_comment"),
    ),
    Route(
        "POST", "/v1/feedback", "give_feedback", "False alarm or miss 误杀/漏杀", give_feedback, "feedback",
        {200: "FeedbackReply", 201: "FeedbackReply"}, request="FeedbackRequest",
        problems=("feedback_differs", "not_kept"),
        headers=(("Idempotency-Key", "Sent again with the same key, feedback counts once"),),
    ),
    Route("GET", "/v1/model", "model", "The model in use 模型", model, "score", {200: "ModelDetails"}),
    Route("GET", "/healthz", "healthz", "Alive 存活", healthz, None, {200: "Health"}),
    Route("GET", "/readyz", "readyz", "Takes events 就绪", readyz, None, {200: "Health"}, problems=("ending",)),
    Route("GET", "/metrics", "metrics", "Counters for Prometheus 指标", metrics, "admin", {200: ""}),
    Route("GET", "/openapi.json", "openapi", "This description 接口描述", openapi, None, {200: "object"}),
)  # fmt: skip
