"""A read report as lines for the terminal: what it is, what was mapped, what is wrong, what to do next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.comment import KINDS, SCORED_KINDS
from detector.errors import UsageError
from detector.readers.formats import titles
from detector.readers.layout import COLUMNS, cut, in_a_row, padded, paragraph
from detector.readers.pasting import pasted
from detector.readers.remarks import ID_WORDS, KIND_WORDS, SKIPS, TIME_WORDS, in_number, shown
from detector.readers.report import ReadReport
from detector.readers.signals_off import signals_off

SEPARATOR_NAMES: Final = {"\t": "TAB"}
INDENT: Final = 10
# More files than this are counted, not listed.
FEW_FILES: Final = 5
LONGEST_PATH: Final = 4096

_TITLES: Final = {
    "file": ("File", "文件"), "format": ("Format", "格式"), "rows": ("Rows", "内容"),
    "columns": ("Columns", "列映射"), "samples": ("Samples", "样例"),
    "time": ("Time", "时间"), "accounts": ("Accounts", "身份"),
    "problems": ("Problems", "问题"), "off": ("Off", "不计算"), "next": ("Next", "下一步"),
}  # fmt: skip
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d{3}")


def describe(
    report: ReadReport,
    lang: str,
    *,
    named: Sequence[str | Path] = (),
    options: Sequence[str] = (),
    samples: bool = False,
) -> str:
    """The report as text without markup for a terminal of 80 columns; ``lang`` is ``zh`` or ``en``.

    ``named`` are the paths that the caller named (those that were read, if left out) and ``options`` what else
    was said to read them: both stand in the command that comes next. ``samples`` shows the first texts of each file.
    """
    if lang not in ("zh", "en"):
        raise UsageError(f"unknown language {lang!r}: use zh or en", zh=f"未知语言 {lang!r}：请用 zh 或 en")
    zh = lang == "zh"
    paths = [str(path) for path in named] or [str(file["path"]) for file in report.files]
    lines = [
        *_files(report, zh),
        *_formats(report, zh),
        *_rows(report, zh),
        *_columns(report, zh),
        *(_section("samples", _samples(report), zh) if samples else ()),
        *_time(report, zh),
        *_section("accounts", in_a_row(_shares(report, zh)), zh),
        *_section("problems", _problems(report, zh), zh),
        *_section("off", _off(report, zh), zh),
    ]
    if paths:
        lines += _section("next", _next(report, ["zhenping", "score", *paths, *options, "-o", "out/"], zh), zh)
    return "\n".join(lines)


def _section(name: str, lines: Sequence[str], zh: bool) -> list[str]:
    """Lines behind a title, or nothing."""
    title = padded(_TITLES[name][zh], INDENT)
    return [(" " * INDENT if place else title) + line for place, line in enumerate(lines)]


def _text(words: str, *, mark: str = "") -> list[str]:
    return [
        line[INDENT:]
        for line in paragraph(words, first=" " * INDENT + mark, rest=" " * (INDENT + 2 * bool(mark)))
    ]


def _files(report: ReadReport, zh: bool) -> list[str]:
    parts = [_size(report.bytes)]
    if report.encoding:
        parts.append(f"{'编码' if zh else 'encoding'} {report.encoding}")
    if report.delimiter:
        name = SEPARATOR_NAMES.get(report.delimiter, report.delimiter)
        parts.append(f"{'分隔符' if zh else 'separator'} {name}")
    listed = [shown(str(file["path"]), most=LONGEST_PATH) for file in report.files[:FEW_FILES]]
    more = len(report.files) - len(listed)
    if more:
        listed.append(f"…… 共 {len(report.files):,} 个文件" if zh else f"… {len(report.files):,} files in all")
    return _section("file", [*listed, "   ".join(parts)], zh)


def _formats(report: ReadReport, zh: bool) -> list[str]:
    known = titles()
    counts = Counter(str(file["format"]) for file in report.files)
    lines: list[str] = []
    for name, count in counts.items():
        carrier, _, shape = name.partition(" (")
        times = f"{count:,} × " if len(report.files) > 1 else ""
        lines += [times + name, *_text(known[shape.removesuffix(")") or carrier][zh])]
    return _section("format", lines, zh)


def _rows(report: ReadReport, zh: bool) -> list[str]:
    left_out = report.rows_read - report.rows_kept
    kept, read, out = f"{report.rows_kept:,}", f"{report.rows_read:,}", f"{left_out:,}"
    lines = [
        f"读 {read} 行，留 {kept} 行，跳过 {out} 行"
        if zh
        else in_number(f"{read} [row|rows] read, {kept} kept, {out} left out", report.rows_read)
    ]
    for is_scored in (True, False):
        counted = [
            f"{KIND_WORDS[kind][zh]} {report.kinds[kind]:,}"
            for kind in KINDS
            if kind in report.kinds and (kind in SCORED_KINDS) == is_scored
        ]
        if counted:
            titles_of = ("评分：", "作背景：") if zh else ("scored: ", "context: ")
            listed = "、".join(counted) if zh else ", ".join(counted)
            lines += _text(titles_of[not is_scored] + listed)
    return _section("rows", lines, zh)


def _columns(report: ReadReport, zh: bool) -> list[str]:
    """Which header was taken for which field; those that a format itself gives our names need no saying."""
    mapped = [f"{shown(header)}→{name}" for name, header in report.columns.items() if header != name]
    own = [name for name, header in report.columns.items() if header == name]
    others = len(report.other_columns)
    lines = in_a_row([*mapped, *own], first=" " * INDENT, rest=" " * INDENT)
    lines = [line[INDENT:] for line in lines]
    if others:
        lines.append(
            f"（其余 {others} 列原样保留）"
            if zh
            else in_number(f"({others} other [column kept as it is|columns kept as they are])", others)
        )
    return _section("columns", lines, zh)


def _samples(report: ReadReport) -> list[str]:
    """The first texts of the files that are listed, each on a line of its own."""
    lines: list[str] = []
    for file, texts in list(zip(report.files, report.samples, strict=True))[:FEW_FILES]:
        if len(report.files) > 1 and texts:
            lines.append(shown(str(file["path"]), most=LONGEST_PATH))
        lines += [f"· {cut(shown(text, most=COLUMNS), COLUMNS - INDENT - 2)}" for text in texts]
    return lines


def _time(report: ReadReport, zh: bool) -> list[str]:
    time = report.time
    source = TIME_WORDS[time["source"]][zh]
    if time["from"] is None and time["source"] == "video_offset":
        lines = ["距视频开头的时间（video_offset）" if zh else "time into the video (video_offset)"]
    elif time["from"] is None:
        lines = ["没有可用的时间，只按先后顺序" if zh else "no usable times, order only"]
    else:
        lines = [
            f"{_moment(time['from'])} – {_moment(time['to'])}",
            f"{'来源' if zh else 'source'} {source}（{time['source']}）"
            if zh
            else f"source: {source} ({time['source']})",
            f"未写时区的时间按 {report.tz}，可用 --tz 改"
            if zh
            else f"times without a zone are {report.tz}; change with --tz",
        ]
    return _section("time", lines, zh)


def _moment(iso: str) -> str:
    """A time for people: without the T, and without milliseconds."""
    return _ISO.sub(r"\1 \2", iso)


def _shares(report: ReadReport, zh: bool) -> list[str]:
    total = max(1, sum(report.id_quality.values()))
    return [f"{ID_WORDS[name][zh]} {100 * count / total:.1f}%" for name, count in report.id_quality.items()]


def _problems(report: ReadReport, zh: bool) -> list[str]:
    lines: list[str] = []
    for reason, count in report.skipped.items():
        en_reason, zh_reason = SKIPS[reason]
        told = (
            f"跳过 {count:,} 行：{zh_reason}"
            if zh
            else in_number(f"{count:,} [row|rows] left out: ", count) + en_reason
        )
        lines += _text(told + _at(report, report.skipped_lines.get(reason, []), count, zh), mark="× ")
    for warning in report.warnings:
        if warning["code"] == "no_time" and report.scored_rows:
            # Said under what is off.
            continue
        words = warning["zh" if zh else "en"]
        lines += _text(words + _at(report, warning["lines"], warning["count"], zh), mark="· ")
    return lines


def _off(report: ReadReport, zh: bool) -> list[str]:
    """What cannot be computed; what lacks for the same reason in as many rows shares a line."""
    shared: dict[tuple[str, int, int], list[str]] = {}
    for found in signals_off(report.lacks):
        lack, _, off = str(found["zh" if zh else "en"]).partition("：" if zh else ": ")
        shared.setdefault((off, found["rows"], found["of"]), []).append(lack)
    lines: list[str] = []
    for (off, rows, of), lacking in shared.items():
        named = ("、" if zh else ", ").join(lacking)
        part = "" if rows == of else f"（{rows:,} / {of:,} 条）" if zh else f" ({rows:,} of {of:,})"
        lines += _text(f"{named}{part}：{off}" if zh else f"{named}{part}: {off}", mark="· ")
    return lines


def _next(report: ReadReport, command: Sequence[str], zh: bool) -> list[str]:
    if report.scored_rows:
        return [pasted(command)]
    told = (
        "其中没有可评分的内容。可与同一场的弹幕一起评分，作为背景（如送礼者受保护）："
        if zh
        else "Nothing here can be scored. Score it together with the comments of the same session, as context:"
    )
    comments = "弹幕文件" if zh else "COMMENTS"
    return [*_text(told), pasted([*command[:2], comments, *command[2:]])]


def _at(report: ReadReport, lines: Sequence[int], count: int, zh: bool) -> str:
    # Of several files nobody knows whose lines they are.
    if not lines or len(report.files) > 1:
        return ""
    listed = ("、" if zh else ", ").join(str(line) for line in lines)
    more = " …" if count > len(lines) else ""
    return f"（第 {listed} 行{more}）" if zh else f" (line {listed}{more})"


def _size(count: int) -> str:
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"
