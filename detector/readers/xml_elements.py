"""XML of any size, element by element: each one is parsed alone, so that a broken one costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from detector.errors import InputError
from detector.readers.dialect import Dialect, Glimpse, Recording
from detector.readers.events import Told, event_tables
from detector.readers.family import Family, Order, RawTable
from detector.readers.lines import LONGEST_LINE_BYTES, text_blocks
from detector.readers.report import ReadReport
from detector.readers.source import Source

# Longer than any beginning that two blocks may share: <!DOCTYPE, <BililiveRecorderRecordInfo
LONGEST_BEGINNING: Final = 64

# What XML 1.0 does not allow, however it is written.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND: Final = re.compile(r"&(?:#(\d{1,9}|x[0-9a-fA-F]{1,8});|(?!(?:amp|lt|gt|quot|apos);))")
_REFERENCE: Final = re.compile(r"&#(\d{1,9}|x[0-9a-fA-F]{1,8});", re.I)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.-]*)[\s/>]")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.S)
_DECLARATION: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.I)


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its attributes, and its text with that of the elements in it."""

    tag: str
    attributes: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlDialect(Dialect):
    """A dialect in XML: ``tags`` are the elements that tell events, ``about`` those that tell of the recording.

    ``events`` gets each of them as an ``Element``; what it makes of ``about`` is no event.
    """

    tags: frozenset[str]
    about: frozenset[str] = frozenset()


def xml_family(dialects: Sequence[XmlDialect]) -> Family:
    """The family of XML files of one of ``dialects``; a line number is the number of an event's element."""

    def claims(source: Source) -> str:
        text = source.head_text
        if not text.lstrip().startswith("<"):
            return ""
        glimpse = Glimpse(name=source.name, text=text, lines=(), documents=())
        return next((dialect.name for dialect in dialects if dialect.claims(glimpse)), "")

    def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
        dialect = next(dialect for dialect in dialects if dialect.name == order.format)
        recording = Recording(source.name, report, head=source.head_text)
        yield from event_tables(_told(source, dialect, recording), order, report, unreadable="unreadable_item")

    return Family(tuple(dialect.name for dialect in dialects), is_text=True, claims=claims, tables=tables)


def elements_of(
    source: Source, report: ReadReport, *, tags: frozenset[str], about: frozenset[str] = frozenset()
) -> Iterator[tuple[int, Element, int]]:
    """The elements with these tags, numbered by those in ``tags``, with the bytes read so far.

    Every beginning of an element in ``tags`` is either returned or skipped and counted. Memory holds one block
    and one element. ``InputError`` for a document that declares a type or entities.
    """
    number = 0
    for piece, done, is_last in _pieces(source, report, tags | about):
        element, fault = _parsed(piece, report)
        if element is not None and element.tag in about:
            yield number, element, done
            continue
        begun = _ROOT.match(piece)
        if begun is not None and begun[1] in about:
            report.note("broken_xml", lines=[number])
            continue
        number += 1
        too_long = len(piece) > LONGEST_LINE_BYTES
        if element is None or (fault and (is_last or too_long)):
            report.skip("line_too_long" if too_long else "bad_xml", [number])
            continue
        if fault:
            report.note("broken_xml", lines=[number])
        yield number, element, done


def unescaped(text: str) -> str:
    """The text with numeric references that were escaped twice as the characters they stand for.

    >>> unescaped("&#128514;&#x4e70; &lt;")
    '😂买 &lt;'
    """
    return _REFERENCE.sub(lambda found: _character(found[1]) or found[0], text) if "&#" in text else text


def _told(source: Source, dialect: XmlDialect, recording: Recording) -> Iterator[Told]:
    for number, element, done in elements_of(source, recording.report, tags=dialect.tags, about=dialect.about):
        records = dialect.events(element, recording)
        if element.tag in dialect.tags:
            yield number, records, done


def _pieces(source: Source, report: ReadReport, wanted: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    """The document cut where a wanted element begins; each piece is one element and whatever follows it."""
    begins = re.compile(rf"<(?:{'|'.join(sorted(map(re.escape, wanted)))})(?=[\s/>])")
    buffer, begun, done, root = "", False, 0, ""
    for text, done in text_blocks(source, report):
        # The piece in the buffer begins at its first character: look behind that for the next.
        searched = max(int(begun), len(buffer) - LONGEST_BEGINNING)
        buffer += text
        if not root:
            found_root = _ROOT.search(_COMMENT.sub("", buffer))
            root = found_root[1] if found_root else ""
        at = 0
        for found in begins.finditer(buffer, searched):
            if begun:
                yield buffer[at : found.start()], done, False
            else:
                _refuse_declarations(buffer[: found.start()], source)
            at, begun = found.start(), True
        if not begun:
            _refuse_declarations(buffer, source)
            at = max(0, len(buffer) - LONGEST_BEGINNING)
        buffer = buffer[at:]
        if begun and len(buffer) > LONGEST_LINE_BYTES:
            # No element is that long: it has ended long ago, or it never will.
            yield buffer, done, False
            buffer, begun = buffer[-LONGEST_BEGINNING:], False
    if begun:
        yield buffer, done, True
    if root and not buffer.rstrip().endswith(f"</{root}>"):
        report.note_once("cut_xml", source.name)


def _parsed(piece: str, report: ReadReport) -> tuple[Element | None, bool]:
    """The element at the beginning of a piece, and whether its end is missing; None if it cannot be parsed."""
    piece, removed = _legal(piece)
    report.note("xml_characters", n=removed)
    opened: list[tuple[str, dict[str, str]]] = []
    texts: list[str] = []
    open_tags: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not opened:
            opened.append((tag, attributes))
        open_tags.append(tag)

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_tags.pop()
    parser.CharacterDataHandler = texts.append
    broken = False
    try:
        parser.Parse(piece, False)
    except expat.ExpatError:
        # What follows the element is no part of it, so only a fault before its end counts.
        broken = bool(open_tags)
    if broken or not opened:
        return None, True
    return Element(*opened[0], unescaped("".join(texts))), bool(open_tags)


def _legal(text: str) -> tuple[str, int]:
    """The text without what XML forbids, ``&`` that begin no reference escaped; and how much was removed."""
    text, removed = _ILLEGAL.subn("", text)
    if "&" not in text:
        return text, removed
    illegal = 0

    def written(found: re.Match[str]) -> str:
        nonlocal illegal
        if found[1] is None:
            return "&amp;"
        if _character(found[1]):
            return found[0]
        illegal += 1
        return ""

    text = _AMPERSAND.sub(written, text)
    return text, removed + illegal


def _character(number: str) -> str:
    """The character of a numeric reference, ``""`` where XML has none."""
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return "" if code > 0x10FFFF or _ILLEGAL.match(chr(code)) else chr(code)


def _refuse_declarations(text: str, source: Source) -> None:
    if _DECLARATION.search(text):
        raise InputError(
            f"{source.path} declares a document type or entities (<!DOCTYPE …>), which can make a small file "
            "grow without end, and no recorder writes it: remove the declaration and try again",
            zh=f"{source.path} 含有文档类型或实体声明（<!DOCTYPE …>）：这种声明可以让小文件无限膨胀，"
            "弹幕录制工具也不会写它。请删除该声明后再试",
        )
