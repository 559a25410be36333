"""Peak memory of one contender in a process of its own, above what its imports and the comments take.

    python -m benchmarks.memory CONTENDER FILE.jsonl

Model, dictionaries and scoring count; fitting does not. Prints its figures as JSON.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

SIZES: Final = {"zhenping": 256, "floor": 256}
BATCH: Final = 1_024
# Few enough that what fitting leaves behind is small beside a loaded model.
TAUGHT: Final = 2_000
IMPORTS: Final = {
    "zhenping": ("detector.scorer",),
    "floor": ("benchmarks.floor",),
    "sklearn": (
        "benchmarks.peers",
        "sklearn.feature_extraction.text",
        "sklearn.linear_model",
        "sklearn.pipeline",
    ),
    "fasttext": ("benchmarks.peers", "fasttext"),
    "river": ("benchmarks.peers", "river.compose", "river.feature_extraction", "river.linear_model"),
}
CONTENDERS: Final = (
    "zhenping", "floor", "sklearn_jieba", "sklearn_rjieba", "fasttext_jieba", "fasttext_rjieba", "river_jieba",
)  # fmt: skip


def scorer(name: str, taught: list[dict[str, Any]]) -> Callable[[list[bytes]], object]:
    """What one contender does with a batch of lines; its libraries are imported by then."""
    texts = [one["text"] for one in taught]
    # What they learn does not matter here.
    bad = [number % 2 == 0 for number in range(len(texts))]
    if name == "zhenping":
        from detector import Detector

        stream = Detector.load().stream()
        return lambda lines: stream.push(list(map(orjson.loads, lines)))
    if name == "floor":
        from benchmarks.floor import least

        return least
    from benchmarks import peers

    library, words = name.split("_")
    cut = {"jieba": peers.jieba_cut, "rjieba": peers.rjieba_cut}[words]()
    if library == "river":
        learn = peers.river_scorer(cut)
        return lambda lines: [learn((one["text"], False)) for one in map(orjson.loads, lines)]
    make = {"sklearn": peers.sklearn_scorer, "fasttext": peers.fasttext_scorer}[library]
    score = make(cut, texts, bad)
    return lambda lines: score([orjson.loads(line)["text"] for line in lines])


def imported(name: str) -> None:
    """Import what a contender needs, so that model and work are measured apart from it."""
    for module in IMPORTS[name.split("_", maxsplit=1)[0]]:
        import_module(module)


def resident_mib(field: str = "VmRSS") -> float:
    """Memory of this process as the kernel counts it: what it holds now, or the most (``VmHWM``)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) / 1024


def batches(path: Path, size: int) -> Iterator[list[bytes]]:
    """The lines of a file; only a batch is held."""
    with path.open("rb") as file:
        while piece := list(islice(file, size)):
            yield piece


def one(name: str, path: Path) -> dict[str, Any]:
    """Figures of one contender, measured in this process."""
    imported(name)
    taught = [orjson.loads(line) for line in next(batches(path, TAUGHT))]
    baseline = resident_mib()
    score = scorer(name, taught)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    loaded = resident_mib()
    highest = resident_mib("VmHWM")
    # From here on the kernel counts the peak anew. (getrusage would count what the parent had before the fork.)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    n = 0
    for piece in batches(path, SIZES.get(name, BATCH)):
        score(piece)
        n += len(piece)
    return {
        "name": name, "comments": n, "baseline_mib": baseline, "loaded_mib": max(0.0, loaded - baseline),
        "peak_mib": resident_mib("VmHWM") - baseline,
        "process_mib": max(highest, resident_mib("VmHWM")),
    }  # fmt: skip


def measured(lines: list[bytes]) -> dict[str, Any]:
    """Figures of all contenders on the same comments, and which are left out."""
    figures: dict[str, Any] = {"contenders": [], "left_out": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "comments.jsonl"
        path.write_bytes(b"\n".join(lines) + b"\n")
        for name in CONTENDERS:
            command = [sys.executable, "-m", "benchmarks.memory", name, str(path)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
            if run.returncode == 0:
                figures["contenders"].append(json.loads(run.stdout))
            elif "ModuleNotFoundError" in run.stderr:
                figures["left_out"].append(f"{name}: {run.stderr.splitlines()[-1]}")
            else:
                raise RuntimeError(run.stderr)
    return figures


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1], Path(sys.argv[2]))))
