"""Taobao and Tmall (淘宝、天猫) reviews: answers of the review pages and of the app, and a crawler's table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.pick import at, filled, first_of, objects_of, text_of, whole_of
from detector.readers.reviews import review_columns, review_records

# The pages name the product in their address alone, and so do files named after it.
_PRODUCT_IN_NAME: Final = re.compile(r"(?:item|auctionNum)_?Id\D{0,2}(\d{6,})", re.I | re.ASCII)
_LEVEL: Final = re.compile(r"[Vv]?(\d{1,4})\Z", re.ASCII)
_TABLE_HEADERS: Final = frozenset({"nickname", "ratedate", "ratecontent"})


def rates_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The reviews of an answer of the page, the old page or the app; anything else is a review itself."""
    for rates in (
        at(answer, "rateDetail", "rateList"),
        at(answer, "data", "rateList"),
        answer.get("rateList"),
        answer.get("comments"),
    ):
        if isinstance(rates, list):
            return objects_of(rates)
    return [] if "rateDetail" in answer else [answer]


def events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """A review and its follow-up. Tmall shows no stars, so there is no rating."""
    if not isinstance(item, dict):
        return None
    text = first_of(item, "rateContent", "feedback", "content")
    if text is None and first_of(item, "id", "rateId") is None:
        return None
    level = _LEVEL.match(text_of(first_of(item, "userVipLevel")) or text_of(at(item, "user", "vipLevel")))
    review: dict[str, object] = {
        "comment_id": text_of(first_of(item, "id", "rateId")),
        "text": text_of(text),
        "ts": text_of(first_of(item, "rateDate", "feedbackDate", "createTime", "date")),
        "user_id": text_of(at(item, "user", "userId")),
        "user_name": text_of(first_of(item, "displayUserNick", "userNick", "reduceUserNick"))
        or text_of(at(item, "user", "nick")),
        "user_level": int(level[1]) if level else None,
        "paid_marker": "88VIP" if item.get("goldUser") is True else "",
        "product_id": text_of(first_of(item, "auctionNumId", "itemId"))
        or text_of(at(item, "auction", "aucNumId"))
        or _product_in(recording.name),
        "variant": text_of(first_of(item, "auctionSku", "skuValueStr")) or text_of(at(item, "auction", "sku")),
        "helpful_votes": whole_of(first_of(item, "useful", "likeCount")),
        "seller_reply": text_of(item.get("reply")),
    }
    later = first_of(item, "appendComment", "appendedFeed", "append")
    appended = {
        "comment_id": text_of(first_of(later, "commentId", "appendId")),
        "text": text_of(first_of(later, "content", "appendedFeedback", "feedback")),
        "ts": text_of(first_of(later, "commentTime", "appendDate", "date")),
        "seller_reply": text_of(first_of(later, "reply")),
    }
    return review_records(filled(review), filled(appended), recording)


def _product_in(name: str) -> str:
    found = _PRODUCT_IN_NAME.search(name)
    return found[1] if found else ""


def _claims(glimpse: Glimpse) -> bool:
    keys = glimpse.keys
    return (
        {"rateContent", "rateDate"} <= keys
        or {"rateDetail", "rateList"} <= keys
        or ("rateList" in keys and "feedback" in keys)
        or {"rateId", "auction", "content"} <= keys
    )


def _table(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    text_header = next(header for header in columns if header_key(header) == "ratecontent")
    reshaped = review_columns(columns, text_header, recording)
    product = _product_in(recording.name)
    if product and not any(header_key(header) in ("itemid", "productid") for header in columns):
        reshaped["product_id"] = [product] * len(reshaped[text_header])
    return reshaped


DIALECTS: Final = (
    JsonDialect(
        name="tmall-reviews",
        en="Tmall and Taobao reviews as list_detail_rate, feedRateList or mtop answers: JSON, JSONP, or lines",
        zh="天猫/淘宝评价接口响应 list_detail_rate、feedRateList、mtop：JSON、JSONP，或每行一条",
        platform="tmall",
        tells=Tells(
            kinds="review append other",
            ids="masked name_only",
            times="event date_only",
            fields="user_level paid_marker",
            example='jsonp1({"rateDetail": {"rateList": [{"id": 1, "rateContent": "很快", "rateDate": "2024-05-01 12:00:00", "displayUserNick": "j***n"}]}})',
        ),
        claims=_claims,
        events=events,
        items=rates_of,
        array_key="rateList",
    ),
)
SHAPES: Final = (
    TableShape(
        name="tmall-reviews-table",
        en="Tmall reviews as a crawler's table: nickname, rateDate, auctionSku, ratecontent",
        zh="天猫评价爬虫表：nickname、rateDate、auctionSku、ratecontent",
        platform="tmall",
        tells=Tells(
            kinds="review other",
            ids="masked name_only",
            times="event",
            example="nickname,rateDate,auctionSku,ratecontent\nj***n,2024-05-01 12:00:00,颜色:黑,很快",
        ),
        claims=lambda headers: _TABLE_HEADERS.issubset(map(header_key, headers)),
        reshape=_table,
    ),
)
