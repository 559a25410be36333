"""Stories of the feeds of Kuaishou live pages."""

import json

from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.kuaishou import JSON_DIALECTS
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

AT_MS = 1_700_000_000_123


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def said(text, number, **more):
    return {
        "id": f"f{number}",
        "user": {"principalId": f"3x{number}", "userName": "小椒", "headUrl": "u"},
        "content": text,
        "deviceHash": "a1b2",
        "senderState": {"fansGroupIntimacyLevel": 5, "wealthGrade": 8, "assistantType": 0},
        "time": str(AT_MS),
    } | more


PUSH = {
    "displayWatchingCount": "1.2万",
    "commentFeeds": [said("老铁 包邮吗", 1), said("讲解一下", 2, senderState={"assistantType": 1})],
    "comboCommentFeed": [{"id": "c1", "content": "666", "comboCount": 41}],
    "likeFeeds": [{"id": "l1", "user": {"principalId": "3x4", "userName": "阿蓝"}}],
    "giftFeeds": [
        {"id": "g1", "user": {"principalId": "3x4", "userName": "阿蓝"}, "giftId": 9, "batchSize": 2}
    ],
    "shareFeeds": [{"id": "s1", "user": {"principalId": "3x4"}}, "cut"],
}


def test_a_push_holds_feeds_of_many_kinds(file, claimed_by):
    for content in (
        json.dumps(PUSH),
        json.dumps([PUSH]),
        json.dumps({"payloadType": 310, "payload": PUSH}) + "\n{}\n",
    ):
        path = file(content, "push.json")
        batch, report = read_comments(path)
        assert claimed_by(path) == [report.format] == ["kuaishou-feeds"]
        assert kinds(batch) == ["comment", "comment", "comment", "like", "gift", "share", "stats"]
        assert batch.text[:3] == ["老铁 包邮吗", "讲解一下", "666"]
        assert (batch.user_id[0], batch.user_name[0], batch.comment_id[0]) == ("3x1", "小椒", "f1")
        assert (batch.ts_ms[0], batch.fan_badge_level[0], batch.paid_marker[0]) == (float(AT_MS), 5.0, "8")
        assert batch.is_staff[:2].tolist() == [0.0, 1.0]
        assert (told(batch, "device_hash")[0], told(batch, "online_count")[6]) == ("a1b2", "1.2万")


def test_a_merged_comment_stands_for_many_people(file):
    batch, report = read_comments(file(json.dumps(PUSH), "push.json"))
    assert (batch.user_id[2], told(batch, "count")[2]) == ("", "41")
    assert report.id_quality == {"real": 5, "none": 2}


def test_comments_without_their_push(file, claimed_by):
    path = file("\n".join(json.dumps(said("好", n)) for n in range(3)), "feeds.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["kuaishou-feeds"]
    assert (batch.text, batch.user_id) == (["好"] * 3, ["3x0", "3x1", "3x2"])


def test_a_push_that_was_cut(file):
    content = json.dumps(PUSH)
    batch, report = read_comments(file(content[: content.index('"f2"')], "push.json"))
    assert (batch.text, report.notes["read_item_by_item"].examples) == (["老铁 包邮吗"], ["commentFeeds"])


def test_a_push_about_nothing_is_no_event(file):
    batch, report = read_comments(file(json.dumps(PUSH) + '\n{"heartbeat": 1}\n', "push.jsonl"))
    assert (len(batch), report.notes["no_event"].n) == (7, 1)


KEYS = (
    "commentFeeds", "comboCommentFeed", "giftFeeds", "likeFeeds", "payload", "user", "principalId", "content",
    "time", "senderState", "giftId", "feed kind", "displayWatchingCount", "comboCount", "id", "stats",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        items = [value, *(dialect.items(value, recording) if isinstance(value, dict) else ())]
        for item in items:
            records = dialect.events(item, recording)
            assert records is None or all("kind" in record for record in records)
