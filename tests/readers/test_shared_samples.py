"""The reader against real files, where they are at hand."""

import numpy as np
import pytest

from detector.comment import KINDS
from detector.errors import InputError
from detector.readers import ReadReport, inspect, read_chunks

pytestmark = pytest.mark.shared


def test_a_real_live_log_in_parquet(shared):
    report = ReadReport()
    rows = sum(len(part) for part in read_chunks(shared / "data/douyu_live_dev.parquet", report=report))
    assert report.rows_read == 482_601
    assert rows + sum(report.skipped.values()) == 482_601
    assert report.id_quality["real"] == rows


def test_real_reviews_in_csv(shared):
    path = next((shared / "formats/jd-review-csv").glob("*.csv"))
    report = ReadReport()
    parts = list(read_chunks(path, report=report))
    assert report.columns["text"] == "content"
    assert report.columns["rating"] == "score"
    assert {KINDS[code] for part in parts for code in np.unique(part.kind)} == {"review", "other"}
    assert report.time["unparsed"] == 0
    assert "ragged_long" not in report.notes


def test_real_chat_in_shift_jis_with_semicolons(shared):
    paths = sorted((shared / "formats/youtube-chat-csv").glob("*.csv"))
    assert len(paths) > 0
    for path in paths:
        report = inspect(path)
        assert (report.delimiter, report.encoding in ("cp932", "utf-8")) == (";", True)


def test_real_chat_without_a_header_is_asked_about(shared):
    for path in sorted((shared / "formats/twitch-chat-csv").glob("*.csv")):
        with pytest.raises(InputError, match="--map 1=user_name --map 2=text"):
            inspect(path)
        report = inspect(path, mapping={"1": "user_name", "2": "text"})
        assert report.rows_kept + sum(report.skipped.values()) == report.rows_read


def test_a_real_live_log_with_leading_underscores(shared):
    for path in sorted((shared / "formats/bilibili-live-danmaku-csv").glob("*/type3.csv")):
        report = inspect(path)
        assert (report.columns["text"], report.columns["user_name"]) == ("_content", "_name")
