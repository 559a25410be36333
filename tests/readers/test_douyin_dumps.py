"""Stories of what programs record of Douyin rooms."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.douyin_dumps import JSON_DIALECTS, LINE_DIALECTS
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

MADE_S = 1_700_000_000
CHAT_ID = MADE_S << 32 | 5


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def grabbed(number, **message):
    user = {
        "Id": 40_011, "Nickname": "阿青", "Level": 2, "PayLevel": 21, "SecUid": "MS4w",
        "FansClub": {"ClubName": "青团", "Level": 4}, "FollowerCount": 8, "FollowingCount": 90,
    }  # fmt: skip
    known = {
        "MsgId": CHAT_ID, "User": user, "Onwer": {"UserId": "700"}, "RoomId": "7301", "WebRoomId": "88123",
        "Content": "有运费险吗",
    }  # fmt: skip
    return {"Type": number, "ProcessName": "chrome", "Data": json.dumps(known | message, ensure_ascii=False)}


def lines(*items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def test_barragegrab_keeps_the_message_as_text_within_the_line(file, claimed_by):
    path = file(
        lines(
            grabbed(1),
            grabbed(2, Content="阿青 为主播点了5个赞", Count=5),
            grabbed(3, Content="阿青 来了"),
            grabbed(4),
            grabbed(5, GiftName="小花", GiftCount=2),
            grabbed(6, User=None, OnlineUserCount=1200),
            grabbed(7),
            grabbed(8),
            grabbed(9),
            grabbed(1, User={"Id": 700, "Nickname": "主播"}, Content="三二一上链接"),
        ),
        "grab.jsonl",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-barragegrab"]
    assert kinds(batch) == [
        "comment", "like", "enter", "follow", "gift", "stats", "member", "share", "control", "comment",
    ]  # fmt: skip
    assert (batch.text[0], batch.user_id[0], batch.user_name[0]) == ("有运费险吗", "40011", "阿青")
    assert (batch.room_id[0], batch.session_id[0], batch.comment_id[0]) == ("88123", "7301", str(CHAT_ID))
    assert (batch.fan_badge_name[0], batch.fan_badge_level[0], batch.paid_marker[0]) == ("青团", 4.0, "21")
    # The host speaks too, and is no customer.
    assert (batch.is_staff[0], batch.is_staff[9]) == (0.0, 1.0)
    assert (batch.ts_ms[0], report.ts_sources) == (MADE_S * 1000.0, {"id_derived": 9, "order_only": 1})
    assert (told(batch, "count")[1], told(batch, "count")[4], told(batch, "gift_name")[4]) == ("5", "2", "小花")


def test_barragegrab_with_a_broken_message_in_it(file):
    broken = {"Type": 1, "ProcessName": "chrome", "Data": '{"MsgId": 1, "User"'}
    batch, report = read_comments(file(lines(grabbed(1), broken, {"Type": "x"}, {"a": 1}), "grab.jsonl"))
    assert (batch.text, report.skipped) == (["有运费险吗"], {"unreadable_item": 3})


def test_dycast_exports_an_array_without_times(file, claimed_by):
    chat = {
        "id": str(CHAT_ID),
        "method": "WebcastChatMessage",
        "user": {"id": "MS4wA", "name": "小满"},
        "content": "冲",
    }
    stickers = chat | {"content": "", "rtfContent": [{"text": "好看"}, {"url": "x"}, {"text": "!"}]}
    gift = chat | {
        "method": "WebcastGiftMessage", "content": "",
        "gift": {"id": "1", "name": "小花", "price": 1, "type": 1, "count": "9", "repeatEnd": 1},
    }  # fmt: skip
    path = file(json.dumps([chat, stickers, gift], ensure_ascii=False), "dycast.json")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-dycast"]
    assert (kinds(batch), batch.text[:2]) == (["comment", "comment", "gift"], ["冲", "好看!"])
    assert (batch.user_id[0], batch.ts_ms[0]) == ("MS4wA", MADE_S * 1000.0)
    assert (told(batch, "gift_name")[2], told(batch, "count")[2]) == ("小花", "9")


def test_danmakucatcher_has_the_time_of_the_event_or_only_of_its_arrival(file, claimed_by):
    said = {
        "event_ts_ms": 1_700_000_000_123, "event_iso": "2023-11-15T06:13:20.123+08:00",
        "server_now_ms": 1_700_000_000_500, "recv_iso": "2023-11-15T06:13:21+08:00",
        "user_id": "901", "user_name": "小满", "content": "多少钱",
    }  # fmt: skip
    late = said | {"event_ts_ms": 0, "event_iso": None, "server_now_ms": None}
    path = file(lines(said, late), "catcher.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-danmakucatcher"]
    assert batch.ts_ms.tolist() == [1_700_000_000_123.0, 1_700_000_001_000.0]
    assert report.ts_sources == {"event": 1, "arrival": 1}


PRINTED = """\
【直播间统计msg】当前观看人数: 12, 累计观看人数: 1.2万
【进场msg】[501][女]阿青 进入了直播间
【聊天msg】[501]阿青: 链接: 在哪
【点赞msg】小满 点了3个赞
【礼物msg】小满 送出了 小花x12
【关注msg】[502]小满 关注了主播
【聊天表情包id】 1234,user：{x},common: y
【粉丝团msg】 阿青 加入了粉丝团
【聊天msg】[502][小满]: 好
"""


def test_what_webfetcher_prints(file, claimed_by):
    path = file(PRINTED, "console.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-webfetcher"]
    assert kinds(batch) == ["stats", "enter", "comment", "like", "gift", "follow", "emoji", "member", "comment"]
    assert (batch.user_id[2], batch.user_name[2], batch.text[2]) == ("501", "阿青", "链接: 在哪")
    assert (batch.user_id[1], batch.user_name[1]) == ("501", "阿青")
    assert (batch.user_name[4], told(batch, "gift_name")[4], told(batch, "count")[4]) == ("小满", "小花", "12")
    assert (batch.user_name[3], told(batch, "count")[3]) == ("小满", "3")
    assert (batch.user_name[8], batch.text[8]) == ("[小满]", "好")
    assert np.isnan(batch.ts_ms).all()
    assert report.skipped == {}


def test_webfetcher_in_a_log_with_a_clock_and_a_comment_of_two_lines(file):
    text = "2024-05-01 20:00:01,250 - 【聊天msg】[501]阿青: 第一行\n第二行\n" + PRINTED
    batch, report = read_comments(file(text, "console.log"))
    assert (batch.text[0], report.skipped) == ("第一行", {"unreadable_line": 1})
    # 20:00:01.250 in China.
    assert batch.ts_ms[0] == 1_714_564_801_250.0
    assert report.ts_sources["arrival"] == 1


def test_a_text_with_marks_of_its_own_is_not_taken(file, claimed_by):
    assert claimed_by(file("text\n【通知】今晚八点\n【回放】看这里\n", "own.csv")) == []


KEYS = (
    "Type", "ProcessName", "Data", "User", "Id", "FansClub", "Level", "Onwer", "method", "id", "user", "gift",
    "content", "rtfContent", "text", "event_ts_ms", "recv_iso", "MsgId", "room",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_no_json_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    wrapped = {"Type": 1, "Data": json.dumps(value)}
    for dialect in JSON_DIALECTS:
        for item in (value, wrapped):
            records = dialect.events(item, recording)
            assert records is None or all("kind" in record for record in records)


@settings(max_examples=200)
@given(st.text(max_size=40) | st.text(alphabet="【聊天点赞礼物msg】[]: 12x\n", max_size=40))
def test_no_line_makes_it_fall_over(line):
    recording = Recording("a.txt", ReadReport())
    for dialect in LINE_DIALECTS:
        for text in (line, f"【聊天msg】{line}", f"【礼物msg】{line}"):
            records = dialect.events(text, recording)
            assert records is None or all("kind" in record for record in records)
