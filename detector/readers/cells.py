"""One column of raw cells -> text, numbers or flags."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NAN: Final = float("nan")
# Beyond this a float no longer holds every whole number, so an id in it has lost digits.
LAST_EXACT: Final = 2**53
# Of so many cells, evenly spread, is a column judged; it repeats itself if fewer than this share are distinct.
SAMPLE_CELLS: Final = 1_000
REPEATS_SHARE: Final = 0.97
BLOCK_CELLS: Final = 4_096
YES: Final = frozenset({"true", "1", "1.0", "yes", "y", "t", "是", "有", "真", "√", "对"})
NO: Final = frozenset({"false", "0", "0.0", "no", "n", "f", "否", "无", "假", "×", "不是"})

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_QUANTITY = re.compile(
    r"^(?:(?:lv|level|ul|等级|等級|级别|第)[.:\s]*)?([+-]?(?:\d[\d,]*)?(?:\.\d+)?(?:e[+-]?\d+)?)\s*"
    r"(万|萬|w|千|k|亿|億|m)?\s*\+?\s*"
    r"(?:级|級|分|星级|星|颗星|stars?)?\s*(?:/\s*(?:5|10|100)|out of (?:5|10)(?: stars)?)?$",
    re.I,
)
_UNITS: Final = {
    "万": 1e4, "萬": 1e4, "w": 1e4, "千": 1e3, "k": 1e3, "亿": 1e8, "億": 1e8, "m": 1e6, None: 1.0,
}  # fmt: skip


def plain(cell: object) -> object:
    """A numpy scalar as its Python value; other libraries' "not available" as None; the rest as it is."""
    if isinstance(cell, np.datetime64):
        return None if np.isnat(cell) else cell.astype("datetime64[us]").item()
    if isinstance(cell, np.generic):
        return cell.item()
    # pandas.NaT and pandas.NA, told by name: pandas is not imported on this floor.
    if type(cell).__name__ in ("NaTType", "NAType"):
        return None
    return cell


def is_missing(cell: object) -> bool:
    """Whether the cell says nothing: None, NaN, or empty text."""
    cell = plain(cell)
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float) and math.isnan(cell)


def cell_list(column: Sequence[object] | NDArray[Any]) -> list[object]:
    """Any column (list, array, series) as a list of cells."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        column = column.astype("datetime64[us]")
    for name in ("tolist", "to_pylist"):
        to_list = getattr(column, name, None)
        if to_list is not None:
            return list(to_list())
    return list(column)


def as_text(cell: object) -> str:
    """The cell as text that can be written back: whole floats without ``.0``, objects as compact JSON."""
    cell = plain(cell)
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < LAST_EXACT else repr(cell)
    if isinstance(cell, bytes | bytearray):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, dict | list | tuple):
        try:
            return json.dumps(cell, ensure_ascii=False, separators=(",", ":"), default=as_text)
        except (TypeError, ValueError, RecursionError):
            return _str(cell)
    return _str(cell)


def _str(cell: object) -> str:
    try:
        return str(cell)
    except (ValueError, RecursionError):
        # Python refuses to print an int of more than 4,300 digits in decimal.
        return hex(cell) if isinstance(cell, int) else f"<{type(cell).__name__}>"


def texts(cells: Sequence[object]) -> tuple[list[str], bool]:
    """The column as text, and whether half characters had to be replaced by U+FFFD.

    A list that is text already comes back as it is, not as a copy.
    """
    types = set(map(type, cells))
    if types <= {int, type(None)}:
        return _whole_numbers(cells), False
    if types <= {str}:
        column: list[str] = cells if isinstance(cells, list) else list(cells)  # type: ignore[arg-type]
    else:
        column = list(map(as_text, cells))
    if all(map(_is_whole, blocks(column))):
        return column, False
    return [_SURROGATE.sub("\ufffd", text) for text in column], True


def blocks(column: Sequence[str]) -> Iterator[str]:
    """The cells of a column run together, some thousands at a time: a quick look at all, in little memory."""
    for start in range(0, len(column), BLOCK_CELLS):
        yield "".join(column[start : start + BLOCK_CELLS])


def repeats(cells: Sequence[object]) -> bool:
    """Whether cells are likely to occur more than once, judged by some of them (which must be hashable)."""
    some = cells[:: len(cells) // SAMPLE_CELLS + 1]
    return len(set(some)) < REPEATS_SHARE * len(some)


def _is_whole(text: str) -> bool:
    """Whether the text holds no half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole_numbers(cells: Sequence[object]) -> list[str]:
    if repeats(cells):
        # Levels and flags: one text for each number, not one for each cell.
        written = {cell: as_text(cell) for cell in set(cells)}
        return list(map(written.__getitem__, cells))
    try:
        return list(map(as_text if None in cells else str, cells))
    except ValueError:
        return list(map(as_text, cells))


def number_of(cell: object) -> float:
    """``1.2w``, ``"1,234"``, ``Lv.12``, ``5星`` or a number as a float; NaN if it is none.

    >>> [number_of(cell) for cell in ("1.2w", "13万+", "1,234", "Lv.12", "5星", 7)]
    [12000.0, 130000.0, 1234.0, 12.0, 5.0, 7.0]
    """
    cell = plain(cell)
    if isinstance(cell, bool | int | float):
        try:
            value = float(cell)
        except OverflowError:
            return NAN
        return value if math.isfinite(value) else NAN
    if not isinstance(cell, str) or len(cell) > 64:
        return NAN
    match = _QUANTITY.match(unicodedata.normalize("NFKC", cell).strip())
    if match is None:
        return NAN
    try:
        value = float(match[1].replace(",", "")) * _UNITS[match[2].lower() if match[2] else None]
    except ValueError:
        return NAN
    return value if math.isfinite(value) else NAN


def flag_of(cell: object) -> float:
    """Yes is 1.0, no is 0.0, anything else NaN."""
    cell = plain(cell)
    if isinstance(cell, bool | int | float):
        return float(cell) if cell in (0, 1) else NAN
    if isinstance(cell, str):
        word = unicodedata.normalize("NFKC", cell[:16]).strip().casefold()
        return 1.0 if word in YES else 0.0 if word in NO else NAN
    return NAN


def quantities(
    cells: Sequence[object], parse: Callable[[object], float]
) -> tuple[NDArray[np.float64], list[int]]:
    """Parse a column with ``number_of`` or ``flag_of``; also the rows that say something unreadable."""
    types = set(map(type, cells))
    if parse is number_of and types <= {int, type(None)}:
        # The column of a typed table: nothing to parse.
        known = [NAN if cell is None else cell for cell in cells] if type(None) in types else cells
        try:
            return np.array(known, dtype=np.float64), []
        except OverflowError:
            pass
    if types <= {str, type(None)}:
        read = {cell: parse(cell) for cell in set(cells)}
        values = np.fromiter(map(read.__getitem__, cells), dtype=np.float64, count=len(cells))
        if all(is_missing(cell) for cell, value in read.items() if math.isnan(value)):
            return values, []
    else:
        values = np.fromiter(map(parse, cells), dtype=np.float64, count=len(cells))
    unread = [r for r in np.flatnonzero(np.isnan(values)).tolist() if not is_missing(cells[r])]
    return values, unread
