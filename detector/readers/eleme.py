"""Ele.me (饿了么) reviews of shops: answers of the ratings page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import objects_of, seconds_of, text_of
from detector.readers.reviews import review_records


def ratings_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The reviews of an answer; anything else is a review itself."""
    ratings = answer.get("ratings")
    return objects_of(ratings) if isinstance(ratings, list) else [answer]


def events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One review of an order."""
    if not isinstance(item, dict) or "rating_text" not in item:
        return None
    review: dict[str, object] = {
        "text": text_of(item.get("rating_text")),
        "rating": seconds_of(item.get("rating")),
        "ts": text_of(item.get("rated_at")),
        "user_name": text_of(item.get("username")),
        "product_id": text_of(item.get("restaurant_id")),
        "order_id": text_of(item.get("order_id")),
        "seller_reply": text_of(item.get("reply_text")),
    }
    return review_records(review, None, recording)


def _claims(glimpse: Glimpse) -> bool:
    return {"rated_at", "rating_text"} <= glimpse.keys


DIALECTS: Final = (
    JsonDialect(
        name="eleme-reviews",
        en="Ele.me reviews as the ratings page's answers: JSON, or one review per line",
        zh="饿了么评价接口响应：JSON，或每行一条",
        platform="eleme",
        tells=Tells(
            kinds="review other",
            ids="masked name_only",
            times="date_only",
            fields="rating",
            example='{"ratings": [{"rated_at": "2016-12-02", "rating": 5, "rating_text": "很快", "username": "7****a"}]}',
        ),
        claims=_claims,
        events=events,
        items=ratings_of,
        array_key="ratings",
    ),
)
