"""The WebSocket: events in, results out, and what is said of sessions that a client follows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from detector.service.body import checked, parsed, written
from detector.service.house import MAX_BODY_BYTES, MAX_CLIENTS, NOBODY, House, secret_of
from detector.service.keys import Key
from detector.service.live import Follower
from detector.service.logs import failure
from detector.service.problems import Problem, problem_json
from detector.service.schema import MAX_ID, SCORE_REQUEST, record, text
from detector.service.scoring import taken

log = logging.getLogger("zhenping.websocket")
NOT_ALLOWED: Final = 1008
UNEXPECTED: Final = 1011
TRY_LATER: Final = 1013
FIRST_FRAME_S: Final = 10.0
CLOSING_S: Final = 30.0
KEY_FRAME: Final = record({"key": text(longest=MAX_ID, shortest=1)})
EVENTS_FRAME: Final = record(
    {**SCORE_REQUEST["properties"], "id": text(longest=64), "lang": text(choices=("zh", "en"))},
    optional=("id", "lang"),
    closed=True,
)
FOLLOW_FRAME: Final = record(
    {"subscribe": text(longest=MAX_ID), "room": text(longest=MAX_ID)}, optional=("room",), closed=True
)
LEAVE_FRAME: Final = record(
    {"unsubscribe": text(longest=MAX_ID), "room": text(longest=MAX_ID)}, optional=("room",), closed=True
)


async def follow(socket: WebSocket, house: House) -> None:
    """Serve one client until it goes, is too slow, or the service ends."""
    request_id = house.request_id()
    follower = Follower()
    house.clients += 1
    house.metrics.client(1)
    try:
        key = await _admitted(socket, house, request_id)
        if key is not None:
            await _serve(socket, house, follower, key, request_id)
    except WebSocketDisconnect:
        pass
    except Exception as error:
        log.error("unexpected", extra={"request_id": request_id, **failure(error)})
        await _close(socket, UNEXPECTED)
    finally:
        house.clients -= 1
        house.metrics.client(-1)
        house.live.forget(follower)


async def _admitted(socket: WebSocket, house: House, request_id: str) -> Key | None:
    """Who the client is, by a header or its first frame; None if it was sent away."""
    try:
        house.check_origin(socket.headers)
        if house.clients > MAX_CLIENTS:
            raise Problem("too_many_requests", retry_after_s=5)
        key = NOBODY
        secret = secret_of(socket.headers)
        if house.keys is not None and secret:
            key = house.holder(secret, "score")
    except Problem as problem:
        await socket.accept()
        await _refuse(socket, problem, request_id, TRY_LATER if problem.status == 503 else NOT_ALLOWED)
        return None
    await socket.accept()
    if house.keys is None or secret:
        return key
    try:
        async with asyncio.timeout(FIRST_FRAME_S):
            frame = checked(parsed(await _frame(socket)), KEY_FRAME)
        return house.holder(frame["key"], "score")
    except TimeoutError:
        await _refuse(socket, Problem("key_missing"), request_id, NOT_ALLOWED)
    except Problem as problem:
        found = Problem("key_missing") if problem.code in ("invalid", "malformed_json") else problem
        await _refuse(socket, found, request_id, NOT_ALLOWED)
    return None


async def _serve(socket: WebSocket, house: House, follower: Follower, key: Key, request_id: str) -> None:
    sending = asyncio.create_task(_send(socket, follower))
    receiving = asyncio.create_task(_receive(socket, house, follower, key, request_id))
    slow = asyncio.create_task(follower.too_slow.wait())
    tasks = {sending, receiving, slow}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if slow in done:
        house.metrics.too_slow()
        log.warning("client_too_slow", extra={"request_id": request_id, "key": key.name})
        await _close(socket, TRY_LATER)
        return
    for task in done:
        task.result()


async def _send(socket: WebSocket, follower: Follower) -> None:
    while True:
        frame = await follower.next()
        await socket.send_text(frame.decode())


async def _receive(socket: WebSocket, house: House, follower: Follower, key: Key, request_id: str) -> None:
    while True:
        content = await _frame(socket)
        number: dict[str, Any] = {}
        try:
            house.rates.take(key.name)
            if len(content) > MAX_BODY_BYTES:
                raise Problem("too_large")
            frame = parsed(content)
            if isinstance(frame, dict) and isinstance(frame.get("id"), str):
                number = {"id": frame["id"][:64]}
            answer = await _answer(frame, house, follower)
        except Problem as problem:
            if problem.retry_after_s is not None:
                house.metrics.refused(problem.code)
            answer = written({"type": "problem", **number, "problem": problem_json(problem, request_id)})
        follower.send(answer)


async def _answer(frame: Any, house: House, follower: Follower) -> bytes:
    if isinstance(frame, Mapping) and "subscribe" in frame:
        checked(frame, FOLLOW_FRAME)
        if not house.live.follow(follower, frame["subscribe"], frame.get("room")):
            raise Problem("invalid")
        return written({"type": "subscribed"})
    if isinstance(frame, Mapping) and "unsubscribe" in frame:
        checked(frame, LEAVE_FRAME)
        house.live.leave(follower, frame["unsubscribe"], frame.get("room"))
        return written({"type": "unsubscribed"})
    checked(frame, EVENTS_FRAME)
    events = taken(frame["events"])
    head = {"type": "result"} | ({"id": frame["id"]} if "id" in frame else {})
    lang = frame.get("lang", "zh")

    def answer() -> bytes:
        return written(head | house.scoring.push(events, lang=lang) | {"model": house.model})

    result: bytes = await house.ask(answer)
    return result


async def _frame(socket: WebSocket) -> bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    content: bytes | None = message.get("bytes")
    return content if content is not None else str(message.get("text", "")).encode("utf-8", "surrogatepass")


async def _refuse(socket: WebSocket, problem: Problem, request_id: str, code: int) -> None:
    body = written({"type": "problem", "problem": problem_json(problem, request_id)})
    await socket.send_text(body.decode())
    await _close(socket, code)


async def _close(socket: WebSocket, code: int) -> None:
    """Send the client away; one that reads nothing does not keep us."""
    try:
        async with asyncio.timeout(CLOSING_S):
            await socket.close(code)
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return
