"""JSON however it is packed: one object per line, an array, documents one after another, JSONP, one big answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Recording
from detector.readers.lines import LONGEST_LINE_BYTES, line_blocks, text_blocks
from detector.readers.literals import literal_or_none
from detector.readers.report import ReadReport
from detector.readers.source import Source

# The first line is often a handshake or cut, so one line does not tell the format.
SNIFFED_LINES: Final = 60
# Reading what is no JSON as Python takes long where it fails: a file of broken lines is not worth it.
LITERAL_TRIES: Final = 20
# One answer that holds everything is parsed whole up to here; a longer one is read item by item.
WHOLE_ANSWER_BYTES: Final = 64 * 1024 * 1024

_JSONP: Final = re.compile(r"\s*(?:/\*\*/)?\s*[\w$.]+\s*\(\s*(?=[{\[])")
_NEXT_OBJECT: Final = re.compile(r"\}\s*,?\s*(?=\{)")
_BETWEEN: Final = re.compile(r"[\s,;()\[\]\x1e\ufeff]*")
_ARRAY_END: Final = re.compile(r"[\s,]*\]")
_ARRAY_OF_OBJECTS: Final = re.compile(r"\s*\[\s*(?:\{|\]\s*$)")

# The number of the line or object, the value, bytes read so far.
Parsed = tuple[int, Any, int]


def glimpse_of(source: Source) -> Glimpse:
    """The first lines and JSON objects of a text file."""
    text = source.head_text
    lines = [line for line in text.split("\n") if line.strip()][:SNIFFED_LINES]
    return Glimpse(name=source.name, text=text, lines=lines, documents=_first_documents(text, lines))


def packing_of(text: str) -> str:
    """``lines`` where lines are JSON objects, ``stream`` for other JSON, ``""`` for what is none."""
    if _ARRAY_OF_OBJECTS.match(text) or _JSONP.match(text):
        return "stream"
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return ""
    lines = [line for line in text.split("\n")[:SNIFFED_LINES] if line.strip()]
    objects = (isinstance(parsed_or_none(line), dict) or literal_or_none(line) is not None for line in lines)
    return "lines" if any(objects) or len(lines) == 1 else "stream"


def items_of(source: Source, dialect: JsonDialect, recording: Recording) -> Iterator[Parsed]:
    """Every item of the file for ``dialect``, numbered; broken ones are skipped and counted."""
    report = recording.report
    packing = packing_of(source.head_text)
    if dialect.items is None:
        yield from objects_of_lines(source, report) if packing == "lines" else objects_of_stream(source, report)
        return
    if packing == "lines" and "\n" in source.head_text.strip():
        answers: Iterator[Parsed] = objects_of_lines(source, report)
    elif source.size <= WHOLE_ANSWER_BYTES and (whole := _whole(source)) is not None:
        answers = _objects_in(whole, source, report)
    elif _ARRAY_OF_OBJECTS.match(source.head_text):
        # An array of answers or items is read one by one anyway.
        answers = objects_of_stream(source, report)
    else:
        # Cut, broken or huge: what stands in the array can be read one by one all the same.
        report.note_once("read_item_by_item", dialect.array_key)
        yield from objects_of_stream(source, report, after_key=dialect.array_key)
        return
    number = 0
    for _, answer, bytes_done in answers:
        for item in dialect.items(answer, recording):
            number += 1
            yield number, item, bytes_done


def objects_of_lines(source: Source, report: ReadReport) -> Iterator[Parsed]:
    """The objects of a file with one on each line, numbered by line; Python's way of writing them is remarked."""
    tries_left = LITERAL_TRIES
    for block in line_blocks(source, report):
        for line, text in enumerate(block.lines, start=block.first_line):
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except (ValueError, RecursionError):
                record = parsed_or_none(text.strip().removesuffix(","))
                if record is None and tries_left:
                    record = literal_or_none(text)
                    tries_left -= record is None
                    report.note("python_literals", n=int(record is not None), lines=[line])
                if record is None:
                    report.skip("bad_json", [line])
                    continue
            if isinstance(record, dict):
                yield line, record, block.bytes_done
            else:
                report.skip("not_an_object", [line])


def objects_of_stream(
    source: Source, report: ReadReport, *, after_key: str = "", longest: int = LONGEST_LINE_BYTES
) -> Iterator[Parsed]:
    """The objects of an array or a run of documents, numbered from 1; memory holds one block and one object.

    With ``after_key`` only what stands in the arrays under that key. An object of more than ``longest``
    characters is given up.
    """
    decode = json.JSONDecoder().raw_decode
    number = 0
    # Looking for the next object after a broken one, and for the array before the first.
    lost, found_array = False, not after_key
    array = re.compile(rf'"{re.escape(after_key)}"\s*:\s*\[')
    buffer = ""
    for text, bytes_done, last in _with_last(text_blocks(source, report)):
        buffer += text
        at = 0
        if number == 0 and not after_key and (jsonp := _JSONP.match(buffer)):
            at = jsonp.end()
        while True:
            if not found_array:
                opened = array.search(buffer, at)
                if opened is None:
                    # Keep the end, where the key may have begun.
                    at = max(at, len(buffer) - 256)
                    break
                at, found_array = opened.end(), True
            if lost:
                found = _NEXT_OBJECT.search(buffer, at)
                if found is None:
                    # Keep the end, where the mark of the next object may have begun.
                    at = max(at, len(buffer) - 64)
                    break
                at, lost = found.end(), False
            if after_key and _ARRAY_END.match(buffer, at):
                # Joined pages have an array each.
                found_array = False
                continue
            between = _BETWEEN.match(buffer, at)
            at = at if between is None else between.end()
            if at == len(buffer):
                break
            try:
                record, end = decode(buffer, at)
                # A number may go on in the next block.
                cut = end == len(buffer) and not last and buffer[end - 1] not in '}"'
            except (ValueError, RecursionError):
                record, end, cut = None, at, len(buffer) - at < longest and not last
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


def parsed_or_none(text: str) -> Any:
    """The JSON value of a text, None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole(source: Source) -> Any:
    """The JSON value that the whole file is, also in a call; None if it is none."""
    # What is damaged is reported when the value is used.
    text = "".join(block for block, _ in text_blocks(source, ReadReport())).strip().strip("\ufeff")
    jsonp = _JSONP.match(text)
    if jsonp:
        text = text[jsonp.end() :].rstrip("; \r\n)")
    return parsed_or_none(text)


def _objects_in(whole: Any, source: Source, report: ReadReport) -> Iterator[Parsed]:
    """The objects of a list, or the one object there is."""
    for _ in text_blocks(source, report):
        pass
    for number, value in enumerate(whole if isinstance(whole, list) else [whole], start=1):
        if isinstance(value, dict):
            yield number, value, source.size
        else:
            report.skip("not_an_object", [number])


def _first_documents(text: str, lines: list[str]) -> list[dict[str, Any]]:
    found = [document for line in lines if isinstance(document := parsed_or_none(line), dict)]
    if found:
        return found
    jsonp = _JSONP.match(text)
    at = jsonp.end() if jsonp else 0
    decode = json.JSONDecoder().raw_decode
    while len(found) < SNIFFED_LINES:
        between = _BETWEEN.match(text, at)
        at = at if between is None else between.end()
        try:
            document, at = decode(text, at)
        except (ValueError, RecursionError):
            return found
        if isinstance(document, dict):
            found.append(document)
    return found


def _with_last(blocks: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int, bool]]:
    done = 0
    for text, done in blocks:
        yield text, done, False
    yield "", done, True
