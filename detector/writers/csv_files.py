"""Results as CSV: scored comments, campaigns, accounts.

The cells are raw. ``+1``, ``-``, ``@主播`` and ``=_=`` are ordinary comments, and these files are read by
machines first: a quote sign put before every such cell would change the text that the next reader, join or
training sees. Quoting does not help either: a spreadsheet that opens a CSV runs a cell that begins with
``=``, quoted or not. So the file for people with a spreadsheet is ``scored.xlsx``, whose cells are strings;
who must open the CSV itself there asks for ``formula_safe``.

All files are UTF-8 with a byte order mark (Excel and WPS read Chinese rightly only with one) and end lines
with CR LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.shelf import Strings, arrow_texts, texts_of
from detector.verdict import AccountSummary, Campaign, Verdicts
from detector.writers.scored import Cell, Column, Words, exact, plain_number, scored_table
from detector.writers.whole_file import whole_file

CAMPAIGN_COLUMNS: Final = (
    "campaign_id", "room_id", "session_id", "label", "template", "comments", "accounts", "flagged",
    "first_at", "last_at", "first_ts_ms", "last_ts_ms", "score", "samples", "templates", "merged_ids", "rooms",
    "span_c", "repeats", "expected_repeats", "fresh_share", "room_fresh_share", "shared_accounts",
    "p_value", "q_value",
)  # fmt: skip
ACCOUNT_COLUMNS: Final = ("user_id", "user_name", "comments", "flagged", "flagged_share", "campaigns", "score")

# What makes a spreadsheet take a cell for a formula, with any quote signs already before it.
FORMULA_START: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# Outside the years 2000 to 2100 a time counts from the start of a recording, or is no time at all.
FIRST_DATE_MS: Final = 946_684_800_000
LAST_DATE_MS: Final = 4_102_444_800_000
# What a CSV cell may hold only between quotes.
QUOTED_MARKS: Final = '",\r\n'
QUOTED: Final = re.compile(f"[{QUOTED_MARKS}]")
SURROGATE_BYTE: Final = 0xED
FIRST_HALF_BYTE: Final = 0xA0
# The bytes by which cells are found that do not stand in the file as they are.
ODD_MARKS: Final = (*QUOTED_MARKS.encode(), SURROGATE_BYTE)
BLOCK_ROWS: Final = 4_096
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def write_scored_csv(
    path: str | Path, batch: CommentBatch, verdicts: Verdicts, *, lang: str = "zh", formula_safe: bool = False
) -> None:
    """Write one row per comment, in the order of ``batch``: the input's columns, then ``RESULT_COLUMNS``.

    Text is written as it is and comes back identical through ``detector.readers``; probabilities have full
    precision, so ``float(cell)`` is the number computed. ``formula_safe`` puts one ``'`` before cells that a
    spreadsheet would run as a formula: safe to open there, no longer the same text. Errors as ``scored_table``.
    """
    headers, columns = scored_table(batch, verdicts, lang=lang)
    starts = range(0, len(batch), BLOCK_ROWS)
    blocks = ([_part(column, start) for column in columns] for start in starts)
    _write(path, headers, blocks, formula_safe=formula_safe)


def write_campaigns_csv(
    path: str | Path, campaigns: Sequence[Campaign], *, tz: str = "Asia/Shanghai", formula_safe: bool = False
) -> None:
    """Write one row per campaign; times as wall clock in ``tz`` and as UTC milliseconds, empty if unknown."""
    zone = ZoneInfo(tz)
    rows = (
        (
            c.campaign_id, c.room_id, c.session_id, c.label, c.template, c.comments, c.accounts, c.flagged,
            _wall_clock(c.first_ts_ms, zone), _wall_clock(c.last_ts_ms, zone),
            plain_number(c.first_ts_ms), plain_number(c.last_ts_ms), exact(c.score), "; ".join(c.samples),
            "; ".join(c.templates), "; ".join(c.merged_ids), c.rooms, plain_number(c.span_c),
            plain_number(c.repeats), exact(c.expected_repeats), exact(c.fresh_share), exact(c.room_fresh_share),
            c.shared_accounts, exact(c.p_value), exact(c.q_value),
        )
        for c in campaigns
    )  # fmt: skip
    _write(path, CAMPAIGN_COLUMNS, _blocks(rows), formula_safe=formula_safe)


def write_accounts_csv(
    path: str | Path, accounts: Sequence[AccountSummary], *, formula_safe: bool = False
) -> None:
    """Write one row per account, in the order given; ids are text."""
    rows = (
        (
            a.user_id, a.user_name, a.comments, a.flagged, exact(a.flagged_share),
            "; ".join(a.campaigns), exact(a.score),
        )
        for a in accounts
    )  # fmt: skip
    _write(path, ACCOUNT_COLUMNS, _blocks(rows), formula_safe=formula_safe)


def _part(column: Column, start: int) -> Any:
    """The next cells of a column; what lies on a shelf stays as Arrow holds it."""
    stop = start + BLOCK_ROWS
    return column.cells(start, stop) if isinstance(column, Strings) else column[start:stop]


def _blocks(rows: Iterator[tuple[Cell, ...]]) -> Iterator[list[Column]]:
    """The rows as columns, some thousand at a time."""
    while block := list(islice(rows, BLOCK_ROWS)):
        yield list(zip(*block, strict=True))


def _write(
    path: str | Path, headers: Sequence[str], blocks: Iterable[Sequence[Column]], *, formula_safe: bool
) -> None:
    """Column by column, as most columns hold nothing that needs a quote; Arrow joins the cells to lines."""
    text = pa.large_string()
    comma, line_end = pa.scalar(",", text), pa.scalar("\r\n", text)
    with whole_file(path) as part, part.open("wb") as file:
        names = _cells(headers, formula_safe=formula_safe).to_pylist()
        file.write(f"\ufeff{','.join(names)}\r\n".encode())
        for block in blocks:
            cells = [_cells(column, formula_safe=formula_safe) for column in block]
            rows = pc.binary_join_element_wise(*cells, comma)
            lines = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), line_end)
            file.write(lines[0].as_buffer())
            file.write(b"\r\n")


def _cells(column: Any, *, formula_safe: bool) -> Any:
    """An Arrow array of the cells as they stand in the file: floats in full, texts quoted where they must be."""
    if isinstance(column, np.ndarray):
        return pc.fill_null(pa.array(column, mask=np.isnan(column)).cast(pa.large_string()), "")
    if isinstance(column, Words):
        return _cells(column.words, formula_safe=formula_safe).take(pa.array(column.codes))
    if not isinstance(column, pa.Array):
        try:
            column = arrow_texts(column)
        except TypeError:
            column = arrow_texts([cell if isinstance(cell, str) else repr(cell) for cell in column])
    rows = np.arange(len(column)) if formula_safe else _odd_rows(column)
    if not len(rows):
        return column
    written = [_written(text, formula_safe=formula_safe) for text in texts_of(column.take(pa.array(rows)))]
    odd = np.zeros(len(column), dtype=np.bool_)
    odd[rows] = True
    return pc.replace_with_mask(column, pa.array(odd), arrow_texts(written))


def _odd_rows(cells: Any) -> NDArray[np.intp]:
    """The rows that hold what must be quoted, or half a surrogate pair, which is no text that a file could hold."""
    _, ends, content = cells.buffers()
    if content is None:
        return np.zeros(0, dtype=np.intp)
    offsets = np.frombuffer(ends, dtype=np.int64)[cells.offset : cells.offset + len(cells) + 1]
    together = np.frombuffer(content, dtype=np.uint8)[offsets[0] : offsets[-1]]
    # To see that a column has none of these bytes is far quicker than to see where they are.
    once = together.tobytes()
    marks = [mark for mark in ODD_MARKS if mark in once]
    if not marks:
        return np.zeros(0, dtype=np.intp)
    # Mark by mark: to ask for all at once would take twelve bytes for each byte of a column of long texts.
    odd = np.zeros(len(together), dtype=np.bool_)
    for mark in marks:
        odd |= together == mark
    places = np.flatnonzero(odd)
    # Half a surrogate pair is ED A0 to ED BF; other characters, too, begin with ED.
    high = together[places] == SURROGATE_BYTE
    if high.any():
        following = together[np.minimum(places + 1, len(together) - 1)]
        places = places[~high | (following >= FIRST_HALF_BYTE)]
    return np.unique(np.searchsorted(offsets, places + offsets[0], side="right") - 1)


def _written(text: str, *, formula_safe: bool) -> str:
    if formula_safe and FORMULA_START.match(text):
        # Taking one ' off again gives the text back.
        text = f"'{text}"
    if QUOTED.search(text):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode("utf-8", "backslashreplace").decode()


def _wall_clock(ts_ms: float, zone: ZoneInfo) -> str:
    # False for NaN too.
    if not FIRST_DATE_MS <= ts_ms < LAST_DATE_MS:
        return ""
    return (EPOCH + timedelta(milliseconds=ts_ms)).astimezone(zone).isoformat(timespec="milliseconds")
