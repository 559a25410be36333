"""Stories of what one logger of live rooms writes, lines and tables."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.bilibili_log import DIALECTS, SHAPES
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.sniff import SHAPES as ALL_SHAPES
from tests.readers.odd_json import odd_values

COMMENTS = (
    "_DeltaTime,_ExactTime,_Date,_color,_content,_name,_msg_type,\n"
    "0.75,20:21:03,2026.11.11,455ff6,求链接,小明,danmaku,\n"
    "1.79,20:21:04,2026.11.11,e33fff,多少钱,小红,danmaku,\n"
)
MOMENT = 1_794_399_663_000.0
ENTERED = {
    "cmd": "INTERACT_WORD",
    "data": {"uid": 40012, "uname": "小红", "msg_type": 1, "roomid": 4404, "timestamp": MOMENT // 1000},
}


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def lines(*items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def test_one_logger_gives_a_comment_as_text_and_an_event_as_an_object(file, claimed_by):
    clock = {"Date": "2026.11.11", "ExactTime": "20:21:03", "DeltaTime": 0.5}
    path = file(
        lines(
            {"name": "", "content": '{"code":0}', "msg_type": "other"} | clock,
            {"msg_type": "danmaku", "name": "小明", "content": "求链接", "color": "ffffff"} | clock,
            {"msg_type": "other", "content": ENTERED} | clock,
            {"msg_type": "other", "content": {"cmd": "ONLINE_RANK_COUNT", "data": {"count": 8}}} | clock,
            {"msg_type": "danmaku", "name": "小明", "content": ["x"]} | clock,
        ),
        "SampleData.json",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bilibili-log"]
    assert (kinds(batch), batch.text) == (["comment", "enter", "stats"], ["求链接", "", ""])
    assert batch.ts_ms.tolist() == [MOMENT] * 3
    assert report.ts_sources == {"arrival": 2, "event": 1}
    assert report.id_quality == {"name_only": 1, "real": 1, "none": 1}
    assert (batch.room_id[:2], report.notes["no_event"].lines) == (["4404", "4404"], [1])
    assert report.skipped_lines == {"unreadable_item": [5]}


def test_date_and_clock_become_one_time_of_arrival(file):
    batch, report = read_comments(file(COMMENTS))
    assert report.format == "csv (bilibili-flat-events)"
    assert (batch.text, batch.user_name, kinds(batch)) == (
        ["求链接", "多少钱"],
        ["小明", "小红"],
        ["comment"] * 2,
    )
    assert batch.ts_ms.tolist() == [MOMENT, MOMENT + 1000]
    assert (report.ts_sources, report.id_quality) == ({"arrival": 2}, {"name_only": 2})
    assert batch.source.headers == (
        "_DeltaTime",
        "_ExactTime",
        "_color",
        "_content",
        "_name",
        "ts",
        "ts_source",
        "kind",
    )
    assert "double_header" not in report.notes


def test_events_are_of_the_kind_their_command_says():
    columns = {
        "_DeltaTime": ["1"] * 4, "_ExactTime": ["20:21:03"] * 3 + [None], "_Date": ["2026.11.11"] * 3 + [None],
        "_content_cmd": ["INTERACT_WORD", "INTERACT_WORD", "SEND_GIFT", None], "_msg_type": ["other"] * 3 + [None],
        "_content_data_msg_type": ["1", "2", None, None], "_content_data_uid": ["40011", "40012", "40013", None],
        "_content_data_uname": ["小明", "小红", "小青", None],
    }  # fmt: skip
    shaped = SHAPES[0].reshape(columns, Recording("type7.csv", ReadReport()))
    assert shaped["kind"] == ["enter", "follow", "gift", "other"]
    assert (shaped["user_id"], shaped["user_name"][0]) == (["40011", "40012", "40013", None], "小明")
    assert shaped["ts"] == ["2026.11.11 20:21:03"] * 3 + [""]


def test_a_broken_clock_leaves_the_order(file):
    batch, report = read_comments(file(COMMENTS.replace("20:21:04", "25:99")))
    np.testing.assert_array_equal(batch.ts_ms, [MOMENT, np.nan])
    assert report.ts_sources == {"arrival": 1, "order_only": 1}


def test_only_this_table_is_taken_and_by_nobody_else():
    headers = COMMENTS.split("\n", maxsplit=1)[0].split(",")
    assert [shape.name for shape in ALL_SHAPES if shape.claims(headers)] == ["bilibili-flat-events"]
    assert [shape.name for shape in ALL_SHAPES if shape.claims(["text", "user_id", "ts"])] == []


@given(odd_values(["cmd", "data", "uid", "msg_type"]), st.sampled_from(["danmaku", "other", "", 5, None]))
@settings(max_examples=200, deadline=None)
def test_no_line_however_odd_stops_the_reading(value, message_type):
    item = {"msg_type": message_type, "content": value, "Date": value, "ExactTime": value, "name": value}
    for odd in (value, item):
        records = DIALECTS[0].events(odd, Recording("a", ReadReport()))
        assert records is None or all(record["kind"] in KINDS for record in records)


@given(st.lists(st.none() | st.text(max_size=5) | st.integers() | st.floats(), min_size=2, max_size=2))
def test_no_cell_however_odd_stops_the_reading(cells):
    names = ("_DeltaTime", "_ExactTime", "_Date", "_content_cmd", "_msg_type", "_content_data_msg_type", "")
    shaped = SHAPES[0].reshape({name: list(cells) for name in names}, Recording("a", ReadReport()))
    assert {len(column) for column in shaped.values()} == {2}


@pytest.mark.shared
def test_real_tables_of_comments_and_of_notices(shared):
    folder = shared / "formats/bilibili-live-danmaku-csv/11365"
    batch, report = read_comments(folder / "type3.csv")
    assert (report.format, len(batch), report.skipped) == ("csv (bilibili-flat-events)", 20_000, {})
    assert (Counter(kinds(batch)), report.ts_sources) == ({"comment": 20_000}, {"arrival": 20_000})
    assert (report.id_quality, np.isnan(batch.ts_ms).sum()) == ({"name_only": 20_000}, 0)
    batch, _ = read_comments(folder / "type8.csv")
    assert Counter(kinds(batch)) == {"other": 59}


@pytest.mark.shared
def test_a_real_log_of_one_logger(shared):
    batch, report = read_comments(shared / "formats/bilibili-live-danmu-json/SampleData.jsonl")
    assert report.format == "bilibili-log"
    assert Counter(kinds(batch)) == {"enter": 5, "comment": 2, "stats": 1}
    assert (report.id_quality, report.skipped) == ({"real": 5, "name_only": 2, "none": 1}, {})
    assert report.ts_sources == {"event": 5, "arrival": 3}
    assert set(batch.room_id[:7]) == {"11365"}
