"""Stories of Douyu messages in its own protocol and of its replays."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.douyu import JSON_DIALECTS, LINE_DIALECTS
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

CHAT = (
    "type@=chatmsg/rid@=3300/uid@=9001/nn@=橙子/txt@=满100减50@S要不要@A我@S/cid@=c0ffee/level@=12"
    "/bnn@=果园/bl@=7/brid@=3300/cst@=1700000000123/ic@=a/col@=2/"
)
ENTER = "type@=uenter/rid@=3300/uid@=9002/nn@=柚子/level@=3/"
GIFT = "type@=dgb/rid@=3300/gfid@=824/gfcnt@=10/uid@=9002/nn@=柚子/bnn@=/bl@=0/"
PAID = (
    "type@=comm_chatmsg/rid@=3300/btype@=voiceDanmu/crealPrice@=3000/"
    "chatmsg@=nn@A=橙子@Suid@A=9001@Stxt@A=主播看我@Slevel@A=12@S/"
)


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def test_messages_of_the_protocol_stand_on_lines(file, claimed_by):
    path = file(f"{CHAT}\n{ENTER}\n{GIFT}\n{PAID}\ntype@=keeplive/tick@=1/\n", "stt.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyu-stt"]
    assert kinds(batch) == ["comment", "enter", "gift", "superchat"]
    assert batch.text == ["满100减50/要不要@我/", "", "", "主播看我"]
    assert batch.user_id == ["9001", "9002", "9002", "9001"]
    assert (batch.comment_id[0], batch.room_id[0], batch.ts_ms[0]) == ("c0ffee", "3300", 1_700_000_000_123.0)
    assert (batch.fan_badge_name[0], batch.fan_badge_level[0], batch.user_level[0]) == ("果园", 7.0, 12.0)
    assert (told(batch, "gift_id")[2], told(batch, "count")[2], batch.paid_marker[3]) == ("824", "10", "3000")
    assert report.notes["no_event"].lines == [5]


def test_messages_that_share_a_line_are_told_apart(file):
    batch, report = read_comments(file(f"{CHAT}{ENTER}\n{GIFT}\n", "stt.txt"))
    assert (kinds(batch), report.skipped) == (["comment", "enter", "gift"], {})


def test_managers_of_a_room_are_staff(file):
    manager = CHAT.replace("col@=2", "col@=2/rg@=4/pg@=1")
    viewer = CHAT.replace("col@=2", "col@=2/rg@=1/pg@=1")
    batch, _ = read_comments(file(f"{manager}\n{viewer}\n", "stt.txt"))
    assert batch.is_staff.tolist() == [1.0, 0.0]


def test_a_line_of_something_else_is_counted(file):
    batch, report = read_comments(file("\n".join([*[CHAT] * 5, "--- reconnect ---"]), "stt.txt"))
    assert (len(batch), report.skipped) == (5, {"unreadable_line": 1})


def test_a_replay_tells_when_in_the_video(file, claimed_by):
    said = {
        "ctt": "开播了",
        "nn": "橙子",
        "uid": 9001,
        "mid": "m1",
        "vid": "v9",
        "tl": 61_500,
        "sts": 1_700_000_061,
    }
    undated = said | {"sts": 0, "mid": "m2"}
    path = file(json.dumps({"error": 0, "data": {"list": [said, undated, 3]}}), "replay.json")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyu-replay"]
    assert batch.ts_ms.tolist() == [1_700_000_061_000.0, 61_500.0]
    assert report.ts_sources == {"event": 1, "video_offset": 1}
    assert (batch.session_id, batch.comment_id) == (["v9", "v9"], ["m1", "m2"])
    assert report.skipped == {"unreadable_item": 1}


def test_a_replay_whose_comments_stand_on_lines(file):
    said = '{"ctt":"好","nn":"橙子","uid":"9001","tl":5}\n'
    batch, report = read_comments(file(said * 2, "replay.jsonl"))
    assert (batch.text, report.format) == (["好", "好"], "douyu-replay")


@settings(max_examples=200)
@given(odd_values(("ctt", "nn", "tl", "sts", "data", "list", "uid")))
def test_no_json_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        records = dialect.events(value, recording)
        assert records is None or all("kind" in record for record in records)


@settings(max_examples=200)
@given(st.text(max_size=60) | st.text(alphabet="type@=chatmsg/AS12|->", max_size=60))
def test_no_line_makes_it_fall_over(line):
    recording = Recording("a.txt", ReadReport())
    for dialect in LINE_DIALECTS:
        for text in (line, f"type@=chatmsg/{line}", f"type@=comm_chatmsg/chatmsg@={line}"):
            records = dialect.events(text, recording)
            assert records is None or all("kind" in record for record in records)
