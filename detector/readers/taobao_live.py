"""Taobao Live: pages of the comment interface (JSONP or JSON) and decoded powermsg pushes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, first_of, object_of, text_of, whole_of

SUBTYPE_KINDS: Final[Mapping[int, str]] = {10001: "comment", 10002: "gift"}


def _page_items(answer: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    """The comments of a page, or the one comment that the object itself is."""
    comments = at(object_of(at(answer, "data")), "comments")
    comments = comments if isinstance(comments, list) else at(answer, "comments")
    yield from comments if isinstance(comments, list) else [answer]


def _commented(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A comment of a page: publisherId, publisherNick, content; pages overlap and tell no time."""
    if not isinstance(item, dict):
        return None
    if not isinstance(item.get("content"), str):
        return [] if "publisherId" not in item and "publisherNick" not in item else None
    record = {
        "comment_id": text_of(at(item, "commentId")),
        "kind": "comment",
        "text": item["content"],
        "user_id": text_of(at(item, "publisherId")),
        "user_name": text_of(at(item, "publisherNick")),
    }
    return [filled(record)]


def _pushed(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A push: chat and gifts by subType, entering by flowSourceText, likes under value.dig, the audience."""
    if not isinstance(item, dict):
        return None
    inner = object_of(at(item, "data"))
    message = item if inner is None else {**item, **inner}
    subtype = whole_of(first_of(message, "subType", "subtype"))
    record = {
        "text": text_of(first_of(message, "content", "text")),
        "user_id": text_of(first_of(message, "userId", "userid")),
        "user_name": text_of(at(message, "nick")),
        "session_id": text_of(first_of(message, "topic", "liveId")),
    }
    dig = at(object_of(at(message, "value")), "dig")
    if subtype is not None and subtype in SUBTYPE_KINDS:
        return [
            filled({"kind": SUBTYPE_KINDS[subtype], **record, "gift_name": text_of(at(message, "giftName"))})
        ]
    if "flowSourceText" in message:
        came_from = text_of(message["flowSourceText"])
        return [filled({"kind": "enter", **record, "flow_source": came_from})]
    if dig is not None:
        return [filled({"kind": "like", **record, "count": whole_of(dig)})]
    if "pageViewCount" in message or "viewCountFormat" in message:
        figures = {
            name: text_of(at(message, name)) for name in ("pageViewCount", "viewCountFormat", "onlineCount")
        }
        return [filled({"kind": "stats", **figures})]
    return []


def _claims_page(glimpse: Glimpse) -> bool:
    return glimpse.keys >= {"publisherNick", "content"} or "mtop.taobao.iliad.comment.query" in glimpse.text


def _claims_push(glimpse: Glimpse) -> bool:
    keys = glimpse.keys
    chats = any(
        whole_of(first_of(found, "subType", "subtype")) in SUBTYPE_KINDS
        for document in glimpse.documents
        for found in (document, object_of(document.get("data")))
    )
    return (chats and bool(keys & {"nick", "userid", "userId"})) or keys >= {"nick", "flowSourceText"}


JSON_DIALECTS: Final = (
    JsonDialect(
        name="taobao-live-comments",
        en="Taobao Live: pages of the comment interface (publisherNick, publisherId, content), JSON or JSONP",
        zh="淘宝直播：评论接口返回（publisherNick、publisherId、content），JSON 或 JSONP",
        platform="taobao",
        tells=Tells(
            kinds="comment",
            ids="real",
            times="order_only",
            example='mtopjsonp1({"data": {"comments": [{"commentId": "1", "publisherId": "10086", "publisherNick": "小满", "content": "好看"}]}})',
        ),
        claims=_claims_page,
        events=_commented,
        items=_page_items,
        array_key="comments",
    ),
    JsonDialect(
        name="taobao-live-powermsg",
        en="Taobao Live: decoded powermsg pushes (subType 10001 chat, 10002 gift)",
        zh="淘宝直播：powermsg 推送解码后的 JSON（subType 10001 评论、10002 礼物）",
        platform="taobao",
        tells=Tells(
            kinds="comment gift enter like stats",
            ids="real",
            times="order_only",
            example='{"subType": 10001, "userId": "10086", "nick": "小满", "data": {"content": "好看"}}',
        ),
        claims=_claims_push,
        events=_pushed,
    ),
)
