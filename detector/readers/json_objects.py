"""JSON objects whose keys are the columns: one per line (NDJSON), in an array, or one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from detector.errors import InputError
from detector.readers.documents import objects_of_lines, objects_of_stream, packing_of
from detector.readers.events import Told, event_tables
from detector.readers.family import Family, Order, RawTable
from detector.readers.report import ReadReport
from detector.readers.source import Source

# One object with these keys is a platform's answer around the comments; its "message" is no comment.
ENVELOPE: Final = frozenset({"code", "data"})
NAMES: Final[Mapping[str, str]] = {"lines": "ndjson", "stream": "json", "": ""}


def claims(source: Source) -> str:
    """``ndjson`` where lines are objects, ``json`` for an array or a run of objects, else ``""``."""
    return NAMES[packing_of(source.head_text)]


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The objects as columns, ``order.chunk_rows`` at a time; broken ones are skipped and counted."""
    parsed = objects_of_stream(source, report) if order.format == "json" else objects_of_lines(source, report)
    told: Iterator[Told] = ((line, [record], bytes_done) for line, record, bytes_done in parsed)
    for table in event_tables(told, order, report, unreadable="bad_json"):
        if list(table.lines) == [1] and table.columns.keys() >= ENVELOPE:
            raise _envelope(source)
        yield table


def _envelope(source: Source) -> InputError:
    return InputError(
        f"{source.path} is the whole answer of an interface: put the comments in it one per line, "
        "each a JSON object with a text",
        zh=f"{source.path} 是接口返回的整包数据：请把其中的评论改为每行一个带文本的 JSON 对象",
    )


FAMILY: Final = Family(formats=("ndjson", "json"), is_text=True, claims=claims, tables=tables)
