"""Workbooks (.xlsx, .xlsb, .xls, .ods): the first sheet that has rows."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from detector.errors import InputError
from detector.readers.cells import as_text
from detector.readers.extent import cells_of
from detector.readers.family import Family, Order, RawTable
from detector.readers.header import HEADER_WITHIN_ROWS, header_among
from detector.readers.packed import ARCHIVES, ZIP, ZIP_ERRORS, Limits, excess
from detector.readers.report import ReadReport
from detector.readers.sheet import cell_of, sheet_of
from detector.readers.source import Source

# The container of the Office of before 2007; .xls is all of it that is read here.
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Most workbooks are zips: these bounds keep a small file from filling the memory. Small parts of an honest
# one (styles, empty cells) may be packed tighter than the whole.
LIMITS: Final = Limits(parts=2_000, unpacked_bytes=500 * 1024**2, free_bytes=1024**2)
# A sheet is held in full, also where it is empty: as many cells as Excel's rows and 47 columns.
MOST_CELLS: Final = 50_000_000
# Formats in which one wrong byte can make the library ask for all memory, or never end.
FRAIL: Final = ("xls", "xlsb", "ods")
OPENING_S: Final = 20.0
OPENING_S_PER_BYTE: Final = 1e-5
ODS_TYPE: Final = b"application/vnd.oasis.opendocument.spreadsheet"


def claims(source: Source) -> str:
    """``xlsx``, ``xlsb`` or ``ods`` for a zip that holds such a workbook, ``xls`` for the old container."""
    if source.head.startswith(OLE):
        return "xls"
    if not source.head.startswith(ZIP):
        return ""
    try:
        with source.seekable() as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    return "ods" if part.read(len(ODS_TYPE)) == ODS_TYPE else ""
    except ZIP_ERRORS:
        return ""
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "xlsx" if any(name.startswith("xl/workbook.") for name in names) else ""


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The rows below the header as columns of cells; numbers are floats, dates are dates."""
    with source.seekable() as file:
        if source.head.startswith(ZIP):
            _refuse_bombs(source, file)
        name, rows = _first_sheet_with_rows(source, file, report)
    numbered = enumerate(rows, start=1)
    filled = ((line, row) for line, row in numbered if any(cell != "" for cell in row))
    opening = list(itertools.islice(filled, HEADER_WITHIN_ROWS))
    if not opening:
        return
    titles = [[as_text(cell) for cell in row] for _, row in opening]
    header = header_among(titles, order.mapping, path=f"{source.path} [{name}]", knows=order.knows)
    if header.at > 0:
        above = [" ".join(filter(None, row)) for row in titles[: header.at]]
        report.note("lines_before_header", n=header.at, examples=above)
    rest = itertools.chain(opening[header.at + 1 :], filled)
    total = max(len(rows), 1)
    while chunk := list(itertools.islice(rest, order.chunk_rows)):
        lines = [line for line, _ in chunk]
        columns = dict(zip(header.names, map(list, zip(*(row for _, row in chunk), strict=True)), strict=True))
        yield RawTable(columns, lines, header.mapping, source.size * lines[-1] // total)


def _first_sheet_with_rows(
    source: Source, file: BinaryIO, report: ReadReport
) -> tuple[str, Sequence[Sequence[Any]]]:
    written_as = claims(source)
    if not written_as:
        raise _unreadable(source, "it is none", "不是工作簿")
    opened = _opened_apart if written_as in FRAIL and sys.executable else _opened_here
    name, found, others = opened(source, file)
    if others:
        report.note("other_sheets", n=len(others), examples=others)
    return name, found


def _opened_here(source: Source, file: BinaryIO) -> tuple[str, list[list[Any]], list[str]]:
    # Only this family needs the library, and it is not small.
    import python_calamine as calamine

    try:
        return sheet_of(calamine.CalamineWorkbook.from_filelike(file))
    except calamine.PasswordError as error:
        raise _locked(source) from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise _unreadable(source, error) from error
    except BaseException as error:
        # What the library takes for impossible it throws past ``Exception``, and a damaged file can be that.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(source, error) from error


def _opened_apart(source: Source, file: BinaryIO) -> tuple[str, list[list[Any]], list[str]]:
    """The same in a process of its own, which may end on a damaged file."""
    command = [sys.executable, "-P", str(Path(__file__).with_name("sheet.py"))]
    longest_s = OPENING_S + OPENING_S_PER_BYTE * source.size
    with tempfile.TemporaryFile() as lines:
        try:
            done = subprocess.run(  # noqa: S603
                command, stdin=file, stdout=lines, stderr=subprocess.DEVNULL, timeout=longest_s, check=False
            )
        except OSError as error:
            raise _unreadable(source, error) from error
        except subprocess.TimeoutExpired as error:
            raise _unreadable(
                source, f"not open after {longest_s:.0f} s", f"{longest_s:.0f} 秒内没有打开"
            ) from error
        if done.returncode:
            raise _unreadable(source, "it is damaged", "文件已损坏")
        lines.seek(0)
        head = json.loads(lines.readline())
        if head.get("locked"):
            raise _locked(source)
        if "error" in head:
            raise _unreadable(source, head["error"])
        rows = [[cell_of(cell) for cell in json.loads(line)] for line in lines]
    return head["name"], rows, head["others"]


def _locked(source: Source) -> InputError:
    return InputError(
        f"{source.path} is locked with a password: save it without one",
        zh=f"{source.path} 设有密码：请另存为不带密码的文件",
    )


def _unreadable(source: Source, en: object, zh: object = "") -> InputError:
    return InputError(
        f"{source.path} is not a readable workbook ({en}): save it again as .xlsx or CSV",
        zh=f"{source.path} 不是可读取的工作簿（{zh or en}）：请重新另存为 .xlsx 或 CSV",
    )


def _refuse_bombs(source: Source, file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            why = excess(archive, source.size, LIMITS)
            if why is None and any(_is_archive(archive, entry) for entry in archive.infolist()):
                why = "it holds another archive", "内含其他压缩包"
            cells = 0 if why else max((cells_of(archive, entry) for entry in archive.infolist()), default=0)
    except ZIP_ERRORS as error:
        why = f"the zip is damaged or locked ({error})", f"压缩结构损坏或已加密（{error}）"
        raise _refused(source, *why) from error
    if cells > MOST_CELLS:
        why = (
            f"a sheet spans {cells:,} cells (limit {MOST_CELLS:,})",
            f"工作表的范围有 {cells:,} 个单元格（上限 {MOST_CELLS:,}）",
        )
    if why is not None:
        raise _refused(source, *why)
    file.seek(0)


def _is_archive(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as part:
        return part.read(4).startswith(ARCHIVES)


def _refused(source: Source, en: str, zh: str) -> InputError:
    return InputError(
        f"{source.path} was not opened: {en}. Save the sheet as CSV and read that",
        zh=f"没有打开 {source.path}：{zh}。请把工作表另存为 CSV 再读取",
    )


FAMILY: Final = Family(formats=("xlsx", "xls", "xlsb", "ods"), is_text=False, claims=claims, tables=tables)
