"""Scored comments as an Excel workbook in which nothing runs."""

from __future__ import annotations

import math
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import xlsxwriter

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.verdict import RESULT_COLUMNS, Verdicts
from detector.writers.scored import Cell, Column, scored_table
from detector.writers.whole_file import whole_file

CELL_LIMIT: Final = 32_767  # UTF-16 units, Excel's own limit
COLUMN_LIMIT: Final = 16_384
WIDTH_SAMPLE_ROWS: Final = 200
BLOCK_ROWS: Final = 4_096
NARROWEST, WIDEST = 9, 60

# XML 1.0 has no place for these, escaped or not; half a surrogate pair cannot be written as UTF-8.
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

WORKBOOK_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
COLOURS: Final = {"high_risk": ("#FBE4E1", "#8F1D14"), "review": ("#FFF1CF", "#6B4700")}


def write_scored_xlsx(
    path: str | Path,
    batch: CommentBatch,
    verdicts: Verdicts,
    *,
    lang: str = "zh",
    max_rows_per_sheet: int = 1_048_575,
) -> int:
    """Write the scored table as a workbook and return how many cells were cut to Excel's length limit.

    Every cell is a string; there is no formula and no link. Probabilities are written out in full, never as
    1e-05, so that they sort as text too. Characters that a workbook cannot hold appear as ``\\x1b``. Rows beyond
    ``max_rows_per_sheet`` go on in further sheets, each with the header. Errors as ``scored_table``, and
    ``UsageError`` for more columns than a sheet has.
    """
    headers, columns = scored_table(batch, verdicts, lang=lang)
    if len(headers) > COLUMN_LIMIT:
        raise UsageError(
            f"{len(headers)} columns do not fit a sheet ({COLUMN_LIMIT}): use scored.csv instead",
            zh=f"{len(headers)} 列超过工作表上限 {COLUMN_LIMIT} 列：请改用 scored.csv",
        )
    first = [_writable(column[:WIDTH_SAMPLE_ROWS])[0] for column in columns]
    widths = [_width(header, column) for header, column in zip(headers, first, strict=True)]
    headings = [_writable([header])[0][0] for header in headers]
    rows = _Rows(columns, len(batch))
    with whole_file(path) as part, tempfile.TemporaryDirectory() as scratch:
        options = {**WORKBOOK_OPTIONS, "tmpdir": scratch}
        with part.open("wb") as file, xlsxwriter.Workbook(file, options) as workbook:
            workbook.use_zip64()
            # The same table gives the same bytes; when it was made stands in the record of the run.
            workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
            for number in range(max(1, -(-len(batch) // max_rows_per_sheet))):
                name = "scored" if number == 0 else f"scored_{number + 1}"
                _write_sheet(workbook, name, headings, islice(rows, max_rows_per_sheet), widths=widths)
    return rows.cut


class _Rows(Iterator[tuple[Cell, ...]]):
    """The table row by row, made ready some thousand rows at a time; ``cut`` counts cells cut so far."""

    def __init__(self, columns: Sequence[Column], n: int) -> None:
        self.cut = 0
        self._rows = chain.from_iterable(self._block(columns, start) for start in range(0, n, BLOCK_ROWS))

    def _block(self, columns: Sequence[Column], start: int) -> Iterator[tuple[Cell, ...]]:
        cells = [_writable(column[start : start + BLOCK_ROWS]) for column in columns]
        self.cut += sum(cut for _, cut in cells)
        return zip(*(texts for texts, _ in cells), strict=True)

    def __next__(self) -> tuple[Cell, ...]:
        return next(self._rows)


def _write_sheet(
    workbook: Any,
    name: str,
    headers: Sequence[Cell],
    rows: Iterator[tuple[Cell, ...]],
    *,
    widths: Sequence[int],
) -> None:
    heading = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF1F4"})
    colours = {
        verdict: workbook.add_format({"bg_color": back, "font_color": ink, "bold": True})
        for verdict, (back, ink) in COLOURS.items()
    }
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    for place, header in enumerate(headers):
        sheet.write_string(0, place, header, heading)
    verdict_at = len(headers) - len(RESULT_COLUMNS)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if cell == "":
                continue
            if place == verdict_at:
                sheet.write_string(last, place, cell, colours.get(str(cell)))
            else:
                sheet.write_string(last, place, cell)
    sheet.autofilter(0, 0, last, len(headers) - 1)


def _writable(column: Column) -> tuple[list[Cell], int]:
    """The cells as a workbook can hold them, and how many of them had to be cut."""
    cells: list[Cell] = []
    cut = 0
    for cell in column.tolist() if isinstance(column, np.ndarray) else column:
        text = _number(cell) if isinstance(cell, float) else str(cell)
        if UNWRITABLE.search(text):
            text = UNWRITABLE.sub(_escape, text)
        # Only a text of more than half the limit can exceed it: a character is one or two units.
        if len(text) > CELL_LIMIT // 2:
            units = text.encode("utf-16-le")
            if len(units) > 2 * CELL_LIMIT:
                text = units[: 2 * CELL_LIMIT].decode("utf-16-le", "ignore")
                cut += 1
        cells.append(text)
    return cells, cut


def _number(value: float) -> str:
    return "" if math.isnan(value) else np.format_float_positional(value)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _width(header: str, column: Sequence[Cell]) -> int:
    """Column width in characters from the header and the first rows; a Chinese character is two wide."""
    shown = [header, *(str(cell) for cell in islice(column, WIDTH_SAMPLE_ROWS) if not isinstance(cell, float))]
    widest = max(
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:WIDEST]) for text in shown
    )
    return min(max(widest + 3, NARROWEST), WIDEST)
