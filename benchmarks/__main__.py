"""Measure, keep the figures, and write docs/performance.md.

    python -m benchmarks [PART ...] [--rounds 5] [--comments 120000] [--log FILE] [--core N]

Parts: side (side by side), near (near-duplicates), memory, start; these four by default, on one core. Then file (a CSV of
a million rows), scale, training, which take long and have commands of their own with more choices. document writes
the page from what is kept, and is always the last.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks import floor, memory, near, ours, peers, start
from benchmarks.document import write
from benchmarks.feeds import Feed, distinct, real, simulated
from benchmarks.record import keep
from benchmarks.rounds import alternate, one_core
from detector import Detector

USUAL: Final = ("side", "near", "memory", "start")
LONG: Final = {"file": "benchmarks.whole_csv", "scale": "benchmarks.scale", "training": "benchmarks.training"}
BEGUN: Final = time.perf_counter()


def say(text: str) -> None:
    """Talk while measuring."""
    print(f"[{time.perf_counter() - BEGUN:6.1f} s] {text}", file=sys.stderr)


def feeds(comments: int, log: Path | None) -> list[Feed]:
    """The stream as it is, and every text once; of simulated rooms, and of the log if there is one."""
    made = [simulated(comments), distinct(simulated, 2 * comments)]
    if log is not None:
        made += [real(log, comments), distinct(lambda n: real(log, n), comments)]
    return made


def side(made: list[Feed], rounds: int) -> dict[str, Any]:
    """All contenders on all feeds."""
    detector = Detector.load()
    ours.compiled(detector, made[0])
    found = []
    for feed in made:
        theirs, left_out = peers.contenders(feed)
        rows = alternate(
            [*ours.contenders(detector), *floor.contenders(), *theirs], feed, rounds=rounds, say=say
        )
        texts = feed.batch.text
        found.append(
            {
                "feed": feed.name, "comments": len(texts), "distinct_share": feed.distinct_share,
                "characters": sum(map(len, texts)) / len(texts), "rows": rows, "left_out": left_out,
            }
        )  # fmt: skip
        for row in rows:
            print(f"{feed.name:34} {row['name']:58} {row['form']:8} {row['size']:6,} {row['us']:9.2f} us")
    return {"rounds": rounds, "feeds": found}


def main() -> None:
    """Measure what is asked for and write the page."""
    ask = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*USUAL, *LONG, "document")))
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--comments", type=int, default=120_000, help="of each feed, for all rounds together")
    ask.add_argument("--log", type=Path, help="a labelled real log that the readers know")
    ask.add_argument("--core", type=int)
    ask.add_argument("--times", type=int, default=5, help="how often the start is measured")
    given = ask.parse_args()
    parts = given.parts or [*USUAL]
    if unknown := set(parts) - {*USUAL, *LONG, "document"}:
        ask.error(f"unknown parts: {', '.join(sorted(unknown))}")
    cores = os.sched_getaffinity(0)
    one_core(given.core)
    made = feeds(given.comments, given.log) if {"side", "near", "memory"} & set(parts) else []
    if "side" in parts:
        keep("side", side(made, given.rounds))
    if "near" in parts:
        say("near-duplicates")
        keep(
            "near",
            {"feeds": [{"feed": f.name} | near.measured(f.batch.text, given.rounds) for f in made[1::2]]},
        )
    if "memory" in parts:
        say("memory")
        keep("memory", {"feed": made[0].name} | memory.measured(made[0].lines))
    if "start" in parts:
        say("start")
        keep("start", start.measured(given.times))
    os.sched_setaffinity(0, cores)
    for part in LONG:
        if part in parts:
            say(part)
            subprocess.run([sys.executable, "-m", LONG[part]], check=True)  # noqa: S603 - our own command
    for path in write():
        say(f"wrote {path}")


if __name__ == "__main__":
    main()
