"""Excel workbooks (.xlsx): the first sheet that has rows."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from detector.errors import InputError
from detector.readers.cells import as_text
from detector.readers.family import Family, Order, RawTable
from detector.readers.header import HEADER_WITHIN_ROWS, header_among
from detector.readers.report import ReadReport
from detector.readers.source import Source

# A workbook is a zip: these bounds keep a small file from filling the memory.
MOST_UNPACKED_BYTES: Final = 500 * 1024 * 1024
MOST_RATIO: Final = 200
MOST_ENTRIES: Final = 2000
# Small parts of an honest workbook (styles, empty cells) may be packed tighter than the whole.
RATIO_FREE_BYTES: Final = 1024 * 1024
ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


def claims(source: Source) -> str:
    """``xlsx`` for a zip that holds a workbook."""
    if not source.head.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    return "xlsx" if any(name.startswith("xl/workbook.") for name in names) else ""


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The rows below the header as columns of cells; numbers are floats, dates are dates."""
    _refuse_bombs(source)
    name, rows = _first_sheet_with_rows(source, report)
    numbered = enumerate(rows, start=1)
    filled = ((line, row) for line, row in numbered if any(cell != "" for cell in row))
    opening = list(itertools.islice(filled, HEADER_WITHIN_ROWS))
    if not opening:
        return
    titles = [[as_text(cell) for cell in row] for _, row in opening]
    header = header_among(titles, order.mapping, path=f"{source.path} [{name}]")
    if header.at > 0:
        above = [" ".join(filter(None, row)) for row in titles[: header.at]]
        report.note("lines_before_header", n=header.at, examples=above)
    rest = itertools.chain(opening[header.at + 1 :], filled)
    total = max(len(rows), 1)
    while chunk := list(itertools.islice(rest, order.chunk_rows)):
        lines = [line for line, _ in chunk]
        columns = dict(zip(header.names, map(list, zip(*(row for _, row in chunk), strict=True)), strict=True))
        yield RawTable(columns, lines, header.mapping, source.size * lines[-1] // total)


def _first_sheet_with_rows(source: Source, report: ReadReport) -> tuple[str, Sequence[Sequence[Any]]]:
    # Only this family needs the library, and it is not small.
    import python_calamine as calamine

    try:
        with source.path.open("rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            name, found = "", []
            others = []
            for sheet_name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(sheet_name)
                if not sheet.height:
                    continue
                if name:
                    others.append(f"{sheet_name} ({sheet.height})")
                else:
                    name, found = sheet_name, sheet.to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{source.path} is not a readable workbook ({error}): save it again as .xlsx or CSV",
            zh=f"{source.path} 不是可读取的工作簿（{error}）：请重新另存为 .xlsx 或 CSV",
        ) from error
    if others:
        report.note("other_sheets", n=len(others), examples=others)
    return name, found


def _refuse_bombs(source: Source) -> None:
    try:
        with zipfile.ZipFile(source.path) as archive:
            entries = archive.infolist()
            nested = any(_is_archive(archive, entry) for entry in entries[: MOST_ENTRIES + 1])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _refused(
            source, f"the zip is damaged or locked ({error})", f"压缩结构损坏或已加密（{error}）"
        ) from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise _refused(source, f"it has {len(entries):,} parts", f"内含 {len(entries):,} 个部件")
    if unpacked > MOST_UNPACKED_BYTES:
        raise _refused(source, f"it unpacks to {unpacked:,} bytes", f"解压后有 {unpacked:,} 字节")
    if unpacked > RATIO_FREE_BYTES and unpacked > MOST_RATIO * source.size:
        raise _refused(
            source,
            f"it unpacks to {unpacked // source.size}× its size",
            f"解压后膨胀 {unpacked // source.size} 倍",
        )
    if nested:
        raise _refused(source, "it holds another archive", "内含其他压缩包")


def _is_archive(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    with archive.open(entry) as part:
        return part.read(4).startswith(ARCHIVES)


def _refused(source: Source, en: str, zh: str) -> InputError:
    return InputError(
        f"{source.path} was not opened: {en}. Save the sheet as CSV and read that",
        zh=f"没有打开 {source.path}：{zh}。请把工作表另存为 CSV 再读取",
    )


FAMILY: Final = Family(formats=("xlsx",), is_text=False, claims=claims, tables=tables)
