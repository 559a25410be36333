"""Which family of formats does this file belong to? Told by its content, not by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from detector.errors import InputError, UsageError
from detector.readers import delimited, json_objects, parquet, xlsx
from detector.readers.dialect import Dialect, JsonDialect, TableShape
from detector.readers.dialects import json_family, line_family
from detector.readers.family import Family
from detector.readers.source import Source

# A new dialect is an entry of its module's tuple; the first that claims a file reads it.
JSON_DIALECTS: Final[tuple[JsonDialect, ...]] = ()
LINE_DIALECTS: Final[tuple[Dialect, ...]] = ()
SHAPES: Final[tuple[TableShape, ...]] = ()
FAMILIES: Final = (
    parquet.FAMILY,
    xlsx.FAMILY,
    json_family(JSON_DIALECTS),
    line_family(LINE_DIALECTS),
    json_objects.FAMILY,
    delimited.FAMILY,
)
# Families whose columns have headers of the file's own, so that a program may be told by them.
TABLES: Final = (parquet.FAMILY, xlsx.FAMILY, delimited.FAMILY)
FORMATS: Final = tuple(name for family in FAMILIES for name in family.formats)
SPELLINGS: Final = {"jsonl": "ndjson", "excel": "xlsx", "pq": "parquet"}

# First bytes -> (en, zh) of files that are never a table of comments.
_PACKED: Final = ("a compressed file: unpack it first", "压缩文件：请先解压")
_IMAGE: Final = ("an image", "图片")
_MEDIA: Final = ("a video or sound file", "音视频文件")
_NOT_TABLES: Final = (
    (b"\x89PNG", *_IMAGE), (b"\xff\xd8\xff", *_IMAGE), (b"GIF8", *_IMAGE), (b"BM", *_IMAGE), (b"RIFF", *_MEDIA),
    (b"FLV\x01", *_MEDIA), (b"ID3", *_MEDIA), (b"\x1aE\xdf\xa3", *_MEDIA),
    (b"\x1f\x8b", *_PACKED), (b"PK\x03\x04", *_PACKED), (b"PK\x05\x06", *_PACKED),
    (b"7z\xbc\xaf", *_PACKED),
    (b"Rar!", *_PACKED), (b"BZh", *_PACKED), (b"\xfd7zXZ", *_PACKED), (b"\x28\xb5\x2f\xfd", *_PACKED),
    (b"%PDF", "a PDF document", "PDF 文档"),
    (b"\x7fELF", "a program", "程序"), (b"MZ\x90", "a program", "程序"),
    (b"SQLite format 3", "a SQLite database: export the table as CSV", "SQLite 数据库：请先导出为 CSV"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office file (.xls): save it as .xlsx or CSV",
        "旧版 Office 文件（.xls）：请另存为 .xlsx 或 CSV",
    ),
)  # fmt: skip
_MARKUP: Final = ("<!doctype html", "<html", "<table", "<?xml", "<i>", "<i ")
# Control bytes that text does not hold; a few NULs are damage, many are another kind of file.
_CONTROLS: Final = bytes(code for code in range(32) if code not in (7, 8, 9, 10, 11, 12, 13, 27))


def family_of(source: Source, *, as_format: str | None = None) -> tuple[Family, str]:
    """The family and the format's name; ``UsageError`` for an unknown ``as_format``, ``InputError`` if none."""
    if as_format is not None:
        wanted = SPELLINGS.get(as_format.casefold(), as_format.casefold())
        for family in FAMILIES:
            if wanted in family.formats:
                return family, wanted
        choices = ", ".join(FORMATS)
        raise UsageError(
            f"unknown format {as_format!r}: use one of {choices}", zh=f"未知格式 {as_format!r}：可用 {choices}"
        )
    for family in FAMILIES:
        if not family.is_text:
            name = family.claims(source)
            if name:
                return family, name
    _refuse_other_kinds(source)
    for family in FAMILIES:
        name = family.claims(source) if family.is_text else ""
        if name:
            return family, name
    raise _not_a_table(source, "a file of unknown kind", "未知类型的文件")


def shape_of(headers: Sequence[str]) -> TableShape | None:
    """The program whose tables have these headers, None for the many that have their own."""
    return next((shape for shape in SHAPES if shape.claims(headers)), None)


def _refuse_other_kinds(source: Source) -> None:
    head = source.head
    for magic, en, zh in _NOT_TABLES:
        # Two letters alone may begin a comment too: ask for more than the letters.
        if head.startswith(magic) and (len(magic) > 2 or not magic.isalpha() or b"\0" in head[:64]):
            raise _not_a_table(source, en, zh)
    if head[4:8] == b"ftyp":
        raise _not_a_table(source, *_MEDIA)
    if not source.encoding.codec.startswith(("utf-16", "utf-32")):
        controls = len(head) - len(head.translate(None, _CONTROLS))
        if controls > max(16, 0.05 * len(head)) or controls > 0.5 * len(head):
            raise _not_a_table(source, "a binary file", "二进制文件")
    if source.head_text.lstrip().casefold().startswith(_MARKUP):
        raise _not_a_table(
            source, "a web page or XML, which this version does not read", "网页或 XML，此版本不支持"
        )


def _not_a_table(source: Source, en: str, zh: str) -> InputError:
    return InputError(
        f"{source.path} is not a comment table: it is {en}. Readable: {', '.join(FORMATS)}",
        zh=f"{source.path} 不是评论表：这是{zh}。可读格式：{'、'.join(FORMATS)}",
    )
