"""What the fuzz tests start from: small sound files of many formats, and the words that readers look for."""

from __future__ import annotations

import ast
import gzip
import io
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import xlsxwriter
import xlwt

from detector import readers

TABLE = [
    ["用户ID", "昵称", "评论内容", "时间", "等级"],
    ["u1", "小满", "这个多少钱", "2026-11-11 20:00:00", "7"],
    ["u2", "阿吉", "666", "2026-11-11 20:00:05", ""],
]
LINES = (
    '{"cid": "c1", "uid": "u1", "text": "这个多少钱", "ts": 1794399663123}\n'
    "{'uid': 'u2', 'text': '想要', 'ts': None}\n"
    '{"uid": "u3", "text": null}\n'
)


def csv_text(separator: str = ",") -> str:
    """The table as plain text."""
    return "".join(separator.join(row) + "\n" for row in TABLE)


def _xlsx() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("弹幕")
        for r, row in enumerate(TABLE):
            sheet.write_row(r, 0, row)
    return buffer.getvalue()


def _xls() -> bytes:
    buffer, book = io.BytesIO(), xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("弹幕")
    for r, row in enumerate(TABLE):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(buffer)
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    columns = {name: [row[place] for row in TABLE[1:]] for place, name in enumerate(TABLE[0])}
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def _bare(packed: bytes) -> bytes:
    """A zip whose parts are not compressed, so that damage gets to what they say; Python counts on no checksum."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return _zip(files, zipfile.ZIP_STORED)


def _zip(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sound_files() -> dict[str, bytes]:
    """A small file of each kind that anybody may bring."""
    text = csv_text()
    return {
        "csv": text.encode(),
        "csv of quotes": b'text,user_id\n"a ""b"", c",u1\n"two\nlines",u2\n',
        "csv in gb18030": text.encode("gb18030"),
        "csv in utf-16": text.encode("utf-16"),
        "csv in utf-32": text.encode("utf-32-le"),
        "tsv": csv_text("\t").encode(),
        "ndjson": LINES.encode(),
        "json": b'[{"text": "a", "id": 1}, {"text": "b", "id": 2}]',
        "jsonp": b'cb({"text": "a"});',
        "gz": gzip.compress(text.encode()),
        "zip": _zip({"a.csv": text.encode(), "b.jsonl": LINES.encode(), "c.gz": gzip.compress(text.encode())}),
        "xlsx": _xlsx(),
        "xlsx unpacked": _bare(_xlsx()),
        "xls": _xls(),
        "parquet": _parquet(),
        "xml": '<?xml version="1.0" encoding="UTF-8"?><i><chatid>1</chatid>'
        '<d p="1.5,1,25,16777215,1794399663,0,1a2b3c4d,1234567890123456789">好</d></i>'.encode(),
    }


def told_stories() -> list[str]:
    """The longer texts in the tests beside this file: lines and documents of every format that is read."""
    found: dict[str, None] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        found |= dict.fromkeys(text for text in _strings(path) if len(text) > 40)
    return list(found)


def words() -> list[str]:
    """The names and signs that the readers look for in a file."""
    found: dict[str, None] = {}
    for path in sorted(Path(readers.__file__).parent.glob("*.py")):
        if path.stem not in ("remarks", "common_characters"):
            found |= dict.fromkeys(text for text in _strings(path) if 0 < len(text) <= 32)
    return list(found)


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
