"""Columns that lie on a shelf read as lists do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector.errors import UsageError
from detector.shelf import BLOCK_ROWS, Block, Shelf, Strings, gathered, numbered, on_shelf, picked, texts_of

SAID = ["来了", "", "NA", "👋", "一\x00二", "half \ud83d pair", "来了", "0042"]


def strings(*blocks: list[str]) -> Strings:
    shelf = Shelf()
    return Strings(shelf, [shelf.put(block) for block in blocks])


def test_what_was_put_comes_back() -> None:
    column = strings(SAID[:3], SAID[3:], [], ["同"] * 3)
    whole = [*SAID, "同", "同", "同"]
    assert (len(column), list(column), column[:], column[1:-1]) == (11, whole, whole, whole[1:-1])
    assert [column[row] for row in range(-11, 11)] == [*whole, *whole]
    assert (column[2:9], column[::3], column[5:2]) == (whole[2:9], whole[::3], [])
    assert (column.count("同"), column.count("来了"), column.count("没有")) == (3, 2, 0)


def test_cells_stay_as_arrow_holds_them_across_blocks() -> None:
    column = strings(SAID[:3], SAID[3:], [], ["同"] * 3)
    whole = list(column)
    for start, stop in ((0, 11), (1, 3), (2, 9), (8, 10), (9, 99), (4, 4)):
        assert texts_of(column.cells(start, stop)) == whole[start:stop]


def test_a_row_that_is_not_there_is_an_index_error() -> None:
    column = strings(["一", "二"])
    for row in (2, -3):
        with pytest.raises(IndexError, match=f"row {row} of 2"):
            column[row]


def test_cells_that_are_all_the_same_take_no_room() -> None:
    shelf = Shelf()
    assert (shelf.put([""] * 9), shelf.put(["房间"] * 2)) == (Block(9), Block(2, text="房间"))
    first, second = shelf.put(["一", "二"]), shelf.put(["三", "四"])
    assert (first.start, second.start) == (0, first.size)


def test_few_rows_are_picked_into_a_list_and_many_stay_on_the_shelf() -> None:
    texts = [f"第{n}条" for n in range(3 * BLOCK_ROWS)]
    column = strings(texts[:BLOCK_ROWS], texts[BLOCK_ROWS:])
    assert picked(column, [5, BLOCK_ROWS + 1, 0]) == ["第5条", f"第{BLOCK_ROWS + 1}条", "第0条"]
    order = np.arange(len(texts))[::-1]
    backwards = picked(column, order)
    assert (on_shelf(backwards), len(backwards), backwards[0]) == (True, len(texts), texts[-1])
    assert list(backwards) == backwards[:] == texts[::-1]
    assert picked(backwards, [0, 1]) == [texts[-1], texts[-2]]
    # Turned once more, all stands as it did.
    assert list(picked(backwards, order)) == texts


@pytest.mark.parametrize("span_blocks", [1, 2, 32])
def test_cells_are_numbered_in_the_order_they_come(span_blocks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.shelf.SPAN_BLOCKS", span_blocks)
    texts = ["乙", "甲", "乙", "half \ud83d", "", "half \ud83d"]
    for column in (texts, strings(texts[:2], texts[2:]), strings(texts[::-1]).pick(np.arange(6)[::-1])):
        numbers, names = numbered(column)
        assert numbers.tolist() == [0, 1, 0, 2, 3, 2]
        assert texts_of(names) == ["乙", "甲", "half \ud83d", ""]
    assert numbered([])[0].tolist() == []
    assert numbered(["同"] * 3)[0].tolist() == [0, 0, 0]


def test_cells_are_gathered_in_the_order_asked_for() -> None:
    rows = np.array([3, 0, 3])
    for column in (SAID, strings(SAID)):
        assert texts_of(gathered(column, rows)) == ["👋", "来了", "👋"]
    assert texts_of(gathered(SAID, rows[:0])) == []


def test_a_shelf_leaves_nothing_behind(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    column = Strings(shelf, [shelf.put(["一", "二"])])
    assert column[1] == "二"
    del shelf, column
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Shelf(tmp_path / "gone")
    assert "TMPDIR" in caught.value.en
    assert "TMPDIR" in caught.value.zh
