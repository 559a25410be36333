"""Whole files: what is refused, several at once, progress, and the report in words."""

import json

import pytest

from detector.comment import SourceColumns
from detector.errors import InputError, UsageError
from detector.readers import FORMATS, ReadReport, describe, inspect, read_chunks, read_comments
from detector.readers.aliases import ALIASES, FIELDS, header_key
from detector.readers.remarks import REMARKS, SKIPS


def test_a_missing_file_an_empty_directory_and_an_empty_file_are_refused(tmp_path, file):
    with pytest.raises(InputError, match="does not exist"):
        read_comments(tmp_path / "无.csv")
    with pytest.raises(InputError, match="holds no file to read"):
        read_comments(tmp_path)
    with pytest.raises(InputError, match="is empty"):
        read_comments(file(""))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "an image"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "an image"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"BZh91AY" + bytes(50), "an archive that cannot be opened here"),
        (b"PK\x03\x04" + bytes(50), "an archive that cannot be opened here"),
        (bytes(range(256)) * 20, "a binary file"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "a web page"),
        (b'<?xml version="1.0"?><i><d p="1">a</d></i>', "a web page or XML"),
    ],
)
def test_what_is_no_table_is_named(file, content, what):
    with pytest.raises(InputError, match=f"is not a comment table: it is {what}") as error:
        read_comments(file(content))
    assert "不是评论表" in error.value.zh


@pytest.mark.parametrize("text", ["评论内容,用户ID\n", "评论内容,用户ID", "\ufeff评论内容,用户ID\r\n\r\n"])
def test_a_header_alone_has_no_rows(file, text):
    with pytest.raises(InputError, match="has no rows below the header"):
        read_comments(file(text))


def test_when_every_row_is_left_out_the_error_says_why(file):
    with pytest.raises(InputError, match="no usable row; left out: no text: 2") as error:
        read_comments(file("text,user_id\n,1\n ,2\n"))
    assert error.value.zh.endswith("没有可用的行；跳过：没有文本 2")


def test_a_format_can_be_forced_and_must_be_known(file):
    path = file("text,name\n好,a\tb\n")
    batch, report = read_comments(path, as_format="csv")
    assert (batch.text, report.format) == (["好"], "csv")
    with pytest.raises(InputError, match="no usable row; left out: broken JSON: 2"):
        read_comments(path, as_format="jsonl")
    with pytest.raises(
        UsageError,
        match=r"unknown format 'klingon'. Known are:\n  tables: parquet, xlsx, xls, xlsb, ods, .*csv",
    ):
        read_comments(path, as_format="klingon")
    for name in ("xlsx", "parquet"):
        with pytest.raises(InputError):
            read_comments(path, as_format=name)
    assert FORMATS[:2] + FORMATS[-4:] == ("parquet", "xlsx", "ndjson", "json", "csv", "tsv")
    assert len(set(FORMATS)) == len(FORMATS)


def test_several_files_are_stacked_and_each_keeps_its_columns(file):
    first = file("text,备注\n好,甲\n", name="a.csv")
    second = file('{"content":"买","店":"乙"}\n{"content":""}\n', name="b.jsonl")
    batch, report = read_comments([first, str(second)])
    assert batch.text == ["好", "买"]
    assert batch.source == SourceColumns(
        ("text", "备注", "content", "店"), (["好", ""], ["甲", ""], ["", "买"], ["", "乙"])
    )
    assert (report.format, report.rows_read, report.rows_kept) == ("csv, ndjson", 3, 2)
    assert report.columns == {"text": "text / content"}
    assert [entry["path"] for entry in report.files] == [str(first), str(second)]
    assert report.bytes == first.stat().st_size + second.stat().st_size


def test_no_file_at_all_is_a_usage_error():
    with pytest.raises(UsageError, match="at least one file"):
        read_comments([])


def test_the_second_of_two_files_may_not_be_empty_of_comments(file):
    good = file("text\n好\n", name="a.csv")
    with pytest.raises(InputError, match=r"b\.csv has no usable row"):
        read_comments([good, file("text,name\n,a\n", name="b.csv")])


def test_progress_counts_bytes_over_all_files(file):
    paths = [file("text\n好\n", name="a.csv"), file("text\n买\n", name="b.csv")]
    seen = []
    read_comments(paths, progress=lambda done, total: seen.append((done, total)))
    size = len("text\n好\n".encode())
    assert seen[-1] == (2 * size, 2 * size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_chunk_holds_at_least_one_row(file):
    with pytest.raises(UsageError, match="chunk_rows must be at least 1, not 0"):
        next(read_chunks(file("text\n好\n"), chunk_rows=0, report=ReadReport()))


def test_the_report_is_ready_for_json(file):
    report = inspect(file("评论内容,用户ID,时间\n好,0,2026-11-11 20:21:03\n,1,昨天\n"))
    record = json.loads(json.dumps(report.as_dict(), ensure_ascii=False))
    assert list(record)[:9] == [
        "format", "encoding", "rows_read", "rows_kept", "skipped", "columns", "time", "id_quality", "warnings",
    ]  # fmt: skip
    assert record["columns"] == {"text": "评论内容", "user_id": "用户ID", "ts": "时间"}
    assert record["id_quality"] == {"none": 1}
    assert record["time"] == {
        "from": "2026-11-11T20:21:03.000+08:00",
        "to": "2026-11-11T20:21:03.000+08:00",
        "source": "event",
        "unparsed": 0,
    }
    assert [warning["code"] for warning in record["warnings"]] == ["anonymous", "derived_ids"]


def test_the_report_in_words(file):
    path = file("评论内容,用户ID,时间,备注\n好,7,昨天,x\n,1,2026-11-11,y\n", encoding="gb18030")
    report = inspect(path)
    zh, en = describe(report, "zh"), describe(report, "en")
    assert "编码 gb18030   分隔符 ,\n格式      csv\n" in zh
    assert "内容      读 2 行，留 1 行，跳过 1 行\n          评分：弹幕/评论 1\n" in zh
    assert "评论内容→text  用户ID→user_id  时间→ts\n          （其余 1 列原样保留）" in zh
    assert "× 跳过 1 行：没有文本（第 3 行）" in zh
    assert "1 行时间无法解析（保留，不进时间窗）：时间=昨天" in zh
    assert zh.splitlines()[-1] == f"下一步    zhenping score {path} -o out/"
    assert "× 1 row left out: no text (line 3)" in en
    assert en.splitlines()[-1] == f"Next      zhenping score {path} -o out/"
    with pytest.raises(UsageError, match="unknown language 'fr'"):
        describe(report, "fr")


def test_hostile_headers_cannot_repaint_the_terminal(file):
    report = inspect(
        file("text,\x1b[31m用户\u202e,kind\n好,a,\x1b[2J\n"), mapping={"\x1b[31m用户\u202e": "user_name"}
    )
    assert "\x1b" not in describe(report, "zh") + describe(report, "en")
    assert "\u202e" not in describe(report, "zh")
    with pytest.raises(InputError) as error:
        inspect(file("用户ID,\x1b[31m\n1,2\n"))
    assert "\x1b" not in error.value.en + error.value.zh


def test_no_header_means_two_fields():
    meanings = {}
    for name, aliases in ALIASES.items():
        for alias in aliases:
            assert meanings.setdefault(header_key(alias), name) == name
    assert meanings["评论内容"] == "text"
    assert set(meanings.values()) == set(FIELDS)


def test_every_remark_speaks_both_languages():
    for en, zh in (*REMARKS.values(), *SKIPS.values()):
        assert en.isascii()
        assert not zh.isascii()
        assert en.format(n=1, detail="x") != en or "{" not in en
