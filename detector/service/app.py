"""The application: every request is checked, counted, logged and answered in one place."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI, Request, Response, WebSocket
from starlette.exceptions import HTTPException

from detector.service.call import SHUMEI, Call, ClientDisconnect, refusal
from detector.service.house import MAX_AT_ONCE, NOBODY, House
from detector.service.logs import failure
from detector.service.problems import Problem
from detector.service.routes import ROUTES, Route
from detector.service.socket import follow

log = logging.getLogger("zhenping.http")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
OTHER: Final = "other"
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
GONE: Final = 499

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


def make_app(house: House) -> Application:
    """The application of a service."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        house.live.begin(asyncio.get_running_loop())
        house.worker.start()
        yield
        # What was taken is scored and remembered before the end.
        await asyncio.to_thread(house.worker.end)
        await asyncio.to_thread(house.scoring.snapshot)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    for route in ROUTES:
        app.add_api_route(
            route.path,
            _endpoint(route, house),
            methods=[route.method],
            name=route.name,
            include_in_schema=False,
        )

    async def stream(socket: WebSocket) -> None:
        await follow(socket, house)

    app.add_api_websocket_route("/v1/stream", stream)

    async def unrouted(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        allow = getattr(error, "headers", None) or {}

        async def action(call: Call) -> Response:
            found = Problem("method_not_allowed" if status == 405 else "no_such_route")
            answer = refusal(found, call.request_id)
            answer.headers.update(allow)
            return answer

        return await _answered(request, house, OTHER, None, action)

    app.add_exception_handler(HTTPException, unrouted)
    return _raw_paths(app)


def _raw_paths(app: Application) -> Application:
    """Route by the path as it was sent: an id may hold an encoded slash."""

    async def routed(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket") and scope.get("raw_path"):
            scope["path"] = scope["raw_path"].decode("latin-1")
        await app(scope, receive, send)

    return routed


def _endpoint(route: Route, house: House) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _answered(request, house, route.path, route.scope, route.action)

    return endpoint


async def _answered(
    request: Request,
    house: House,
    route: str,
    scope: str | None,
    action: Callable[[Call], Awaitable[Response]],
) -> Response:
    """Answer a request, whatever comes."""
    started_s = house.clock()
    given = request.headers.get("x-request-id", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else house.request_id()
    call = Call(request, house, NOBODY, request_id)
    shumei = request.query_params.get("schema") == SHUMEI
    house.at_once += 1
    try:
        call.key = house.caller(request.headers, scope)
        if house.at_once > MAX_AT_ONCE:
            raise Problem("too_many_requests", retry_after_s=1)
        if scope is not None:
            house.rates.take(call.key.name)
        answer = await action(call)
    except Problem as problem:
        call.said["code"] = problem.code
        if problem.retry_after_s is not None:
            house.metrics.refused(problem.code)
        answer = refusal(problem, request_id, shumei=shumei)
    except ClientDisconnect:
        answer = Response(status_code=GONE)
    except Exception as error:
        call.said |= failure(error)
        log.error("unexpected", extra={"request_id": request_id, "route": route, **failure(error)})
        answer = refusal(Problem("unexpected"), request_id, shumei=shumei)
    finally:
        house.at_once -= 1
    answer.headers["X-Request-Id"] = request_id
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    seconds = house.clock() - started_s
    house.metrics.answered(route, request.method if route != OTHER else OTHER, answer.status_code, seconds)
    if route not in QUIET or answer.status_code >= 400:
        _tell(call, route, answer.status_code, seconds)
    return answer


def _tell(call: Call, route: str, status: int, seconds: float) -> None:
    method = call.request.method if route != OTHER else OTHER
    log.info(
        "request",
        extra={
            "request_id": call.request_id, "method": method, "route": route, "status": status,
            "ms": round(1000.0 * seconds, 2), "key": call.key.name, **call.said,
        },
    )  # fmt: skip
