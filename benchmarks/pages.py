"""The sections of docs/performance.md, one for each part that is measured."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

from benchmarks.crowds import SCENARIOS
from benchmarks.document import table
from benchmarks.near import LENGTHS
from benchmarks.ours import NAME
from benchmarks.peers import SKLEARN_JIEBA


def side(found: dict[str, Any]) -> list[str]:
    """Contenders, feed by feed."""
    out = [
        "## Side by side · 同场对比", "",
        f"{found['rounds']} rounds, each with comments of its own: nobody is timed on comments seen before. A quarter of a",
        "round's comments comes first, untimed, to a fresh stream. *json*: lines, parsed within the time; *dicts*: as JSON",
        "gives them; *objects*: `Comment`; *columns*: `CommentBatch`. *p50* and *p99* are those of single calls, where comments come",
        f"one by one. *ratio* is the time of {SKLEARN_JIEBA} in batches of 1,024 over this.", "",
    ]  # fmt: skip
    for feed in found["feeds"]:
        rows = feed["rows"]
        base = next((row["us"] for row in rows if (row["name"], row["size"]) == (SKLEARN_JIEBA, 1_024)), None)
        out += [
            f"### {feed['feed'].capitalize()}", "",
            f"{feed['comments']:,} comments of {feed['characters']:.1f} characters on average, {feed['distinct_share']:.0%} as many distinct texts.",
            "",
        ]  # fmt: skip
        out += table(
            ["contender", "form", "batch", "µs a comment", "p50 µs", "p99 µs", "ratio"],
            [
                [
                    row["name"] if row["name"] != NAME else f"**{NAME}**", row["form"], f"{row['size']:,}",
                    f"{row['us']:,.2f}",
                    f"{row['p50_us']:,.0f}" if row["size"] == 1 else "", f"{row['p99_us']:,.0f}" if row["size"] == 1 else "",
                    f"{base / row['us']:.2f}" if base else "",
                ]
                for row in rows
            ],
        )  # fmt: skip
        out += _left_out(feed["left_out"])
    return out


def near(found: dict[str, Any]) -> list[str]:
    """Both indexes."""
    lengths = [f"{a}–{b - 1}" if b - a > 1 else str(a) for a, b in itertools.pairwise(LENGTHS)]
    lengths.append(f"{LENGTHS[-1]}+")
    out = [
        "## Near-duplicates · 近似文本", "",
        "Time a text: normalise or cut into grams, sketch, ask, insert. Recall: the share of variants with one or two characters",
        "replaced, put in or left out that are taken for copies of their original; both indexes are asked the same. Texts of at",
        f"least {LENGTHS[0]} characters besides spaces, signs and repeats. *chance*: texts that have less than a fifth of their",
        "bigrams in common with any original and are taken for a copy all the same. datasketch is tuned in the run: the fastest",
        "of its settings that finds as many one-edit variants as ours; its candidates are taken unchecked. Ours checks them: half",
        "of 16 minima must agree with the first text of a group. That spares most chance copies, and costs variants of short texts.", "",
    ]  # fmt: skip
    for feed in found["feeds"]:
        out += [f"{feed['originals']:,} texts of {feed['feed']}, {feed['unrelated']:,} unrelated ones:", ""]
        out += table(
            ["index", "µs a text", "one edit", *(f"{n} chars" for n in lengths), "two edits", "chance"],
            [
                [
                    f"{one['name']}, {one['settings']}", f"{one['us']:.1f}", f"{one['one_edit']:.1%}",
                    *(
                        f"{one['one_edit_by_length'][str(n)]:.0%}" if str(n) in one["one_edit_by_length"] else ""
                        for n in LENGTHS
                    ),
                    f"{one['two_edits']:.1%}", f"{one['random']:.1%}",
                ]
                for one in feed["indexes"]
            ],
        )  # fmt: skip
        out += _left_out(feed["left_out"])
    return out


def memory(found: dict[str, Any]) -> list[str]:
    """Peaks."""
    rows = [
        [
            one["name"].replace("_", ", "),
            *(f"{one[name]:,.0f}" for name in ("baseline_mib", "loaded_mib", "peak_mib", "process_mib")),
        ]
        for one in found["contenders"]
    ]
    n = found["contenders"][0]["comments"]
    return [
        "## Memory · 内存", "",
        f"Each in a process of its own that scores {n:,} comments of {found['feed']}; MiB. *loaded* and *peak* are above what the",
        "imports take; *peak* is that while scoring, with all that is remembered of accounts and texts. The last column is the",
        "most that the process ever had, with imports and with fitting.", "",
        *table(["contender", "imports", "loaded", "peak", "process"], rows), *_left_out(found["left_out"]),
    ]  # fmt: skip


def start(found: dict[str, Any]) -> list[str]:
    """Beginning."""
    rows = [
        ["`zhenping --help`", f"{found['help_s']:.2f}"],
        ["`import detector`, `Detector`", f"{found['import_s']:.2f}"],
        ["`Detector.load()`", f"{found['load_s']:.2f}"],
        ["the first push, of one comment", f"{found['first_push_s']:.2f}"],
        ["all of this and 2,048 comments, kernels compiled before", f"{found['all_s']:.2f}"],
        ["the same with nothing compiled (once after installing)", f"{found['compiling_s']:.1f}"],
    ]
    return ["## Start · 启动", "", *table(["", "seconds"], rows)]


def file(found: dict[str, Any]) -> list[str]:
    """A whole CSV."""
    rows = [
        [
            str(run["cores"]), f"{run['rows']:,}", f"{run['rows_per_s']:,.0f}", f"{run['seconds']:.1f}",
            f"{run['all_s']:.1f}", f"{run['peak_mib']:,.0f}",
            ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in run["stages_s"].items()),
        ]
        for run in found["runs"]
    ]  # fmt: skip
    return [
        "## A whole file · 整个文件", "",
        f"`zhenping score` of a CSV of {found['file_mib']:,.0f} MiB: reading, scoring and `scored.csv`; *all* counts loading,",
        "the report and the other files too.", "",
        *table(["cores", "rows", "rows a second", "seconds", "all", "peak MiB", "stages, s"], rows),
    ]  # fmt: skip


def scale(found: dict[str, Any]) -> list[str]:
    """Millions of comments."""
    rows = []
    for name, one in found["scenarios"].items():
        stretches = one["stretches"]
        first, half, last = (
            stretches[len(stretches) // 10 - 1],
            stretches[len(stretches) // 2 - 1],
            stretches[-1],
        )
        rows.append(
            [
                f"{name}: {SCENARIOS[name].said}", f"{one['comments']:,}",
                *(f"{at['us']:.1f}" for at in (first, half, last)), *(f"{at['rss_mib']:,.0f}" for at in (first, half, last)),
                f"{max(at['slowest_push_ms'] for at in stretches):,.0f}", f"{one['evicted_sessions']:,}",
            ]
        )  # fmt: skip
    return [
        "## Scale · 规模", "",
        "One stream, comments as columns in batches of 4,096, made as they are pushed; µs a comment and MiB above the generator",
        "in the stretch that ends at a tenth of the way, at half of it, and at the end. *closed early*: sessions that were closed",
        "because `max_state_mb` was reached.", "",
        *table(
            ["scenario", "comments", "µs at 10 %", "50 %", "100 %", "MiB at 10 %", "50 %", "100 %", "slowest push ms", "closed early"],
            rows,
        ),
    ]  # fmt: skip


def training(found: dict[str, Any]) -> list[str]:
    """Stages of a training."""
    rows = [[one["stage"], f"{one['s']:.1f}", f"{one['peak_mib']:,.0f}"] for one in found["stages"]]
    rows.append(["**all**", f"{found['seconds']:.1f}", f"{found['peak_mib']:,.0f}"])
    return [
        "## Training · 训练", "",
        f"`zhenping train --jobs {found['jobs']}` on {found['rows']:,} labelled comments of {found['files']} simulated rooms;",
        "memory is that of all its processes.", "",
        *table(["stage", "seconds", "peak MiB"], rows),
    ]  # fmt: skip


def _left_out(names: list[str]) -> list[str]:
    return [*(f"Left out, not installed: {name}" for name in names), ""] if names else []


PARTS: Final[dict[str, Callable[[dict[str, Any]], list[str]]]] = {
    "side": side, "near": near, "memory": memory, "start": start, "file": file, "scale": scale, "training": training,
}  # fmt: skip
