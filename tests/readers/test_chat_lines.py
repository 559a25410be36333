"""Stories of chat that was copied out of a window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.readers import read_comments
from detector.readers.chat_lines import DIALECTS
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport

CHAT = "[20:00:01] 小满：这个多少钱\n[20:00:03] Mai: 3:2, 好\n【20:00:03.250】阿 吉 ：\n"
# 2026-11-11 20:00:01 in Shanghai.
FIRST_MS = 1_794_398_401_000.0


def test_lines_of_a_clock_a_name_and_a_text_are_comments(file, claimed_by):
    path = file(CHAT + "[20:00:04] 小满：加微\n", "聊天.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["chat-lines"]
    assert batch.text == ["这个多少钱", "3:2, 好", "加微"]
    assert batch.user_name == ["小满", "Mai", "小满"]
    # A line without words is left out as anywhere else.
    assert (report.id_quality, report.skipped) == ({"name_only": 3}, {"empty_text": 1})
    assert np.diff(batch.ts_ms).tolist() == [2_000.0, 1_000.0]


def test_a_clock_without_a_date_counts_from_midnight(file):
    batch, report = read_comments(file(CHAT, "聊天.txt"))
    assert batch.ts_ms.tolist() == [72_001_000.0, 72_003_000.0]
    assert report.ts_sources == {"video_offset": 2}


def test_past_midnight_the_clock_goes_on_and_a_late_line_stays_before_it(file):
    clocks = ("23:59:58", "0:00:01", "23:59:59", "0:00:02", "9:30:00", "23:00:00", "00:10:00")
    text = "".join(f"[{clock}] 小满: 好\n" for clock in clocks)
    batch, _ = read_comments(file(text, "聊天.txt"))
    day = 86_400
    assert (batch.ts_ms / 1000).tolist() == [
        86_398, day + 1, 86_399, day + 2, day + 34_200, day + 82_800, 2 * day + 600,
    ]  # fmt: skip


def test_the_name_of_the_file_tells_the_day(file):
    text = CHAT + "[0:00:01] 小满：加微\n"
    batch, report = read_comments(file(text, "聊天_2026-11-11.txt"))
    assert batch.ts_ms.tolist() == [FIRST_MS, FIRST_MS + 2_000, FIRST_MS + 4 * 3_600_000]
    assert report.ts_sources == {"event": 3}


def test_a_date_in_the_brackets_is_a_time_as_anywhere(file):
    text = (
        "[2026-11-11 20:00:01] 小满：好\n[2026/11/11 20:01] 小满：买\n[2026-11-11 12:00:02 UTC] mai: nice\n"
        "[2026年11月11日 20:00:04.5] 阿吉：来\n"
    )
    batch, report = read_comments(file(text, "聊天.txt"))
    assert (batch.ts_ms - FIRST_MS).tolist() == [0.0, 59_000.0, 1_000.0, 3_500.0]
    assert report.ts_sources == {"event": 3, "minute_marker": 1}


def test_a_log_with_the_newest_first_gains_no_days(file):
    times = ("00:20:00", "23:50:00", "23:20:00")
    batch, _ = read_comments(file("".join(f"[{at}] 小满：好{at}\n" for at in times), "聊天.txt"))
    assert np.diff(batch.ts_ms).tolist() == [-1_800_000.0, -1_800_000.0]


def test_a_clock_of_more_than_a_day_is_that_of_a_video(file):
    batch, _ = read_comments(file("[30:00:00] 小满：好\n[20:00:00] 阿吉：买\n", "聊天.txt"))
    assert batch.ts_ms.tolist() == [108_000_000.0, 72_000_000.0]


def test_two_numbers_may_be_anything_and_leave_the_order(file):
    batch, report = read_comments(file("[20:01] 小满：好\n[0:12] mai: nice\n", "聊天_2026-11-11.txt"))
    assert (len(batch), report.ts_sources) == (2, {"order_only": 2})


def test_a_line_of_another_kind_is_counted(file):
    text = "".join(f"[20:00:0{n}] 小满：好{n}\n" for n in range(8)) + "[20:00:09] 小满 进入直播间\n下一行\n"
    batch, report = read_comments(file(text, "聊天.txt"))
    assert (len(batch), report.skipped_lines) == (8, {"unreadable_line": [9, 10]})


@pytest.mark.parametrize(
    "text",
    [
        "时间,昵称,内容\n[20:00:01],小满,好：看\n[20:00:02],阿吉,买\n",
        "[1, 2]\n[3, 4]\n",
        "[20:00:01] 没有昵称\n[20:00:02] 也没有\n",
        "小满：好\n阿吉：买\n",
        '{"text": "[20:00:01] 小满：好"}\n',
        "[2026-11-11T12:00:01Z] :mai!mai@mai.tmi.twitch.tv PRIVMSG #room :nice\n",
        "[Script Info]\nDialogue: 0,0:00:12.50,0:00:20.50,R2L,,0,0,0,,好看\n",
    ],
)
def test_other_files_are_left_to_others(file, claimed_by, text):
    assert "chat-lines" not in claimed_by(file(text, "a.txt"))


@settings(max_examples=200)
@given(st.lists(st.text(max_size=60) | st.text(alphabet="[]【】 0123456789:.：-小", max_size=40), max_size=6))
def test_no_line_makes_it_fall_over(lines):
    for name in ("a.txt", "a_2026-11-11.txt"):
        recording = Recording(name, ReadReport())
        for line in lines:
            records = DIALECTS[0].events(line, recording)
            assert records is None or [record["kind"] for record in records] == ["comment"]


def test_a_clock_that_turns_more_often_than_there_are_dates_is_none():
    recording = Recording("a_2026-11-11.txt", ReadReport(), {"latest_s": 86_400 * 4_000_000})
    told = DIALECTS[0].events("[20:00:01] 小满：好", recording)
    assert told == [{"kind": "comment", "user_name": "小满", "text": "好"}]
