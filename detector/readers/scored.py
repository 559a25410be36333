"""Tables that ``zhenping score`` has written: without the mark that kept a spreadsheet from running their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from detector.readers.canonical import TELLS
from detector.readers.dialect import Recording, TableShape, Tells
from detector.verdict import RESULT_COLUMNS

# What the writer guards with one ' more, however many stand there already.
BARE: Final = "=+-@\t\r\n＝＋－＠"
GUARDED: Final = re.compile(rf"'+[{re.escape(BARE)}]")


def _unguarded(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    """The columns with one ' less before what looks like a formula, if all such cells have one.

    Where a single cell begins like a formula nothing has been guarded, and the rest of the file is as it is too.
    """
    told = recording.told
    if not told.get("raw"):
        told["raw"] = any(_is_bare(cell) for cells in columns.values() for cell in cells)
    if told["raw"]:
        return columns
    return {_without_guard(header): list(map(_without_guard, cells)) for header, cells in columns.items()}


def _is_bare(cell: object) -> bool:
    return isinstance(cell, str) and cell[:1] in BARE and cell != ""


def _without_guard(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and GUARDED.match(cell) else cell


def _claims(headers: Sequence[str]) -> bool:
    return {*RESULT_COLUMNS} <= {*headers}


_ROW: Final[Mapping[str, str]] = {"text": "好看", "user_id": "10086", "comment_id": "a1", "verdict": "pass"}
_HEADERS: Final = ("text", "user_id", "comment_id", *RESULT_COLUMNS)

SHAPES: Final = (
    TableShape(
        name="zhenping-scored",
        en="scored.csv or scored.xlsx of zhenping score, to be scored again",
        zh="zhenping score 写出的 scored.csv、scored.xlsx，可再次评分",
        platform="zhenping",
        tells=Tells(
            kinds=TELLS.kinds,
            ids=TELLS.ids,
            times=TELLS.times,
            fields=TELLS.fields,
            example="\n".join((",".join(_HEADERS), ",".join(_ROW.get(name, "") for name in _HEADERS))),
        ),
        claims=_claims,
        reshape=_unguarded,
    ),
)
