"""Amazon reviews: the research collections of 2014, 2018 and 2023, and the open table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.dialect import Dialect, Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.literals import literal_or_none
from detector.readers.pick import at, first_of, seconds_of, text_of, whole_of
from detector.readers.reviews import review_columns, review_records

SNIFFED_LITERALS: Final = 20
_TABLE_HEADERS: Final = frozenset({"customerid", "reviewid", "reviewbody", "starrating"})


def events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One review of any of the collections."""
    if not _is_review(item):
        return None
    date = text_of(item.get("unixReviewTime")) or _written_day(text_of(item.get("reviewTime")))
    product = text_of(item.get("asin"))
    family = text_of(item.get("parent_asin"))
    verified = first_of(item, "verified", "verified_purchase")
    review: dict[str, object] = {
        "text": text_of(first_of(item, "reviewText", "text")) or text_of(first_of(item, "summary", "title")),
        "title": text_of(first_of(item, "summary", "title")),
        "user_id": text_of(first_of(item, "reviewerID", "user_id")),
        "user_name": text_of(item.get("reviewerName")),
        "product_id": product or family,
        "product_family": family,
        "rating": seconds_of(first_of(item, "overall", "rating")),
        "verified_purchase": int(verified) if isinstance(verified, bool) else None,
        "helpful_votes": whole_of(
            text_of(first_of(item, "vote", "helpful_vote") or at(item, "helpful", 0)).replace(",", "")
        ),
        "ts": date or text_of(item.get("timestamp")),
        # The collections of 2014 and 2018 know the day alone.
        "ts_source": "date_only" if date else "",
    }
    return review_records(review, None, recording)


def loose_events(line: Any, recording: Recording) -> Sequence[Record] | None:
    """One line of a collection that holds Python literals instead of JSON."""
    return events(literal_or_none(text_of(line)), recording)


def _is_review(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    return ("reviewerID" in item and "asin" in item) or ("parent_asin" in item and "user_id" in item)


def _written_day(text: str) -> str:
    """``09 13, 2009`` as ``2009-09-13``."""
    parts = text.replace(",", " ").split()
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return ""
    month, day, year = parts
    return f"{year}-{month:0>2}-{day:0>2}"


def _claims(glimpse: Glimpse) -> bool:
    told = sum(map(_is_review, glimpse.documents))
    return told > 0 and 2 * told > len(glimpse.documents)


def _claims_loose(glimpse: Glimpse) -> bool:
    some = [line.strip() for line in glimpse.lines[:SNIFFED_LITERALS]]
    told = sum(_is_review(literal_or_none(line)) for line in some if line.startswith("{'"))
    return told > 0 and 2 * told > len(some)


def _table(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    header_of = {header_key(header): header for header in columns}
    reshaped = review_columns(columns, header_of["reviewbody"], recording)
    return {"user_id" if name == header_of["customerid"] else name: cells for name, cells in reshaped.items()}


JSON_DIALECTS: Final = (
    JsonDialect(
        name="amazon-reviews",
        en="Amazon reviews of the research collections of 2014, 2018 and 2023: one JSON object per line",
        zh="亚马逊评论研究数据集（2014、2018、2023）：每行一个 JSON",
        platform="amazon",
        tells=Tells(
            kinds="review",
            ids="real",
            times="date_only event",
            fields="rating verified_purchase",
            example='{"reviewerID": "A1B2", "asin": "B00X", "reviewText": "Works well.", "overall": 5.0, "unixReviewTime": 1514851200}',
        ),
        claims=_claims,
        events=events,
    ),
)
LINE_DIALECTS: Final = (
    Dialect(
        name="amazon-reviews-loose",
        en="Amazon reviews of 2014 in the loose form: one Python literal per line",
        zh="亚马逊评论 2014 数据集的宽松格式：每行一个 Python 字面量",
        platform="amazon",
        tells=Tells(
            kinds="review",
            ids="real",
            times="date_only",
            fields="rating",
            example="{'reviewerID': 'A1B2', 'asin': 'B00X', 'reviewText': 'Works well.', 'overall': 5.0, 'unixReviewTime': 1252800000}",
        ),
        claims=_claims_loose,
        events=loose_events,
    ),
)
SHAPES: Final = (
    TableShape(
        name="amazon-reviews-table",
        en="Amazon's open review table: marketplace, customer_id, review_id, …, review_body, review_date",
        zh="亚马逊公开评论表：marketplace、customer_id、review_id……review_body、review_date",
        platform="amazon",
        tells=Tells(
            kinds="review other",
            ids="real",
            times="date_only",
            fields="rating verified_purchase",
            example="marketplace\tcustomer_id\treview_id\tstar_rating\treview_body\treview_date\nUS\t1234\tR1\t5\tWorks well.\t2015-08-31",
        ),
        claims=lambda headers: _TABLE_HEADERS.issubset(map(header_key, headers)),
        reshape=_table,
    ),
)
