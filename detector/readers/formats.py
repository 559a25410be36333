"""All formats that can be read, by platform: as rows, as titles, as a list for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from detector.errors import UsageError
from detector.readers.dialect import PLATFORMS, Dialect, TableShape
from detector.readers.layout import paragraph
from detector.readers.signals_off import usually_off
from detector.readers.sniff import GENERAL, JSON_DIALECTS, LINE_DIALECTS, SHAPES, XML_DIALECTS

GENERAL_FORMATS: Final = {
    "csv": ("Text table with , ; | or tabs between the cells", "文本表格，以 , ; | 或制表符分隔"),
    "tsv": ("Text table with tabs, whatever else it looks like", "制表符分隔的文本表格"),
    "xlsx": ("Excel workbook, the first sheet with rows", "Excel 工作簿，读第一个有内容的工作表"),
    "xls": ("Excel workbook of 97–2003", "Excel 97–2003 工作簿"),
    "xlsb": ("Excel binary workbook", "Excel 二进制工作簿"),
    "ods": ("OpenDocument sheet (LibreOffice, WPS)", "OpenDocument 表格（LibreOffice、WPS）"),
    "ndjson": ("One JSON object per line (also as jsonl)", "每行一个 JSON 对象（也写作 jsonl）"),
    "json": (
        "JSON objects in an array or one after another, also JSONP",
        "JSON 数组或连续的 JSON 对象，也可为 JSONP",
    ),
    "parquet": ("Parquet file", "Parquet 文件"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One format. ``by_header`` says that a table's headers tell it, so that ``--as`` does not take its name.

    ``kinds``, ``ids``, ``times`` and ``fields`` are those of ``dialect.Tells``; ``off`` are codes of
    ``signals_off.LACKS``. ``is_scored`` is False where there is nothing to judge: such files are context.
    """

    name: str
    platform: str
    en: str
    zh: str
    carrier: str
    by_header: bool
    kinds: tuple[str, ...]
    ids: tuple[str, ...]
    times: tuple[str, ...]
    fields: tuple[str, ...]
    off: tuple[str, ...]
    is_scored: bool
    example: str


def catalogue() -> list[Row]:
    """All formats of programs and platforms, in the order of ``PLATFORMS``."""
    dialects: list[tuple[str, Dialect | TableShape]] = [
        *(("json", dialect) for dialect in JSON_DIALECTS),
        *(("lines", dialect) for dialect in LINE_DIALECTS),
        *(("xml", dialect) for dialect in XML_DIALECTS),
        *(("table", shape) for shape in SHAPES),
    ]
    places = list(PLATFORMS)
    return sorted(
        (_row(carrier, dialect) for carrier, dialect in dialects), key=lambda row: places.index(row.platform)
    )


def _row(carrier: str, dialect: Dialect | TableShape) -> Row:
    tells = dialect.tells
    kinds = tuple(tells.kinds.split())
    is_scored = bool({"comment", "review"} & set(kinds))
    off = (
        usually_off(kinds=tells.kinds, ids=tells.ids, times=tells.times, fields=tells.fields)
        if is_scored
        else ()
    )
    return Row(
        name=dialect.name,
        platform=dialect.platform,
        en=dialect.en,
        zh=dialect.zh,
        carrier=carrier,
        by_header=carrier == "table",
        kinds=kinds,
        ids=tuple(tells.ids.split()),
        times=tuple(tells.times.split()),
        fields=tuple(tells.fields.split()),
        off=tuple(off),
        is_scored=is_scored,
        example=tells.example,
    )


def titles() -> dict[str, tuple[str, str]]:
    """Every format's name -> what it is in English and in Chinese."""
    return {**GENERAL_FORMATS, **{row.name: (row.en, row.zh) for row in catalogue()}}


def listing(lang: str) -> str:
    """The formats for a terminal of 80 columns, by platform; ``lang`` is ``zh`` or ``en``."""
    if lang not in ("zh", "en"):
        raise UsageError(f"unknown language {lang!r}: use zh or en", zh=f"未知语言 {lang!r}：请用 zh 或 en")
    zh = lang == "zh"
    lines = paragraph(
        "自动识别；识别错了用 --as 指定。带 * 的按表头识别，不用 --as。"
        if zh
        else "Told by content; --as NAME overrides. Those with * are told by their headers, without --as."
    )
    for platform, rows in by_platform():
        en_title, zh_title = PLATFORMS[platform]
        lines += ["", zh_title if zh else en_title]
        for row in rows:
            lines += _entry(row.name + ("*" if row.by_header else ""), row.zh if zh else row.en)
    lines += ["", "通用表格" if zh else "Tables and objects of anybody's making"]
    for name in GENERAL:
        en, zh_words = GENERAL_FORMATS[name]
        lines += _entry(name, zh_words if zh else en)
    return "\n".join(lines)


def _entry(name: str, words: str) -> list[str]:
    return paragraph(words, first=f"  {name:<24}", rest=" " * 26)


def by_platform() -> Iterator[tuple[str, list[Row]]]:
    """The rows of every platform, in the order of ``PLATFORMS``."""
    rows = catalogue()
    for platform in PLATFORMS:
        yield platform, [row for row in rows if row.platform == platform]
