"""Records by columns are the records that csv.reader finds one by one."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.readers import ReadReport, csv_records
from detector.readers.csv_records import Feed, Piece, Records, even_columns, pieces
from detector.readers.lines import Stretch

plain_cells = st.text("a中 é\u2028\x0b=;", max_size=3)
plain_rows = st.lists(st.lists(plain_cells, min_size=1, max_size=3), min_size=1, max_size=6)


@given(plain_rows, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(2, 3))
def test_lines_of_one_width_are_columns_and_others_are_not(rows, line_end, ends_open, width):
    text = line_end.join(",".join(row) for row in rows) + ("" if ends_open else line_end)
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if text and set(map(len, found)) == {width}:
        assert even_columns(text, ",", width) == list(map(list, zip(*found, strict=True)))
    else:
        assert even_columns(text, ",", width) == []


def test_as_many_cells_as_there_should_be_are_no_table_if_they_stand_in_the_wrong_lines():
    # Two lines, four cells: but three in the first and one in the second.
    assert even_columns("1,2,3\n4\n", ",", 2) == []
    assert even_columns("1,2\n3,4\n", ",", 2) == [["1", "3"], ["2", "4"]]


def records_of(text: str) -> tuple[list[tuple[int, list[str]]], dict[str, object]]:
    """Line numbers and records of a text, and what was noted about it."""
    report = ReadReport()
    # As the file's blocks: some lines at a time.
    halves = [text[: text.find("\n", len(text) // 2) + 1], text[text.find("\n", len(text) // 2) + 1 :]]
    lines_before = halves[0].count("\n")
    stretches = [Stretch(1, halves[0], 0), Stretch(1 + lines_before, halves[1], 0)]
    found = [
        record
        for piece in pieces(Feed(iter(stretches), report), ",", 2, report)
        for record in zip(piece.lines, piece.as_rows(), strict=True)
    ]
    return found, {code: (note.n, note.lines) for code, note in report.notes.items()}


@given(
    st.lists(
        st.sampled_from(
            [
                "1,好\n", "2,好\r\n", "3,a\n", "\n", ",\n", "4\n", "5,a,b\n", '6,"a,b"\n', '7,"a\nb"\n', '8,"a\n', '9,a"b\n',
                "10,a\rb\n", "11,a\r\r\n", "\ufeff12,a\n", "sep=,\n", '"\n',
            ]
        ),
        max_size=12,
    ),
    st.sampled_from(["", "13,z", "14,z\r"]),
    st.sampled_from([1, 12, 40, 1 << 17]),
)  # fmt: skip
def test_records_by_columns_are_those_row_by_row(lines, last, piece_characters):
    text = "".join(lines) + last
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_records, "PIECE_CHARACTERS", piece_characters)
        by_columns = records_of(text)
        patch.setattr(csv_records, "even_columns", lambda *_: [])
        assert by_columns == records_of(text)


def test_records_are_taken_in_pieces_and_what_is_put_back_comes_first():
    whole = Piece(range(5, 9), columns=[["a", "b", "c", "d"], ["1", "2", "3", "4"]])
    records = Records(iter([whole, Piece([], []), Piece([9], [["e", "5"]])]))
    first = records.take(2)
    assert first == Piece(range(5, 7), columns=[["a", "b"], ["1", "2"]])
    records.put_back(Piece([6], [["b", "2"]]))
    assert [records.take(9) for _ in range(2)] == [
        Piece([6], [["b", "2"]]),
        Piece(range(7, 9), columns=[["c", "d"], ["3", "4"]]),
    ]
    assert (records.take(0), records.take(9), records.take(9)) == (None, Piece([9], [["e", "5"]]), None)
