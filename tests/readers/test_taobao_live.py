"""Stories of Taobao Live comments, polled and pushed."""

import json

from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.taobao_live import JSON_DIALECTS
from tests.readers.odd_json import odd_values


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


def page(*said):
    comments = [
        {"publisherNick": f"tb{n}", "publisherId": 2200 + n, "content": text} for n, text in enumerate(said)
    ]
    return {
        "api": "mtop.taobao.iliad.comment.query.latest",
        "data": {"comments": comments, "paginationContext": "x", "delay": "6000"},
        "ret": ["SUCCESS::调用成功"],
    }


def test_a_polled_page_in_jsonp(file, claimed_by):
    path = file(f" mtopjsonp7({json.dumps(page('有现货吗', '已拍'), ensure_ascii=False)})", "page.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["taobao-live-comments"]
    assert (batch.text, batch.user_id, batch.user_name) == (
        ["有现货吗", "已拍"],
        ["2200", "2201"],
        ["tb0", "tb1"],
    )
    assert (report.ts_sources, report.id_quality) == ({"order_only": 2}, {"real": 2})


def test_pages_overlap_and_equal_texts_are_kept_all_the_same(file):
    lines = "".join(json.dumps(page("已拍", "已拍")) + "\n" for _ in range(2))
    batch, _ = read_comments(file(lines, "pages.jsonl"))
    assert (batch.text, len(set(batch.comment_id))) == (["已拍"] * 4, 4)


def test_a_page_with_nothing_new(file):
    lines = (
        json.dumps(page("好")) + "\n" + json.dumps({"data": {"comments": []}}) + "\n" + '{"ret": ["FAIL"]}\n'
    )
    batch, report = read_comments(file(lines, "pages.jsonl"))
    assert (len(batch), report.notes["no_event"].n, report.skipped) == (1, 1, {})


def test_pushes_are_told_apart_by_what_they_hold(file, claimed_by):
    pushes = [
        {"nick": "小杏", "userId": "91", "content": "多大码", "subType": 10001},
        {"nick": "小杏", "userid": 91, "text": "黑色有吗", "subType": "10001"},
        {"nick": "小杏", "userId": "91", "subType": 10002, "giftName": "小花"},
        {"nick": "小梨", "userId": "92", "flowSourceText": "来自关注"},
        {"value": {"dig": 14}},
        {"pageViewCount": 3000, "viewCountFormat": "3000"},
        {"subType": 10099},
    ]
    path = file("".join(json.dumps(push, ensure_ascii=False) + "\n" for push in pushes), "push.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["taobao-live-powermsg"]
    assert kinds(batch) == ["comment", "comment", "gift", "enter", "like", "stats"]
    assert (batch.text[:2], batch.user_id[:4]) == (["多大码", "黑色有吗"], ["91", "91", "91", "92"])
    assert (told(batch, "count")[4], told(batch, "pageViewCount")[5]) == ("14", "3000")
    assert report.notes["no_event"].lines == [7]


def test_a_push_within_an_envelope(file, claimed_by):
    inner = json.dumps({"nick": "小杏", "userId": "91", "content": "多大码"}, ensure_ascii=False)
    path = file(json.dumps({"subType": 10001, "userId": 0, "data": inner}) + "\n", "push.jsonl")
    batch, _ = read_comments(path)
    assert (claimed_by(path), batch.text, batch.user_id) == (["taobao-live-powermsg"], ["多大码"], ["91"])


KEYS = (
    "data", "comments", "content", "publisherId", "publisherNick", "subType", "nick", "userId", "value", "dig",
    "flowSourceText", "pageViewCount",
)  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in JSON_DIALECTS:
        found = dialect.items(value, recording) if dialect.items and isinstance(value, dict) else ()
        for item in [value, *found]:
            records = dialect.events(item, recording)
            assert records is None or all("kind" in record for record in records)
