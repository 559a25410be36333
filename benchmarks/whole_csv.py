"""End to end: ``zhenping score`` of a CSV of simulated comments, with reading and writing, on one core and on two.

    python -m benchmarks.whole_csv [--rows 1000000]

The figures go to figures/file.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.long_files import write_csv
from benchmarks.record import keep
from benchmarks.whole_file import ours

STAGES: Final = ("read", "score", "scored_csv")


def scored(path: Path, cores: set[int]) -> dict[str, Any]:
    """Seconds by stage, rows and peak memory of one run on the given cores, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.whole_csv", "--once", str(path), "--cores", *map(str, cores)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def once(path: Path, cores: set[int]) -> dict[str, Any]:
    """The same in this process."""
    os.sched_setaffinity(0, cores)
    times, rows, peak = ours(path)
    seconds = sum(times[stage] for stage in STAGES)
    return {
        "cores": len(cores), "rows": rows, "stages_s": times, "seconds": seconds, "all_s": sum(times.values()),
        "rows_per_s": rows / seconds, "peak_mib": peak,
    }  # fmt: skip


def measured(rows: int, cores: list[int]) -> dict[str, Any]:
    """Figures on one core, then on two where there are two."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "comments.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, rows, shuffled=False)
        size_mib = path.stat().st_size / 2**20
        return {
            "file_mib": size_mib,
            "runs": [scored(path, set(cores[-n:])) for n in (1, 2) if n <= len(cores)],
        }


def main() -> None:
    """Measure, keep and print the figures."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rows", type=int, default=1_000_000)
    ask.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    ask.add_argument("--cores", type=int, nargs="+", default=sorted(os.sched_getaffinity(0)))
    given = ask.parse_args()
    if given.once:
        print(json.dumps(once(given.once, set(given.cores))))
        return
    found = measured(given.rows, given.cores)
    keep("file", found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
