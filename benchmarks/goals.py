"""What the speed should be, and what of it was reached."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from benchmarks.floor import FLOOR
from benchmarks.ours import NAME
from benchmarks.peers import SKLEARN_JIEBA
from benchmarks.record import kept

Row = tuple[str, str, str, bool]


def us(feed: int, name: str, size: int, form: str | None = None, value: str = "us") -> float:
    """A figure of a contender on the feed of that number. KeyError where it was not measured."""
    for row in kept("side")["feeds"][feed]["rows"]:
        if row["name"] == name and row["size"] == size and form in (None, row["form"]):
            return float(row[value])
    raise KeyError(name)


def _ratio_to_words(feed: int) -> float:
    return us(feed, SKLEARN_JIEBA, 1_024) / us(feed, NAME, 256, "dicts")


def _flat(name: str) -> float:
    """The worst ratio, over all scenarios, of the last stretch to the one that ends at a tenth of the way."""
    worst = 0.0
    for scenario in kept("scale")["scenarios"].values():
        # A tenth of the way must be long enough that what is bounded has filled.
        if scenario["comments"] < 10_000_000:
            raise KeyError(name)
        stretches = scenario["stretches"]
        worst = max(worst, stretches[-1][name] / stretches[len(stretches) // 10 - 1][name])
    return worst


def _near() -> float:
    found = kept("near")["feeds"][-1]["indexes"]
    return float(found[-1]["us"] / found[1]["us"])


def _recall(variants: str) -> float:
    """Ours over that of datasketch as it was tuned, on the last feed."""
    found = kept("near")["feeds"][-1]["indexes"]
    return float(found[1][variants] / found[-1][variants])


def _of_million(value: float, rows: int) -> float:
    # What fewer rows take says nothing of a million.
    return float(value) if rows >= 1_000_000 else float("nan")


def _training() -> float:
    return _of_million(kept("training")["seconds"], kept("training")["rows"])


def _csv() -> float:
    run = kept("file")["runs"][0]
    return _of_million(run["rows_per_s"] / 1_000, run["rows"])


# What is wanted, the bound, whether more is better, how the figure is written, where it comes from.
GOALS: Final[tuple[tuple[str, float, bool, str, Callable[[], float]], ...]] = (
    ("dicts by 256: times as fast as TF-IDF(jieba) in batches of 1,024, simulated rooms", 10.0, True, "{:.2f}",
     lambda: _ratio_to_words(0)),
    ("the same, every text once", 6.0, True, "{:.2f}", lambda: _ratio_to_words(1)),
    ("dicts by 256: times as fast as TF-IDF(jieba) one by one", 100.0, True, "{:.1f}",
     lambda: us(0, SKLEARN_JIEBA, 1) / us(0, NAME, 256, "dicts")),
    ("JSON by 256: times the floor", 3.0, False, "{:.2f}", lambda: us(0, NAME, 256, "json") / us(0, FLOOR, 256)),
    ("objects one by one: times as fast as TF-IDF(jieba) one by one", 10.0, True, "{:.2f}",
     lambda: us(0, SKLEARN_JIEBA, 1) / us(0, NAME, 1, "objects")),
    ("objects one by one: p99, ms", 1.0, False, "{:.2f}", lambda: us(0, NAME, 1, "objects", "p99_us") / 1_000),
    ("near-duplicates by 256: times as fast as datasketch", 20.0, True, "{:.1f}", _near),
    ("near-duplicates: share of one-edit variants found over datasketch's", 1.0, True, "{:.2f}",
     lambda: _recall("one_edit")),
    ("near-duplicates: share of two-edit variants found over datasketch's", 1.0, True, "{:.2f}",
     lambda: _recall("two_edits")),
    ("a CSV of a million rows, reading and writing included: thousand rows a second on one core", 60.0, True,
     "{:.1f}", _csv),
    ("scale: time a comment at ten million over that at a million, worst scenario", 1.1, False, "{:.2f}",
     lambda: _flat("us")),
    ("scale: memory at ten million over that at a million, worst scenario", 1.1, False, "{:.2f}",
     lambda: _flat("rss_mib")),
    ("training on a million comments, seconds on two cores", 180.0, False, "{:.0f}", _training),
    ("start: zhenping --help, seconds", 0.5, False, "{:.2f}", lambda: float(kept("start")["help_s"])),
    ("start: Detector.load, seconds", 2.0, False, "{:.2f}", lambda: float(kept("start")["load_s"])),
)  # fmt: skip


def reached() -> list[tuple[str, str, str, str]]:
    """Goal, bound, figure, and whether it was reached; goals whose part was not measured say so."""
    rows = []
    for name, bound, more, written, figure in GOALS:
        sign = "≥" if more else "≤"
        try:
            value = figure()
        except (KeyError, IndexError, ZeroDivisionError):
            value = float("nan")
        said = written.format(value)
        met = "reached 达到" if (value >= bound if more else value <= bound) else "**missed 未达到**"
        if math.isnan(value):
            said, met = "", "not measured 未测"
        rows.append((name, f"{sign} {bound:g}", said, met))
    return rows


def machine_said(found: dict[str, Any]) -> str:
    """The machine of a part's figures in a few words."""
    at = found["machine"]
    return f"{at['cores']} cores, {at['memory_gib']} GiB, {at['architecture']}, Python {at['python']}"
