"""The command line: each verb end to end, its output, its files and its exit codes."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detector import __version__
from detector.simulate import simulate_room, write_jsonl
from detector.verdict import RESULT_COLUMNS, VERDICTS
from tests.calling import call
from tests.models import ROOT, SAMPLE, Detector, handmade_bundle, run_python, saved, small_fit, zhenping

FILES = ("scored.csv", "scored.xlsx", "campaigns.csv", "accounts.csv", "report.html", "run.json")
ROWS = [
    {"comment_id": "c1", "user_id": "u1", "text": "加微", "time": "2026-11-11 20:00:00"},
    {"comment_id": "c2", "user_id": "u2", "text": "你好👋", "time": "2026-11-11 20:00:01"},
    {"comment_id": "c3", "user_id": "u3", "text": "微刷", "time": "2026-11-11 20:00:02"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("room") / "room.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- score -------------------------------------------------------------------------------------------------------


def test_score_writes_its_files_and_tells_what_it_found(room: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = zhenping("score", room, "-o", out, "--model", model)
    assert done.returncode == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    # Data on stdout, talk on stderr.
    assert "模型  by-hand" in done.stdout
    assert "判定只是建议" in done.stdout
    assert "模型" not in done.stderr
    assert "Traceback" not in done.stderr
    assert [(row["comment_id"], row["verdict"]) for row in table(out / "scored.csv")] == [
        ("c1", "high_risk"), ("c2", "pass"), ("c3", "review"),
    ]  # fmt: skip


def test_the_scored_table_keeps_the_input_and_adds_the_result_columns(
    room: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "score", room, "-o", tmp_path, "--model", model, "-q").code == 0
    rows = table(tmp_path / "scored.csv")
    assert list(rows[0]) == [*ROWS[0], *RESULT_COLUMNS]
    assert [{name: row[name] for name in ROWS[0]} for row in rows] == ROWS


def test_json_on_stdout_is_the_content_of_run_json(
    room: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "score", room, "-o", tmp_path, "--model", model, "--format", "json")
    assert said.code == 0
    assert said.data == json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    counts = said.data["counts"]
    assert {name: counts[name] for name in ("rows", "comments", *VERDICTS)} == {
        "rows": 3, "comments": 3, "pass": 1, "review": 1, "high_risk": 1,
    }  # fmt: skip
    assert said.data["inputs"][0]["read"]["columns"]["text"] == "text"
    assert said.data["model"]["model_id"] == "by-hand"


def test_english_speaks_english(
    room: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "score", room, "-o", tmp_path, "--model", model, "--lang", "en", "-q")
    assert said.out.startswith("model  by-hand")
    assert "Verdicts are advice; let a person decide." in said.out
    assert table(tmp_path / "scored.csv")[0]["reasons"] == 'worded like solicitation: "微"'
    assert said.err == ""


def test_several_files_are_one_log(
    room: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("user_id,text\nu9,赞\n", encoding="utf-8")
    said = call(capsys, "score", room, other, "-o", tmp_path / "out", "--model", model, "--format", "json")
    assert (said.code, said.data["counts"]["rows"], len(said.data["inputs"])) == (0, 4, 2)


def test_excel_is_left_out_on_request(
    room: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "score", room, "-o", tmp_path, "--model", model, "-q", "--no-xlsx").code == 0
    assert not (tmp_path / "scored.xlsx").exists()


def test_a_mapping_names_the_column_of_the_text(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("谁,说了啥\nu1,加微\n", encoding="utf-8")
    options = ("-o", tmp_path / "out", "--model", model, "-q")
    assert call(capsys, "score", path, *options).code == 3
    assert call(capsys, "score", path, "--map", "说了啥=text", "--map", "谁=user_id", *options).code == 0
    assert table(tmp_path / "out" / "scored.csv")[0]["verdict"] == "high_risk"


WRONG: list[tuple[list[str], int, str]] = [
    (["--profile", "brave"], 2, "balanced"),
    (["--map", "没有=text"], 2, "没有"),
    (["--map", "text=words"], 2, "words"),
    (["--map", "text"], 2, "header=field"),
    (["--map", "=text"], 2, "header=field"),
    (["--lang", "fr"], 2, "zh, en"),
    (["--format", "xml"], 2, "table, json"),
    (["--csv-flavor", "numbers"], 2, "raw, excel"),
    (["--tz", "Mars/Olympus"], 2, "Mars/Olympus"),
    (["--model", "no/such/model"], 4, "manifest.json"),
    (["--bogus"], 2, "--bogus"),
]


@pytest.mark.parametrize(("options", "code", "word"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_a_wrong_call_ends_with_its_code_and_says_what_is_right(
    room: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    word: str,
) -> None:
    lang = [] if "--lang" in options else ["--lang", "en"]
    said = call(capsys, "score", room, "-o", tmp_path / "out", "--model", model, *lang, *options)
    assert (said.code, said.out) == (code, "")
    assert word in said.err
    assert not (tmp_path / "out").exists()


def test_without_an_output_folder_nothing_is_scored(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = call(capsys, "score", room)
    assert (said.code, "--out" in said.err) == (2, True)


def test_the_version_and_the_help_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "--version").out.strip() == f"zhenping {__version__}"
    assert "130 interrupted" in call(capsys, "--help").out
    assert {verb for verb in ("score", "inspect", "train", "evaluate") if verb in call(capsys, "--help").out} == {
        "score", "inspect", "train", "evaluate",
    }  # fmt: skip


def test_a_console_that_knows_only_gbk_shows_a_mark_and_goes_on(
    room: Path, model: Path, tmp_path: Path
) -> None:
    # The commonest text of the group holds an emoji that GBK cannot show.
    path = tmp_path / "emoji.csv"
    path.write_text("user_id,text\n" + "".join(f"u{n},加微👋\n" for n in range(4)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "detector", "score", path, "-o", tmp_path / "out", "--model", model],
        cwd=ROOT, env=os.environ | {"PYTHONIOENCODING": "gbk"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "疑似团伙 1 个" in done.stdout.decode("gbk")
    assert "加微?" in done.stdout.decode("gbk")


OFFLINE = """
import socket, sys

class Closed(socket.socket):
    def __init__(self, *args, **kwargs):
        raise AssertionError("a connection was asked for")
def refuse(*args, **kwargs):
    raise AssertionError("a connection was asked for")
socket.socket = Closed
socket.create_connection = socket.getaddrinfo = refuse
from detector.cli import main
main(sys.argv[1:])
"""


def test_nothing_asks_for_the_network(room: Path, model: Path, tmp_path: Path) -> None:
    done = run_python(
        "-c", OFFLINE, "score", str(room), "-o", str(tmp_path / "out"), "-q", "--model", str(model)
    )
    assert (done.returncode, done.stderr) == (0, "")


INTERRUPTED = """
import signal, sys
from detector.cli import main
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
signal.setitimer(signal.ITIMER_REAL, 0.5)
main(sys.argv[1:])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no alarm signal there")
def test_an_interrupted_run_ends_with_130(model: Path, tmp_path: Path) -> None:
    # Reading and scoring the sample takes longer than half a second.
    done = run_python(
        "-c", INTERRUPTED, "score", str(SAMPLE), "-o", str(tmp_path / "out"), "--model", str(model)
    )
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (130, "", False)


# --- inspect -----------------------------------------------------------------------------------------------------


def test_inspect_tells_what_a_file_is_and_scores_nothing(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "inspect", room, "--format", "json")
    assert said.code == 0
    assert {
        "format",
        "encoding",
        "rows_read",
        "rows_kept",
        "skipped",
        "columns",
        "time",
        "id_quality",
        "warnings",
    } <= set(said.data)
    assert (said.data["format"], said.data["rows_kept"], said.data["columns"]["user_id"]) == (
        "ndjson",
        3,
        "user_id",
    )
    assert call(capsys, "inspect", room).out != call(capsys, "inspect", room, "--lang", "en").out


def test_inspect_refuses_what_score_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    assert (call(capsys, "inspect", path).code, call(capsys, "inspect", tmp_path / "gone").code) == (3, 3)


# --- train and evaluate ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three small labelled rooms."""
    folder = tmp_path_factory.mktemp("labelled")
    paths = []
    for seed in (5, 6, 7):
        log = simulate_room(
            seed=seed, minutes=6, viewers=110, attacks=("lure_burst", "templated_praise"), share=0.07
        )
        paths.append(folder / f"{seed}.jsonl")
        write_jsonl(log, paths[-1])
    return paths


@pytest.fixture(scope="module")
def trained(labelled: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``zhenping train`` made of them."""
    out = tmp_path_factory.mktemp("trained") / "model"
    done = zhenping(
        "train", *(word for path in labelled for word in ("--data", path)), "-o", out, "--jobs", "1"
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"模型  zh-[0-9a-f]{10}  .*\n", done.stdout)
    return out


def test_a_trained_model_scores_and_is_judged(
    trained: Path, labelled: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model_id = json.loads((trained / "manifest.json").read_bytes())["model_id"]
    scored = call(
        capsys,
        "score",
        labelled[0],
        "-o",
        tmp_path / "out",
        "--model",
        trained,
        "--profile",
        "sensitive",
        "--format",
        "json",
    )
    assert (scored.code, scored.data["model"]["model_id"]) == (0, model_id)
    judged = call(capsys, "evaluate", labelled[0], "--model", trained, "--format", "json", "-o", tmp_path)
    assert (judged.code, judged.data["model_id"]) == (0, model_id)
    assert judged.data["heads"]["solicitation"]["average_precision"]["value"] > 0.8
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8")) == judged.data
    shown = call(capsys, "evaluate", labelled[0], "--model", trained)
    assert (shown.code, "R@0.1%" in shown.out, model_id in shown.out) == (0, True, True)


def test_the_card_of_a_trained_model_tells_its_logs_and_limits(trained: Path) -> None:
    card = (trained / "CARD.md").read_text(encoding="utf-8")
    assert [f"| {seed}.jsonl |" in card for seed in (5, 6, 7)] == [True] * 3
    for title in ("## Trained on", "## Held-out figures", "## Thresholds", "## Limits"):
        assert title in card


def test_figures_on_what_a_model_has_learned_are_marked(
    trained: Path, labelled: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zh = call(capsys, "evaluate", labelled[0], "--model", trained, "-o", tmp_path / "page")
    warned = "注意：模型训练时用过这份数据（5.jsonl），指标偏高，不能说明新数据上的表现"
    assert [warned in said for said in (zh.out, zh.err)] == [True, True]
    assert warned in (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    # It is known by what is in it, whatever it is called.
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(labelled[1].read_bytes())
    en = call(capsys, "evaluate", copy, "--model", trained, "--format", "json", "--lang", "en")
    assert en.data["learned_from"] == {"logs": ["6.jsonl"], "same": True}
    assert "warning: the model was trained on this log (6.jsonl)" in en.err
    # Another log of the same name may be the same, and one of another name is another.
    lines = labelled[2].read_text(encoding="utf-8").splitlines(keepends=True)[:-100]
    for name, learned in (("7.jsonl", {"logs": ["7.jsonl"], "same": False}), ("new.jsonl", None)):
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
        said = call(capsys, "evaluate", tmp_path / name, "--model", trained, "--format", "json", "--lang", "en")
        assert said.data.get("learned_from") == learned
        assert ("of the same name (7.jsonl)" in said.err) == (learned is not None)


def test_files_to_learn_from_are_read_as_files_to_score(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes("谁,说了啥,标注\nu1,加微,引流\n".encode("gb18030"))
    options = ("--map", "说了啥=text", "--encoding", "gb18030", "--as", "csv", "--tz", "UTC", "--lang", "en")
    # The text and the labels were found: only the words of the labels are others.
    for words in (("train", "--data", path, "-o", tmp_path / "out"), ("evaluate", path, "--model", model)):
        said = call(capsys, *words, "--label-column", "标注", *options)
        assert (said.code, "unknown labels ['引流']" in said.err) == (3, True)


def test_a_second_training_with_the_same_seed_gives_the_same_model(
    trained: Path, labelled: list[Path], tmp_path: Path
) -> None:
    done = zhenping(
        "train",
        *(word for path in labelled for word in ("--data", path)),
        "-o",
        tmp_path / "again",
        "--jobs",
        "2",
    )
    assert done.returncode == 0
    digests = [
        json.loads((folder / "manifest.json").read_bytes())["content_digest"]
        for folder in (trained, tmp_path / "again")
    ]
    assert digests[0] == digests[1]


def test_a_model_compared_with_itself_differs_by_nothing(
    trained: Path, labelled: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "evaluate", labelled[0], "--compare", trained, trained, "--format", "json")
    assert said.code == 0
    figures = [f for head in said.data["heads"].values() for f in head["difference"].values()]
    assert {(f["value"], f["low"], f["high"]) for f in figures} == {(0.0, 0.0, 0.0)}
    shown = call(capsys, "evaluate", labelled[0], "--compare", trained, trained)
    assert (shown.code, "any difference" in shown.out) == (0, True)


def test_a_session_without_a_lure_is_null_and_not_nan(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "two.csv"
    path.write_text(
        "session_id,user_id,text,label\na,u1,加微信,solicitation\nb,u2,你好,normal\n", encoding="utf-8"
    )
    said = call(capsys, "evaluate", path, "--model", trained, "--format", "json")
    assert (said.code, said.data["sessions"]["/b"]["average_precision"]) == (0, None)


def test_a_split_by_sessions_needs_one_to_test_on(
    labelled: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for sessions in ("0", "3"):
        said = call(capsys, "evaluate", *labelled, "--train-sessions", sessions, "--lang", "en")
        assert (said.code, "leave at least one for the test" in said.err) == (2, True)


def test_a_fresh_split_is_set_against_baselines(labelled: list[Path]) -> None:
    done = zhenping("evaluate", *labelled, "--train-sessions", "2", "--baselines", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (len(found["baselines"]), len(found["sessions"])) == (3, 1)
    for figures in (*found["baselines"].values(), *found["heads"].values()):
        assert 0 <= figures["average_precision"]["low"] <= figures["average_precision"]["high"] <= 1


MISSING: list[tuple[list[str], int, str]] = [
    (["train", "-o", "OUT"], 2, "nothing to train on"),
    (["train", "-o", "OUT", "--data", "ROOM"], 2, "no column 'label'"),
    (["train", "-o", "OUT", "--data", "gone.csv"], 3, "gone.csv"),
    (["train", "-o", "OUT", "--recipe", "gone.toml"], 3, "gone.toml"),
    (
        ["train", "-o", "OUT", "--recipe", "recipes/default.toml", "--data-root", "no/data"],
        3,
        "douyu_live_dev.parquet",
    ),
    (["evaluate", "ROOM"], 2, "no column 'label'"),
    (["evaluate", "gone.csv"], 3, "gone.csv"),
    (["evaluate", "LABELLED", "--ts-source", "sundial"], 2, "sundial"),
    (["evaluate", "LABELLED", "--baselines"], 2, "--train-sessions"),
    (["evaluate", "LABELLED", "--source", "mine"], 2, "name the recipe too, with --recipe FILE"),
    (["evaluate", "LABELLED", "--as", "cvs"], 2, "unknown format 'cvs'"),
    (["train", "-o", "OUT", "--data", "LABELLED", "--tz", "Mars"], 2, "unknown time zone 'Mars'"),
    (["evaluate", "LABELLED", "--messages", "ROOM"], 2, "no column 'label'"),
    (["evaluate", "LABELLED", "--profile", "brave"], 2, "balanced"),
    (["evaluate", "LABELLED", "--model", "no/model"], 4, "manifest.json"),
    (["evaluate", "LABELLED", "--lang", "fr"], 2, "zh, en"),
    (["train", "-o", "OUT", "--data", "LABELLED", "--lang", "fr"], 2, "zh, en"),
]


@pytest.mark.parametrize(("words", "code", "word"), MISSING, ids=[" ".join(row[0]) for row in MISSING])
def test_training_and_judging_say_what_they_miss(
    words: list[str], code: int, word: str, room: Path, labelled: list[Path], model: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(ROOT)
    places: dict[str, Any] = {"OUT": tmp_path / "out", "ROOM": room, "LABELLED": labelled[0]}
    lang = [] if "--lang" in words else ["--lang", "en"]
    model_option = ["--model", str(model)] if words[0] == "evaluate" and "--model" not in words else []
    said = call(capsys, *(places.get(w, w) for w in words), *lang, *model_option)
    assert (said.code, said.out) == (code, "")
    assert word in said.err
    assert not (tmp_path / "out").exists()


def test_labels_nobody_knows_are_named(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("text,label\n好,广告\n", encoding="utf-8")
    for words in (("train", "--data", path, "-o", tmp_path / "out"), ("evaluate", path, "--model", model)):
        said = call(capsys, *words, "--lang", "en")
        assert (said.code, "unknown labels ['广告']" in said.err) == (3, True)


# --- the sample --------------------------------------------------------------------------------------------------


def test_the_sample_room_is_scored_with_the_shipped_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "score", SAMPLE, "-o", tmp_path, "--format", "json", "-q")
    rows = table(tmp_path / "scored.csv")
    assert (said.code, said.err) == (0, "")
    assert len(rows) == said.data["counts"]["rows"] == len(SAMPLE.read_text(encoding="utf-8").splitlines())
    assert {row["verdict"] for row in rows} == set(VERDICTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_the_command_line_says_what_the_library_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = saved(small_fit().bundle, tmp_path / "model")
    path = tmp_path / "part.jsonl"
    path.write_text(
        "".join(SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)[:200]), encoding="utf-8"
    )
    assert call(capsys, "score", path, "-o", tmp_path / "out", "--model", folder, "-q").code == 0
    risk = [float(row["risk"]) for row in table(tmp_path / "out" / "scored.csv")]
    assert risk == Detector.load(folder).score(path).verdicts.risk.tolist()
