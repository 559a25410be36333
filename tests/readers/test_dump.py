"""A long dump is the same batch on a shelf as in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.comment import CODE_FIELDS, NUMBER_FIELDS, STRING_FIELDS, CommentBatch
from detector.errors import InputError
from detector.readers import read_comments
from detector.readers.dump import Dump
from detector.shelf import on_shelf
from tests.building import NAN, batch, comment

NOTHING: dict[str, Any] = {"memory_bytes": 0, "memory_rows": 0}


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def same(one: CommentBatch, other: CommentBatch) -> None:
    for name in STRING_FIELDS:
        assert list(getattr(one, name)) == list(getattr(other, name)), name
    for name in (*NUMBER_FIELDS, *CODE_FIELDS):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.source.headers == other.source.headers
    assert [list(column) for column in one.source.columns] == [list(column) for column in other.source.columns]


def test_files_are_read_the_same_on_a_shelf_and_in_memory(tmp_path: Path) -> None:
    first = lines(
        tmp_path / "a.jsonl",
        {"text": "来了", "user_id": "007", "time": "2026-11-11 20:00:00", "level": 3},
        {"text": "half \ud83d", "user_id": "u2", "time": "2026-11-11 20:00:01", "new": "1"},
    )
    second = tmp_path / "b.csv"
    second.write_text("user_id,text,更多\nu3,NA,x\nu4,,y\nu5,好看,\n", encoding="utf-8")
    plain, plain_report = read_comments([first, second])
    kept, report = read_comments([first, second], **NOTHING)
    assert (on_shelf(kept.text), on_shelf(plain.text)) == (True, False)
    assert report.as_dict() == plain_report.as_dict()
    same(kept, plain)


def test_rooms_of_one_evening_are_sessions_of_their_own_on_a_shelf_too(tmp_path: Path) -> None:
    paths = [
        lines(
            tmp_path / name, *({"text": f"{name}{s}", "time": f"2026-11-11 20:00:{s:02d}"} for s in range(30))
        )
        for name in ("east.jsonl", "west.jsonl")
    ]
    kept, report = read_comments(paths, **NOTHING)
    plain, plain_report = read_comments(paths)
    assert set(kept.session_id) == {"east.jsonl", "west.jsonl"}
    assert report.as_dict() == plain_report.as_dict()
    same(kept, plain)


def test_rows_are_taken_from_a_shelf_in_any_order(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", *({"text": f"第{n}条", "user_id": "u", "n": str(n)} for n in range(50)))
    kept, plain = read_comments([path], **NOTHING)[0], read_comments(path)[0]
    same(kept.take([40, 3, 3]), plain.take([40, 3, 3]))
    same(kept.slice(7, 20), plain.slice(7, 20))
    same(CommentBatch.concat([kept, plain]), CommentBatch.concat([plain, plain]))
    assert (kept.row(9).text, kept.row(9).comment_id) == ("第9条", plain.comment_id[9])
    assert (type(kept.slice(7, 20).text), type(kept.take([1]).text)) == (list, list)


def test_what_is_the_same_in_every_row_takes_no_room() -> None:
    dump = Dump(memory_rows=0)
    dump.add("a", batch(comment("一", user_level=NAN), comment("二", user_level=NAN)))
    dump.add("a", batch(comment("三", user_level=NAN)))
    whole = dump.batch()
    assert (len(dump), list(whole.text), list(whole.room_id)) == (3, ["一", "二", "三"], ["700100"] * 3)
    # What is unknown in every row takes one cell of memory.
    assert (whole.user_level.strides, whole.rating.strides, np.isnan(whole.rating).all()) == ((0,), (0,), True)
    np.testing.assert_array_equal(whole.ts_ms, [comment().ts_ms] * 3)


def test_a_file_that_is_missing_is_told_before_a_long_one_is_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"text": "来了"})
    with pytest.raises(InputError, match="gone"):
        read_comments([path, tmp_path / "gone.csv"], **NOTHING)
