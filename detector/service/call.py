"""One request: who asks, what for, with what body; and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from detector.service.body import parsed, written
from detector.service.house import BODY_TIMEOUT_S, MAX_BODY_BYTES, House
from detector.service.keys import Key
from detector.service.problems import MEDIA_TYPE, Fault, Problem, problem_json
from detector.service.schema import MAX_ID
from detector.service.shumei import problem as shumei_problem

Result = TypeVar("Result")
SHUMEI: Final = "shumei"


@dataclass(slots=True)
class Call:
    """A request that may be answered; ``said`` is what the log line of it carries."""

    request: Request
    house: House
    key: Key
    request_id: str
    said: dict[str, Any] = field(default_factory=dict)

    def name(self, place: str) -> str:
        """An id of the path, percent signs resolved once. Problem ``invalid``."""
        try:
            value = unquote(self.request.path_params[place], errors="strict")
        except UnicodeDecodeError:
            raise Problem("invalid", faults=[Fault(f"/path/{place}", "not_utf8")]) from None
        if len(value) > MAX_ID:
            raise Problem("invalid", faults=[Fault(f"/path/{place}", "too_long")])
        return value

    def query(self, name: str) -> str | None:
        """A parameter of the query, None if it is not there. Problem ``invalid``."""
        value = self.request.query_params.get(name)
        if value is not None and len(value) > MAX_ID:
            raise Problem("invalid", faults=[Fault(f"/query/{name}", "too_long")])
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """A parameter that is one of ``choices``, the first if it is not there. Problem ``invalid``."""
        value = self.request.query_params.get(name, choices[0])
        if value not in choices:
            raise Problem("invalid", faults=[Fault(f"/query/{name}", "not_a_choice")])
        return value

    @property
    def lang(self) -> str:
        """In which language reasons are given."""
        return self.choice("lang", ("zh", "en"))

    async def body(self) -> Any:
        """The body as JSON values. Problems of bodies: too large, too slow, not JSON."""
        headers = self.request.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" or headers.get("content-encoding", "identity") != "identity":
            raise Problem("unsupported_media")
        length = headers.get("content-length", "")
        if length.isascii() and length.isdecimal() and int(length[:12]) > MAX_BODY_BYTES:
            raise Problem("too_large")
        content = bytearray()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                async for chunk in self.request.stream():
                    content += chunk
                    if len(content) > MAX_BODY_BYTES:
                        raise Problem("too_large")
        except TimeoutError:
            raise Problem("body_too_slow") from None
        self.said["bytes"] = len(content)
        return parsed(bytes(content))

    async def ask(self, act: Callable[[], Result]) -> Result:
        """Have the stream's thread do something and wait for it."""
        return await self.house.ask(act)


def reply(value: Any, *, status: int = 200) -> Response:
    """An answer in JSON; bytes are JSON already."""
    content = value if isinstance(value, bytes) else written(value)
    return Response(content, status_code=status, media_type="application/json")


def refusal(problem: Problem, request_id: str, *, shumei: bool = False) -> Response:
    """The answer that a problem is."""
    if shumei:
        content = written(shumei_problem(problem.status, problem.zh, request_id))
        return Response(content, problem.status, problem.headers, media_type="application/json")
    content = written(problem_json(problem, request_id))
    return Response(content, problem.status, problem.headers, media_type=MEDIA_TYPE)


__all__ = ["SHUMEI", "Call", "ClientDisconnect", "refusal", "reply"]
