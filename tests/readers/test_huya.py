"""Stories of Huya messages and of CxSpider's tables."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.huya import JSON_DIALECTS, SHAPES
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

NOTICE = {
    "tUserInfo": {"lUid": 1_199_500_000_001, "sNickName": "阿虎", "iGender": 1},
    "sContent": "这把稳了",
    "lTid": 7, "lSid": 8, "lPid": 880011,
    "vDecorationPrefix": [{"iType": 1}, {"data": {"sBadgeName": "虎牙帮", "iBadgeLevel": 13}}],
}  # fmt: skip


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def test_a_notice_is_a_comment_and_banners_are_not(file, claimed_by):
    items = [
        NOTICE,
        {"msg": NOTICE | {"lPid": 0, "vDecorationPrefix": None}},
        {"lUid": 5, "sNickName": "豹子", "lPid": 880011, "tNobleInfo": {"iNobleLevel": 3}},
        {"lSenderUid": 5, "sSenderNick": "豹子", "iItemType": 4, "iItemCount": 66, "lPresenterUid": 880011},
        {"uri": 1},
    ]
    path = file("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), "huya.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["huya-messages"]
    assert kinds(batch) == ["comment", "comment", "enter", "gift"]
    assert (batch.text[0], batch.user_id[0], batch.user_name[0]) == ("这把稳了", "1199500000001", "阿虎")
    assert (batch.fan_badge_name[:2], batch.fan_badge_level[0]) == (["虎牙帮", ""], 13.0)
    assert batch.room_id == ["880011", "7", "880011", "880011"]
    assert (batch.paid_marker[2], told(batch, "count")[3]) == ("3", "66")
    assert (report.ts_sources, report.notes["no_event"].n) == ({"order_only": 4}, 1)


TABLE = """\
bid,type,fetch_time,user_name,user_noble,content,gift_name,gift_num,other
880011,chat,2023-11-15 06:13:20,阿虎,,这把稳了,,,
880011,gift,2023-11-15 06:13:21,豹子,剑士,,虎粮,10,
880011,x1,2023-11-15 06:13:22,豹子,剑士,上分,,,
880011,x2,2023-11-15 06:13:23,,,,,,
"""


def test_a_table_of_cxspider(file):
    batch, report = read_comments(file(TABLE, "huya.csv"))
    assert report.format == "csv (huya-cxspider)"
    assert kinds(batch) == ["comment", "gift", "comment", "other"]
    assert (batch.room_id, batch.paid_marker) == (["880011"] * 4, ["", "剑士", "剑士", ""])
    assert batch.ts_ms[0] == 1_700_000_000_000.0
    assert (report.ts_sources, report.id_quality) == ({"arrival": 4}, {"name_only": 3, "none": 1})
    assert (told(batch, "gift_name")[1], told(batch, "gift_num")[1]) == ("虎粮", "10")


def test_a_table_of_somebodys_own_is_left_alone(file):
    batch, report = read_comments(file("user_name,content,gift_name\n阿虎,好,\n", "own.csv"))
    assert (report.format, kinds(batch)) == ("csv", ["comment"])


KEYS = (
    "tUserInfo", "sContent", "lUid", "sNickName", "vDecorationPrefix", "sBadgeName", "msg", "lSenderUid", "lPid",
    "tNobleInfo",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_no_json_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        records = dialect.events(value, recording)
        assert records is None or all("kind" in record for record in records)


@settings(max_examples=200)
@given(st.lists(st.tuples(odd_values(KEYS), odd_values(KEYS)), max_size=4))
def test_no_cells_make_it_fall_over(rows):
    columns = {"bid": [0] * len(rows), "type": [a for a, _ in rows], "content": [b for _, b in rows]}
    for shape in SHAPES:
        found = shape.reshape(columns, Recording("a.csv", ReadReport()))
        assert {len(cells) for cells in found.values()} == {len(rows)}
