"""How many cells a sheet spans, told without opening it: two cells at far corners fill all that lies between."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Final

BLOCK_BYTES: Final = 1 << 20
# No tag is longer, unless it is one that hides.
LONGEST_TAG_BYTES: Final = 4 << 20
BINARY_SHEET: Final = b"\x81\x01"
ROW_RECORD: Final = 0
CELL_RECORDS: Final = range(1, 12)

_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,10})["']""")
# In an ODS: tables, rows and cells, and the paragraphs that fill a cell.
_TAG = re.compile(rb"<(?:[\w.]+:)?(table|table-row|table-cell|covered-table-cell|p)([\s/>][^>]*)")
_REPEATED = re.compile(rb"""(?:rows|columns)-repeated\s*=\s*["'](\d{1,10})["']""")
_FILLED = re.compile(rb"value|formula")


def cells_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Rows times columns that a part of a workbook spans from its first cell; 0 where it is no sheet."""
    name = entry.filename.casefold()
    with archive.open(entry) as part:
        if name.endswith(".bin"):
            return _binary_sheet(part) if part.read(2) == BINARY_SHEET else 0
        if name.endswith("content.xml"):
            return _open_document(part)
        return _xml_sheet(part) if name.endswith(".xml") else 0


def _xml_sheet(part: IO[bytes]) -> int:
    rows, columns = 0, set[bytes]()
    for text in _tags(part):
        places = _PLACE.findall(text)
        rows = max(rows, max((int(row) for _, row in places), default=0))
        columns.update(column for column, _ in places)
    return rows * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27; a row's own number has no letters.

    >>> _column_number(b"XFD")
    16384
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _open_document(part: IO[bytes]) -> int:
    most = rows = columns = last_row = row_repeat = column = 0
    for text in _tags(part):
        for kind, attributes in _TAG.findall(text):
            if kind == b"table":
                most = max(most, last_row * columns)
                rows = columns = last_row = column = 0
            elif kind == b"table-row":
                row_repeat, column = _repeat(attributes), 0
                rows += row_repeat
            else:
                column += 0 if kind == b"p" else _repeat(attributes)
                if kind == b"p" or _FILLED.search(attributes):
                    columns, last_row = max(columns, column), rows
    return max(most, last_row * columns)


def _repeat(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _binary_sheet(part: IO[bytes]) -> int:
    """The second byte of the first record's type has been read."""
    rows = columns = 0
    part.read(_length(part))
    while kind := part.read(1):
        number = kind[0]
        if number & 0x80:
            number = number & 0x7F | (part.read(1) or b"\0")[0] << 7
        left = _length(part)
        if number == ROW_RECORD or number in CELL_RECORDS:
            place = part.read(min(4, left))
            left -= len(place)
            last = int.from_bytes(place, "little") + 1
            rows, columns = (max(rows, last), columns) if number == ROW_RECORD else (rows, max(columns, last))
        while left > 0 and (skipped := part.read(min(left, BLOCK_BYTES))):
            left -= len(skipped)
    return rows * columns


def _length(part: IO[bytes]) -> int:
    length = 0
    for place in range(4):
        byte = (part.read(1) or b"\0")[0]
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return length


def _tags(part: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that cut no tag."""
    rest = b""
    while block := part.read(BLOCK_BYTES):
        text = rest + block
        end = text.rfind(b">") + 1
        if not end and len(text) < LONGEST_TAG_BYTES:
            rest = text
            continue
        end = end or len(text)
        rest = text[end:]
        yield text[:end]
    if rest:
        yield rest
