"""Stories of chat that chat-downloader has written."""

import json

import pytest
from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.chat_downloader import DIALECTS
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

STAMP_US = 1_794_399_663_123_456


def message(text, **fields):
    known = {
        "message_id": "Chw1",
        "message_type": "text_message",
        "message": text,
        "timestamp": STAMP_US,
        "time_in_seconds": 61.5,
        "time_text": "1:01",
        "author": {"id": "UCxiaoming", "name": "小明"},
    }
    return known | fields


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_json_and_json_lines_are_the_same_chat(file, claimed_by):
    chat = [message("这个多少钱"), message("好看", message_id="Chw2")]
    by_line = "\n".join(json.dumps(one, ensure_ascii=False) for one in chat)
    for content in (json.dumps(chat), json.dumps(chat, indent=4), by_line):
        path = file(content, "chat.json")
        batch, report = read_comments(path)
        assert report.format == "chat-downloader"
        assert claimed_by(path) == ["chat-downloader"]
        assert batch.text == ["这个多少钱", "好看"]
        assert batch.comment_id == ["Chw1", "Chw2"]
        assert batch.user_id == ["UCxiaoming"] * 2
        assert batch.ts_ms.tolist() == [1_794_399_663_123.0] * 2
        assert report.ts_sources == {"event": 2}


def test_where_no_message_has_a_stamp_the_place_in_the_video_is_the_time(file):
    early, late = message("早"), message("好")
    early["time_in_seconds"] = -3
    del early["timestamp"], late["timestamp"]
    batch, report = read_comments(file(json.dumps([early, late]), "chat.json"))
    assert batch.ts_ms.tolist() == [-3_000.0, 61_500.0]
    assert report.ts_sources == {"video_offset": 2}


def test_one_file_has_one_clock(file):
    late = message("好")
    del late["timestamp"]
    batch, report = read_comments(file(json.dumps([message("早"), late]), "chat.json"))
    assert report.ts_sources == {"event": 1, "order_only": 1}
    assert batch.ts_ms[0] == 1_794_399_663_123.0


def test_who_is_staff_who_a_member_and_who_paid(file):
    chat = [
        message("置顶", author={"id": "1", "badges": [{"title": "Moderator", "icon_name": "moderator"}]}),
        message("好", author={"id": "2", "badges": [{"title": "Member (6 months)"}]}),
        message("6", author={"id": "3", "badges": [{"name": "subscriber", "title": "3-Month Subscriber", "months": 3}]}),
        message("加油", message_type="paid_message", money={"text": "$5.00", "amount": 5, "currency": "USD"}),
        message("cheer100", bits=100),
    ]  # fmt: skip
    for n, one in enumerate(chat):
        one["message_id"] = str(n)
    batch, _ = read_comments(file(json.dumps(chat), "chat.json"))
    assert batch.is_staff.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert batch.fan_badge_name == ["", "Member (6 months)", "3-Month Subscriber", "", ""]
    assert batch.fan_badge_level[2] == 3.0
    assert batch.paid_marker == ["", "member", "", "$5.00", "bits 100"]
    assert kinds(batch) == ["comment", "comment", "comment", "superchat", "comment"]


def test_other_types_are_no_comments(file):
    told = {
        "membership_item": "member", "resubscription": "member", "mystery_subscription_gift": "member",
        "paid_sticker": "gift", "ban_user": "delete", "viewer_engagement_message": "control",
        "raid": "other",
    }  # fmt: skip
    chat = [message("系统", message_type=name, message_id=name) for name in told]
    chat.append({"message_type": "room_state", "timestamp": STAMP_US})
    chat.append(message("", message_type="placeholder_item"))
    batch, report = read_comments(file(json.dumps(chat), "chat.json"))
    assert kinds(batch) == [*told.values(), "control"]
    assert report.notes["no_event"].lines == [9]
    assert report.scored_rows == 0


def test_the_ticker_repeats_what_was_paid(file):
    paid = message("加油", message_type="paid_message")
    ticker = message("加油", message_type="ticker_paid_message_item")
    batch, report = read_comments(file(json.dumps([paid, ticker, message("好", message_id="2")]), "chat.json"))
    assert kinds(batch) == ["superchat", "comment"]
    assert report.notes["no_event"].lines == [2]


def test_a_message_of_another_program_is_not_claimed(file, claimed_by):
    for line in (
        {"text": "好", "user_id": "1", "ts": 1794399663},
        {"message_id": "1", "author": "小明", "message": "好", "timestamp": 1794399663},
        {"author": {"id": "1", "name": "小明"}, "content": "好", "timestamp": "2026-11-11T12:00:00Z"},
    ):
        assert claimed_by(file(json.dumps(line) + "\n" + json.dumps(line) + "\n", "a.jsonl")) == []


KEYS = ["message_id", "message_type", "message", "author", "badges", "title", "name", "timestamp", "money",
        "time_in_seconds", "bits", "amount", "in_reply_to", "text_message", "ticker_paid_message_item"]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    records = DIALECTS[0].events(value, Recording("a.json", ReadReport()))
    assert records is None or all("kind" in record for record in records)


@pytest.mark.parametrize("stamp", ["soon", True, [1], {"a": 1}, 1e300, 10**60])
def test_a_stamp_that_is_none_is_no_time(file, stamp):
    odd = message("好", timestamp=stamp, time_in_seconds=None)
    batch, report = read_comments(file(json.dumps([odd, message("早", message_id="2")]), "chat.json"))
    assert batch.text == ["好", "早"]
    assert report.ts_sources == {"event": 1, "order_only": 1}
