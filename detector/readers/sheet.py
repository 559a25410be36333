"""The first sheet of a workbook that has rows, as lines of JSON; run as a program of its own.

On some damaged files the library that opens workbooks does not fail, it ends its process or takes all memory.
So what is easily damaged is opened in a process that may end. The workbook comes in as standard input; out go
one object (``name``, ``others``: further sheets; or ``error``, ``locked``), then one array for each row.
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import date, datetime
from typing import Any, Final

MOST_MEMORY_BYTES: Final = 4 * 1024**3
TIME: Final = "time"
DAY: Final = "day"


def sheet_of(workbook: Any) -> tuple[str, list[list[Any]], list[str]]:
    """Name and rows of the first sheet with rows, and what other such sheets there are."""
    name, rows = "", []
    others = []
    for sheet_name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(sheet_name)
        if not sheet.height:
            continue
        if name:
            others.append(f"{sheet_name} ({sheet.height})")
        else:
            name, rows = sheet_name, sheet.to_python(skip_empty_area=False)
    return name, rows, others


def cell_of(written: Any) -> Any:
    """A cell as it was before it was written as JSON."""
    if not isinstance(written, dict):
        return written
    return datetime.fromisoformat(written[TIME]) if TIME in written else date.fromisoformat(written[DAY])


def _written(cell: object) -> object:
    """What JSON has no sign for: moments, days, and spans of time as text."""
    if isinstance(cell, datetime):
        return {TIME: cell.isoformat()}
    return {DAY: cell.isoformat()} if isinstance(cell, date) else str(cell)


def _main() -> None:
    import python_calamine as calamine

    # Where limits are not known, the process is all the protection there is.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    sys.stdin.buffer.seek(0)
    lines: list[object]
    try:
        name, rows, others = sheet_of(calamine.CalamineWorkbook.from_filelike(sys.stdin.buffer))
        lines = [{"name": name, "others": others}, *rows]
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        lines = [{"error": str(error), "locked": isinstance(error, calamine.PasswordError)}]
    for line in lines:
        sys.stdout.buffer.write(json.dumps(line, default=_written).encode() + b"\n")


if __name__ == "__main__":
    _main()
