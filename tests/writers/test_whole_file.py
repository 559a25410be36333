"""A file stands under its name whole, or what stood there before stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.errors import UsageError
from detector.writers import whole_file, write_text


def test_ctrl_c_in_the_middle_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    write_text(path, "old")

    def write_half() -> None:
        with whole_file(path) as part:
            part.write_text("half a fi", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [(found.name, found.read_text("utf-8")) for found in tmp_path.iterdir()] == [("scored.csv", "old")]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    write_text(tmp_path / "out" / "今天" / "a.txt", "好")
    assert (tmp_path / "out" / "今天" / "a.txt").read_bytes() == "好".encode()


def test_a_place_that_cannot_be_written_is_named_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_text(tmp_path / "out" / "a.txt", "x")
    assert caught.value.en.startswith(f"cannot write {tmp_path / 'out' / 'a.txt'}: ")
    assert caught.value.zh.startswith(f"无法写入 {tmp_path / 'out' / 'a.txt'}：")


def test_a_folder_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "scored.csv").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        write_text(tmp_path / "scored.csv", "x")
    assert [found.name for found in tmp_path.iterdir()] == ["scored.csv"]
