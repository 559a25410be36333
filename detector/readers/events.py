"""Events of a dialect -> raw tables, some thousand at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from detector.readers.dialect import Record
from detector.readers.family import Order, RawTable
from detector.readers.report import ReadReport

# The number of the line or item, what was made of it (None: unreadable), bytes read so far.
Told = tuple[int, Sequence[Record] | None, int]


def event_tables(
    told: Iterable[Told], order: Order, report: ReadReport, *, unreadable: str
) -> Iterator[RawTable]:
    """The records as columns, ``order.chunk_rows`` at a time.

    What cannot be read is skipped under the reason ``unreadable``; what is not about an event is remarked.
    """
    records = _records(told, report, unreadable)
    while True:
        lines: list[int] = []
        done = [0]
        columns = records_to_columns(_noted(itertools.islice(records, order.chunk_rows), lines, done))
        if not lines:
            return
        yield RawTable(columns, lines, order.mapping, done[0], complete=False)


def records_to_columns(records: Iterable[Mapping[str, object]]) -> dict[str, list[object]]:
    """Records as columns under the union of their keys; what a record lacks is None.

    >>> records_to_columns([{"text": "好"}, {"text": "买", "user_id": 7}])
    {'text': ['好', '买'], 'user_id': [None, 7]}
    """
    columns: dict[str, list[object]] = {}
    for n, record in enumerate(records, start=1):
        for key, value in record.items():
            column = columns.get(key)
            if column is None:
                column = columns.setdefault(str(key), [None] * (n - 1))
            if len(column) < n:
                column.append(value)
        if len(record) != len(columns):
            for column in columns.values():
                if len(column) < n:
                    column.append(None)
    return columns


def _records(told: Iterable[Told], report: ReadReport, unreadable: str) -> Iterator[tuple[int, Record, int]]:
    for line, records, bytes_done in told:
        if records is None:
            report.skip(unreadable, [line])
        elif not records:
            report.note("no_event", lines=[line])
        else:
            for record in records:
                yield line, record, bytes_done


def _noted(records: Iterator[tuple[int, Record, int]], lines: list[int], done: list[int]) -> Iterator[Record]:
    """The records alone, so that none outlives its turn; their line numbers and the progress go aside."""
    for line, record, done[0] in records:
        lines.append(line)
        yield record
