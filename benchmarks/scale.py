"""Does it stay as fast and as small? Millions of simulated comments, made as they are pushed, through one stream.

    python -m benchmarks.scale [--comments 1000000] [--scenario one_account ...] [--batch 4096]

Each scenario runs in a process of its own. Making the comments is not timed, and its memory is not ours. The figures
go to figures/scale.json; scenarios that were not run keep theirs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.crowds import SCENARIOS, Crowd
from benchmarks.memory import resident_mib
from benchmarks.record import keep, kept
from benchmarks.rounds import one_core
from detector import Detector

STRETCHES: Final = 20
# Of this many first comments nothing is timed.
WARM: Final = 8_192


def one(name: str, comments: int, batch: int) -> dict[str, Any]:
    """One scenario in this process: microseconds a comment and memory by stretch."""
    crowd = Crowd(SCENARIOS[name])
    # The pool of texts is the generator's; what the stream takes counts from here.
    baseline = resident_mib()
    stream = Detector.load().stream()
    stream.push(Crowd(SCENARIOS[name], seed=1).batch(0, WARM))
    stream = Detector.load().stream()
    loaded = resident_mib()
    stretches: list[dict[str, float]] = []
    taken, slowest, since = 0.0, 0.0, 0
    ends = [comments * k // STRETCHES for k in range(1, STRETCHES + 1)]
    at = 0
    while at < comments:
        piece = crowd.batch(at, min(batch, comments - at))
        begun = time.perf_counter()
        stream.push(piece)
        last = time.perf_counter() - begun
        taken, slowest = taken + last, max(slowest, last)
        at += len(piece)
        if at >= ends[len(stretches)]:
            stretches.append(
                {
                    "comments": at, "us": taken / (at - since) * 1e6, "slowest_push_ms": slowest * 1e3,
                    "rss_mib": resident_mib() - baseline,
                }
            )  # fmt: skip
            taken, slowest, since = 0.0, 0.0, at
    return {
        "comments": comments, "batch": batch, "loaded_mib": loaded - baseline, "stretches": stretches,
        "peak_mib": resident_mib("VmHWM") - baseline,
        "evicted_sessions": stream.engine.sessions.evicted,
    }  # fmt: skip


def measured(names: Sequence[str], comments: int, batch: int) -> dict[str, Any]:
    """Figures of the scenarios named, one process after the other."""
    found = {}
    for name in names:
        command = [sys.executable, "-m", "benchmarks.scale", "--once", "--scenario", name]
        command += ["--comments", str(comments), "--batch", str(batch)]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
        found[name] = json.loads(run.stdout)
        ends = found[name]["stretches"][-1]
        print(
            f"{name}: {comments:,} comments, {ends['us']:.1f} us a comment at the end, {ends['rss_mib']:,.0f} MiB",
            file=sys.stderr,
        )
    return found


def main() -> None:
    """Measure, keep and print the figures."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--comments", type=int, default=1_000_000)
    ask.add_argument("--scenario", nargs="+", choices=[*SCENARIOS], default=[*SCENARIOS])
    ask.add_argument("--batch", type=int, default=4_096)
    ask.add_argument("--core", type=int)
    ask.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    given = ask.parse_args()
    one_core(given.core)
    if given.once:
        print(json.dumps(one(given.scenario[0], given.comments, given.batch)))
        return
    found = measured(given.scenario, given.comments, given.batch)
    keep("scale", {"scenarios": kept("scale").get("scenarios", {}) | found})
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
