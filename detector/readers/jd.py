"""JD (京东) reviews: answers of the comment pages and of the app, and a table that crawlers write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.cells import as_text, is_missing
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.pick import at, filled, first_of, objects_of, text_of, whole_of
from detector.readers.reviews import review_columns, review_records

# plusAvailable of a paying member of PLUS. Who pays the platform is no fan of this shop: it protects nobody.
PLUS: Final = "201"
NO_FOLLOW_UP: Final = "NO_MESSAGE"
_TABLE_HEADERS: Final = frozenset({"skuid", "commentid", "content", "creationtime", "afterusercomment"})


def comments_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The reviews of one page; anything else is a review itself."""
    comments = answer.get("comments")
    if isinstance(comments, list):
        product = text_of(at(answer, "productCommentSummary", "productId"))
        recording.told["product"] = product or recording.told.get("product", "")
        return objects_of(comments)
    return [] if "productCommentSummary" in answer else [answer]


def page_events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A review of a page, and its follow-up."""
    if not isinstance(item, dict) or "content" not in item:
        return None
    level_name = text_of(item.get("userLevelName"))
    review: dict[str, object] = {
        "comment_id": text_of(item.get("id")),
        "text": item.get("content"),
        "ts": text_of(item.get("creationTime")),
        "user_name": text_of(item.get("nickname")),
        "user_level": whole_of(item.get("userLevelId")),
        "user_level_name": level_name,
        "membership": _membership(level_name, text_of(item.get("plusAvailable"))),
        "rating": whole_of(item.get("score")),
        "product_id": text_of(first_of(item, "referenceId", "productId")) or recording.told.get("product", ""),
        "purchased_at": text_of(item.get("referenceTime")),
        "helpful_votes": whole_of(item.get("usefulVoteCount")),
        "client": text_of(item.get("userClientShow")),
        "variant": " ".join(
            filter(None, (text_of(item.get("productColor")), text_of(item.get("productSize"))))
        ),
    }
    later = item.get("afterUserComment")
    appended = {
        "comment_id": text_of(at(later, "id")),
        "text": text_of(at(later, "hAfterUserComment", "content")) or text_of(at(later, "content")),
        "ts": text_of(at(later, "created")),
    }
    return review_records(filled(review), filled(appended), recording)


def floors_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The floors of the app's answer; anything else is a floor itself."""
    for floors in (at(answer, "result", "floors"), answer.get("floors")):
        if isinstance(floors, list):
            return objects_of(floors)
    return [answer]


def floor_events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """The reviews of one floor of the app; a floor of another thing has none."""
    if not isinstance(item, dict):
        return None
    told = [item["commentInfo"]] if "commentInfo" in item else [at(row, "commentInfo") for row in _rows(item)]
    return [
        record for comment in told if isinstance(comment, dict) for record in _app_records(comment, recording)
    ]


def _rows(floor: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = floor.get("data")
    return [rows] if isinstance(rows, dict) else objects_of(rows)


def _app_records(comment: Mapping[str, Any], recording: Recording) -> list[dict[str, object]]:
    review: dict[str, object] = {
        "comment_id": text_of(first_of(comment, "commentId", "id")),
        "text": text_of(first_of(comment, "commentData", "content")),
        "ts": text_of(first_of(comment, "commentDate", "creationTime", "commentTime")),
        "user_name": text_of(first_of(comment, "userNickName", "nickname", "nickName")),
        "user_level": whole_of(first_of(comment, "userLevelId", "userLevel")),
        "membership": _membership(text_of(comment.get("userLevelName")), text_of(comment.get("plusAvailable"))),
        "rating": whole_of(first_of(comment, "commentScore", "score")),
        "product_id": text_of(first_of(comment, "skuId", "referenceId", "productId", "wareId")),
        "purchased_at": text_of(first_of(comment, "referenceTime", "buyTime")),
        "helpful_votes": whole_of(first_of(comment, "praiseCnt", "usefulVoteCount")),
    }
    later = first_of(comment, "afterUserComment", "afterComment")
    appended = {
        "text": text_of(first_of(later, "commentData", "content"))
        or text_of(at(later, "hAfterUserComment", "content")),
        "ts": text_of(first_of(later, "commentDate", "created")),
    }
    return review_records(filled(review), filled(appended), recording)


def _membership(level_name: str, plus: str) -> str:
    return "PLUS" if "PLUS" in level_name.upper() or plus == PLUS else ""


def _is_page(glimpse: Glimpse) -> bool:
    return (
        "productCommentSummary" in glimpse.keys or {"guid", "creationTime", "content", "score"} <= glimpse.keys
    )


def _table(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    header_of = {header_key(header): header for header in columns}
    reshaped = review_columns(columns, header_of["content"], recording)
    if "_id" in reshaped:
        # The crawler's own number of the row.
        reshaped["crawler_id"] = reshaped.pop("_id")
    later = header_of["afterusercomment"]
    reshaped[later] = ["" if cell == NO_FOLLOW_UP else cell for cell in reshaped[later]]
    recording.report.note("follow_up_column", n=sum(not is_missing(cell) for cell in reshaped[later]))
    levels = reshaped.pop(header_of.get("userlevelid", ""), None)
    if levels is not None:
        reshaped["user_level"] = levels
    names = reshaped.get(header_of.get("userlevelname", ""))
    if names is not None:
        reshaped["membership"] = [_membership(as_text(name), "") for name in names]
    return reshaped


DIALECTS: Final = (
    JsonDialect(
        name="jd-reviews",
        en="JD reviews as productPageComments answers: JSON, JSONP, pages joined, or one review per line",
        zh="京东评价 productPageComments 接口响应：JSON、JSONP、多页拼接，或每行一条评价",
        platform="jd",
        tells=Tells(
            kinds="review append other",
            ids="masked name_only",
            times="event",
            fields="rating user_level purchased_at",
            example='{"productCommentSummary": {"productId": 7}, "comments": [{"id": 1, "content": "很快", "creationTime": "2024-05-01 12:00:00", "score": 5, "nickname": "j***n"}]}',
        ),
        claims=_is_page,
        events=page_events,
        items=comments_of,
        array_key="comments",
    ),
    JsonDialect(
        name="jd-app-reviews",
        en="JD reviews as the app's newer answers hold them: floors with commentInfo",
        zh="京东 App 新版评价接口响应：floors 中的 commentInfo",
        platform="jd",
        tells=Tells(
            kinds="review append other",
            ids="masked name_only",
            times="event date_only",
            fields="rating user_level purchased_at",
            example='{"floors": [{"commentInfo": {"commentId": "1", "commentData": "很快", "commentDate": "2024-05-01 12:00:00", "commentScore": "5", "userNickName": "j***n"}}]}',
        ),
        claims=lambda glimpse: (
            "commentInfo" in glimpse.keys and bool({"floors", "commentData", "floorId"} & glimpse.keys)
        ),
        events=floor_events,
        items=floors_of,
        array_key="floors",
    ),
)
SHAPES: Final = (
    TableShape(
        name="jd-reviews-table",
        en="JD reviews as a crawler's table: sku_id, comment_id, content, …, after_user_comment",
        zh="京东评价爬虫表：sku_id、comment_id、content……after_user_comment",
        platform="jd",
        tells=Tells(
            kinds="review other",
            ids="masked name_only",
            times="event",
            fields="rating user_level purchased_at",
            example="sku_id,comment_id,content,creation_time,score,nickname,after_user_comment\n7,1,很快,2024-05-01 12:00:00,5,j***n,",
        ),
        claims=lambda headers: _TABLE_HEADERS.issubset(map(header_key, headers)),
        reshape=_table,
    ),
)
