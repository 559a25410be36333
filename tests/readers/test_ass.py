"""Stories of danmaku that were drawn as subtitles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import describe, inspect, read_comments
from detector.readers.ass import DIALECTS, text_shown
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport

HEAD = "\ufeff[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: R2L,雅黑\n\n[Events]\n"
FORMAT = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def dialogue(text, start="0:00:09.40"):
    return f"Dialogue: 0,{start},0:00:21.40,R2L,,0000,0000,0000,,{text}\n"


def test_a_dialogue_is_a_comment_at_its_place_in_the_video(file, claimed_by):
    path = file(
        HEAD + FORMAT + dialogue(r"{\move(1983,684,-63,684)}求链接, 多少钱", "1:02:03.5") + dialogue("买"),
        "a.ass",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["ass"]
    assert batch.text == ["求链接, 多少钱", "买"]
    assert batch.ts_ms.tolist() == [3_723_500.0, 9_400.0]
    assert (report.ts_sources, report.id_quality) == ({"video_offset": 2}, {"none": 2})
    assert "距视频开头的时间" in describe(report, "zh")
    assert "time into the video" in describe(report, "en")


def test_what_only_draws_a_text_is_left_out():
    assert text_shown(r"{\pos(960,973)\fs31}{\c&H1200E7}❀\h情越\N深刻\n❀") == "❀ 情越 深刻 ❀"
    assert text_shown("{没有} {\\b1}买") == "买"


def test_columns_go_by_the_format_line(file):
    events = "Format: Start, Name, Text\nDialogue: 0:00:01.00,小明,好,真好\nComment: 0:00:01.00,小明,不是弹幕\n"
    batch, report = read_comments(file(HEAD + events, "a.ass"))
    assert (batch.text, batch.user_name, batch.ts_ms.tolist()) == (["好,真好"], ["小明"], [1000.0])
    assert report.id_quality == {"name_only": 1}


def test_a_drawing_is_no_comment_and_a_dialogue_without_a_start_is_counted(file):
    drawing = dialogue(r"{\p1}m 0 0 l 100 0 100 100{\p0}")
    batch, report = read_comments(file(HEAD + FORMAT + drawing + dialogue("好") + dialogue("坏", "?"), "a.ass"))
    assert (batch.text, report.skipped) == (["好"], {"unreadable_line": 1})
    assert report.skipped_lines == {"unreadable_line": [12]}


@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["[Events]", "Format: Text", "Format:", "Dialogue: 0,0:0:0,,"]),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_line_however_odd_stops_the_reading(lines):
    recording = Recording("a.ass", ReadReport())
    for line in lines:
        for odd in (line, f"Dialogue:{line}"):
            records = DIALECTS[0].events(odd, recording)
            assert records is None or all(record["kind"] in KINDS for record in records)


@pytest.mark.shared
def test_a_real_file_of_subtitles(shared):
    path = shared / "formats/ass/danmaku01.ass"
    report = inspect(path)
    assert report.rows_kept == path.read_text(encoding="utf-8-sig").count("\nDialogue: ")
    assert (report.format, report.skipped) == ("ass", {})
    assert (report.ts_sources, report.id_quality) == ({"video_offset": 227}, {"none": 227})
