"""A read report as lines for the terminal: what it is, what was mapped, what is wrong, what to do next."""

from __future__ import annotations

from typing import Final

from detector.errors import UsageError
from detector.readers.remarks import SKIPS, shown
from detector.readers.report import ReadReport

SEPARATOR_NAMES: Final = {"\t": "TAB"}
QUALITY_ZH: Final = {
    "real": "真实 id", "hash": "哈希 id", "masked": "打码", "name_only": "仅昵称", "none": "无",
}  # fmt: skip


def describe(report: ReadReport, lang: str) -> str:
    """The report as text without markup, safe for a terminal; ``lang`` is ``zh`` or ``en``."""
    if lang not in ("zh", "en"):
        raise UsageError(f"unknown language {lang!r}: use zh or en", zh=f"未知语言 {lang!r}：请用 zh 或 en")
    zh = lang == "zh"
    lines = [
        _line("文件" if zh else "File", _file(report, zh)),
        _line("列映射" if zh else "Columns", _columns(report, zh)),
        _line("时间" if zh else "Time", _time(report, zh)),
        _line("身份" if zh else "Accounts", _accounts(report, zh)),
    ]
    problems = [f"× {_skipped(reason, count, report, zh)}" for reason, count in report.skipped.items()]
    problems += [f"· {warning[lang]}{_at(warning['lines'], zh)}" for warning in report.warnings]
    for place, problem in enumerate(problems):
        lines.append(_line(("问题" if zh else "Problems") if place == 0 else "", problem))
    paths = " ".join(_quoted(str(file["path"])) for file in report.files)
    if paths:
        lines.append(_line("下一步" if zh else "Next", f"zhenping score {paths} -o out/"))
    return "\n".join(lines)


def _line(title: str, content: str) -> str:
    # A Chinese character is two columns wide on a terminal.
    width = sum(2 if character > "\u2e7f" else 1 for character in title)
    return f"{title}{' ' * max(1, 10 - width)}{content}"


def _file(report: ReadReport, zh: bool) -> str:
    parts = [shown(report.path, most=200), _size(report.bytes), report.format]
    if report.encoding:
        parts.append(f"{'编码' if zh else 'encoding'} {report.encoding}")
    if report.delimiter:
        name = SEPARATOR_NAMES.get(report.delimiter, report.delimiter)
        parts.append(f"{'分隔符' if zh else 'separator'} {name}")
    kept, read = f"{report.rows_kept:,}", f"{report.rows_read:,}"
    parts.append(f"读 {read} 行 留 {kept} 行" if zh else f"{read} rows read, {kept} kept")
    return "   ".join(part for part in parts if part)


def _columns(report: ReadReport, zh: bool) -> str:
    mapped = "  ".join(f"{shown(header)}→{name}" for name, header in report.columns.items())
    others = len(report.other_columns)
    if not others:
        return mapped
    return mapped + (
        f"   （其余 {others} 列原样保留）" if zh else f"   ({others} other columns kept as they are)"
    )


def _time(report: ReadReport, zh: bool) -> str:
    time = report.time
    if time["from"] is None and time["source"] == "video_offset":
        return "距视频开头的时间   来源 video_offset" if zh else "time into the video   source video_offset"
    if time["from"] is None:
        return "没有可用的时间，只按先后顺序" if zh else "no usable times, order only"
    span = f"{time['from']} – {time['to']}"
    hint = (
        f"未写时区的按 {report.tz}；用 --tz 改"
        if zh
        else f"times without a zone are {report.tz}; change with --tz"
    )
    return f"{span}   ({hint})   {'来源' if zh else 'source'} {time['source']}"


def _accounts(report: ReadReport, zh: bool) -> str:
    total = max(1, sum(report.id_quality.values()))
    return "   ".join(
        f"{QUALITY_ZH[name] if zh else name} {100 * count / total:.1f}%"
        for name, count in report.id_quality.items()
    )


def _skipped(reason: str, count: int, report: ReadReport, zh: bool) -> str:
    en_reason, zh_reason = SKIPS[reason]
    lines = _at(report.skipped_lines.get(reason, []), zh)
    return f"跳过 {count:,} 行：{zh_reason}{lines}" if zh else f"{count:,} rows left out: {en_reason}{lines}"


def _at(lines: list[int], zh: bool) -> str:
    if not lines:
        return ""
    listed = ", ".join(map(str, lines))
    return f"（第 {listed} 行 …）" if zh else f" (line {listed} …)"


def _size(count: int) -> str:
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"


def _quoted(path: str) -> str:
    path = shown(path, most=200)
    return f'"{path}"' if " " in path else path
