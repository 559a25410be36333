"""CSV and its relatives, whole and damaged."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import InputError, UsageError
from detector.readers import ReadReport, read_chunks, read_comments
from detector.readers.source import BLOCK_BYTES


def noted(report):
    return {
        code: note.n for code, note in report.notes.items() if code not in ("anonymous", "no_time", "name_only")
    }


@pytest.mark.parametrize(
    ("separator", "name"), [(",", "csv"), ("\t", "tsv"), (";", "csv"), ("|", "csv")]
)  # fmt: skip
def test_the_separator_is_the_one_the_lines_agree_on(file, separator, name):
    rows = ["用户ID|评论内容|时间", "1|好，真好|1794399663", "2|a;b|1794399664", "3|哈哈|1794399665"]
    text = "\n".join(row.replace("|", separator) for row in rows[:2] + rows[3:]) + "\n"
    batch, report = read_comments(file(text))
    assert (batch.text, report.format, report.delimiter) == (["好，真好", "哈哈"], name, separator)
    assert batch.user_id == ["1", "3"]


def test_the_sep_line_of_a_spreadsheet_is_obeyed(file):
    batch, report = read_comments(file("sep=;\r\ntext;user_id\r\n好,好;7\r\n"))
    assert (batch.text, batch.user_id, report.delimiter) == (["好,好"], ["7"], ";")


def test_quotes_separators_and_line_ends_in_a_cell_belong_to_the_cell(file):
    batch, report = read_comments(file('text,user_id\r\n"他说""买"",就\r\n买了",7\r\n好,8\r\n'))
    assert batch.text == ['他说"买",就\r\n买了', "好"]
    # The first comment takes lines 2 and 3, so the second stands on line 4.
    prefix = report.sha256[:8]
    assert batch.comment_id == [f"{prefix}-2", f"{prefix}-4"]
    assert noted(report) == {"derived_ids": 2}


def test_a_quote_that_is_never_closed_swallows_nothing(file):
    batch, report = read_comments(file('user_id,text\n1,"哈哈\n2,好\n3,买\n'))
    assert batch.text == ['"哈哈', "好", "买"]
    assert batch.user_id == ["1", "2", "3"]
    assert report.notes["unclosed_quote"].lines == [2]


def test_quotes_that_do_not_pair_are_text(file):
    batch, report = read_comments(file('user_id,text\n1,"好"看\n2,说"你"\n3,"嘿\n4,他"呢\n'))
    assert batch.text == ['"好"看', '说"你"', '"嘿', '他"呢']
    assert noted(report)["unclosed_quote"] == 2


def test_a_quote_open_for_hundreds_of_lines_was_none(file):
    lines = [f"{n},第{n}条" for n in range(600)]
    lines[10] = '10,"开'
    batch, report = read_comments(file("user_id,text\n" + "\n".join(lines) + '\n600,关"\n'))
    assert (len(batch), batch.text[10], batch.text[11]) == (601, '"开', "第11条")
    assert noted(report)["unclosed_quote"] == 1


def test_comments_of_several_lines_in_every_row_stay_whole_without_a_header(file):
    path = file('1,"好\n真好"\n2,"买\n\n它"\n3,"赞\n赞"\n')
    batch, report = read_comments(path, mapping={"1": "user_id", "2": "text"})
    assert (batch.text, batch.user_id) == (["好\n真好", "买\n\n它", "赞\n赞"], ["1", "2", "3"])
    assert "unclosed_quote" not in report.notes


def test_rows_that_are_too_long_or_too_short_are_kept_and_counted(file):
    batch, report = read_comments(
        file("user_id,text,time\n1,好,1794399663\n2,a,b,c,1794399664\n3,短\n4\n5,好,1794399665,\n")
    )
    assert batch.text == ["好", "a,b,c", "短", "好"]
    assert batch.ts_ms.tolist()[:2] == [1794399663000.0, 1794399664000.0]
    assert report.skipped == {"empty_text": 1}
    assert (report.notes["ragged_long"].lines, report.notes["ragged_short"].lines) == ([3], [4, 5])


def test_a_trailing_empty_column_and_underscores_are_normal(file):
    batch, report = read_comments(file("_Content,_Name,\n哈哈,u1,\n好,u2,\n"))
    assert (batch.text, batch.user_name) == (["哈哈", "好"], ["u1", "u2"])
    assert batch.source.headers == ("_Content", "_Name", "")
    assert "ragged_short" not in report.notes
    assert "ragged_long" not in report.notes


def test_columns_beyond_the_header_are_kept(file):
    batch, _ = read_comments(file("text,user_id\n好,1,x\n买,2,y\n赞,3,z\n"))
    assert batch.text == ["好", "买", "赞"]
    assert (batch.source.headers, batch.source.columns[2]) == (("text", "user_id", "column_3"), ["x", "y", "z"])


def test_a_repeated_header_is_renamed_and_said_so(file):
    batch, report = read_comments(file("text,备注,备注\n好,a,b\n"))
    assert batch.source.headers == ("text", "备注", "备注_2")
    assert noted(report)["renamed_header"] == 1


def test_marks_and_nul_characters_inside_are_removed_and_counted(file):
    batch, report = read_comments(file("\ufefftext,name\n好\0,a\n\ufeff买,b\n赞\0\0,c\n"))
    assert batch.text == ["好", "买", "赞"]
    assert (noted(report)["nul_bytes"], noted(report)["bom_inside"]) == (3, 1)


def test_a_bare_carriage_return_in_a_comment_is_a_space(file):
    batch, report = read_comments(file("text,name\n好\r真好,a\n买,b\n"))
    assert (batch.text, noted(report)["stray_cr"]) == (["好 真好", "买"], 1)


def test_line_ends_of_old_macs_work(file):
    batch, _ = read_comments(file("text,name\r好,a\r买,b\r"))
    assert (batch.text, batch.user_name) == (["好", "买"], ["a", "b"])


def test_one_column_with_commas_stays_one_column(file):
    batch, report = read_comments(file("评论内容\n好,真好\n买它,买它,买它\n嗯\n"))
    assert batch.text == ["好,真好", "买它,买它,买它", "嗯"]
    assert report.delimiter == ""


def test_a_title_above_the_header_is_passed_over_and_said_so(file):
    batch, report = read_comments(file("双十一弹幕导出,,\n评论内容,用户ID,时间\n好,1,1794399663\n"))
    assert batch.text == ["好"]
    assert report.notes["lines_before_header"].examples == ["双十一弹幕导出,,"]


def test_a_file_without_a_header_asks_with_a_guess_to_be_confirmed(file):
    path = file("\ufeff88,这个多少钱啊,中\n\ufeff89,好看,好\n90,主播晚上好,好\n")
    with pytest.raises(InputError, match="1 = 88, 2 = 这个多少钱啊, 3 = 中") as error:
        read_comments(path)
    assert f"zhenping inspect {path} --map 1=user_id --map 2=text" in error.value.en
    assert f"zhenping inspect {path} --map 1=user_id --map 2=text" in error.value.zh
    batch, _ = read_comments(path, mapping={"1": "user_id", "2": "text"})
    assert batch.user_id == ["88", "89", "90"]


def test_a_file_without_a_header_may_be_ragged(file):
    path = file("xiaoming,好\nhong/status\nlan,买,它\nfang,好 \u034f\n", "chat.csv")
    batch, report = read_comments(path, mapping={"1": "user_name", "2": "text"})
    assert batch.text == ["好", "买,它", "好 \u034f"]
    assert report.skipped == {"empty_text": 1}
    assert (report.notes["ragged_short"].n, report.notes["ragged_long"].n) == (1, 1)


def test_a_file_without_a_header_asks_for_column_numbers(file):
    path = file("小明,这个多少钱\n小红,好看\n")
    with pytest.raises(InputError, match="--map 1=user_name --map 2=text") as error:
        read_comments(path)
    assert "第一行不是可识别的表头：1 = 小明, 2 = 这个多少钱" in error.value.zh
    batch, _ = read_comments(path, mapping={"1": "user_id", "2": "text"})
    assert (batch.text, batch.user_id) == (["这个多少钱", "好看"], ["小明", "小红"])
    assert batch.source.headers == ("user_id", "text")


def test_column_numbers_also_name_columns_of_a_header(file):
    batch, _ = read_comments(file("用户ID,说了啥\n1,好\n"), mapping={"2": "text"})
    assert (batch.text, batch.user_id) == (["好"], ["1"])


def test_a_column_number_beyond_the_last_is_a_usage_error(file):
    with pytest.raises(UsageError, match=r"there is no column '3'\. Columns: 1, 2"):
        read_comments(file("小明,这个多少钱\n"), mapping={"3": "text"})


def test_an_unknown_header_can_be_mapped_by_name(file):
    path = file("甲,乙\n小明,好\n")
    batch, _ = read_comments(path, mapping={"乙": "text", "甲": "user_name"})
    assert (batch.text, batch.user_name) == (["好"], ["小明"])
    with pytest.raises(UsageError, match=r"there is no column '丙'\. Columns: 甲, 乙"):
        read_comments(path, mapping={"丙": "text"})


def test_a_header_without_a_text_column_lists_what_is_there(file):
    with pytest.raises(InputError, match=r"Columns: 用户ID, 说了啥\. Name it: --map 说了啥=text"):
        read_comments(file("用户ID,说了啥\n1,好\n"))


def test_lines_over_one_mebibyte_are_left_out_and_counted(file):
    long = "长" * (BLOCK_BYTES // 2)
    batch, report = read_comments(file(f"text,name\n好,a\n{long},b\n买,c\n{long * 9},d\n嗯,e"))
    assert batch.text == ["好", "买", "嗯"]
    assert (report.skipped, report.skipped_lines) == ({"line_too_long": 2}, {"line_too_long": [3, 5]})
    assert (report.rows_read, report.rows_kept) == (5, 3)


def test_a_cell_of_half_a_mebibyte_is_kept(file):
    batch, report = read_comments(file("text,name\n" + "长" * 150_000 + ",a\n"))
    assert (len(batch.text[0]), len(batch.source.columns[0][0])) == (10_000, 150_000)
    assert noted(report)["text_cut"] == 1


def test_our_own_output_reads_back(file):
    header = "评论内容,用户ID,comment_id,verdict,label,risk,p_solicitation,p_bot_flood,p_fake_review,"
    row = "加v好友,7,c1,review,solicitation,0.5,0.5,0.1,0.0,false,false,,含联系方式"
    text = f"{header}organic_wave,protected,campaign_id,reasons\n{row}\n"
    batch, report = read_comments(file(text, encoding="utf-8-sig"))
    assert (batch.text, batch.user_id, batch.comment_id) == (["加v好友"], ["7"], ["c1"])
    assert report.columns == {"text": "评论内容", "user_id": "用户ID", "comment_id": "comment_id"}
    assert len(report.other_columns) == 10


def test_chunks_say_the_same_as_the_whole(file):
    rows = [f'{n},"第{n}条\n完",{1794399663 + n}' for n in range(50)] + ["51,,1", "52,短"]
    path = file("user_id,text,time\n" + "\n".join(rows) + "\n")
    whole, whole_report = read_comments(path)
    report = ReadReport()
    parts = list(read_chunks(path, chunk_rows=7, report=report))
    assert [text for part in parts for text in part.text] == whole.text
    assert [i for part in parts for i in part.comment_id] == whole.comment_id
    assert max(map(len, parts)) == 7
    assert report.as_dict() == whole_report.as_dict()


# No control characters but those of lines and cells: a handful of others make a file binary.
CELL = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from('\t\r\n",;|\x1b\x85')),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
def test_what_the_csv_module_writes_comes_back(tmp_path_factory, rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("text", "name"), *((f"x{text}", name) for text, name in rows)])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(out.getvalue().encode())
    batch, _ = read_comments(path)
    assert batch.text == [f"x{text}" for text, _ in rows]
    assert batch.source.columns[1] == [name for _, name in rows]
