"""Files that were damaged, glued together or meant to hurt: a clear error, or every row kept or counted."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import InputError
from detector.readers import ReadReport, read_chunks, read_comments
from detector.readers.literals import LONGEST_LITERAL, literal_or_none
from tests.strategies import any_text


def test_objects_in_python_s_way_are_read_and_remarked(file):
    lines = [
        "{'text': '这个多少钱', 'user_id': 10001, 'ts': 1794399663, 'vip': True, 'medal': None}",
        '{"text": "it\'s \\u597d", "user_id": "u2", "ts": NaN}',
        "{'text': \"it's fine\", 'user_id': b'u3'},",
        "{'text': exit(), 'user_id': 'u4'}",
        "{'text': '没有写完",
    ]
    batch, report = read_comments(file("\n".join(lines) + "\n", "a.jsonl"))
    assert batch.text == ["这个多少钱", "it's 好", "it's fine"]
    assert batch.user_id == ["10001", "u2", "u3"]
    assert (report.skipped, report.skipped_lines) == ({"bad_json": 2}, {"bad_json": [4, 5]})
    assert (report.notes["python_literals"].n, report.notes["python_literals"].lines) == (2, [1, 3])
    assert report.format == "ndjson"


@pytest.mark.parametrize(
    "text",
    [
        "{'a': " + "-" * 5_000 + "1}", "{'a': " + "(" * 9_000 + ")" * 9_000 + "}", "{" * 30_000 + "}" * 30_000,
        "{'a': 10**10**10}", "{'a': __import__('os').getcwd()}", "{'a': [x for x in ()]}", "{[]: 1}", "{1, 2}",
        "{'a': '" + "x" * LONGEST_LITERAL + "'}", "{'a': f'{1}'}", "{'a': " + "not " * 9_000 + "1}", "", "[1]",
    ],
)  # fmt: skip
def test_what_is_no_short_literal_is_none(text):
    assert literal_or_none(text) is None


@given(row=st.dictionaries(any_text, st.one_of(st.none(), st.booleans(), st.integers(), any_text), max_size=4))
def test_a_literal_is_read_as_it_was_written(row):
    assert literal_or_none(repr(row)) == row


def test_a_file_of_broken_lines_does_not_take_long(file):
    # Python's reader takes long to give up on such lines.
    line = "{'a': f'" + "{x}" * 1_900 + "'}"
    body = '{"text": "好"}\n' + f"{line}\n" * 30 + "{'text': 'late'}\n"
    batch, report = read_comments(file(body, "a.jsonl"))
    # So after some it is no longer asked, and what could have been read is counted with the rest.
    assert (batch.text, report.skipped) == (["好"], {"bad_json": 31})


def test_documents_one_after_another_are_told_apart(file):
    for glue in ("", "\n", " ", ",", "\x1e", "\n\n\ufeff"):
        batch, _ = read_comments(
            file(f'{{"text":\n"一"}}{glue}{{"text":\n"二"}}{glue}[{{"text": "三"}}]', "a.json")
        )
        assert (glue, batch.text) == (glue, ["一", "二", "三"])


def test_numbers_that_are_none_are_unknown(file):
    body = '{"text": "好", "ts": Infinity, "等级": -Infinity}\n{"text": NaN}\n{"text": "买", "ts": NaN, "等级": 1e999}\n'
    batch, report = read_comments(file(body, "a.jsonl"))
    assert (batch.text, report.skipped) == (["好", "买"], {"empty_text": 1})
    assert [str(value) for value in (*batch.ts_ms, *batch.user_level)] == ["nan"] * 4


def test_json_inside_json_is_no_text_and_no_object(file):
    inner = json.dumps({"text": "好"})
    body = f'{{"text": "真的"}}\n{json.dumps(inner)}\n{{"text": {inner}}}\n'
    batch, report = read_comments(file(body, "a.jsonl"))
    assert (batch.text, report.skipped) == (["真的"], {"not_an_object": 1, "text_is_not_text": 1})
    # The text of a comment may look like JSON: it is what was written.
    batch, _ = read_comments(file(json.dumps({"text": inner}), "b.jsonl"))
    assert batch.text == [inner]


def test_files_glued_together_keep_every_row(file):
    part = "\ufeff评论内容,用户ID\n好,u1\n".encode()
    batch, report = read_comments(file(part + part))
    # The second header is a row like any other: better one odd comment than one lost.
    assert batch.text == ["好", "评论内容", "好"]
    assert report.notes["bom_inside"].lines == [3]


def test_nul_bytes_between_and_inside_lines_are_removed_and_counted(file):
    batch, report = read_comments(file("text,user_id\n好\0看,u1\n\0\0买,u2\n"))
    assert (batch.text, report.notes["nul_bytes"].n) == (["好看", "买"], 3)


def test_ragged_rows_are_padded_or_joined_and_remarked(file):
    batch, report = read_comments(
        file("user_id,text,ts\nu0,在,1\nu1\nu2,a,b,c,1794399663\nu3,好,1794399663,,\nu4,有,2\n")
    )
    assert (batch.text, batch.user_id) == (["在", "a,b,c", "好", "有"], ["u0", "u2", "u3", "u4"])
    assert (report.skipped, report.notes["ragged_short"].lines, report.notes["ragged_long"].lines) == (
        {"empty_text": 1}, [3], [4],
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"text,user_id\n" + b"a" * 40_000_000 + b"\nok,u1\n",
        b'{"text": "' + b"a" * 40_000_000 + b'"}\n{"text": "ok"}\n',
        b'[{"text": "' + b"a" * 40_000_000 + b'"}, {"text": "ok"}]',
        b'text\n"' + b"a\n" * 30_000,
    ],
    ids=["csv", "ndjson", "json", "open quote"],
)
def test_a_line_without_an_end_is_left_out_in_bounded_memory(file, body):
    path = file(body)
    del body
    report = ReadReport()
    tracemalloc.start()
    rows = sum(len(batch) for batch in read_chunks(path, chunk_rows=4_096, report=report))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows > 0
    assert report.rows_read == rows + sum(report.skipped.values())
    assert most < 32_000_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\0" * 4_096, "binary file"),
        (b"\xff\xfe", "no rows|not a header|no column|is empty"),
        (b"[" * 100_000, "not a header"),
        (b'{"a":' * 100_000, "no usable row|no rows|no column"),
        (b"\x1f", "not a header|binary"),
    ],
)
def test_what_holds_nothing_is_a_clear_error(file, content, why):
    with pytest.raises(InputError, match=why):
        read_comments(file(content))
