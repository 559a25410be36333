"""Yelp reviews: the open collection, one JSON object per line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, first_of, seconds_of, text_of, whole_of
from detector.readers.reviews import review_records


def events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One review; the older collection holds users and shops among them."""
    if not isinstance(item, dict):
        return None
    told = text_of(item.get("type"))
    if told and told != "review":
        return []
    if not _is_review(item):
        return None
    useful = whole_of(first_of(item, "useful"))
    review: dict[str, object] = {
        "comment_id": text_of(item.get("review_id")),
        "user_id": text_of(item.get("user_id")),
        "product_id": text_of(item.get("business_id")),
        "rating": seconds_of(item.get("stars")),
        "text": text_of(item.get("text")),
        "ts": text_of(item.get("date")),
        "helpful_votes": whole_of(at(item, "votes", "useful")) if useful is None else useful,
    }
    return review_records(review, None, recording)


def _is_review(item: Any) -> bool:
    return isinstance(item, dict) and {"review_id", "business_id", "stars"} <= item.keys()


def _claims(glimpse: Glimpse) -> bool:
    told = sum(map(_is_review, glimpse.documents))
    return told > 0 and 2 * told > len(glimpse.documents)


DIALECTS: Final = (
    JsonDialect(
        name="yelp-reviews",
        en="Yelp's open collection of reviews: one JSON object per line",
        zh="Yelp 公开评论数据集：每行一个 JSON",
        platform="yelp",
        tells=Tells(
            kinds="review other",
            ids="real",
            times="event date_only",
            fields="rating",
            example='{"review_id": "r1", "user_id": "u1", "business_id": "b1", "stars": 4.0, "text": "Nice place.", "date": "2018-07-07 22:09:11"}',
        ),
        claims=_claims,
        events=events,
    ),
)
