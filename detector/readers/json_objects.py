"""JSON objects: one per line (NDJSON), in an array, or one after another."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from detector.errors import InputError
from detector.readers.family import Family, Order, RawTable
from detector.readers.lines import LONGEST_LINE_BYTES, line_blocks, text_blocks
from detector.readers.report import ReadReport
from detector.readers.source import Source
from detector.readers.table import records_to_columns

# The first line is often a handshake or cut, so one line does not tell the format.
SNIFFED_LINES: Final = 60

# One object with these keys is a platform's answer around the comments; its "message" is no comment.
ENVELOPE: Final = frozenset({"code", "data"})

_ARRAY_OF_OBJECTS = re.compile(r"\s*\[\s*(?:\{|\]\s*$)")
_NEXT_OBJECT = re.compile(r"\}\s*,?\s*(?=\{)")
_BETWEEN = re.compile(r"[\s,\[\]\x1e\ufeff]*")

Parsed = tuple[int, Mapping[str, object], int]


def claims(source: Source) -> str:
    """``ndjson`` where lines are objects, ``json`` for an array or a run of objects, else ``""``."""
    head = source.head_text
    if _ARRAY_OF_OBJECTS.match(head):
        return "json"
    if not head.lstrip().startswith("{"):
        return ""
    lines = [line for line in head.split("\n")[:SNIFFED_LINES] if line.strip()]
    whole = sum(isinstance(_parsed_or_none(line), dict) for line in lines)
    return "ndjson" if whole or len(lines) == 1 else "json"


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The objects as columns, ``order.chunk_rows`` at a time; broken ones are skipped and counted."""
    parsed = _of_stream(source, report) if order.format == "json" else _of_lines(source, report)
    while True:
        lines: list[int] = []
        done = [0]
        columns = records_to_columns(_noted(itertools.islice(parsed, order.chunk_rows), lines, done))
        if not lines:
            return
        if lines == [1] and columns.keys() >= ENVELOPE:
            raise _envelope(source)
        yield RawTable(columns, lines, order.mapping, done[0], complete=False)


def _noted(parsed: Iterator[Parsed], lines: list[int], done: list[int]) -> Iterator[Mapping[str, object]]:
    """The records alone, so that none outlives its turn; their line numbers and the progress go aside."""
    for line, record, done[0] in parsed:
        lines.append(line)
        yield record


def _of_lines(source: Source, report: ReadReport) -> Iterator[Parsed]:
    for block in line_blocks(source, report):
        for line, text in enumerate(block.lines, start=block.first_line):
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except (ValueError, RecursionError):
                record = _parsed_or_none(text.strip().removesuffix(","))
                if record is None:
                    report.skip("bad_json", [line])
                    continue
            if isinstance(record, dict):
                yield line, record, block.bytes_done
            else:
                report.skip("not_an_object", [line])


def _of_stream(source: Source, report: ReadReport) -> Iterator[Parsed]:
    """The objects of a stream, numbered from 1; memory holds one block and one object."""
    decode = json.JSONDecoder().raw_decode
    number = 0
    buffer = ""
    # Looking for the next object after a broken one.
    lost = False
    for text, bytes_done, last in _with_last(text_blocks(source, report)):
        buffer += text
        at = 0
        while True:
            if lost:
                found = _NEXT_OBJECT.search(buffer, at)
                if found is None:
                    # Keep the end, where the mark of the next object may have begun.
                    at = max(at, len(buffer) - 64)
                    break
                at, lost = found.end(), False
            at = _between_end(buffer, at)
            if at == len(buffer):
                break
            try:
                record, end = decode(buffer, at)
                # A number may go on in the next block.
                cut = end == len(buffer) and not last and buffer[end - 1] not in '}"'
            except (ValueError, RecursionError):
                record, end, cut = None, at, len(buffer) - at < LONGEST_LINE_BYTES and not last
                if not cut:
                    number += 1
                    report.skip("bad_json", [number])
                    lost = True
                    continue
            if cut:
                break
            at = end
            number += 1
            if isinstance(record, dict):
                yield number, record, bytes_done
            else:
                report.skip("not_an_object", [number])
        buffer = buffer[at:]


def _envelope(source: Source) -> InputError:
    return InputError(
        f"{source.path} is the whole answer of an interface: put the comments in it one per line, "
        "each a JSON object with a text",
        zh=f"{source.path} 是接口返回的整包数据：请把其中的评论改为每行一个带文本的 JSON 对象",
    )


def _with_last(blocks: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int, bool]]:
    done = 0
    for text, done in blocks:
        yield text, done, False
    yield "", done, True


def _between_end(buffer: str, at: int) -> int:
    match = _BETWEEN.match(buffer, at)
    return at if match is None else match.end()


def _parsed_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


FAMILY: Final = Family(formats=("ndjson", "json"), is_text=True, claims=claims, tables=tables)
