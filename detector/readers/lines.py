"""Bytes of a text file -> clean text, in blocks and in lines; what is broken is replaced and counted."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from detector.errors import InputError
from detector.readers.report import ReadReport
from detector.readers.source import BLOCK_BYTES, Source

LONGEST_LINE_BYTES: Final = 1 << 20
WIDE: Final = ("utf-16", "utf-32")

_ESCAPED_BYTES = re.compile(r"[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Consecutive lines with their line ends; ``first_line`` counts from 1, ``bytes_done`` is progress."""

    first_line: int
    lines: list[str]
    bytes_done: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive whole lines as one text; ``first_line`` counts from 1, ``bytes_done`` is progress."""

    first_line: int
    text: str
    bytes_done: int


def text_blocks(source: Source, report: ReadReport) -> Iterator[tuple[str, int]]:
    """The file as decoded text, about 1 MiB at a time, with the number of bytes read so far."""
    codec = source.encoding.codec
    # Escaping keeps a count of the wrong bytes; the wide encodings cannot escape single bytes.
    errors = "replace" if codec.startswith(WIDE) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(codec)(errors)
    old_mac = source.ends_lines_with_cr
    done = 0
    try:
        with source.opened() as file:
            while True:
                block = file.read(BLOCK_BYTES)
                done += len(block)
                text = _clean(decoder.decode(block, final=not block), source, report)
                if text:
                    yield text.replace("\r", "\n") if old_mac else text, done
                if not block:
                    return
    except OSError as error:
        raise InputError(
            f"{source.path} cannot be read: {error.strerror}", zh=f"无法读取 {source.path}：{error.strerror}"
        ) from error


def stretches(source: Source, report: ReadReport) -> Iterator[Stretch]:
    """The file in stretches of whole lines; one that is too long to be kept is blank and counted as ``line_too_long``.

    Others over 1 MiB may still stand in it: ``lines_of`` leaves them out.
    """
    carry: list[str] = []
    carried = 0
    first_line = 1
    done = 0
    too_long = False
    for text, done in text_blocks(source, report):
        end = text.rfind("\n") + 1
        rest = text[end:]
        if end:
            whole = "".join([*carry, text[:end]])
            if too_long:
                whole = text[text.index("\n") : end]
                report.skip("line_too_long", [first_line])
            yield Stretch(first_line, whole, done)
            first_line += whole.count("\n")
            carry, carried, too_long = [], 0, False
        if rest and not too_long:
            carry.append(rest)
            carried += len(rest)
            if carried > LONGEST_LINE_BYTES:
                # Remember only that there was such a line, not what it said.
                carry, too_long = [], True
    if too_long:
        report.skip("line_too_long", [first_line])
    elif carry:
        yield Stretch(first_line, "".join(carry), done)


def line_blocks(source: Source, report: ReadReport) -> Iterator[LineBlock]:
    """The file line by line, in blocks; lines over 1 MiB are left out and counted as ``line_too_long``."""
    for stretch in stretches(source, report):
        lines = lines_of(stretch.text, report, first_line=stretch.first_line)
        yield LineBlock(stretch.first_line, lines, stretch.bytes_done)


def lines_of(text: str, report: ReadReport, *, first_line: int) -> list[str]:
    """The lines of a stretch with their line ends, without marks of byte order and without what is too long."""
    lines = _split_at_newline(text)
    for place, line in enumerate(lines):
        if len(line) > LONGEST_LINE_BYTES // 4 and len(line.encode("utf-8", "replace")) > LONGEST_LINE_BYTES:
            report.skip("line_too_long", [first_line + place])
            lines[place] = ""
        elif line.startswith("\ufeff"):
            lines[place] = line.removeprefix("\ufeff")
            report.note("bom_inside", n=int(first_line + place > 1), lines=[first_line + place])
    return lines


def _split_at_newline(text: str) -> list[str]:
    pieces = [piece + "\n" for piece in text.split("\n")]
    if text.endswith("\n"):
        pieces.pop()
    else:
        pieces[-1] = pieces[-1][:-1]
    return pieces


def _clean(text: str, source: Source, report: ReadReport) -> str:
    text, wrong = _ESCAPED_BYTES.subn("\ufffd", text)
    if source.encoding.codec.startswith(WIDE):
        wrong = text.count("\ufffd")
    if wrong:
        report.note("undecodable_bytes", n=wrong, examples=(source.encoding.name,))
    if "\0" in text:
        report.note("nul_bytes", n=text.count("\0"))
        text = text.replace("\0", "")
    return text
