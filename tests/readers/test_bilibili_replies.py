"""Stories of comments below Bilibili videos."""

import json

import pytest
from hypothesis import given, settings

from detector.comment import KINDS
from detector.errors import InputError
from detector.readers import inspect, read_comments
from detector.readers.bilibili_replies import DIALECTS, SHAPES
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.sniff import shape_of
from tests.readers.odd_json import odd_values

MOMENT_S = 1_794_399_663


def reply(rpid, text, *, parent=0, mid=40011, replies=None, **over):
    return {
        "rpid": rpid, "rpid_str": str(rpid), "oid": 694_724_153, "mid": mid, "root": parent, "parent": parent,
        "parent_str": str(parent), "ctime": MOMENT_S, "like": 7, "state": 0,
        "member": {
            "mid": str(mid), "uname": "小明", "level_info": {"current_level": 5},
            "vip": {"vipType": 2, "vipStatus": 1}, "fans_detail": {"medal_name": "青团", "level": 9},
        },
        "content": {"message": text}, "reply_control": {"location": "IP属地：浙江"}, "replies": replies,
    } | over  # fmt: skip


def answer(*replies, **data):
    return {"code": 0, "message": "0", "data": {"replies": list(replies), "upper": {"mid": 900}} | data}


def write(*values):
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values)


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_an_answer_holds_comments_and_below_them_their_replies(file, claimed_by):
    below = [
        reply(10**18 + 8, "同问", parent=10**18 + 7, mid=40012),
        reply(10**18 + 9, "橱窗", parent=10**18 + 7, mid=900),
    ]
    path = file(
        write(answer(reply(10**18 + 7, "哪里买", replies=below), top_replies=[reply(3, "置顶", mid=900)])),
        "a.json",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bilibili-replies"]
    assert batch.text == ["置顶", "哪里买", "同问", "橱窗"]
    assert kinds(batch) == ["comment", "comment", "reply", "reply"]
    assert batch.comment_id == ["3", "1000000000000000007", "1000000000000000008", "1000000000000000009"]
    assert batch.reply_to == ["", "", "1000000000000000007", "1000000000000000007"]
    row = batch.row(1)
    assert (row.user_id, row.user_name, row.user_level, row.room_id) == ("40011", "小明", 5.0, "694724153")
    assert (row.paid_marker, row.fan_badge_name, row.fan_badge_level) == ("", "青团", 9.0)
    # Who made the video answers below it.
    assert batch.is_staff.tolist() == [1.0, 0.0, 0.0, 1.0]
    assert (set(batch.ts_ms.tolist()), report.ts_sources) == ({MOMENT_S * 1000.0}, {"event": 4})
    assert report.id_quality == {"real": 4}


def test_pages_line_by_line_and_bare_comments_line_by_line(file):
    pages = file(write(answer(reply(1, "一")), answer(reply(2, "二"))), "pages.jsonl")
    bare = file(write(reply(1, "一"), reply(2, "二")), "bare.jsonl")
    for path in (pages, bare):
        batch, report = read_comments(path)
        assert (batch.text, report.format) == (["一", "二"], "bilibili-replies")


def test_a_cut_answer_is_read_as_far_as_it_goes(file):
    text = write(answer(reply(1, "一"), reply(2, "二"), reply(3, "三")))
    batch, report = read_comments(file(text[: text.index("三")], "a.json"))
    assert (batch.text, report.notes["read_item_by_item"].n) == (["一", "二"], 1)


def test_a_comment_without_content_is_skipped_and_counted(file):
    batch, report = read_comments(
        file(write(answer(reply(1, "好"), reply(2, "", content=None), "x", {"a": 1})), "a.json")
    )
    assert (batch.text, report.skipped) == (["好"], {"unreadable_item": 2, "empty_text": 1})


def test_a_table_of_a_crawler_is_read_under_its_own_names(file):
    rows = "rpid,oid,parent,username,content,likes,date\n11,5,0,小明,哪里买,3,2026-11-11 20:21:03\n12,5,11,小红,同问,0,2026-11-11 20:21:04\n"
    batch, report = read_comments(file(rows))
    assert report.format == "csv (bilibili-replies-table)"
    assert (batch.text, batch.comment_id, kinds(batch)) == (
        ["哪里买", "同问"],
        ["11", "12"],
        ["comment", "reply"],
    )
    assert (batch.room_id, batch.reply_to) == (["5", "5"], ["", "11"])
    assert batch.ts_ms.tolist() == [MOMENT_S * 1000.0, MOMENT_S * 1000.0 + 1000]


def test_the_shortest_table_of_a_crawler_is_known_and_others_are_not(file):
    assert shape_of(["rpid", "username", "content", "likes", "date"]) is SHAPES[0]
    assert [SHAPES[0].claims(headers) for headers in (["content", "username"], ["rpid", "text"], [])] == [
        False
    ] * 3
    batch, _ = read_comments(file("rpid,username,content,likes,date\n11,小明,好,3,2026-11-11\n"))
    assert (batch.text, kinds(batch)) == (["好"], ["comment"])


KEYS = [
    "rpid",
    "data",
    "replies",
    "member",
    "content",
    "message",
    "parent",
    "upper",
    "mid",
    "top",
    "state",
    "like",
]


@given(odd_values(KEYS))
@settings(max_examples=200, deadline=None)
def test_no_answer_however_odd_stops_the_reading(value):
    [dialect] = DIALECTS
    recording = Recording("a", ReadReport())
    answers = [
        {"data": value},
        {"rpid": 1, "replies": value, "member": value},
        *([value] if isinstance(value, dict) else []),
    ]
    for item in [value, *(item for odd in answers for item in dialect.items(odd, recording))]:
        records = dialect.events(item, recording)
        assert records is None or all(record["kind"] in KINDS for record in records)


@pytest.mark.shared
def test_a_real_answer_without_its_contents_is_known_and_has_nothing_to_read(shared, claimed_by):
    path = shared / "formats/bilibili-reply-api-json/reply_head_transcribed.json"
    assert claimed_by(path) == ["bilibili-replies"]
    with pytest.raises(InputError, match="no usable row; left out: no text: 1"):
        inspect(path)
