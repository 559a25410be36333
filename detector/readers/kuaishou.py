"""Kuaishou: the feeds of a live page (commentFeeds, giftFeeds …), decoded to JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, first_of, object_of, objects_of, text_of, whole_of

# The arrays of a push -> the kind of what stands in them.
FEEDS: Final[Mapping[str, str]] = {
    "commentFeeds": "comment",
    "comboCommentFeed": "comment",
    "comboCommentFeeds": "comment",
    "likeFeeds": "like",
    "giftFeeds": "gift",
    "shareFeeds": "share",
}
# How many watch and like, as a push shows them.
FIGURES: Final[Mapping[str, str]] = {
    "displayWatchingCount": "online_count",
    "displayLikeCount": "like_count",
    "pendingLikeCount": "pending_like_count",
}
# A feed on its way from the push to its record: the kind that its array tells.
_KIND: Final = "feed kind"


def _feeds(push: Mapping[str, Any], recording: Recording) -> Iterator[Any]:
    """The feeds of a push, each with its kind, then its figures; the one feed that the object itself is."""
    inner = next((push[name] for name in ("payload", "msg", "data") if isinstance(at(push, name), dict)), push)
    found = False
    for name, kind in FEEDS.items():
        if name in inner:
            found = True
            yield from ({**feed, _KIND: kind} for feed in objects_of(inner[name]))
    figures = {ours: text_of(at(inner, theirs)) for theirs, ours in FIGURES.items() if at(inner, theirs)}
    if figures:
        yield {_KIND: "stats", **figures}
    elif not found:
        yield inner


def _feed(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One feed: who, what, and for how many it stands."""
    if not isinstance(item, dict):
        return None
    kind = text_of(item.get(_KIND)) or _kind_of(item)
    if not kind:
        return []
    if kind == "stats":
        return [{"kind": "stats", **{name: item[name] for name in FIGURES.values() if name in item}}]
    user, state = object_of(at(item, "user")), at(item, "senderState")
    assistant = whole_of(at(state, "assistantType"))
    intimacy = whole_of(at(state, "fansGroupIntimacyLevel"))
    record = {
        "comment_id": text_of(at(item, "id")),
        "kind": kind,
        "text": text_of(at(item, "content")),
        "user_id": text_of(first_of(user, "principalId", "userId", "id")),
        "user_name": text_of(first_of(user, "userName", "name")),
        "fan_badge_level": intimacy or None,
        "paid_marker": text_of(at(state, "wealthGrade")),
        "is_staff": None if assistant is None else int(assistant > 0),
        # Comments that the platform has merged stand for so many.
        "count": whole_of(first_of(item, "comboCount", "batchSize")),
        "device_hash": text_of(at(item, "deviceHash")),
        "gift_id": text_of(at(item, "giftId")),
        "merge_key": text_of(at(item, "mergeKey")),
        "ts": whole_of(at(item, "time")) or None,
    }
    return [filled(record)]


def _kind_of(item: Mapping[str, Any]) -> str:
    """The kind of a feed that stands alone; ``""`` for what is no feed."""
    if "giftId" in item:
        return "gift"
    return "comment" if isinstance(item.get("content"), str) else ""


def _claims(glimpse: Glimpse) -> bool:
    keys = glimpse.keys
    named = keys & {"commentFeeds", "comboCommentFeed", "comboCommentFeeds", "likeFeeds", "giftFeeds"}
    return bool(named) or keys >= {"principalId", "userName", "content"}


JSON_DIALECTS: Final = (
    JsonDialect(
        name="kuaishou-feeds",
        en="Kuaishou: the feeds of a live page decoded to JSON (commentFeeds, WebCommentFeed)",
        zh="快手：直播页推送解码后的 JSON（commentFeeds、WebCommentFeed）",
        platform="kuaishou",
        tells=Tells(
            kinds="comment gift like share stats",
            ids="real none",
            times="event order_only",
            fields="fan_badge_level paid_marker is_staff",
            example='{"commentFeeds": [{"id": "a1", "user": {"principalId": "10086", "userName": "小满"}, "content": "好看", "time": 1700000000123}]}',
        ),
        claims=_claims,
        events=_feed,
        items=_feeds,
        array_key="commentFeeds",
    ),
)
