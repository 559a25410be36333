"""Binary tables: Excel workbooks and Parquet."""

import datetime as dt
import zipfile

import pytest

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
