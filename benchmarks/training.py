"""What ``zhenping train`` takes: seconds and memory by stage, on labelled simulated rooms.

    python -m benchmarks.training [--rows 1000000] [--jobs 2]

Stages are told from what the command says as it goes; memory is that of its process and of those it starts.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.feeds import MINUTES, VIEWERS
from benchmarks.record import keep
from detector.simulate import simulate_room, write_jsonl

# What the command says -> the stage that begins then.
STAGES: Final = (
    (re.compile(r"read "), "read files"),
    (re.compile(r"disguise "), "disguise lures"),
    (re.compile(r"wording: "), "wording"),
    (re.compile(r"(\w+): trees"), r"trees, \1"),
    (re.compile(r"thresholds"), "thresholds, bundle, card"),
    (re.compile(r".+: [\d,]+$"), "replay, distinct texts, n-grams"),
)
EVERY_S: Final = 0.05


def rooms(folder: Path, rows: int) -> tuple[list[Path], int]:
    """One labelled file for each room, ``rows`` comments or a few more in all; a room's day is its own."""
    paths: list[Path] = []
    n = 0
    while n < rows:
        log = simulate_room(
            seed=len(paths), minutes=MINUTES, viewers=VIEWERS, start_ms=1.75e12 + 86_400_000.0 * len(paths)
        )
        paths.append(folder / f"room-{len(paths):03d}.jsonl")
        write_jsonl(log, paths[-1])
        n += len(log)
    return paths, n


def stage_of(said: str) -> str | None:
    """The stage that a line of progress begins."""
    text = re.sub(r"^\[ *[\d.]+ s\] ", "", said.strip())
    for pattern, name in STAGES:
        if found := pattern.match(text):
            return found.expand(name)
    return None


def tree_mib(pid: int) -> float:
    """Memory of a process and of those it started."""
    total, waiting = 0.0, [pid]
    while waiting:
        at = waiting.pop()
        try:
            status = Path(f"/proc/{at}/status").read_text(encoding="ascii", errors="replace")
            total += int(re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[1]) / 1024  # type: ignore[index]
            for task in Path(f"/proc/{at}/task").iterdir():
                waiting += map(int, (task / "children").read_text(encoding="ascii").split())
        except (OSError, TypeError):
            # It has just ended.
            continue
    return total


def watched(command: list[str]) -> tuple[list[dict[str, Any]], float, float]:
    """Run a command: its stages with seconds and peak memory, seconds in all, peak in all."""
    begun = time.perf_counter()
    seconds: dict[str, float] = {}
    peaks: dict[str, float] = {}
    now = ["begin"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
    done = threading.Event()

    def sample() -> None:
        while not done.wait(EVERY_S):
            peaks[now[0]] = max(peaks.get(now[0], 0.0), tree_mib(process.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    since, said = begun, []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if stage := stage_of(line):
            at = time.perf_counter()
            seconds[now[0]] = seconds.get(now[0], 0.0) + at - since
            since, now[0] = at, stage
    code = process.wait()
    done.set()
    sampler.join()
    if code:
        raise RuntimeError("".join(said[-5:]))
    end = time.perf_counter()
    seconds[now[0]] = seconds.get(now[0], 0.0) + end - since
    stages = [{"stage": name, "s": s, "peak_mib": peaks.get(name, 0.0)} for name, s in seconds.items()]
    return stages, end - begun, max(peaks.values())


def measured(rows: int, jobs: int) -> dict[str, Any]:
    """Figures of one training."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths, n = rooms(folder, rows)
        command = [sys.executable, "-m", "detector", "train", "-o", str(folder / "model"), "--jobs", str(jobs)]
        for path in paths:
            command += ["--data", str(path)]
        stages, seconds, peak = watched(command)
    return {
        "rows": n,
        "files": len(paths),
        "jobs": jobs,
        "stages": stages,
        "seconds": seconds,
        "peak_mib": peak,
    }


def main() -> None:
    """Measure, keep and print the figures."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--jobs", type=int, default=2)
    given = ask.parse_args()
    found = measured(given.rows, given.jobs)
    keep("training", found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
