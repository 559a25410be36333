"""Chat of YouTube, Twitch and others as chat-downloader writes it: JSON in an array or in lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, objects_of, seconds_of, text_of, whole_of

# What the program calls a message -> our kind. An absent type is a text.
_KIND_OF: Final[Mapping[str, str]] = {
    "": "comment",
    "text_message": "comment",
    "highlighted_message": "comment",
    "send_message_in_subscriber_only_mode": "comment",
    "chant": "comment",
    "paid_message": "superchat",
    "ticker_paid_message_item": "superchat",
    "paid_sticker": "gift",
    "ticker_paid_sticker_item": "gift",
    "donation_announcement": "gift",
    "membership_item": "member",
    "ticker_sponsor_item": "member",
    "ban_user": "delete",
    "delete_message": "delete",
    "clear_chat": "delete",
    "mark_chat_item_as_deleted": "delete",
    "mark_chat_items_by_author_as_deleted": "delete",
    "remove_chat_item": "delete",
    "remove_chat_item_by_author": "delete",
    "viewer_engagement_message": "control",
    "mode_change_message": "control",
    "room_state": "control",
    "notice": "control",
    "host_target": "control",
    "join": "enter",
}
# Parts of the many names that have to do with membership.
_MEMBER_WORDS: Final = ("subscription", "sponsorship", "membership", "resub", "prime_")
_STAFF_BADGES: Final = frozenset(
    {"owner", "moderator", "broadcaster", "staff", "admin", "global_mod", "global moderator"}
)
# Beside a type and an author, one of these makes it a message of this program.
_MESSAGE_KEYS: Final = frozenset({"message", "time_text", "time_in_seconds", "timestamp"})


def _claims(glimpse: Glimpse) -> bool:
    written = [
        document
        for document in glimpse.documents
        if isinstance(document.get("author"), dict)
        and ("message_type" in document or "message_id" in document)
        and not _MESSAGE_KEYS.isdisjoint(document)
    ]
    return 2 * len(written) > len(glimpse.documents) if glimpse.documents else False


def events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One message, of whatever type."""
    if not isinstance(item, dict):
        return None
    told = text_of(item.get("message_type"))
    author = item.get("author")
    if not told and not isinstance(author, dict) and "message" not in item:
        return None
    if told == "placeholder_item":
        return []
    kind = _kind_of(told, has_author=isinstance(author, dict))
    record = _time(item, recording) | {
        "kind": kind,
        "comment_id": text_of(item.get("message_id")),
        "text": text_of(item.get("message")),
        "user_id": text_of(at(author, "id")),
        "user_name": text_of(at(author, "display_name")) or text_of(at(author, "name")),
        "reply_to": text_of(item.get("target_message_id")) or text_of(item.get("target_id"))
        or text_of(at(item, "in_reply_to", "message_id")),
        "room_id": text_of(item.get("channel_id")),
    }  # fmt: skip
    if isinstance(author, dict):
        record |= _standing(item, author)
    if told.startswith("ticker_"):
        # The ticker shows again what was paid for.
        shown: set[object] = recording.told.setdefault("shown", set())
        if record["comment_id"] in shown:
            return []
    elif kind in ("superchat", "gift", "member"):
        recording.told.setdefault("shown", set()).add(record["comment_id"])
    return [filled(record)]


def _kind_of(told: str, *, has_author: bool) -> str:
    if told in _KIND_OF:
        return _KIND_OF[told]
    if any(word in told for word in _MEMBER_WORDS):
        return "member"
    return "other" if has_author else "control"


def _time(item: Mapping[str, Any], recording: Recording) -> dict[str, object]:
    """The message's time; one file has one clock, that of its first message with a time."""
    stamp, offset_s = whole_of(item.get("timestamp")), seconds_of(item.get("time_in_seconds"))
    if stamp is None and offset_s is None:
        return {}
    if recording.told.setdefault("has_stamps", stamp is not None):
        # Microseconds, on both platforms.
        return {} if stamp is None else {"ts_ms": stamp // 1000}
    return {} if offset_s is None else {"ts_ms": round(offset_s * 1000), "ts_source": "video_offset"}


def _standing(item: Mapping[str, Any], author: Mapping[str, Any]) -> dict[str, object]:
    is_staff = author.get("is_moderator") is True
    fan_badge, months, is_member = "", None, False
    for badge in objects_of(author.get("badges")):
        name, title = text_of(badge.get("name")).casefold(), text_of(badge.get("title"))
        words = {name, title.casefold(), text_of(badge.get("icon_name")).casefold()}
        if words & _STAFF_BADGES:
            is_staff = True
        elif name in ("subscriber", "founder") or title.casefold().startswith(("member", "new member")):
            fan_badge, months = title or name, whole_of(badge.get("months"))
            # A subscription on Twitch is often a stranger's gift, a channel membership of YouTube is bought.
            is_member = not name
    money = item.get("money")
    bits = whole_of(item.get("bits"))
    paid = text_of(at(money, "text")) or _amount(item.get("money")) or text_of(item.get("amount"))
    if not paid and bits:
        paid = f"bits {bits}"
    return {
        "is_staff": int(is_staff),
        "fan_badge_name": fan_badge,
        "fan_badge_level": months,
        "paid_marker": paid or ("member" if is_member else ""),
    }


def _amount(money: Any) -> str:
    amount = seconds_of(at(money, "amount"))
    return "" if amount is None else f"{amount:g} {text_of(at(money, 'currency'))}".strip()


DIALECTS: Final = (
    JsonDialect(
        name="chat-downloader",
        en="chat-downloader, JSON or JSON lines: live chat of YouTube, Twitch and others",
        zh="chat-downloader 的 JSON 或 JSON Lines：YouTube、Twitch 等平台的直播聊天",
        platform="several",
        tells=Tells(
            kinds="comment superchat gift member enter delete control other",
            ids="real",
            times="event video_offset order_only",
            fields="fan_badge_level paid_marker is_staff",
            example='{"message_type": "text_message", "message": "nice", "timestamp": 1700000000123456, "author": {"id": "UC1", "name": "Mai"}}',
        ),
        claims=_claims,
        events=events,
    ),
)
