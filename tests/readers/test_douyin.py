"""Stories of Douyin messages as its web interfaces and its own page give them."""

import json

import pytest
from hypothesis import given, settings

from detector.comment import KINDS, TS_SOURCES
from detector.errors import InputError
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.douyin import JSON_DIALECTS, kind_of, time_of_id
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

# 2023-11-15 06:13:20 in China.
MADE_S = 1_700_000_000
ROOM = (MADE_S - 600) << 32 | 77


def message_id(seconds_later):
    return MADE_S + seconds_later << 32 | 4_097


def answered(method, content, *, later=0, uid=58_000_000_001, name="小满", **payload):
    user = {"uid": uid, "nickname": name, "unique_id": "xm", "sec_uid": "MS4wLjABAAAAq"}
    return {
        "method": f"Webcast{method}Message",
        "msg_id": message_id(later),
        "payload": {"room_id": ROOM, "content": content, "user": user} | payload,
    }


def page(*messages):
    return {"code": 200, "msg": "ok", "data": {"messages": list(messages), "now": 1, "cursor": "c"}}


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_only_what_people_typed_is_a_comment(file, claimed_by):
    path = file(
        json.dumps(
            page(
                answered("RoomIntro", "欢迎来到直播间", room_id=0),
                answered("Chat", "有没有小码", later=1),
                answered("Member", "来了", later=2, name="阿青"),
                answered("Like", "点赞", later=3),
                answered("Social", "关注了主播", later=4),
                answered("Social", "分享了直播间", later=5),
                answered("Gift", "阿青:送给主播 1个小心心", later=6),
                answered("Unheard", "？", later=7),
            ),
            ensure_ascii=False,
            indent=2,
        ),
        "page.json",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-webcast-json"]
    assert kinds(batch) == ["control", "comment", "enter", "like", "follow", "share", "gift", "other"]
    assert [text for text, scored in zip(batch.text, batch.scored(), strict=True) if scored] == ["有没有小码"]
    assert batch.session_id == ["", *[str(ROOM)] * 7]
    assert batch.room_id == [""] * 8
    assert set(batch.user_id) == {"58000000001"}
    assert batch.comment_id[1] == str(message_id(1))


def test_who_introduces_the_room_is_its_host(file):
    intro = answered("RoomIntro", "欢迎", uid=700)
    said = [answered("Chat", "三二一", uid=700), answered("Chat", "好", uid=701)]
    batch, _ = read_comments(file(json.dumps(page(intro, *said)), "page.json"))
    assert batch.is_staff.tolist() == [1.0, 1.0, 0.0]


def test_the_id_of_a_message_tells_when_it_was_made(file):
    batch, report = read_comments(file(json.dumps(page(answered("Chat", "好", later=7))), "page.json"))
    assert batch.ts_ms.tolist() == [(MADE_S + 7) * 1000.0]
    assert report.ts_sources == {"id_derived": 1}
    assert time_of_id(12, "comment") == time_of_id("x", "comment") == time_of_id(1 << 90, "comment") == {}
    assert time_of_id(str(message_id(0)), "control") == {}


def test_ids_may_be_written_as_text_and_pages_stand_on_lines(file):
    chat = answered("Chat", "再来一单")
    chat["msg_id"] = str(chat["msg_id"])
    content = "".join(json.dumps(page(answer), ensure_ascii=False) + "\n" for answer in (chat, chat))
    batch, report = read_comments(file(content, "pages.jsonl"))
    assert (batch.comment_id, report.rows_kept) == ([str(message_id(0))] * 2, 2)


def test_rooms_that_hide_who_is_there_give_no_account(file):
    hidden = page(
        answered("Chat", "好看", uid=111111, name="小***"), answered("Chat", "真的", uid=111111, name="阿***")
    )
    batch, report = read_comments(file(json.dumps(hidden), "page.json"))
    assert (batch.user_id, report.id_quality) == (["", ""], {"masked": 2})


def test_an_answer_in_one_layer_that_ends_badly(file, claimed_by):
    entry = {
        "type": "WebcastMemberMessage",
        "nickname": "阿青",
        "uid": "5",
        "msg_id": str(message_id(1)),
        "msg": "来了",
    }
    chat = {
        "type": "WebcastChatMessage",
        "nickname": "小满",
        "uid": "6",
        "text": "不会下单",
        "tid": str(message_id(0)),
    }
    content = json.dumps({"code": 200, "data": [entry, chat]}, ensure_ascii=False, indent=1)
    path = file(content.removesuffix("}") + ", 'msg': 'ok'}", "flat.json")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-webcast-flat"]
    assert (kinds(batch), batch.text) == (["enter", "comment"], ["来了", "不会下单"])
    # No id of its own: no time, and the number of the item.
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["id_derived", "order_only"]
    assert batch.comment_id[1].endswith("-2")


def decoded(method, **fields):
    common = {"method": f"Webcast{method}Message", "msgId": str(message_id(3)), "roomId": str(ROOM)}
    user = {
        "id": "9007199254740993",
        "nickName": "小满",
        "Level": 3,
        "payGrade": {"level": "17"},
        "fansClub": {"data": {"clubName": "满天星", "level": 6}},
        "followInfo": {"followerCount": "12", "followingCount": "30"},
    }
    return {"common": common, "user": user} | fields


def test_the_pages_own_protocol_tells_more_of_a_person(file, claimed_by):
    path = file(
        "".join(
            json.dumps(item, ensure_ascii=False) + "\n"
            for item in (
                decoded("Chat", content="尺码偏小吗", eventTime=str(MADE_S)),
                decoded("EmojiChat", defaultContent="[鼓掌]"),
                decoded("Gift", gift={"name": "小花"}, repeatCount="3", repeatEnd=1),
                {"common": {"method": "WebcastRoomUserSeqMessage", "msgId": "1"}, "total": "12"},
            )
        ),
        "decoded.jsonl",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyin-protobuf-json"]
    assert kinds(batch) == ["comment", "emoji", "gift", "stats"]
    assert batch.user_id[0] == "9007199254740993"
    assert (batch.fan_badge_name[0], batch.fan_badge_level[0], batch.user_level[0]) == ("满天星", 6.0, 3.0)
    assert (batch.paid_marker[0], told(batch, "follower_count")[0]) == ("17", "12")
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["event", "id_derived", "id_derived", "order_only"]
    assert batch.ts_ms[0] == MADE_S * 1000.0
    assert (told(batch, "gift_name")[2], told(batch, "count")[2]) == ("小花", "3")


def test_a_payload_that_was_not_decoded_is_counted(file):
    raw = {"method": "WebcastChatMessage", "msg_id": 1, "payload": "CgEx"}
    with pytest.raises(InputError, match="an item that is not of this format: 2"):
        read_comments(file(json.dumps({"data": {"messages": [raw, None]}}), "raw.json"))


def test_a_time_of_its_own_goes_before_the_id(file):
    chat = {"type": "WebcastChatMessage", "nickname": "小满", "uid": 6, "text": "好", "msg_id": message_id(9)}
    batch, report = read_comments(file(json.dumps(chat | {"timestamp": "2024-05-01 20:00:00"}), "flat.json"))
    assert (batch.ts_ms[0], report.ts_sources) == (1_714_564_800_000.0, {"event": 1})


@pytest.mark.parametrize(
    "line",
    [
        {"text": "好", "user_id": "u", "ts": 1},
        {"content": "好", "nickname": "小满", "uid": 7, "time": "2024-05-01 20:00:00"},
        {"id": 1, "user": {"id": 7, "name": "小满"}, "content": "好", "method": "POST"},
        {"type": "chat", "nickname": "小满", "uid": 7, "msg": "Webcast"},
        {"Type": 1, "Data": {"Content": "x"}, "text": "好"},
        {"msg_id": 1, "subType": 5, "nick": "小满", "text": "好"},
    ],
)
def test_an_export_of_somebodys_own_stays_generic(file, claimed_by, line):
    path = file((json.dumps(line, ensure_ascii=False) + "\n") * 3, "own.jsonl")
    assert (claimed_by(path), read_comments(path)[1].format) == ([], "ndjson")


def test_shares_are_told_from_follows():
    assert kind_of("WebcastSocialMessage", {"action": 3}) == "share"
    assert kind_of("WebcastSocialMessage", {"action": 1}) == "follow"
    assert kind_of(None) == kind_of([]) == "other"


KEYS = (
    "method", "msg_id", "payload", "common", "user", "data", "messages", "type", "uid", "content", "gift",
    "room_id", "WebcastChatMessage", "fansClub", "msgId", "eventTime", "level", "payGrade",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        records = dialect.events(value, recording)
        assert records is None or all("kind" in record for record in records)
        if isinstance(value, dict):
            assert len(list(dialect.items(value, recording))) >= 0


@pytest.mark.shared
def test_real_answers_of_web_interfaces(shared):
    found = {}
    for path in sorted((shared / "formats/douyin-webcast-json").glob("*.json")):
        batch, report = read_comments(path)
        assert (report.skipped, set(report.id_quality)) == ({}, {"real"})
        assert report.ts_sources["id_derived"] >= len(batch) - 1
        assert report.time["unparsed"] == 0
        comments = int(batch.scored().sum())
        found[path.name] = (report.format, len(batch), comments)
    assert found == {
        "doc0_0.json": ("douyin-webcast-json", 14, 4),
        "doc1_0.json": ("douyin-webcast-json", 7, 1),
        "doc3_0.json": ("douyin-webcast-flat", 7, 1),
    }
