"""Stories of exports with headers of their own: no platform's dialect may take them."""

import json

import pytest

from detector.readers import read_comments

ROWS = [
    {"text": "这个多少钱", "user_id": "1", "ts": 1794399663},
    {"text": "好看", "user_id": "2", "ts": 1794399664},
]
REVIEWS = [
    {
        "content": "很好",
        "nickname": "j***c",
        "score": 5,
        "creation_time": "2026-11-11 12:01:03",
        "product_id": "1",
    },
    {
        "content": "一般",
        "nickname": "x**y",
        "score": 3,
        "creation_time": "2026-11-11 12:02:03",
        "product_id": "1",
    },
]
CHAT = [
    {"id": "1", "message": "好", "author": "小明", "timestamp": "2026-11-11T12:00:00Z", "type": "chat"},
    {"id": "2", "message": "贵", "author": "小红", "timestamp": "2026-11-11T12:00:01Z", "type": "chat"},
]
# Words of the dialects inside of a text are no keys.
QUOTING = [
    {"text": '{"addChatItemAction": {"rateContent": 1, "rateDate": 2}}', "user_id": "1"},
    {"text": '"snippet": "liveChatId" "productCommentSummary":', "user_id": "2"},
]


@pytest.mark.parametrize("rows", [ROWS, REVIEWS, CHAT, QUOTING])
def test_json_with_keys_of_its_own(file, claimed_by, rows):
    by_line = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for content, form in (
        (by_line, "ndjson"),
        (json.dumps(rows), "json"),
        (json.dumps(rows, indent=1), "json"),
    ):
        path = file(content, "export.json")
        assert claimed_by(path) == []
        batch, report = read_comments(path)
        assert (report.format, len(batch)) == (form, 2)


@pytest.mark.parametrize(
    "content",
    [
        "text,user_id,ts\n好,1,1794399663\n贵,2,1794399664\n",
        "用户昵称,评论内容,评论时间\n小明,好,2026-11-11 12:01:03\n小红,贵,2026-11-11 12:01:04\n",
        "userId,productId,rating,timestamp,title,comment\n1,2,5,1323187200,好,很好\n",
        "timestamp,name,message\n1794399663,小明,好\n",
    ],
)
def test_tables_with_headers_of_their_own(file, claimed_by, content):
    path = file(content)
    assert claimed_by(path) == []
    _, report = read_comments(path)
    assert report.format == "csv"
