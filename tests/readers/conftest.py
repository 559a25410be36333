"""What the stories about reading share."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from detector.readers.documents import glimpse_of, packing_of
from detector.readers.sniff import JSON_DIALECTS, LINE_DIALECTS, XML_DIALECTS
from detector.readers.source import open_source

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a file: text goes through ``encoding``, bytes go as they are."""

    def write(content: str | bytes, name: str = "弹幕.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook: sheet name -> rows of cells."""

    def write(sheets: dict[str, list[list[object]]], name: str = "弹幕.xlsx") -> Path:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False}) as book:
            clock = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for r, row in enumerate(rows):
                    for c, cell in enumerate(row):
                        if hasattr(cell, "year"):
                            sheet.write_datetime(r, c, cell, clock)
                        elif isinstance(cell, str):
                            sheet.write_string(r, c, cell)
                        elif cell is not None:
                            sheet.write(r, c, cell)
        path = tmp_path / name
        path.write_bytes(buffer.getvalue())
        return path

    return write


@pytest.fixture
def shared() -> Path:
    """The development data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the development data is not here")
    return SHARED


@pytest.fixture
def claimed_by() -> Callable[[Path], list[str]]:
    """Every dialect of JSON, lines or XML that takes a file for its own; there must be one at most."""

    def claims(path: Path) -> list[str]:
        source = open_source(path)
        glimpse = glimpse_of(source)
        of_json = JSON_DIALECTS if packing_of(source.head_text) else ()
        of_xml = XML_DIALECTS if source.head_text.lstrip().startswith("<") else ()
        return [dialect.name for dialect in (*of_json, *of_xml, *LINE_DIALECTS) if dialect.claims(glimpse)]

    return claims
