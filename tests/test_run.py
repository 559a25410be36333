"""The main job: the same files whether a log is short or long, and what stands there when it is ended early."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from detector.run import score_files
from detector.scorer import CHUNK
from tests.models import SAMPLE, handmade_bundle, quiet, saved

NOW = datetime(2026, 11, 11, 20, tzinfo=UTC)
FILES = ["accounts.csv", "campaigns.csv", "report.html", "run.json", "scored.csv", "scored.xlsx"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model"))


def run(files: list[Path], out: Path, model: Path, **over: Any) -> dict[str, Any]:
    ticks = count()
    options: dict[str, Any] = {"now": NOW, "clock": lambda: float(next(ticks)), "progress": quiet}
    return score_files(files, out, model=model, **(options | over))


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def shuffled(tmp_path: Path) -> Path:
    """The sample room, its lines in an order that is not that of time, with lures that give no account."""
    rows = SAMPLE.read_text(encoding="utf-8").splitlines()[:900]
    rows = rows[::-2] + rows[::2]
    rows += [json.dumps({"text": f"加微 wx{n}", "new": "列"}) for n in range(5)]
    path = tmp_path / "room.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_long_log_is_written_byte_for_byte_as_a_short_one(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shuffled(tmp_path)
    # The page names accounts by a key of its own each time.
    monkeypatch.setattr("detector.report.page.secrets.token_bytes", lambda n: b"\1" * n)
    run([path], tmp_path / "one", model)
    monkeypatch.setattr("detector.shelf.BLOCK_ROWS", 64)
    monkeypatch.setattr("detector.readers.dump.BLOCK_ROWS", 64)
    run([path], tmp_path / "two", model, memory_bytes=0, memory_rows=0)
    one, two = written(tmp_path / "one"), written(tmp_path / "two")
    two["run.json"] = two["run.json"].replace(str(tmp_path / "two").encode(), str(tmp_path / "one").encode())
    assert list(one) == list(two) == FILES
    assert [name for name in FILES if one[name] != two[name]] == []


def test_each_stage_is_told_to_its_end(tmp_path: Path, model: Path) -> None:
    told: list[tuple[str, int, int]] = []
    found = run([SAMPLE], tmp_path / "out", model, progress=lambda *stage: told.append(stage), xlsx=False)
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == ["reading", "scoring", "writing"]
    last = {stage: (done, total) for stage, done, total in told}
    assert (last["scoring"], last["writing"]) == ((found["rows_read"],) * 2, (5, 5))
    assert last["reading"] == (SAMPLE.stat().st_size,) * 2


def test_ctrl_c_while_reading_leaves_nothing(tmp_path: Path, model: Path) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([SAMPLE], tmp_path / "out", model, progress=progress)
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_not_ended_says_so(tmp_path: Path, model: Path) -> None:
    found = run([SAMPLE], tmp_path / "out", model, xlsx=False)
    assert (found["interrupted"], found["rows_read"]) == (False, found["counts"]["rows"])


def test_a_run_that_is_ended_early_is_whole_as_far_as_it_goes(tmp_path: Path, model: Path) -> None:
    # In two rooms, and not in the order of time: what has been scored are the earliest rows of both.
    rows = [
        {
            "text": f"加微 wx{n % 7}" if n % 5 else "你好",
            "user_id": f"u{n % 97}",
            "room_id": f"r{n % 2}",
            "ts": n,
        }
        for n in range(2 * CHUNK + 100)
    ]
    rows = rows[1::2] + rows[::2]
    for row in rows:
        row["ts"] = 1_794_398_400_000 + 100 * int(row["ts"])
    path, head = tmp_path / "long.jsonl", tmp_path / "head.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    early = [row for row in rows if int(row["ts"]) < 1_794_398_400_000 + 100 * CHUNK]
    head.write_text("".join(json.dumps(row) + "\n" for row in early), encoding="utf-8")
    for limits in ({}, {"memory_bytes": 0, "memory_rows": 0}):
        out = tmp_path / f"out{len(limits)}"
        found = run([path], out, model, xlsx=False, ended=lambda: True, **limits)
        assert (found["interrupted"], found["rows_read"], found["counts"]["rows"]) == (True, len(rows), CHUNK)
        assert sorted(file.name for file in out.iterdir()) == [name for name in FILES if name != "scored.xlsx"]
        whole = run([head], tmp_path / "whole", model, xlsx=False)
        assert (whole["interrupted"], whole["counts"]) == (False, found["counts"])
        # But for the ids, which are made from the file, the same was said of the same rows.
        said = [
            [
                [cell for name, cell in row.items() if name != "comment_id"]
                for row in table(folder / "scored.csv")
            ]
            for folder in (out, tmp_path / "whole")
        ]
        assert said[0] == said[1]


def test_a_run_ended_at_its_last_chunk_is_not_interrupted(tmp_path: Path, model: Path) -> None:
    found = run([SAMPLE], tmp_path / "out", model, xlsx=False, ended=lambda: True)
    assert (found["interrupted"], found["counts"]["rows"]) == (False, found["rows_read"])


def test_the_workbook_of_an_earlier_run_does_not_stay_beside_other_results(tmp_path: Path, model: Path) -> None:
    out = tmp_path / "out"
    run([SAMPLE], out, model, xlsx=True)
    assert (out / "scored.xlsx").is_file()
    found = run([SAMPLE], out, model, xlsx=False)
    assert not (out / "scored.xlsx").exists()
    assert [warning["code"] for warning in found["warnings"] if warning["code"] == "no_workbook"] == []
