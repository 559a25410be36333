"""Starts the service and ends it in order: load, restore, listen; stop listening, finish, remember, go."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final

import uvicorn

from detector import __version__
from detector.compiled import telling
from detector.engine import SCHEMA
from detector.errors import SnapshotError, UsageError
from detector.scorer import Detector
from detector.service.app import make_app
from detector.service.feedback import Feedback
from detector.service.house import MAX_BODY_BYTES, House, is_local
from detector.service.keys import KeyRing
from detector.service.limits import Rates
from detector.service.live import Live
from detector.service.logs import log_to_stderr
from detector.service.metrics import Metrics
from detector.service.port import listening
from detector.service.scoring import SNAPSHOT, Scoring
from detector.service.work import Worker
from detector.stream import Stream

log = logging.getLogger("zhenping.service")
# How long requests that were taken may take to be answered when the service is to end.
DRAIN_S: Final = 60
KEEP_ALIVE_S: Final = 65


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service is to run."""

    state: Path
    host: str = "127.0.0.1"
    port: int = 8000
    model: Path | None = None
    profile: str = "balanced"
    keys: Path | None = None
    shadow: Path | None = None
    snapshot_every_s: float = 60.0
    waiting: int = 64
    rate_per_s: float = 200.0
    lateness: str = "10s"
    max_state_mb: float = 2048.0
    tz: str = "Asia/Shanghai"


def serve(settings: Settings, *, now: Callable[[], datetime]) -> None:
    """Run until SIGTERM or SIGINT. Raises UsageError, BundleError or SnapshotError before it listens."""
    log_to_stderr()
    # A snapshot holds what people wrote: whatever is written here is for its owner only.
    os.umask(0o077)
    keys = _keys_for(settings)
    with _owned(settings.state):
        house = furnish(settings, keys=keys, now=now)
        server = _Server(
            uvicorn.Config(
                make_app(house), host=settings.host, port=settings.port, log_config=None, access_log=False,
                lifespan="on", ws="websockets-sansio", ws_max_size=MAX_BODY_BYTES, ws_per_message_deflate=False,
                timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=DRAIN_S, server_header=False,
                proxy_headers=False,
            )
        )  # fmt: skip
        server.keys = keys
        with listening(settings.host, settings.port) as sockets:
            server.run(sockets)
    log.info("ended")


def furnish(settings: Settings, *, keys: KeyRing | None, now: Callable[[], datetime]) -> House:
    """All that a service needs, its memory restored."""
    detector = Detector.load(settings.model, profile=settings.profile)
    stream = _stream(detector, settings)
    path = settings.state / SNAPSHOT
    if path.exists():
        try:
            stream.restore(path)
        except SnapshotError as error:
            raise SnapshotError(
                f"{error.en}; or remove {path} to begin without memory",
                zh=f"{error.zh}；或删除 {path}，从空白记忆开始",
            ) from error
    # What is compiled or loaded at first use is ready before the first request.
    with telling(lambda: log.info("compiling")):
        stream.read([{"text": "你好"}])
    shadow = Detector.load(settings.shadow, profile=settings.profile) if settings.shadow else None
    metrics, live = Metrics(), Live()
    metrics.uses(detector.bundle.model_id, "main")
    if shadow:
        metrics.uses(shadow.bundle.model_id, "shadow")
    scoring = Scoring(
        stream, metrics=metrics, live=live, clock=time.monotonic, snapshot_path=path,
        snapshot_every_s=settings.snapshot_every_s, shadow=_stream(shadow, settings) if shadow else None,
    )  # fmt: skip
    worker = Worker(waiting=settings.waiting, between=scoring.between)
    metrics.watch_depth(lambda: worker.depth)
    model = {"model_id": detector.bundle.model_id, "profile": settings.profile}
    log.info(
        "loaded",
        extra={
            "model_id": detector.bundle.model_id, "sessions": len(stream.rooms),
            "shadow_id": shadow.bundle.model_id if shadow else "",
        },
    )  # fmt: skip
    return House(
        scoring=scoring, worker=worker, metrics=metrics, live=live, feedback=Feedback(settings.state, now=now),
        rates=Rates(per_s=settings.rate_per_s, burst=max(1.0, 2 * settings.rate_per_s), clock=time.monotonic),
        keys=keys, model=model, details=model | _details(detector, shadow, stream), clock=time.perf_counter,
        request_id=lambda: secrets.token_hex(8),
    )  # fmt: skip


def _stream(detector: Detector, settings: Settings) -> Stream:
    try:
        return detector.stream(lateness=settings.lateness, max_state_mb=settings.max_state_mb, tz=settings.tz)
    except ValueError as error:
        raise UsageError(
            f"--lateness {settings.lateness!r}: give a number of seconds, or such as 500ms, 10s, 2m",
            zh=f"--lateness {settings.lateness!r}：请写秒数，或 500ms、10s、2m 这样的写法",
        ) from error


def _details(detector: Detector, shadow: Detector | None, stream: Stream) -> dict[str, Any]:
    rows = [asdict(row) for row in detector.bundle.thresholds.rows if row.profile == detector.profile]
    return {
        "version": __version__,
        "features": SCHEMA.digest,
        "shadow_model_id": shadow.bundle.model_id if shadow else "",
        "lateness_s": stream.lateness_s,
        "max_state_bytes": stream.engine.sessions.max_bytes,
        "thresholds": [
            {
                name: None if isinstance(value, float) and math.isnan(value) else value
                for name, value in row.items()
            }
            for row in rows
        ],
    }


def _keys_for(settings: Settings) -> KeyRing | None:
    """The keys; without them only this machine may ask."""
    if settings.keys is not None:
        return KeyRing(settings.keys)
    if not is_local(settings.host):
        raise UsageError(
            f"--host {settings.host} can be reached by others: name API keys with --keys FILE "
            "(zhenping keys new --keys FILE --name NAME --scopes score)",
            zh=f"--host {settings.host} 可被他人访问：请用 --keys 文件 指定 API 密钥"
            "（zhenping keys new --keys 文件 --name 名称 --scopes score）",
        )
    log.warning("no keys: whoever can use this machine can use the service")
    return None


@contextlib.contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """The state's folder, for one service at a time and its owner only. UsageError if it cannot be had."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock: IO[str] = (folder / "lock").open("w")
    except OSError as error:
        raise UsageError(
            f"--state {folder} cannot be used: {error.strerror}",
            zh=f"--state {folder} 无法使用：{error.strerror}",
        ) from error
    with lock:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UsageError(
                    f"--state {folder} is in use by another service: give each its own",
                    zh=f"--state {folder} 正被另一个服务使用：请各用各的文件夹",
                ) from error
        yield


class _Server(uvicorn.Server):
    """A server that ends quietly when it is told to, and reads its keys anew on SIGHUP."""

    keys: KeyRing | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and only then say so."""
        await super().startup(sockets)
        log.info("listening", extra={"host": self.config.host, "port": self.config.port})

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals; unlike the original, having ended in order is a success."""
        wanted: dict[int, Any] = {signal.SIGTERM: self._end, signal.SIGINT: self._end}
        if hasattr(signal, "SIGHUP"):
            wanted[signal.SIGHUP] = self._reread
        before = {number: signal.signal(number, act) for number, act in wanted.items()}
        try:
            yield
        finally:
            for number, act in before.items():
                signal.signal(number, act)

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self.should_exit and number == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    def _reread(self, number: int, frame: FrameType | None) -> None:
        if self.keys is None:
            return
        try:
            self.keys.reread()
        except UsageError as error:
            log.error("keys_not_read", extra={"why": error.en})
        else:
            log.info("keys_read")
