"""Which family of formats does this file belong to? Told by its content, not by its name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

from detector.errors import InputError, UsageError
from detector.readers import (
    amazon,
    ass,
    bilibili_live,
    bilibili_log,
    bilibili_replies,
    bilibili_xml,
    canonical,
    chat_downloader,
    chat_lines,
    delimited,
    dianping,
    douyin,
    douyin_dumps,
    douyu,
    douyu_crawl,
    eleme,
    huya,
    jd,
    json_objects,
    kuaishou,
    parquet,
    scored,
    taobao_live,
    tmall,
    twitch,
    vtuber_text,
    wechat_channels,
    workbook,
    yelp,
    youtube,
)
from detector.readers.dialect import PLATFORMS, Dialect, JsonDialect, TableShape
from detector.readers.dialects import json_family, line_family
from detector.readers.family import Family
from detector.readers.source import Source
from detector.readers.xml_elements import XmlDialect, xml_family

# A new dialect is an entry of its module's tuple; the first that claims a file reads it.
JSON_DIALECTS: Final[tuple[JsonDialect, ...]] = (
    *canonical.DIALECTS,
    *bilibili_log.DIALECTS,
    *bilibili_live.DIALECTS,
    *bilibili_replies.DIALECTS,
    *douyin.JSON_DIALECTS,
    *douyin_dumps.JSON_DIALECTS,
    *douyu.JSON_DIALECTS,
    *kuaishou.JSON_DIALECTS,
    *taobao_live.JSON_DIALECTS,
    *wechat_channels.JSON_DIALECTS,
    *huya.JSON_DIALECTS,
    *youtube.DIALECTS,
    *twitch.JSON_DIALECTS,
    *chat_downloader.DIALECTS,
    *jd.DIALECTS,
    *tmall.DIALECTS,
    *amazon.JSON_DIALECTS,
    *yelp.DIALECTS,
    *eleme.DIALECTS,
)
LINE_DIALECTS: Final[tuple[Dialect, ...]] = (
    *ass.DIALECTS,
    *vtuber_text.DIALECTS,
    *douyin_dumps.LINE_DIALECTS,
    *douyu.LINE_DIALECTS,
    *douyu_crawl.LINE_DIALECTS,
    *twitch.LINE_DIALECTS,
    *amazon.LINE_DIALECTS,
    # Last: brackets and a colon are in many a file.
    *chat_lines.DIALECTS,
)
XML_DIALECTS: Final[tuple[XmlDialect, ...]] = (*bilibili_xml.DIALECTS,)
SHAPES: Final[tuple[TableShape, ...]] = (
    # First: what was scored has been given our names already.
    *scored.SHAPES,
    *canonical.SHAPES,
    *bilibili_log.SHAPES,
    *bilibili_replies.SHAPES,
    *huya.SHAPES,
    *youtube.SHAPES,
    *jd.SHAPES,
    *tmall.SHAPES,
    *amazon.SHAPES,
    *dianping.SHAPES,
)
XML: Final = xml_family(XML_DIALECTS)
FAMILIES: Final = (
    parquet.FAMILY,
    workbook.FAMILY,
    XML,
    json_family(JSON_DIALECTS),
    line_family(LINE_DIALECTS),
    json_objects.FAMILY,
    delimited.FAMILY,
)
# Families whose columns have headers of the file's own, so that a program may be told by them.
TABLES: Final = (parquet.FAMILY, workbook.FAMILY, delimited.FAMILY)
# Formats of anybody's making, which is what a person can be asked to bring.
GENERAL: Final = (
    *parquet.FAMILY.formats,
    *workbook.FAMILY.formats,
    *json_objects.FAMILY.formats,
    *delimited.FAMILY.formats,
)
FORMATS: Final = tuple(name for family in FAMILIES for name in family.formats)
SPELLINGS: Final = {"jsonl": "ndjson", "excel": "xlsx", "opendocument": "ods", "pq": "parquet"}

# First bytes -> (en, zh) of files that are never a table of comments.
_PACKED: Final = (
    "an archive that cannot be opened here (damaged, or inside another): unpack it first",
    "压缩包（已损坏或套在另一个压缩包里），无法直接读取：请先解压",
)
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
)  # fmt: skip
_MARKUP: Final = ("<!doctype html", "<html", "<table", "<?xml", "<i>", "<i ")
# Control bytes that text does not hold; a few NULs are damage, many are another kind of file.
_CONTROLS: Final = bytes(code for code in range(32) if code not in (7, 8, 9, 10, 11, 12, 13, 27))


def family_of(source: Source, *, as_format: str | None = None) -> tuple[Family, str]:
    """The family and the format's name; ``UsageError`` for an unknown ``as_format``, ``InputError`` if none."""
    if as_format is not None:
        return checked_format(as_format)
    for family in FAMILIES:
        if not family.is_text:
            name = family.claims(source)
            if name:
                return family, name
    _refuse_other_kinds(source)
    name = XML.claims(source)
    if name:
        return XML, name
    _refuse_markup(source)
    for family in FAMILIES:
        name = family.claims(source) if family.is_text else ""
        if name:
            return family, name
    raise _not_a_table(source, "a file of unknown kind", "未知类型的文件")


def checked_format(name: str) -> tuple[Family, str]:
    """The family and the format that the caller names; ``UsageError`` lists the choices for an unknown one."""
    wanted = SPELLINGS.get(name.casefold(), name.casefold())
    for family in FAMILIES:
        if wanted in family.formats:
            return family, wanted
    raise _unknown_format(name, wanted)


def _unknown_format(name: str, wanted: str) -> UsageError:
    """The error that lists what can be named, platform by platform."""
    if wanted in {shape.name for shape in SHAPES}:
        return UsageError(
            f"--as {name}: such tables are told by their headers; leave --as out, or name their carrier (csv, xlsx …)",
            zh=f"--as {name}：这种表格按表头识别；请去掉 --as，或指定载体（csv、xlsx……）",
        )
    dialects: tuple[Dialect, ...] = (*XML_DIALECTS, *JSON_DIALECTS, *LINE_DIALECTS)
    lines_en, lines_zh = [f"  tables: {', '.join(GENERAL)}"], [f"  通用表格：{'、'.join(GENERAL)}"]
    for code, (en, zh) in PLATFORMS.items():
        names = [dialect.name for dialect in dialects if dialect.platform == code]
        if names:
            lines_en.append(f"  {en}: {', '.join(names)}")
            lines_zh.append(f"  {zh}：{'、'.join(names)}")
    close = difflib.get_close_matches(wanted, FORMATS, n=1)
    meant_en, meant_zh = (f" Did you mean {close[0]}?", f"是不是 {close[0]}？") if close else ("", "")
    return UsageError(
        "\n".join([f"unknown format {name!r}.{meant_en} Known are:", *lines_en]),
        zh="\n".join([f"未知格式 {name!r}。{meant_zh}可用：", *lines_zh]),
    )


def shape_of(headers: Sequence[str]) -> TableShape | None:
    """The program whose tables have these headers, None for the many that have their own."""
    return next((shape for shape in SHAPES if shape.claims(headers)), None)


def _refuse_other_kinds(source: Source) -> None:
    head = source.head
    for magic, en, zh in _NOT_TABLES:
        # Two letters alone may begin a comment too: ask for more than the letters.
        if head.startswith(magic) and (len(magic) > 2 or not magic.isalpha() or b"\0" in head[:64]):
            raise _not_a_table(source, en, zh)
    if head[257:262] == b"ustar":
        raise _not_a_table(source, *_PACKED)
    if head[4:8] == b"ftyp":
        raise _not_a_table(source, *_MEDIA)
    if not source.encoding.codec.startswith(("utf-16", "utf-32")):
        controls = len(head) - len(head.translate(None, _CONTROLS))
        if controls > max(16, 0.05 * len(head)) or controls > 0.5 * len(head):
            raise _not_a_table(source, "a binary file", "二进制文件")


def _refuse_markup(source: Source) -> None:
    if source.head_text.lstrip().casefold().startswith(_MARKUP):
        raise _not_a_table(
            source, "a web page or XML that holds no danmaku I know", "网页，或其中没有可识别弹幕的 XML"
        )


def _not_a_table(source: Source, en: str, zh: str) -> InputError:
    more = len(FORMATS) - len(GENERAL)
    return InputError(
        f"{source.path} is not a comment table: it is {en}. Readable: {', '.join(GENERAL)}, gzipped or in a zip, "
        f"and the files of {more} platforms and recorders",
        zh=f"{source.path} 不是评论表：这是{zh}。可读格式：{'、'.join(GENERAL)}（可为 gzip 或 zip），"
        f"以及 {more} 种平台和录制工具的文件",
    )
