"""Stories of WeChat Channels lives as wxlivespy writes them."""

import json

from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.wechat_channels import JSON_DIALECTS
from tests.readers.odd_json import odd_values

AT_MS = 1_700_000_000_123


def event(name, content="", **more):
    return {
        "decoded_type": name, "content": content, "nickname": "望舒", "sec_openid": "s-1",
        "decoded_openid": "o-1", "msg_id": f"m-{name}", "msg_sub_type": 1, "msg_time": AT_MS, "seq": 40,
    } | more  # fmt: skip


def poll(*events, live="990"):
    return {
        "decoded_data": {
            "events": list(events),
            "host_info": {"wechat_uin": "1", "finder_username": "v2_host"},
            "live_info": {"live_id": live, "online_count": 30, "like_count": 4, "start_time": 1_699_999_000},
        },
        "original_body": {"errCode": 0},
    }


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def test_the_events_of_a_poll_know_their_live(file, claimed_by):
    content = json.dumps(
        poll(
            event("comment", "怎么买"),
            event("enter"),
            event("gift", gift_num=3, gift_value=30),
            event("combogift", gift_num=9),
            event("like"),
            event("levelup", from_level=1, to_level=2),
            event("unknown", "{}"),
        ),
        ensure_ascii=False,
    )
    path = file(content, "live.json")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["wechat-channels"]
    assert [KINDS[code] for code in batch.kind] == [
        "comment",
        "enter",
        "gift",
        "gift",
        "like",
        "member",
        "other",
    ]
    assert (batch.text[0], batch.user_id[0], batch.user_name[0]) == ("怎么买", "o-1", "望舒")
    assert (set(batch.session_id), set(batch.room_id)) == ({"990"}, {"v2_host"})
    assert (batch.ts_ms[0], report.ts_sources) == (float(AT_MS), {"arrival": 7})
    assert (told(batch, "count")[2], told(batch, "gift_value")[2], batch.user_level[5]) == ("3", "30", 2.0)


def test_polls_on_lines_may_be_of_two_lives(file):
    lines = [poll(event("comment", "一")), poll(live="990"), poll(event("comment", "二"), live="991")]
    batch, report = read_comments(file("\n".join(map(json.dumps, lines)), "live.jsonl"))
    assert (batch.text, batch.session_id) == (["一", "二"], ["990", "991"])
    assert report.skipped == {}


def test_without_the_stable_id_the_one_of_the_session_stands_in(file):
    batch, _ = read_comments(file(json.dumps(poll(event("comment", "好", decoded_openid=""))), "live.json"))
    assert batch.user_id == ["s-1"]


def test_events_alone_have_no_live(file):
    batch, report = read_comments(file(json.dumps(event("comment", "好")) + "\n", "events.jsonl"))
    assert (batch.text, batch.session_id, report.format) == (["好"], [""], "wechat-channels")


KEYS = (
    "decoded_data", "events", "live_info", "host_info", "live_id", "decoded_type", "content", "msg_time",
    "comment", "decoded_openid", "to_level",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        found = dialect.items(value, recording) if isinstance(value, dict) else ()
        for item in [value, *found]:
            records = dialect.events(item, recording)
            assert records is None or all("kind" in record for record in records)
