"""Runs `zhenping serve` as a process of its own, as a platform would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.building import START_MS
from tests.models import ROOT

LURE: Final = "今天的衣服真的好看加微看主页"
HARMLESS: Final = "今天的衣服真的好看加我看主页"
START_S: Final = 60.0


def lure(n: int, **over: Any) -> dict[str, Any]:
    """One of many accounts that say the same; the handmade model flags 微."""
    return {
        "comment_id": f"c{n}", "user_id": f"u{n}", "session_id": "s1", "text": LURE, "ts_ms": START_MS + 1000 * n,
    } | over  # fmt: skip


@dataclass(slots=True)
class Server:
    """A running service."""

    process: subprocess.Popen[bytes]
    url: str
    state: Path
    log_path: Path
    key: str = ""

    def client(self, **over: Any) -> httpx.Client:
        """A client with the key."""
        headers = {"X-API-Key": self.key} if self.key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60.0, trust_env=False, **over)

    def score(self, *events: Any, **query: str) -> Any:
        """Score events."""
        with self.client() as client:
            answer = client.post("/v1/score", json={"events": list(events)}, params=query)
            assert answer.status_code == 200, answer.text
            return answer.json()

    def get(self, path: str, **query: str) -> Any:
        """What a path answers."""
        with self.client() as client:
            return client.get(path, params=query).json()

    def metric(self, name: str) -> float:
        """One series of the metrics, 0 if it is not there."""
        with self.client() as client:
            lines = client.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == name)

    def log(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [json.loads(line) for line in self.log_path.read_text(encoding="utf-8").splitlines()]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    folder: Path, model: Path, *options: str | Path, key: str = "", launcher: Sequence[str] = ("-m", "detector")
) -> Iterator[Server]:
    """A service with its state in ``folder``, killed in the end if it still runs."""
    port = free_port()
    log_path = folder / f"log.{port}"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *launcher, "serve", "--port", str(port), "--state", str(folder / "state"),
             "--model", str(model), "--max-state-mb", "64", *map(str, options)],
            cwd=ROOT, stderr=log, stdout=subprocess.DEVNULL,
            env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
    server = Server(process, f"http://127.0.0.1:{port}", folder / "state", log_path, key)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(60)


def _wait(server: Server) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(server.log_path.read_text(encoding="utf-8"))


def until(true: Any, *, within_s: float = 20.0) -> None:
    """Wait for something that happens on another thread."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
