"""What the service does under load: bursts of events over HTTP for some time, on one core.

    python benchmarks/http_load.py --seconds 30 --per-second 5000 --batch 256
    python benchmarks/http_load.py --seconds 300 --max-state-mb 256   # long enough to see that memory stays where it is

It starts `zhenping serve` with the shipped model, sends simulated rooms at the asked rate whether or not earlier
batches have been answered, and reports how long answers took, what was refused and how the memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data/sample/room.jsonl"


def batches(size: int, rooms: int) -> Any:
    """Endless batches: the sample room played again and again, in ``rooms`` rooms by turns, with new ids."""
    with SAMPLE.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    turn = 0
    while True:
        for start in range(0, len(lines) - size, size):
            room = f"room-{turn % rooms}"
            yield [
                event | {"room_id": room, "session_id": "s1", "comment_id": f"{turn}-{n}"}
                for n, event in enumerate(lines[start : start + size])
            ]
            turn += 1


def memory_mib(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


async def load(
    url: str, pid: int, *, seconds: float, per_second: float, size: int, rooms: int
) -> dict[str, Any]:
    """Send batches at the rate asked for; how long each took in seconds, by status, and how memory went."""
    rss_mib: list[int] = []
    taken_s: list[float] = []
    statuses: Counter[int] = Counter()
    sending: set[asyncio.Task[None]] = set()
    made = batches(size, rooms)
    limits = httpx.Limits(max_connections=128, max_keepalive_connections=128)
    async with httpx.AsyncClient(base_url=url, timeout=60.0, limits=limits, trust_env=False) as client:

        async def send(content: bytes) -> None:
            start = time.perf_counter()
            answer = await client.post(
                "/v1/score", content=content, headers={"content-type": "application/json"}
            )
            statuses[answer.status_code] += 1
            if answer.status_code == 200:
                taken_s.append(time.perf_counter() - start)

        begun = time.perf_counter()
        late_s = 0.0
        n_batches = int(seconds * per_second / size)
        for number in range(n_batches):
            if number % max(n_batches // 10, 1) == 0:
                rss_mib.append(round(memory_mib(pid)))
            content = json.dumps({"events": next(made)}, ensure_ascii=False).encode()
            due = begun + number * size / per_second
            wait = due - time.perf_counter()
            late_s = max(late_s, -wait)
            await asyncio.sleep(max(0.0, wait))
            task = asyncio.create_task(send(content))
            sending.add(task)
            task.add_done_callback(sending.discard)
        await asyncio.gather(*sending)
        wall_s = time.perf_counter() - begun
    p50, p99 = np.percentile(taken_s, [50, 99]).tolist() if taken_s else (float("nan"), float("nan"))
    return {
        "events_per_second": round(statuses[200] * size / wall_s),
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "p50_ms": round(1000 * p50, 1),
        "p99_ms": round(1000 * p99, 1),
        "max_ms": round(1000 * max(taken_s, default=float("nan")), 1),
        "sender_late_ms": round(1000 * late_s, 1),
        "rss_mib": [*rss_mib, round(memory_mib(pid))],
    }


@contextlib.contextmanager
def serving(queue: int, max_state_mb: float) -> Any:
    """A service on a free port; its process and address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "detector", "serve", "--state", state, "--port", str(port), "--queue", str(queue),
             "--max-state-mb", str(max_state_mb)],
            cwd=ROOT, stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(600):
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                        break
                time.sleep(0.1)
            yield process, url
        finally:
            process.terminate()
            process.wait(120)


def main() -> None:
    """Run and print the figures as JSON."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=30.0)
    ask.add_argument("--per-second", type=float, default=5000.0, help="events a second")
    ask.add_argument("--batch", type=int, default=256)
    ask.add_argument("--rooms", type=int, default=20)
    ask.add_argument("--queue", type=int, default=64)
    ask.add_argument("--max-state-mb", type=float, default=2048.0)
    ask.add_argument("--core", type=int, default=None, help="run the service on this core only")
    given = ask.parse_args()
    with serving(given.queue, given.max_state_mb) as (process, url):
        if given.core is not None:
            for thread in Path(f"/proc/{process.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {given.core})
        figures = asyncio.run(
            load(
                url, process.pid, seconds=given.seconds, per_second=given.per_second, size=given.batch,
                rooms=given.rooms,
            )
        )  # fmt: skip
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
