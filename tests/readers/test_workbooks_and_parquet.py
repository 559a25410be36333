"""Binary tables: Excel workbooks and Parquet."""

import datetime as dt
import struct
import zipfile

import pytest
import xlwt

from detector.comment import KINDS, TS_SOURCES
from detector.errors import InputError
from detector.readers import ReadReport, read_chunks, read_comments


def test_a_workbook_reads_like_the_table_it_shows(workbook):
    path = workbook(
        {
            "空": [],
            "弹幕": [
                ["双十一导出", None, None, None],
                ["评论内容", "用户ID", "发言时间", "等级"],
                ["好", "7234567890123456789", dt.datetime(2026, 11, 11, 20, 21, 3), 12],
                [None, None, None, None],
                [666, "0012345", "2026-11-11 20:21:04", "Lv.3"],
            ],
            "说明": [["导出于今天"]],
        }
    )
    batch, report = read_comments(path)
    assert batch.text == ["好", "666"]
    assert batch.user_id == ["7234567890123456789", "0012345"]
    assert batch.ts_ms.tolist() == [1794399663000.0, 1794399664000.0]
    assert batch.user_level.tolist() == [12.0, 3.0]
    # The sheet's rows 3 and 5.
    assert batch.comment_id == [f"{report.sha256[:8]}-3", f"{report.sha256[:8]}-5"]
    assert (report.format, report.encoding, report.rows_read) == ("xlsx", "", 2)
    assert report.notes["other_sheets"].examples == ["说明 (1)"]
    assert batch.source.columns[3] == ["12", "Lv.3"]


def test_ids_that_excel_damaged_are_reported(workbook):
    rows = [["评论", "用户ID"], *(["好", 7234567890123456789] for _ in range(4))]
    batch, report = read_comments(workbook({"a": rows}))
    assert batch.user_id == ["7.234567890123457e+18"] * 4
    assert report.notes["damaged_ids"].n == 4


def test_whole_days_in_a_workbook_are_date_only(workbook):
    day = dt.datetime(2026, 11, 11)
    batch, _ = read_comments(
        workbook({"a": [["评价内容", "评价时间", "评分"], ["好", day, 5], ["差", day, 1]]})
    )
    assert {TS_SOURCES[code] for code in batch.ts_source} == {"date_only"}
    assert [KINDS[code] for code in batch.kind] == ["review", "review"]


def test_a_workbook_with_only_a_header_has_no_rows(workbook):
    with pytest.raises(InputError, match="no rows"):
        read_comments(workbook({"a": [["评论内容", "用户ID"]]}))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("xl/worksheets/sheet9.xml", b"0" * 5_000_000, "unpacks to .*× its size"),
        ("xl/embeddings/a.zip", b"PK\x03\x04" + b"\0" * 30, "holds another archive"),
    ],
)
def test_a_zip_bomb_is_not_opened(workbook, name, content, why):
    path = workbook({"a": [["评论内容"], ["好"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    with pytest.raises(InputError, match=why):
        read_comments(path)


def test_a_workbook_of_too_many_parts_is_not_opened(workbook):
    path = workbook({"a": [["评论内容"], ["好"]]})
    with zipfile.ZipFile(path, "a") as archive:
        for n in range(2001):
            archive.writestr(f"xl/media/{n}.txt", b"")
    with pytest.raises(InputError, match="parts"):
        read_comments(path)


def test_a_damaged_workbook_is_a_clear_error(workbook):
    path = workbook({"a": [["评论内容"], ["好"]]})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"not a comment table|the zip is damaged"):
        read_comments(path)


def parquet(path, columns):
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow.table(columns), path, row_group_size=2)
    return path


def test_parquet_keeps_long_ids_and_nulls(tmp_path):
    moment = dt.datetime(2026, 11, 11, 20, 21, 3)
    path = parquet(
        tmp_path / "a.bin",
        {
            "content": ["好", "NA", None],
            "user_id": [7234567890123456789, None, 1],
            "ts": [moment, moment, moment],
            "tags": [["a"], [], None],
        },
    )
    batch, report = read_comments(path)
    assert (batch.text, batch.user_id) == (["好", "NA"], ["7234567890123456789", ""])
    assert batch.ts_ms.tolist() == [1794399663000.0] * 2
    assert batch.source.columns[3] == ['["a"]', "[]"]
    assert (report.format, report.rows_read, report.skipped) == ("parquet", 3, {"empty_text": 1})
    assert batch.comment_id == [f"{report.sha256[:8]}-1", f"{report.sha256[:8]}-2"]


def test_parquet_nanoseconds_in_a_zone(tmp_path):
    pandas = pytest.importorskip("pandas")
    times = pandas.Series(pandas.to_datetime(["2026-11-11T12:21:03.000000001Z"])).dt.as_unit("ns")
    path = tmp_path / "a.parquet"
    pandas.DataFrame({"text": ["好"], "ts": times}).to_parquet(path)
    batch, _ = read_comments(path)
    assert batch.ts_ms.tolist() == [1794399663000.0]


def test_parquet_gives_a_repeated_text_once_and_an_absent_one_not_at_all(tmp_path):
    said = ["加油", None, "加油", "上车"] * 50
    batch, report = read_comments(parquet(tmp_path / "a.parquet", {"text": said}))
    assert batch.text == ["加油", "加油", "上车"] * 50
    assert len({id(text) for text in batch.text}) == 2
    assert report.skipped == {"empty_text": 50}


def test_parquet_categories_are_read_as_their_words(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    # As many categories as eight bits can number: there is no number left for a missing cell.
    names = [f"用户{n}" for n in range(128)]
    codes = arrow.array([127, None, 0], arrow.int8())
    users = arrow.DictionaryArray.from_arrays(codes, arrow.array(names))
    batch, _ = read_comments(parquet(tmp_path / "a.parquet", {"text": ["好", "买", "赞"], "user_id": users}))
    assert batch.user_id == ["用户127", "", "用户0"]


def test_parquet_comes_in_chunks(tmp_path):
    path = parquet(tmp_path / "a.parquet", {"text": [f"第{n}条" for n in range(5)]})
    parts = list(read_chunks(path, chunk_rows=2, report=ReadReport()))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert parts[2].text == ["第4条"]


def test_parquet_without_a_text_column_lists_its_columns(tmp_path):
    with pytest.raises(InputError, match=r"Columns: a, user_id\. Name it: --map a=text"):
        read_comments(parquet(tmp_path / "a.parquet", {"a": ["好"], "user_id": [1]}))


def test_a_damaged_parquet_file_is_a_clear_error(tmp_path):
    path = parquet(tmp_path / "a.parquet", {"text": ["好"]})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged Parquet"):
        read_comments(path)


def test_parquet_without_rows_has_no_rows(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match="no rows"):
        read_comments(parquet(tmp_path / "a.parquet", {"text": arrow.array([], arrow.string())}))


def old_workbook(path, rows):
    """Write an .xls, as Excel did until 2003."""
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("空")
    sheet = book.add_sheet("弹幕")
    clock = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell, clock) if hasattr(cell, "year") else sheet.write(r, c, cell)
    book.save(str(path))
    return path


ODS_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="弹幕">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)
ODS_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
# What LibreOffice writes below every sheet: all the rows there are, empty.
ODS_REST = (
    '<table:table-row table:number-rows-repeated="1048500">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def ods_cell(text, attributes=""):
    return (
        f'<table:table-cell {attributes} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


def ods_row(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def open_document(path, rows, content=ODS_CONTENT):
    """Write an .ods, as LibreOffice and WPS do."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", content.format(rows=rows))
    return path


def binary_workbook(path, cells):
    """Write an .xlsb: (row, column, text), rows in order."""

    def record(kind, body=b""):
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size, length = len(body), b""
        while size >= 128:
            length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
        return head + length + bytes([size]) + body

    def wide(text):
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("弹幕"))
    last = [max(cell[place] for cell in cells) for place in (0, 1)]
    sheet = record(129) + record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + record(145)
    for row in sorted({row for row, _, _ in cells}):
        sheet += record(0, struct.pack("<I", row) + bytes(13))
        sheet += b"".join(record(6, struct.pack("<II", c, 0) + wide(text)) for r, c, text in cells if r == row)
    space = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{space}/package/2006/content-types"/>')
        archive.writestr("xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1"'
            f' Type="{space}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(146) + record(130))
    return path


def test_an_old_workbook_reads_like_a_new_one(tmp_path):
    moment = dt.datetime(2026, 11, 11, 20, 21, 3)
    rows = [["评论内容", "用户ID", "发言时间"], ["好", "7234567890123456789", moment], [666, "u2", moment]]
    batch, report = read_comments(old_workbook(tmp_path / "弹幕.xls", rows))
    assert (batch.text, batch.user_id) == (["好", "666"], ["7234567890123456789", "u2"])
    assert (batch.ts_ms.tolist(), report.format) == ([1794399663000.0] * 2, "xls")


def test_an_open_document_reads_like_any_sheet(tmp_path):
    rows = (
        ods_row(ods_cell("评论内容"), ods_cell("用户ID")) + ods_row(ods_cell("好"), ods_cell("u1")) + ODS_REST
    )
    batch, report = read_comments(open_document(tmp_path / "弹幕.ods", rows))
    assert (batch.text, batch.user_id, report.format) == (["好"], ["u1"], "ods")


def test_a_binary_workbook_reads_like_any_other(tmp_path):
    cells = [(0, 0, "评论内容"), (0, 1, "用户ID"), (1, 0, "好" * 100), (1, 1, "u1")]
    batch, report = read_comments(binary_workbook(tmp_path / "弹幕.xlsb", cells))
    assert (batch.text, batch.user_id, report.format) == (["好" * 100], ["u1"], "xlsb")


def test_a_sheet_that_spans_more_than_memory_holds_is_not_opened(tmp_path, workbook):
    def refused(path):
        with pytest.raises(InputError, match=r"a sheet spans 17,179,8\d\d,\d+ cells") as error:
            read_comments(path)
        assert "上限 50,000,000" in error.value.zh

    corner = (1_048_575, 16_383, "好")
    refused(binary_workbook(tmp_path / "a.xlsb", [(0, 0, "评论内容"), corner]))
    rows = [["评论内容"], ["好"]]
    path = workbook({"a": rows})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="A2"', b"s='0' r = 'xfd1048576'")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path)
    wide = ods_cell("好", 'table:number-columns-repeated="16384"')
    tall = ods_row(wide, attributes='table:number-rows-repeated="1048575"')
    refused(open_document(tmp_path / "a.ods", ods_row(ods_cell("评论内容")) + tall))
    # Two cells in far corners, with nothing but repeated nothing between them.
    gap = ods_row('<table:table-cell table:number-columns-repeated="16383"/>', ods_cell("好"))
    refused(
        open_document(
            tmp_path / "b.ods",
            ods_row(ods_cell("评论内容"))
            + ODS_REST
            + ods_row(attributes='table:number-rows-repeated="74"')
            + gap,
        )
    )


def test_an_office_file_that_is_no_workbook_is_a_clear_error(tmp_path):
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match="not a readable workbook"):
        read_comments(path)


def test_an_open_document_bomb_is_not_opened(tmp_path):
    path = open_document(tmp_path / "a.ods", ods_row(ods_cell("好" * 2_000_000)))
    with pytest.raises(InputError, match=r"unpacks to \d+× its size"):
        read_comments(path)


def test_an_old_workbook_that_would_end_the_program_is_a_clear_error(tmp_path):
    path = old_workbook(tmp_path / "a.xls", [["评论内容"], ["好"]])
    content = bytearray(path.read_bytes())
    # The last row as the sheet's record of its own size tells it: the library takes its word and all memory.
    at = content.rindex(b"\x00\x02\x0e\x00") + 8
    content[at : at + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"not a readable workbook \(it is damaged\)"):
        read_comments(path)


@pytest.mark.slow
def test_an_open_document_that_never_ends_is_given_up(tmp_path):
    content = ODS_CONTENT.replace("</table:table>", "</tab0le:table>")
    path = open_document(tmp_path / "a.ods", ods_row(ods_cell("评论内容")), content)
    with pytest.raises(InputError, match="not open after 20 s"):
        read_comments(path)
