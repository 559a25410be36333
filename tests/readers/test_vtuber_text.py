"""Stories of live logs in plain text."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.vtuber_text import DIALECTS

MINUTES = "TIME21:10ONLINE12\n求链接\n多少钱：99\nTIME21:11ONLINE15\nTIME说明\n\nSPEAKERNUM4\n"
# 2026-11-11 21:10 in Shanghai.
TEN_PAST = 1_794_402_600_000.0


def test_markers_give_the_minute_and_the_file_name_the_day(file, claimed_by):
    path = file(MINUTES, "2026-11-11.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["vtuber-text-1"]
    assert batch.text == ["求链接", "多少钱：99", "TIME说明"]
    assert batch.ts_ms.tolist() == [TEN_PAST, TEN_PAST, TEN_PAST + 60_000]
    assert (report.ts_sources, report.id_quality) == ({"minute_marker": 3}, {"none": 3})
    assert report.notes["no_event"].n == 3


@pytest.mark.parametrize("name", ["弹幕.txt", "2026-13-40.txt", "x20261-1-1.txt"])
def test_without_a_day_in_the_name_there_is_only_the_order(file, name):
    batch, report = read_comments(file(MINUTES, name))
    assert np.isnan(batch.ts_ms).tolist() == [True] * 3
    assert report.ts_sources == {"order_only": 3}


def test_past_midnight_the_next_day_begins(file):
    batch, _ = read_comments(file("TIME23:59ONLINE1\n好\nTIME0:00ONLINE1\n买\n", "房间_2026-11-11.txt"))
    assert np.diff(batch.ts_ms).tolist() == [60_000.0]


def test_the_second_version_knows_accounts_and_milliseconds(file, claimed_by):
    text = "1794399663123:40011:求链接: 多少\n1794399664123:40012::)\n坏的一行\nSPEAKERNUM2;40011:小明:1,40012:a,b:1\nV2\n"
    path = file(text, "v2.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["vtuber-text-2"]
    assert (batch.text, batch.user_id) == (["求链接: 多少", ":)"], ["40011", "40012"])
    assert batch.ts_ms.tolist() == [1_794_399_663_123.0, 1_794_399_664_123.0]
    assert (report.ts_sources, report.id_quality) == ({"event": 2}, {"real": 2})
    assert report.skipped_lines == {"unreadable_line": [3]}


def test_a_single_comment_and_the_trailer_are_enough(file, claimed_by):
    path = file("1794399663123:40011:好\nSPEAKERNUM1;40011:小明:1\nV2\n", "v2.txt")
    assert claimed_by(path) == ["vtuber-text-2"]


def test_plain_lines_of_other_kinds_are_left_to_others(file, claimed_by):
    for text in (
        "评论内容,时间\n好,21:10\n",
        "uid:text\n1:好\n",
        "1794399663:40011:好\n",
        "TIME21:10\n好\n好\n",
    ):
        assert claimed_by(file(text, "a.txt")) == []


@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["TIME99:99ONLINE1", "TIME0:0ONLINE0", "TIME23:5ONLINE1"]),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_line_however_odd_stops_the_reading(lines):
    for dialect in DIALECTS:
        recording = Recording("2026-12-31.txt", ReadReport())
        for line in lines:
            records = dialect.events(line, recording)
            assert records is None or all(record["kind"] in KINDS for record in records)


@pytest.mark.shared
def test_real_logs_of_both_versions(shared):
    folder = shared / "formats/bilibili-vtuber-danmaku-txt"
    batch, report = read_comments(folder / "10209381/2019-5-10.txt")
    assert (report.format, len(batch), report.ts_sources) == ("vtuber-text-1", 21, {"minute_marker": 21})
    assert np.isnan(batch.ts_ms).any() == np.False_
    batch, report = read_comments(folder / "v2_21752686_2020-12-20.txt")
    assert (report.format, len(batch), report.id_quality) == ("vtuber-text-2", 7, {"real": 7})
    assert (report.ts_sources, report.skipped) == ({"event": 7}, {})
