"""Stories of danmaku in XML: a video's pool and three programs that record live rooms."""

import json
import re
from html import escape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.errors import InputError
from detector.readers import inspect, read_comments
from detector.readers.bilibili_xml import DIALECTS
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.xml_elements import Element

MOMENT_S = 1_794_399_663
MOMENT = MOMENT_S * 1000.0
POOL = "<chatserver>chat.bilibili.com</chatserver><chatid>367013</chatid><mission>0</mission><state>0</state>"
RECORDER = (
    '<chatserver>chat.bilibili.com</chatserver><chatid>0</chatid><BililiveRecorder version="2.0.0" />'
    '<BililiveRecorderRecordInfo roomid="4404" shortid="0" name="阿青的小店" title="今晚上新" '
    'areanameparent="生活" areanamechild="购物" start_time="2026-11-11T20:21:00.1234567+08:00" />'
    "<BililiveRecorderXmlStyle><z:stylesheet><table><tr><td>弹幕</td></tr></table></z:stylesheet>"
    "</BililiveRecorderXmlStyle>"
)
START_MS = 1_794_399_660_123.0


def document(*elements):
    return '<?xml version="1.0" encoding="UTF-8"?><i>' + "".join(elements) + "</i>"


def video(text, sender="5bd04b14", own_id=51870527213010951, mode=1):
    return f'<d p="70.479,{mode},25,15138834,{MOMENT_S},0,{sender},{own_id},10">{text}</d>'


def live(text, uid=40011, user="小明", more="", own_id=0):
    return f'<d p="3.5,1,25,16777215,{MOMENT_S}220,0,{uid},{own_id}" user="{user}"{more}>{text}</d>'


def info(text, room=4404):
    """What the chat connection sends for a comment, as one recorder keeps it."""
    extra = json.dumps({"id_str": "77001", "reply_mid": 0})
    sent = [
        0,
        1,
        25,
        1,
        MOMENT_S * 1000 + 220,
        MOMENT_S - 900,
        0,
        "a1b2c3d4",
        0,
        0,
        0,
        "",
        0,
        "{}",
        "{}",
        {"extra": extra},
    ]
    return [
        sent,
        text,
        [40011, "小明", 1],
        [21, "青团", "阿青", room],
        [17, 0, 1, ">50000"],
        [],
        0,
        3,
        None,
        {},
    ]


def attribute(value):
    return f' raw="{escape(json.dumps(value, ensure_ascii=False))}"'


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def test_the_pool_of_a_video_knows_hashes_and_the_moment_of_sending(file, claimed_by):
    path = file(
        document(POOL, video("求链接"), video("已买", sender="95fb08", own_id=51870527213010952)), "367013.xml"
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bilibili-video-xml"]
    assert batch.text == ["求链接", "已买"]
    assert (batch.user_id, report.id_quality) == (["5bd04b14", "95fb08"], {"hash": 2})
    assert batch.comment_id == ["51870527213010951", "51870527213010952"]
    assert batch.room_id == ["367013"] * 2
    assert (batch.ts_ms.tolist(), report.ts_sources) == ([MOMENT] * 2, {"event": 2})
    assert told(batch, "offset_s") == ["70.479"] * 2
    assert kinds(batch) == ["comment"] * 2
    assert report.notes == {}


def test_a_sender_of_zero_is_nobody_and_a_long_number_an_account(file):
    batch, report = read_comments(file(document(POOL, video("买", "0"), video("好", "3669182940")), "a.xml"))
    assert (batch.user_id, report.id_quality) == (["", "3669182940"], {"none": 1, "real": 1})


def test_of_an_advanced_danmaku_the_words_are_read_and_programs_are_no_comments(file):
    drawn = '[0.1,0.2,"1-1",4.5,"打折&lt;啦",0,0]'
    batch, _ = read_comments(
        file(document(POOL, video(drawn, mode=7), video("[1]", mode=7), video("$.alert()", mode=8)), "a.xml")
    )
    assert batch.text == ["打折<啦", "[1]", "$.alert()"]
    assert kinds(batch) == ["comment", "other", "other"]


def test_a_comment_without_its_parameters_is_counted(file):
    batch, report = read_comments(file(document(POOL, video("好"), '<d p="1,2">坏</d>', "<d>坏</d>"), "a.xml"))
    assert (batch.text, report.skipped) == (["好"], {"unreadable_item": 2})


def test_a_time_that_is_none_leaves_the_order(file):
    broken = video("买").replace(str(MOMENT_S), "x")
    batch, report = read_comments(file(document(POOL, video("好"), broken), "a.xml"))
    np.testing.assert_array_equal(batch.ts_ms, [MOMENT, np.nan])
    assert report.ts_sources == {"event": 1, "order_only": 1}


def test_a_pool_without_moments_goes_by_the_place_in_the_video(file):
    elements = [
        video("好").replace(str(MOMENT_S), "0"),
        video("买").replace("70.479", "-1.5").replace(str(MOMENT_S), ""),
    ]
    batch, report = read_comments(file(document(POOL, *elements), "a.xml"))
    assert batch.ts_ms.tolist() == [70_479.0, -1_500.0]
    assert report.ts_sources == {"video_offset": 2}


def test_bililiverecorder_keeps_accounts_and_counts_from_its_beginning(file, claimed_by):
    path = file(
        document(
            RECORDER,
            live("多少钱"),
            live("欢迎大家", uid=900, user="阿青的小店"),
            live("藏", uid=0, user="小***"),
            '<sc ts="10.5" user="小红" price="30" time="60">主播辛苦了</sc>',
            '<gift ts="11" user="小红" giftname="小花" giftcount="3" />',
            '<guard ts="12.001" user="小红" level="3" count="1" />',
        ),
        "录制-4404.xml",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bililive-recorder-xml"]
    assert kinds(batch) == ["comment", "comment", "comment", "superchat", "gift", "member"]
    assert batch.text == ["多少钱", "欢迎大家", "藏", "主播辛苦了", "", ""]
    assert batch.user_id[:3] == ["40011", "900", ""]
    assert report.id_quality == {"real": 2, "masked": 1, "name_only": 3}
    # What stands where a comment's own number belongs is always 0.
    assert batch.comment_id[0] == f"{report.sha256[:8]}-1"
    assert batch.room_id == ["4404"] * 6
    np.testing.assert_array_equal(batch.is_staff, [np.nan, 1, np.nan, np.nan, np.nan, np.nan])
    assert batch.ts_ms.tolist() == [MOMENT + 220] * 3 + [
        START_MS + 10_500,
        START_MS + 11_000,
        START_MS + 12_001,
    ]
    assert report.ts_sources == {"event": 3, "arrival": 3}
    assert batch.paid_marker == ["", "", "", "¥30", "", "3"]
    assert (told(batch, "gift_name")[4], told(batch, "gift_count")[4]) == ("小花", "3")
    assert report.notes.keys() == {"anonymous", "name_only", "derived_ids"}


def test_the_raw_message_within_tells_level_badge_guard_and_staff(file):
    gift = {"uid": 40012, "uname": "小红", "giftName": "小花", "num": 3, "tid": "88001", "timestamp": MOMENT_S}
    batch, report = read_comments(
        file(
            document(
                RECORDER,
                live("多少钱", more=attribute(info("多少钱"))),
                live("路过", more=attribute(info("路过", room=5505))),
                live("坏", more=' raw="[[0,1"'),
                f'<gift ts="11" user="小红" giftname="小花" giftcount="3"{attribute(gift)} />',
            ),
            "a.xml",
        )
    )
    assert (batch.comment_id[0], batch.user_level[0], batch.paid_marker[0]) == ("77001", 17.0, "3")
    assert (batch.is_staff[0], batch.fan_badge_name[0], batch.fan_badge_level[0]) == (1.0, "青团", 21.0)
    # The badge of another room is no loyalty to this one.
    assert (batch.fan_badge_name[1], told(batch, "foreign_badge")[1]) == ("", "青团")
    assert (batch.text[2], batch.user_id[2]) == ("坏", "40011")
    assert (batch.user_id[3], batch.comment_id[3], batch.ts_ms[3]) == ("40012", "88001", START_MS + 11_000)
    assert report.rows_kept == 4


def test_without_a_head_the_first_comment_tells_when_recording_began(file, claimed_by):
    path = file(
        document(live("好", more=" "), '<gift ts="4.5" user="小红" giftname="小花" giftcount="1" />'), "a.xml"
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bililive-recorder-xml"]
    assert batch.ts_ms.tolist() == [MOMENT + 220, MOMENT + 1220]


def test_before_any_beginning_is_known_a_gift_has_no_time(file):
    batch, report = read_comments(
        file(document('<gift ts="1" user="小红" giftname="花"/>', live("好"), live("买")), "a.xml")
    )
    assert np.isnan(batch.ts_ms).tolist() == [True, False, False]
    assert report.ts_sources == {"order_only": 1, "event": 2}


def test_blrec_names_the_room_in_its_metadata_and_gives_each_comment_its_number(file, claimed_by):
    head = (
        "<metadata><user_name>阿青的小店</user_name><room_id>4404</room_id><room_title>上新</room_title>"
        "<area>购物</area><parent_area>生活</parent_area><live_start_time>2026-11-11T19:00:00+08:00</live_start_time>"
        "<record_start_time>2026-11-11T20:21:00+08:00</record_start_time><recorder>blrec v1.0.0</recorder></metadata>"
    )
    path = file(
        document(head, live("多少钱", own_id="a1b2-77"), live("欢迎", uid=9, user="阿青的小店", own_id=78)),
        "a.xml",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["blrec-xml"]
    assert (batch.comment_id, batch.user_id) == (["a1b2-77", "78"], ["40011", "9"])
    assert (batch.room_id, batch.ts_ms.tolist()) == (["4404"] * 2, [MOMENT + 220] * 2)
    np.testing.assert_array_equal(batch.is_staff, [np.nan, 1.0])
    assert report.id_quality == {"real": 2}


def test_blrec_may_write_seconds_and_end_without_a_last_tag(file):
    head = "<metadata><room_id>4404</room_id><recorder>blrec</recorder></metadata>"
    sent = live("好\x02", own_id=77).replace(f"{MOMENT_S}220", str(MOMENT_S))
    batch, report = read_comments(file(document(head, sent).removesuffix("</i>"), "a.xml"))
    assert (batch.text, batch.ts_ms.tolist()) == (["好"], [MOMENT])
    assert {code: note.n for code, note in report.notes.items()} == {"xml_characters": 1, "cut_xml": 1}


def test_bililive_tools_repeats_the_account_where_the_number_belongs(file, claimed_by):
    head = "<metadata><platform>DouYu</platform><room_id>4404</room_id></metadata>"
    path = file(
        document(
            head,
            f'<d p="3.5,1,25,16777215,{MOMENT_S}220,0,40011,40011,0" user="小明" uid="40011" timestamp="{MOMENT_S}220">多少钱</d>',
            '<gift ts="4.5" giftname="小花" giftcount="2" price="100000" user="小红" uid="40012" timestamp="1" />',
        ),
        "a.xml",
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["bililive-tools-xml"]
    assert (batch.user_id, kinds(batch)) == (["40011", "40012"], ["comment", "gift"])
    assert batch.comment_id[0] == f"{report.sha256[:8]}-1"
    assert batch.ts_ms.tolist() == [MOMENT + 220, MOMENT + 1220]
    assert told(batch, "platform") == ["DouYu"] * 2


def test_other_xml_and_web_pages_are_still_refused(file, claimed_by):
    for text in ("<html><body><d>x</d></body></html>", '<?xml version="1.0"?><rss><item>好</item></rss>'):
        path = file(text, "a.xml")
        assert claimed_by(path) == []
        with pytest.raises(InputError, match="a web page or XML that holds no danmaku"):
            inspect(path)


def test_a_pool_without_a_comment_says_that_nothing_is_in_it(file):
    with pytest.raises(InputError, match="has no rows"):
        inspect(file(document(POOL), "a.xml"))


@given(
    st.sampled_from(
        ["d", "sc", "gift", "guard", "chatid", "room_id", "BililiveRecorderRecordInfo", "record_start_time"]
    ),
    st.dictionaries(
        st.sampled_from(
            ["p", "user", "uid", "ts", "price", "raw", "giftcount", "start_time", "level", "roomid"]
        ),
        st.text(max_size=30)
        | st.sampled_from(
            [
                "1,7,3,4,5,6,7,8",
                "1e308,1,1,1,9,1,1,1",
                "1e308",
                "nan,inf,1e999,1e999,1e999,,,",
                "[]",
                "[[],1]",
                "{}",
                '{"data":[]}',
                "1e400",
                "-",
                "99:99",
            ]
        ),
    ),
    st.text(max_size=20) | st.sampled_from(["[0,0,0,0,9]", "[[[[", "9" * 5000]),
)
@settings(max_examples=200, deadline=None)
def test_no_element_however_odd_stops_the_reading(tag, attributes, text):
    for dialect in DIALECTS:
        recording = Recording("a.xml", ReadReport())
        for _ in range(2):
            records = dialect.events(Element(tag, attributes, text), recording)
            assert records is None or all(record["kind"] in KINDS for record in records)


@pytest.mark.shared
def test_a_real_pool_of_a_video(shared):
    path = shared / "formats/bilibili-danmaku-xml-vod/danmaku01.xml"
    batch, report = read_comments(path)
    begun = len(re.findall(r"<d\b", path.read_text(encoding="utf-8")))
    assert (report.format, len(batch), report.skipped) == ("bilibili-video-xml", begun, {})
    assert (report.id_quality, report.ts_sources) == ({"hash": 1200}, {"event": 1200})
    assert len(set(batch.comment_id)) == 1200
    assert set(kinds(batch)) == {"comment"}


@pytest.mark.shared
def test_real_recordings_of_bililiverecorder(shared):
    folder = shared / "formats/bilibili-live-xml-bililiverecorder"
    batch, report = read_comments(folder / "live_with_raw.xml")
    assert (report.format, kinds(batch).count("comment"), kinds(batch).count("gift")) == (
        "bililive-recorder-xml",
        5,
        3,
    )
    assert (report.id_quality, report.ts_sources) == ({"real": 8}, {"event": 5, "arrival": 3})
    assert (set(batch.room_id), set(batch.paid_marker)) == ({"22637261"}, {"", "3"})
    batch, report = read_comments(folder / "live_linebreak_in_text.xml")
    assert (report.format, batch.text[0].count("\n"), report.id_quality) == (
        "bililive-recorder-xml",
        9,
        {"real": 1},
    )
