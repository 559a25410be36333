"""Stories of Bilibili live events as the chat connection and the open platform give them."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.bilibili_live import DIALECTS, comment_of, event_of, kind_of_command
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

MOMENT_S = 1_794_399_663
MOMENT = MOMENT_S * 1000.0
OWN_ID = "9007199254740993123"


def lines(*items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def danmu(text="求链接", *, uid=40011, name="小明", sent=MOMENT_S * 1000 + 220, dm_type=0, medal=None, **item):
    extra = json.dumps({"id_str": OWN_ID, "reply_mid": 40012, "content": text})
    about = [
        0,
        1,
        25,
        16777215,
        sent,
        MOMENT_S - 900,
        0,
        "a1b2c3d4",
        0,
        0,
        0,
        "",
        dm_type,
        "{}",
        "{}",
        {"extra": extra},
    ]
    info = [
        about, text, [uid, name, 1, 0, 0, 10000, 1, ""], medal if medal is not None else [21, "青团", "阿青", 4404],
        [17, 0, 9868950, ">50000", 0], ["", ""], 0, 3, None, {"ts": MOMENT_S, "ct": "A1"}, 0, 0, None, None, 0, 56, [27],
    ]  # fmt: skip
    return {"cmd": "DANMU_MSG", "info": info} | item


def event(command, **data):
    return {"cmd": command, "data": data}


def entered(uid, msg_type=1, **data):
    medal = {"anchor_roomid": 4404, "medal_level": 5, "medal_name": "青团", "guard_level": 0}
    known = {"uid": uid, "uname": "小红", "msg_type": msg_type, "roomid": 4404, "timestamp": MOMENT_S}
    return event("INTERACT_WORD", **(known | {"fans_medal": medal, "trigger_time": MOMENT_S * 10**9} | data))


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def test_a_comment_is_read_by_the_positions_of_its_array(file, claimed_by):
    path = file(lines(danmu(room_id=4404), danmu("买", sent=MOMENT_S, medal=[])), "a.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bilibili-events"]
    first = batch.row(0)
    assert (first.text, first.user_id, first.user_name, first.comment_id) == ("求链接", "40011", "小明", OWN_ID)
    assert (first.user_level, first.fan_badge_name, first.fan_badge_level) == (17.0, "青团", 21.0)
    assert (first.paid_marker, first.is_staff, first.reply_to, first.room_id) == ("3", 1.0, "40012", "4404")
    # Dumps of 2018 and 2019 have seconds where there are milliseconds now.
    assert batch.ts_ms.tolist() == [MOMENT + 220, MOMENT]
    assert (report.ts_sources, report.id_quality) == ({"event": 2}, {"real": 2})
    assert told(batch, "wealth_level") == ["27", "27"]


def test_a_masked_account_is_known_by_its_hash_unless_it_is_everybodys(file):
    everybody = danmu("藏", uid=0, name="小***")
    everybody["info"][0][7] = "f4dbdf21"
    batch, report = read_comments(file(lines(danmu(uid=0, name="小***"), everybody), "a.jsonl"))
    assert (batch.user_id, report.id_quality) == (["a1b2c3d4", ""], {"hash": 1, "masked": 1})


def test_emotes_and_voices_are_no_comments(file):
    batch, _ = read_comments(
        file(lines(danmu(), danmu("[打call]", dm_type=1), danmu("语音", dm_type=2)), "a.jsonl")
    )
    assert kinds(batch) == ["comment", "emoji", "voice"]


def test_a_command_may_carry_its_shape_behind_a_colon(file, claimed_by):
    path = file(lines(danmu() | {"cmd": "DANMU_MSG:4:0:2:2:2:0"}), "a.jsonl")
    assert (claimed_by(path), read_comments(path)[0].text) == (["bilibili-events"], ["求链接"])


def test_a_comment_is_in_the_room_that_visitors_enter(file):
    batch, _ = read_comments(file(lines(danmu(medal=[21, "红团", "阿红", 5505]), entered(1)), "a.jsonl"))
    assert batch.room_id == ["4404", "4404"]
    # A badge of another room is no loyalty to this one.
    assert (batch.fan_badge_name, told(batch, "foreign_badge")[0]) == (["", "青团"], "红团")
    several, _ = read_comments(file(lines(danmu(), entered(1), entered(2, roomid=5505)), "b.jsonl"))
    assert several.room_id == ["", "4404", "5505"]


def test_what_is_no_comment_is_of_a_kind_of_its_own(file):
    user = {"uname": "小红", "user_level": 20, "guard_level": 3, "manager": 0}
    path = file(
        lines(
            danmu(),
            entered(40012),
            entered(40012, 2),
            entered(40012, 3),
            event(
                "SEND_GIFT", uid=40012, uname="小红", giftName="小花", num=5, price=100, coin_type="gold",
                timestamp=MOMENT_S, tid="88001", guard_level=2,
            ),
            event("GUARD_BUY", uid=40012, username="小红", guard_level=3, num=1, price=198000, start_time=MOMENT_S),
            event(
                "SUPER_CHAT_MESSAGE", id=5501, uid=40012, price=30, message="主播辛苦了", ts=MOMENT_S,
                start_time=MOMENT_S, user_info=user,
            ),
            event("SUPER_CHAT_MESSAGE_DELETE", ids=[5501, 5502]),
            event("LIKE_INFO_V3_CLICK", uid=40012, uname="小红"),
            event("WATCHED_CHANGE", num=7),
            event("ROOM_CHANGE", title="上新"),
            event("NEW_IN_2030", x=1),
        ),
        "a.jsonl",
    )  # fmt: skip
    batch, report = read_comments(path)
    assert kinds(batch) == [
        "comment", "enter", "follow", "share", "gift", "member", "superchat", "delete", "delete", "like", "stats",
        "control", "other",
    ]  # fmt: skip
    assert [text for text in batch.text if text] == ["求链接", "主播辛苦了"]
    assert (batch.comment_id[4], told(batch, "gift_name")[4], told(batch, "gift_count")[4]) == (
        "88001",
        "小花",
        "5",
    )
    assert [batch.paid_marker[row] for row in (4, 5, 6)] == ["2", "3", "¥30"]
    assert (batch.comment_id[6], batch.user_name[6], batch.user_level[6]) == ("5501", "小红", 20.0)
    assert told(batch, "deleted_id")[7:9] == ["5501", "5502"]
    assert batch.ts_ms[1:7].tolist() == [MOMENT] * 6
    assert report.skipped == {}


def test_the_open_platform_names_accounts_by_open_id(file, claimed_by):
    who = {"uid": 0, "open_id": "39b8fedb", "uname": "小明", "room_id": 4404, "timestamp": MOMENT_S}
    medal = {"fans_medal_name": "青团", "fans_medal_level": 21}
    path = file(
        lines(
            event(
                "LIVE_OPEN_PLATFORM_DM", **who, **medal, fans_medal_wearing_status=True, msg="求链接", msg_id="aa-1",
                guard_level=3, dm_type=0, is_admin=0,
            ),
            event("LIVE_OPEN_PLATFORM_DM", **who, **medal, fans_medal_wearing_status=False, msg="[花]", dm_type=1),
            event("LIVE_OPEN_PLATFORM_SEND_GIFT", **who, gift_name="小花", gift_num=2, price=100, msg_id="aa-2"),
            event("LIVE_OPEN_PLATFORM_SUPER_CHAT", **who, message="买了", rmb=30, message_id=77, start_time=MOMENT_S),
            event("LIVE_OPEN_PLATFORM_GUARD", user_info={"open_id": "x1", "uname": "小红"}, guard_level=3, guard_num=1),
            event("LIVE_OPEN_PLATFORM_LIKE", **who, like_count=9),
            event("LIVE_OPEN_PLATFORM_LIVE_ROOM_ENTER", **who),
        ),
        "a.jsonl",
    )  # fmt: skip
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bilibili-events"]
    assert kinds(batch) == ["comment", "emoji", "gift", "superchat", "member", "like", "enter"]
    assert (batch.user_id[0], batch.comment_id[0], batch.room_id[0], batch.is_staff[0]) == (
        "39b8fedb",
        "aa-1",
        "4404",
        0,
    )
    assert batch.fan_badge_name[:2] == ["青团", ""]
    assert batch.paid_marker == ["3", "", "", "¥30", "3", "", ""]
    assert (batch.user_id[4], batch.user_name[4]) == ("x1", "小红")


def test_plain_exports_stay_plain(file, claimed_by):
    for item in (
        {"text": "好", "user_id": 1, "ts": MOMENT_S},
        {"cmd": "ls", "data": {"text": "好"}},
        {"cmd": "DANMU_MSG", "text": "好"},
        {"msg_type": "comment", "content": "好", "name": "小明"},
        {"rpid": 1, "content": "好", "member": "小明", "ctime": MOMENT_S, "oid": 2},
    ):
        assert claimed_by(file(lines(item, item), "a.jsonl")) == []


def test_a_broken_array_is_counted_and_a_short_one_read(file):
    broken = [{"cmd": "DANMU_MSG", "info": info} for info in ([], {}, None, [[], 5], ["x", "y"])]
    short = {"cmd": "DANMU_MSG", "info": [[0], "好"]}
    batch, report = read_comments(file(lines(danmu(), *broken, short), "a.jsonl"))
    assert (batch.text, report.skipped) == (["求链接", "好"], {"unreadable_item": 5})
    np.testing.assert_array_equal(batch.ts_ms, [MOMENT + 220, np.nan])


def test_the_kind_of_a_command_is_known_without_its_body():
    assert [kind_of_command(name) for name in ("SEND_GIFT", "WELCOME", "NEW_IN_2030")] == [
        "gift",
        "enter",
        "other",
    ]


KEYS = [
    "cmd", "info", "data", "uid", "uname", "user_info", "medal_info", "price", "timestamp", "ids", "msg_type", "content",
    "fans_medal", "extra", "roomid", "message",
]  # fmt: skip
COMMANDS = st.sampled_from(
    [
        "DANMU_MSG",
        "SEND_GIFT",
        "SUPER_CHAT_MESSAGE",
        "SUPER_CHAT_MESSAGE_DELETE",
        "INTERACT_WORD",
        "LIVE_OPEN_PLATFORM_DM",
        "X",
    ]
)


@given(odd_values(KEYS), odd_values(KEYS), COMMANDS, st.lists(odd_values(KEYS), max_size=17))
@settings(max_examples=200, deadline=None)
def test_no_event_however_odd_stops_the_reading(value, body, command, info):
    wrapped = {"cmd": command, "data": body, "info": info}
    for dialect in DIALECTS:
        for item in (value, wrapped):
            records = dialect.events(item, Recording("a", ReadReport()))
            assert records is None or all(record["kind"] in KINDS for record in records)
    assert comment_of(value) is None or isinstance(value, list)
    assert event_of(value, Recording("a", ReadReport())) is None or "cmd" in value
