"""docs/formats.md from the readers themselves: ``python -m detector.readers.catalogue > docs/formats.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Final

from detector.readers.aliases import ALIASES
from detector.readers.dialect import PLATFORMS
from detector.readers.formats import GENERAL_FORMATS, Row, by_platform, catalogue
from detector.readers.remarks import ID_WORDS, KIND_WORDS, TIME_WORDS
from detector.readers.signals_off import LACKS
from detector.readers.sniff import GENERAL

__all__ = ["Row", "catalogue", "page"]

LONGEST_EXAMPLE: Final = 160
CARRIERS: Final = {
    "json": ("JSON", "JSON"),
    "lines": ("lines of text", "文本行"),
    "xml": ("XML", "XML"),
    "table": ("table with a header", "带表头的表格"),
}
HEAD: Final = """# Formats

Written from the code by `make docs`; do not edit. 由代码生成，请勿手改。

`zhenping inspect FILE` says which format a file was taken for; `zhenping formats` lists them. A file is told by what
is in it, not by its name; `--as NAME` overrides. Formats with \\* are tables that are told by their headers: they come
as CSV, TSV, a workbook or Parquet, and `--as` is not needed. Folders, patterns, `.gz` and `.zip` are read too.

`zhenping inspect 文件` 会说明识别成了什么格式；`zhenping formats` 列出全部。格式按内容识别，不看文件名；`--as 名称` 可指定。
带 \\* 的是按表头识别的表格（CSV、TSV、工作簿或 Parquet），不需要 `--as`。文件夹、通配符、`.gz`、`.zip` 也可以直接读。

Accounts and times are what comments and reviews of such files usually have, the usual one first; a single file may have
less, and `inspect` says so. “Off” are signals that cannot be computed then; the codes are explained at the end.

账号、时间是这类文件里评论通常具备的情况，常见的在前；具体文件可能更少，`inspect` 会说明。“不计算”是因此无法计算的信号，代码含义见文末。
"""


def page() -> str:
    """docs/formats.md."""
    parts = [HEAD]
    for platform, rows in by_platform():
        en, zh = PLATFORMS[platform]
        parts.append(f"## {en if en == zh else f'{en} · {zh}'}\n")
        parts.append(
            _table(
                "format 格式|file 文件|as|events 事件|accounts 账号|times 时间|off 不计算", map(_cells, rows)
            )
        )
        looks = "\n".join(f"{row.name}\n{_indented(row.example)}" for row in rows)
        parts.append(f"```text\n{looks}\n```\n")
    parts += ["## Tables and objects of anybody's making · 通用表格\n", GENERAL_HEAD]
    parts.append(
        _table("format 格式|file 文件", ((f"`{name}`", _both(GENERAL_FORMATS[name])) for name in GENERAL))
    )
    parts.append("Headers that are known, best first · 认识的表头，优先的在前：\n")
    named = ((f"`{field}`", " ".join(f"`{alias}`" for alias in aliases)) for field, aliases in ALIASES.items())
    parts.append(_table("field 字段|headers 表头", named))
    parts += ["## What is off, and why · 不计算什么，为什么\n", OFF_HEAD]
    off = (
        (f"`{code}`", f"{lack.en}: {lack.off[0]}<br>{lack.zh}：{lack.off[1]}", " ".join(f"`{name}`" for name in lack.signals))
        for code, lack in LACKS.items()
    )  # fmt: skip
    parts.append(_table("code 代码|meaning 含义|signals 信号", off))
    parts.append("Words of the report · 报告用词：\n")
    words = {"accounts 账号": ID_WORDS, "times 时间": TIME_WORDS, "events 事件": KIND_WORDS}
    parts.append(
        _table(
            "what 项|word 词|meaning 含义",
            (
                (what, f"`{word}`", _both(said))
                for what, spoken in words.items()
                for word, said in spoken.items()
            ),
        )
    )
    return "\n".join(parts).rstrip("\n") + "\n"


GENERAL_HEAD: Final = """\
Any table or list of objects with a text column is read. Headers are compared without case, width, spaces and `_`; the
traditional script is the same as the simplified. `--map HEADER=FIELD` names what is not known, `--map 1=text` goes by
the number of the column where there is no header. Columns with other headers are kept and written back unchanged.

任何带文本列的表格或对象列表都能读。表头不分大小写、全半角、空格和下划线，繁简通用。不认识的表头用 `--map 表头=字段` 指定；没有表头时
用列号，如 `--map 1=text`。其余列原样保留、原样写回。
"""
OFF_HEAD: Final = """\
`inspect --format json` gives these codes under `signals_off`, with the number of rows. What a signal means stands in
[signals.md](signals.md).

`inspect --format json` 在 `signals_off` 中给出这些代码和行数；各信号的含义见 [signals.md](signals.md)。
"""


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"`{row.name}`" + (" \\*" if row.by_header else ""),
        _both((row.en, row.zh)),
        _both(CARRIERS[row.carrier]),
        " ".join(row.kinds),
        " ".join(row.ids),
        " ".join(row.times),
        " ".join(f"`{code}`" for code in row.off)
        if row.is_scored
        else "nothing is scored: context only<br>不评分，只作背景",
    )


def _both(words: tuple[str, str]) -> str:
    return words[0] if words[0] == words[1] else "<br>".join(words)


def _indented(example: str) -> str:
    return "\n".join(
        f"    {line if len(line) <= LONGEST_EXAMPLE else line[:LONGEST_EXAMPLE] + '…'}"
        for line in example.split("\n")
    )


def _table(header: str, rows: Iterable[Sequence[str]]) -> str:
    names = header.split("|")
    lines = [names, ["---"] * len(names), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(page())
