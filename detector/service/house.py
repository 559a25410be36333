"""What one running service has: the worker and its stream, the keys, the limits, the counters."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from detector.service.feedback import Feedback
from detector.service.keys import Key, KeyRing
from detector.service.limits import Rates
from detector.service.live import Live
from detector.service.metrics import Metrics
from detector.service.problems import Problem
from detector.service.scoring import Scoring
from detector.service.work import Worker

Answer = TypeVar("Answer")
MAX_BODY_BYTES: Final = 1 << 20
BODY_TIMEOUT_S: Final = 30.0
# Requests and clients at once: what they hold is bounded by these.
MAX_AT_ONCE: Final = 128
MAX_CLIENTS: Final = 64
# Whose rate is taken where no keys are asked for.
NOBODY: Final = Key("local", frozenset({"admin"}), "")


@dataclass(slots=True)
class House:
    """All that the routes need; made once, used on the event loop."""

    scoring: Scoring
    worker: Worker
    metrics: Metrics
    live: Live
    feedback: Feedback
    rates: Rates
    keys: KeyRing | None
    model: Mapping[str, Any]
    details: Mapping[str, Any]
    clock: Callable[[], float]
    request_id: Callable[[], str]
    at_once: int = 0
    clients: int = 0

    async def ask(self, act: Callable[[], Answer]) -> Answer:
        """Have the worker do something and wait for it."""
        return await asyncio.wrap_future(self.worker.ask(act))

    def caller(self, headers: Mapping[str, str], scope: str | None) -> Key:
        """Who asks, if they may. Problems ``key_missing``, ``key_unknown``, ``scope_missing``, ``host_refused``,
        ``origin_refused``.
        """
        self.check_origin(headers)
        if scope is None or self.keys is None:
            return NOBODY
        secret = secret_of(headers)
        if not secret:
            raise Problem("key_missing")
        return self.holder(secret, scope)

    def holder(self, secret: str, scope: str) -> Key:
        """Whose key this is. Problems ``key_unknown``, ``scope_missing``."""
        assert self.keys is not None
        key = self.keys.find(secret)
        if key is None:
            raise Problem("key_unknown")
        if not key.may(scope):
            raise Problem("scope_missing")
        return key

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Refuse what a page of another site sends by way of a visitor's browser."""
        host = headers.get("host", "")
        if self.keys is None and not is_local(_host_name(host)):
            # A name of someone else's that was made to point here.
            raise Problem("host_refused")
        origin = headers.get("origin")
        if origin is not None and _place(origin) != host:
            raise Problem("origin_refused")


def secret_of(headers: Mapping[str, str]) -> str:
    """The key among the headers, ``""`` if there is none."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return secret.strip()
    return headers.get("x-api-key", "").strip()


def is_local(host: str) -> bool:
    """Whether only this machine can be meant.

    >>> is_local("127.0.0.1"), is_local("::1"), is_local("localhost"), is_local("0.0.0.0"), is_local("x.cn")
    (True, True, True, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
