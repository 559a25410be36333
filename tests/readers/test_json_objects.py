"""JSON objects by line, in arrays, and cut."""

import json

import pytest

from detector.errors import InputError, UsageError
from detector.readers import ReadReport, read_chunks, read_comments


def test_numbers_as_ids_keep_all_digits(file):
    batch, report = read_comments(file('{"text":"好","user_id":7234567890123456789,"comment_id":12}\n'))
    assert (batch.user_id, batch.comment_id, report.format) == (["7234567890123456789"], ["12"], "ndjson")


def test_broken_lines_are_counted_with_their_numbers(file):
    lines = [
        '{"text":"好"}',
        "",
        '{"text":"坏',
        "[1]",
        '"a"',
        '{"text":"逗号"},',
        '{"text":"买","ts":NaN}',
        '{"text":',
    ]
    batch, report = read_comments(file("\n".join(lines)))
    assert batch.text == ["好", "逗号", "买"]
    assert report.skipped == {"bad_json": 2, "not_an_object": 2}
    assert report.skipped_lines == {"bad_json": [3, 8], "not_an_object": [4, 5]}
    assert (report.rows_read, report.rows_kept) == (7, 3)
    assert batch.comment_id[1] == f"{report.sha256[:8]}-6"


def test_the_first_line_need_not_be_like_the_others(file):
    batch, report = read_comments(file('{"code":0}\n{"content":"好","name":"小明"}\n'))
    assert (batch.text, batch.user_name) == (["好"], ["小明"])
    assert report.skipped == {"empty_text": 1}


def test_an_array_of_objects_is_read_too(file):
    records = [{"text": f"第{n}条", "nested": {"a": [n]}} for n in range(5)]
    for indent in (None, 2):
        batch, report = read_comments(
            file(json.dumps(records, ensure_ascii=False, indent=indent), name="a.json")
        )
        assert (batch.text[4], report.format, len(batch)) == ("第4条", "json", 5)
        assert batch.source.columns[1][4] == '{"a":[4]}'


def test_an_array_larger_than_a_block_on_one_line(file):
    records = [{"text": f"{n} " + "长" * 200} for n in range(6000)]
    batch, report = read_comments(file(json.dumps(records, ensure_ascii=False)))
    assert (len(batch), report.skipped) == (6000, {})
    assert [text.split()[0] for text in batch.text[::1000]] == ["0", "1000", "2000", "3000", "4000", "5000"]


def test_a_cut_array_keeps_what_is_whole(file):
    batch, report = read_comments(file('[{"text":"好"},{"text":"买"},{"text":"半'))
    assert (batch.text, report.skipped) == (["好", "买"], {"bad_json": 1})


def test_one_broken_object_in_an_array_does_not_take_the_next(file):
    batch, report = read_comments(file('[{"text":"好"},{"text":坏},{"text":"买"},7,{"text":"赞"}]'))
    assert batch.text == ["好", "买", "赞"]
    assert report.skipped == {"bad_json": 1, "not_an_object": 1}


def test_objects_spread_over_lines_one_after_another(file):
    batch, _ = read_comments(file('{\n "text": "好"\n}\n{\n "text": "买"\n}\n'))
    assert batch.text == ["好", "买"]


def test_a_mapped_key_may_come_late_but_must_come(file):
    path = file('{"x":1}\n{"x":2,"说":"好"}\n')
    report = ReadReport()
    assert [part.text for part in read_chunks(path, mapping={"说": "text"}, chunk_rows=1, report=report)] == [
        ["好"]
    ]
    with pytest.raises(UsageError, match="there is no column '讲'"):
        read_comments(path, mapping={"讲": "text"})


def test_objects_without_any_text_list_their_keys(file):
    with pytest.raises(InputError, match=r"no column holds the text\. Columns: a, b\. Name it: --map a=text"):
        read_comments(file('{"a":1}\n{"b":2}\n'))


def test_half_characters_and_deep_nests_do_no_harm(file):
    deep = '{"text":"深","x":' + "[" * 100_000 + "}"
    batch, report = read_comments(file('{"text":"好\\ud83d","user_name":"\\u0000"}\n' + deep + "\n"))
    assert batch.text == ["好\ufffd"]
    assert report.skipped == {"bad_json": 1}


def test_chunks_say_the_same_as_the_whole(file):
    lines = [
        json.dumps({"content": "甲"}),
        json.dumps({"text": "乙", "content": "丙"}),
        "坏",
        json.dumps({"text": "丁"}),
    ]
    path = file("\n".join(lines))
    whole, whole_report = read_comments(path)
    report = ReadReport()
    parts = list(read_chunks(path, chunk_rows=1, report=report))
    assert [text for part in parts for text in part.text] == whole.text == ["甲", "乙", "丁"]
    assert (report.rows_read, report.skipped) == (whole_report.rows_read, whole_report.skipped)


def test_an_empty_array_has_no_rows(file):
    with pytest.raises(InputError, match="no rows"):
        read_comments(file("[]"))


def test_the_answer_of_an_interface_is_not_one_comment(file):
    with pytest.raises(InputError, match="the whole answer of an interface"):
        read_comments(file('{"code":0,"message":"OK","data":{"replies":[{"content":{"message":"好"}}]}}'))
