"""`zhenping inspect` and `zhenping formats` end to end: what a moderator sees first."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.readers.pasting import pasted
from tests.calling import call
from tests.models import handmade_bundle, saved


def test_inspect_as_json_has_kinds_and_what_is_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "room.jsonl"
    path.write_text('{"text": "好", "uid": "7"}\n{"kind": "gift", "text": "", "uid": "8"}\n', encoding="utf-8")
    told = call(capsys, "inspect", path, "--format", "json")
    assert (told.code, told.err) == (0, "")
    assert list(told.data)[:11] == [
        "format", "encoding", "rows_read", "rows_kept", "skipped", "columns", "time", "id_quality", "warnings",
        "kinds", "signals_off",
    ]  # fmt: skip
    assert told.data["kinds"] == {"comment": 1, "gift": 1}
    assert [(off["code"], off["rows"], off["of"]) for off in told.data["signals_off"]] == [
        ("order_only", 1, 1), ("no_level", 1, 1), ("no_badge", 1, 1), ("no_paid", 1, 1), ("no_staff", 1, 1),
        ("no_created", 1, 1),
    ]  # fmt: skip


def test_a_format_can_be_named_and_stands_in_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "礼物 记录.txt"
    path.write_text("10086->小满->12->好看->粉丝->7\n", encoding="utf-8")
    said = call(capsys, "inspect", path, "--as", "douyu-txt-arrow", "--tz", "UTC", "--lang", "en")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "Next      " + pasted(
        ["zhenping", "score", str(path), "--tz", "UTC", "--as", "douyu-txt-arrow", "-o", "out/"]
    )


def test_the_next_command_runs_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shlex

    path = tmp_path / "没有 表头's.csv"
    path.write_text("好,7\n买,8\n", encoding="utf-8")
    refused = call(capsys, "inspect", path)
    assert refused.code == 3
    hint = next(line for line in refused.err.splitlines() if line.startswith("  zhenping inspect"))
    shown = call(capsys, *shlex.split(hint)[1:])
    assert shown.code == 0
    command = shlex.split(shown.out.splitlines()[-1].removeprefix("下一步"))
    assert command[:2] == ["zhenping", "score"]
    model = saved(handmade_bundle(), tmp_path / "model")
    out = tmp_path / "out"
    done = call(capsys, *command[1:-1], out, "--model", model, "-q")
    assert (done.code, (out / "scored.csv").exists()) == (0, True)


def test_score_takes_a_named_format_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.txt"
    path.write_text("10086->小满->12->加微->粉丝->7\n", encoding="utf-8")
    model = saved(handmade_bundle(), tmp_path / "model")
    done = call(
        capsys, "score", path, "-o", tmp_path / "out", "--as", "douyu-txt-arrow", "--model", model, "-q",
        "--format", "json",
    )  # fmt: skip
    assert (done.code, done.data["inputs"][0]["format"]) == (0, "douyu-txt-arrow")


def test_an_unknown_format_is_answered_with_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n好\n", encoding="utf-8")
    said = call(capsys, "inspect", path, "--as", "douyu-txt")
    assert said.code == 2
    assert "未知格式 'douyu-txt'" in said.err
    assert "\n  斗鱼：douyu-replay、douyu-stt、douyu-txt-arrow" in said.err


@pytest.mark.parametrize(("lang", "title"), [("zh", "斗鱼"), ("en", "Douyu")])
def test_formats_lists_what_can_be_read(lang: str, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(capsys, "formats", "--lang", lang)
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[lines.index(title) + 1].split()[0] == "douyu-replay"


def test_some_texts_are_shown_to_people_and_to_no_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "room.csv"
    path.write_text("text,user_id\n这个多少钱,1\n", encoding="utf-8")
    assert "样例      · 这个多少钱\n" in call(capsys, "inspect", path).out
    assert "多少钱" not in call(capsys, "inspect", path, "--format", "json").out
