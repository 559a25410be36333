"""How long it takes to begin: the command's help, loading the model, and compiling the kernels for the first time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
# Loads and scores the sample in a fresh process: whatever has to be compiled is compiled by then.
BEGIN: Final = """
import json, time
begun = time.perf_counter()
from detector import Detector
imported = time.perf_counter()
detector = Detector.load()
loaded = time.perf_counter()
with open("data/sample/room.jsonl", encoding="utf-8") as file:
    events = [json.loads(line) for line in file]
stream = detector.stream()
stream.push(events[:1])
first = time.perf_counter()
stream.push(events[1:2049])
print(json.dumps({"import_s": imported - begun, "load_s": loaded - imported, "first_push_s": first - loaded,
                  "all_s": time.perf_counter() - begun}))
"""


def help_s() -> float:
    """Wall time of ``zhenping --help``."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "detector", "--help"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - begun


def begin(cache: str | None = None) -> dict[str, float]:
    """Seconds of importing, loading, the first push of one comment, and all of it with 2,048 comments more."""
    environment = os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", BEGIN], check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    times: dict[str, float] = json.loads(run.stdout)
    return times


def measured(times: int = 5) -> dict[str, Any]:
    """Medians of ``times`` runs, and the one run that compiles everything."""
    with tempfile.TemporaryDirectory() as cache:
        compiling = begin(cache)
    # Once untimed: the usual cache may be empty or old.
    help_s(), begin()
    runs = [begin() for _ in range(times)]
    return {
        "help_s": median(help_s() for _ in range(times)),
        **{name: median(run[name] for run in runs) for name in runs[0]},
        "compiling_s": compiling["all_s"],
    }
