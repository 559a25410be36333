"""The cells of one table, by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.readers.cells import texts
from detector.readers.family import RawTable
from detector.readers.header import fields_of, unit_ms
from detector.readers.report import EXAMPLES, ReadReport


@dataclass(frozen=True, slots=True)
class FieldCells:
    """Field -> n raw cells, field -> the headers they come from (best first), and the rows' line numbers."""

    cells: Mapping[str, list[Any]]
    headers: Mapping[str, list[str]]
    mapping: Mapping[str, str]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self.cells

    def unit_ms(self, name: str) -> float:
        """Milliseconds per unit of a time field if its header says so, else 0."""
        return unit_ms(self.headers[name][0], self.mapping)

    def note_unread(self, code: str, name: str, rows: Sequence[int], report: ReadReport) -> None:
        """Remark the rows whose cell of this field says something that cannot be read."""
        if rows:
            first = list(rows[:EXAMPLES])
            examples, _ = texts([self.cells[name][r] for r in first])
            header = self.headers[name][0]
            report.note(
                code,
                n=len(rows),
                lines=[self.lines[r] for r in first],
                examples=[f"{header}={text}" for text in examples],
            )


def field_cells(table: RawTable) -> FieldCells:
    """Find the fields among the table's columns."""
    headers = fields_of(list(table.columns), table.mapping)
    cells = {name: _merged(table.columns, found) for name, found in headers.items()}
    return FieldCells(cells, headers, table.mapping, table.lines)


def _merged(columns: Mapping[str, list[Any]], headers: Sequence[str]) -> list[Any]:
    """The best column; where it has no cell at all (a JSON object without the key), the next best."""
    best = columns[headers[0]]
    for header in headers[1:]:
        if None not in best:
            break
        best = [other if cell is None else cell for cell, other in zip(best, columns[header], strict=True)]
    return best
