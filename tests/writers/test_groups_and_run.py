"""campaigns.csv, accounts.csv and run.json."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np

from detector.verdict import AccountSummary, Campaign
from detector.writers import write_accounts_csv, write_campaigns_csv, write_run_json

NAN = float("nan")


def campaign(**over: object) -> Campaign:
    values: dict[str, object] = {
        "campaign_id": "C-1", "room_id": "7", "session_id": "s", "label": "solicitation", "template": "=加{N}",
        "comments": 12, "accounts": 3, "flagged": 11, "first_ts_ms": 1_731_326_463_250.0,
        "last_ts_ms": 1_731_326_523_000.0, "score": 0.1 + 0.2, "samples": ("a", "b"),
    }  # fmt: skip
    return Campaign(**(values | over))  # type: ignore[arg-type]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_campaign_has_its_times_as_wall_clock_and_as_milliseconds(tmp_path: Path) -> None:
    # 1,731,326,463 s is 2024-11-11 12:01:03 UTC, eight hours later in Shanghai.
    write_campaigns_csv(tmp_path / "campaigns.csv", [campaign()])
    assert rows_of(tmp_path / "campaigns.csv") == [
        {
            "campaign_id": "C-1", "room_id": "7", "session_id": "s", "label": "solicitation",
            "template": "=加{N}", "comments": "12", "accounts": "3", "flagged": "11",
            "first_at": "2024-11-11T20:01:03.250+08:00", "last_at": "2024-11-11T20:02:03.000+08:00",
            "first_ts_ms": "1731326463250", "last_ts_ms": "1731326523000",
            "score": "0.30000000000000004", "samples": "a; b", "templates": "", "merged_ids": "", "rooms": "1",
            "span_c": "", "repeats": "", "expected_repeats": "", "fresh_share": "", "room_fresh_share": "",
            "shared_accounts": "0", "p_value": "", "q_value": "",
        }
    ]  # fmt: skip


def test_a_campaign_without_times_or_with_times_of_a_recording_has_no_wall_clock(tmp_path: Path) -> None:
    campaigns = [
        campaign(first_ts_ms=NAN, last_ts_ms=NAN),
        campaign(first_ts_ms=1500.0, last_ts_ms=1e300),
    ]
    write_campaigns_csv(tmp_path / "campaigns.csv", campaigns)
    rows = rows_of(tmp_path / "campaigns.csv")
    assert [(row["first_at"], row["last_at"]) for row in rows] == [("", ""), ("", "")]
    assert [row["first_ts_ms"] for row in rows] == ["", "1500"]


def test_a_campaign_is_written_with_what_chance_would_do(tmp_path: Path) -> None:
    weighed = campaign(
        templates=("=加{N}", "看{ID}"), merged_ids=("C-2",), rooms=2, span_c=96.0, repeats=12.0,
        expected_repeats=0.25, fresh_share=0.5, room_fresh_share=0.125, shared_accounts=3, p_value=1e-300, q_value=0.5,
    )  # fmt: skip
    write_campaigns_csv(tmp_path / "campaigns.csv", [weighed])
    assert list(rows_of(tmp_path / "campaigns.csv")[0].values())[-11:] == [
        "=加{N}; 看{ID}", "C-2", "2", "96", "12", "0.25", "0.5", "0.125", "3", "1e-300", "0.5",
    ]  # fmt: skip


def test_formula_safe_reaches_the_templates(tmp_path: Path) -> None:
    write_campaigns_csv(tmp_path / "campaigns.csv", [campaign()], formula_safe=True)
    assert rows_of(tmp_path / "campaigns.csv")[0]["template"] == "'=加{N}"


def test_an_account_id_keeps_its_zeros_and_its_nineteen_digits(tmp_path: Path) -> None:
    accounts = [
        AccountSummary("0012345", "小明", 10, 9, 0.9, ("C-1", "C-2"), 0.875),
        AccountSummary("7234567890123456789", "", 1, 0, 0.0, (), NAN),
    ]
    write_accounts_csv(tmp_path / "accounts.csv", accounts)
    assert (tmp_path / "accounts.csv").read_bytes().decode("utf-8") == (
        "\ufeffuser_id,user_name,comments,flagged,flagged_share,campaigns,score\r\n"
        "0012345,小明,10,9,0.9,C-1; C-2,0.875\r\n"
        "7234567890123456789,,1,0,0.0,,\r\n"
    )


def test_what_json_does_not_know_becomes_null_and_chinese_stays_readable(tmp_path: Path) -> None:
    run = {
        "command": "zhenping score 弹幕.csv",
        "inputs": [{"path": Path("弹幕.csv"), "bytes": np.int64(12), "share": np.float64("nan")}],
        "timings_s": {"score": float("inf"), "read": 0.5},
        "time": {"from": NAN, "source": None},
    }
    write_run_json(tmp_path / "run.json", run)
    text = (tmp_path / "run.json").read_text("utf-8")
    assert text.splitlines()[1] == '  "command": "zhenping score 弹幕.csv",'
    assert json.loads(text) == {
        "command": "zhenping score 弹幕.csv",
        "inputs": [{"path": "弹幕.csv", "bytes": 12, "share": None}],
        "timings_s": {"score": None, "read": 0.5},
        "time": {"from": None, "source": None},
    }
