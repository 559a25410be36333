"""scored.xlsx: what a spreadsheet shows, and nothing in it that runs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from detector.comment import Comment, CommentBatch, SourceColumns
from detector.errors import UsageError
from detector.verdict import RESULT_COLUMNS, Verdicts
from detector.writers import write_scored_xlsx


def sheets_of(path: Path) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_sheet_shows_the_table_with_probabilities_written_out(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    path = tmp_path / "scored.xlsx"
    assert write_scored_xlsx(path, two_comments, two_verdicts) == 0
    header, lure, gift = sheets_of(path)["scored"]
    assert header == ["用户ID", "评论内容", "comment_id", *RESULT_COLUMNS]
    assert lure[:5] == ["007", "加薇 abc", "f-2", "high_risk", "solicitation"]
    assert lure[5:9] == [
        "0.3333333333333333",
        "0.30000000000000004",
        "0.3333333333333333",
        "0.00000000000000001",
    ]
    assert lure[9:] == ["false", "false", "C-1", "high_risk", "留了联系方式; 3 人说同样的话"]
    assert gift == ["008", "", "f-3", "pass", "normal", "", "", "", "", "false", "true", "", "pass", ""]


def test_no_cell_is_a_formula_or_a_link(
    tmp_path: Path, hostile_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    path = tmp_path / "scored.xlsx"
    write_scored_xlsx(path, hostile_comments, score(hostile_comments.comment_id))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert [
        name for name, part in parts.items() if re.search(r"<f[ >/]|<hyperlink|TargetMode=\"External\"", part)
    ] == []
    # The header and 19 rows of 13 cells that are not empty: strings, all of them.
    cells = re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="(\w+)")?>', parts["xl/worksheets/sheet1.xml"])
    assert cells == ["inlineStr"] * (15 + 19 * 13)


def test_hostile_texts_are_shown_and_control_characters_are_visible(
    tmp_path: Path, hostile_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    path = tmp_path / "scored.xlsx"
    write_scored_xlsx(path, hostile_comments, score(hostile_comments.comment_id))
    header, *rows = sheets_of(path)["scored"]
    shown = [row[header.index("text")] for row in rows]
    assert shown == [text.replace("\x1b", "\\x1b") for text in hostile_comments.text]


def test_rows_beyond_the_limit_go_on_in_a_further_sheet(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    ids = ["1", "2", "3", "4", "5"]
    batch = CommentBatch.from_comments([Comment(text=f"第{i}条", comment_id=i) for i in ids])
    write_scored_xlsx(tmp_path / "scored.xlsx", batch, score(ids), max_rows_per_sheet=2)
    sheets = sheets_of(tmp_path / "scored.xlsx")
    assert {name: [row[0] for row in rows] for name, rows in sheets.items()} == {
        "scored": ["comment_id", "1", "2"],
        "scored_2": ["comment_id", "3", "4"],
        "scored_3": ["comment_id", "5"],
    }


def test_a_cell_over_excels_limit_is_cut_and_counted(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    # An emoji counts twice in Excel: 20,000 of them are too long, and none may be cut in half.
    texts = ["长" * 32_767, "长" * 32_768, "🔥" * 20_000]
    batch = CommentBatch.from_comments([Comment(text=t, comment_id=str(n)) for n, t in enumerate(texts)])
    assert write_scored_xlsx(tmp_path / "scored.xlsx", batch, score(["0", "1", "2"])) == 2
    rows = sheets_of(tmp_path / "scored.xlsx")["scored"][1:]
    assert [row[1] for row in rows] == ["长" * 32_767, "长" * 32_767, "🔥" * 16_383]


def test_half_a_surrogate_pair_and_non_characters_are_shown_as_codes(
    tmp_path: Path, score: Callable[..., Verdicts]
) -> None:
    batch = CommentBatch.from_comments([Comment(text="坏\ud83d\uffff\x00", comment_id="a")])
    write_scored_xlsx(tmp_path / "scored.xlsx", batch, score(["a"]))
    assert sheets_of(tmp_path / "scored.xlsx")["scored"][1][1] == "坏\\ud83d\\uffff\\x00"


def test_more_columns_than_a_sheet_has_are_refused(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    names = tuple(f"列{n}" for n in range(16_380))
    batch = CommentBatch.from_columns(
        1, {"text": ["好"], "comment_id": ["a"]}, SourceColumns(names, tuple(["x"] for _ in names))
    )
    with pytest.raises(UsageError, match=r"16392 columns do not fit a sheet \(16384\)"):
        write_scored_xlsx(tmp_path / "scored.xlsx", batch, score(["a"]))


def test_the_same_table_gives_the_same_bytes(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    write_scored_xlsx(tmp_path / "one.xlsx", two_comments, two_verdicts)
    write_scored_xlsx(tmp_path / "two.xlsx", two_comments, two_verdicts)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_no_comments_give_a_sheet_with_a_header(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    empty = CommentBatch.from_comments([])
    write_scored_xlsx(tmp_path / "scored.xlsx", empty, score([], p=np.empty((0, 3))))
    assert sheets_of(tmp_path / "scored.xlsx") == {"scored": [["comment_id", "text", "kind", *RESULT_COLUMNS]]}
