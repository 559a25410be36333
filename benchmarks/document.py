"""Writes docs/performance.md and its chart from the figures that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.chart import bars
from benchmarks.floor import FLOOR
from benchmarks.goals import machine_said, reached, us
from benchmarks.ours import NAME
from benchmarks.record import kept

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
SIZE: Final = 256


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def write() -> list[Path]:
    """Write the page, and the chart where its figures are there; returns their paths."""
    page = DOCS / "performance.md"
    written = [page]
    chart = chart_of_first_feed()
    if chart:
        written.append(DOCS / "performance.svg")
        written[-1].write_text(chart, encoding="utf-8")
    page.write_text("\n".join(_page()), encoding="utf-8")
    return written


def chart_of_first_feed() -> str:
    """The best batch of every contender on the stream as it is."""
    side = kept("side")
    if not side:
        return ""
    shown = []
    for row in side["feeds"][0]["rows"]:
        if row["name"] == NAME and row["form"] in ("dicts", "columns"):
            shown.append((f"zhenping, {row['form']}, batches of {row['size']:,}", row["us"], "ours"))
        elif row["name"] == FLOOR and row["size"] == SIZE:
            shown.append(("floor: parse JSON, cut words, hash", row["us"], "floor"))
        elif row["name"] not in (NAME, FLOOR):
            name = row["name"].replace("logistic regression", "LR").replace(", learns as it goes", "")
            shown.append((f"{name}, {_batches(row['size'])}", row["us"], "peer"))
    title = "Microseconds a comment, one core (每条评论微秒，单核)"
    return bars(title, shown, unit="µs, log scale; less is better")


def _batches(size: int) -> str:
    return "one by one" if size == 1 else f"{size:,}"


def _page() -> list[str]:
    from benchmarks.pages import PARTS

    out = [
        "# How fast, how large · 性能", "",
        "单核、同一次运行、交替多轮取中位数；以下所有数字由 `make bench` 写出，目标未达到之处照实写明。", "",
        "Everything here is written by `make bench` (`python -m benchmarks`); figures are medians of alternating rounds in one",
        "run on one core. They compare only within a run.", "",
    ]  # fmt: skip
    side = kept("side")
    if side:
        versions = ", ".join(f"{name} {version}" for name, version in side["machine"]["versions"].items())
        out += [f"Machine: {machine_said(side)}; {versions}.", ""]
        out += ["![Microseconds a comment](performance.svg)", "", *_said(side)]
    out += ["## Goals · 目标", "", *table(["goal", "wanted", "measured", ""], reached())]
    for part, lines in PARTS.items():
        found = kept(part)
        out += lines(found) if found else []
    missing = [part for part in PARTS if not kept(part)]
    if missing:
        out += [f"Not measured yet: {', '.join(missing)}.", ""]
    return [*out, *NOT_COUNTED]


def _said(side: dict[str, Any]) -> list[str]:
    best = min(us(0, NAME, SIZE, form) for form in ("columns", "objects", "dicts"))
    theirs = {row["name"]: row["us"] for row in side["feeds"][0]["rows"] if row["size"] == 1_024}
    slower = [f"{name}: {value / best:.2f}" for name, value in theirs.items() if name != FLOOR]
    return [(f"In batches of {SIZE} a comment of {side['feeds'][0]['feed']} takes {best:.1f} µs. Time of the peers in "
            f"batches of 1,024 over that: {'; '.join(slower)}."), ""]  # fmt: skip


NOT_COUNTED: Final = [
    "## What is not counted · 未计入", "",
    "- The peers judge words alone: no account, no room, no time, no near-duplicates, no reasons, nothing revised later.",
    "  zhenping does all of that in the figures above. Speed says nothing of how good a verdict is:",
    "  see [results.md](results.md).",
    "- Network, brokers and HTTP: see [http.md](http.md) and [bus.md](bus.md).",
    "- Fitting the peers, loading models and dictionaries, and making the comments, unless a table says so.",
    "- What other processes on the machine take: rounds alternate so that all contenders suffer alike.", "",
]  # fmt: skip
