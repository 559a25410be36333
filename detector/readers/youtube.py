"""YouTube live chat: recordings of yt-dlp, answers of the chat itself, messages of the Data API, a chat table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.cells import as_text
from detector.readers.dialect import Glimpse, JsonDialect, Record, Recording, TableShape, Tells
from detector.readers.pick import at, filled, objects_of, text_of, whole_of

_CHAT_KEYS: Final = frozenset(
    {"replayChatItemAction", "addChatItemAction", "addLiveChatTickerItemAction", "markChatItemAsDeletedAction"}
)
# What the chat draws -> what happened. What is not here and has an author is of another kind.
_KIND_OF: Final[Mapping[str, str]] = {
    "liveChatTextMessageRenderer": "comment",
    "liveChatPaidMessageRenderer": "superchat",
    "liveChatPaidStickerRenderer": "gift",
    "liveChatDonationAnnouncementRenderer": "gift",
    "liveChatMembershipItemRenderer": "member",
    "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer": "member",
    "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer": "member",
    "liveChatViewerEngagementMessageRenderer": "control",
    "liveChatModeChangeMessageRenderer": "control",
    "liveChatAutoModMessageRenderer": "control",
}
_STAFF_ICONS: Final = frozenset({"OWNER", "MODERATOR"})
# The types of the Data API.
_API_KIND_OF: Final[Mapping[str, str]] = {
    "textMessageEvent": "comment",
    "superChatEvent": "superchat",
    "superStickerEvent": "gift",
    "fanFundingEvent": "superchat",
    "newSponsorEvent": "member",
    "memberMilestoneChatEvent": "member",
    "membershipGiftingEvent": "member",
    "giftMembershipReceivedEvent": "member",
    "messageDeletedEvent": "delete",
    "userBannedEvent": "delete",
    "chatEndedEvent": "control",
    "pollEvent": "control",
    "sponsorOnlyModeStartedEvent": "control",
    "sponsorOnlyModeEndedEvent": "control",
}
_CLOCK: Final = re.compile(r"\s*([+-]?)(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:\.(\d{1,3}))?\s*$", re.ASCII)


def actions_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The actions of an answer of the chat; anything else is an action itself."""
    for path in (
        ("continuationContents", "liveChatContinuation"),
        ("contents", "liveChatRenderer"),
    ):
        chat = at(answer, *path)
        if isinstance(chat, dict):
            return objects_of(chat.get("actions"))
    actions = answer.get("actions")
    return objects_of(actions) if isinstance(actions, list) else [answer]


def chat_events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """The events of one action, or of the actions that one moment of a replay brings."""
    if not isinstance(item, dict):
        return None
    moment = item.get("replayChatItemAction")
    if isinstance(moment, dict):
        actions = objects_of(moment.get("actions"))
        return [record for action in actions for record in _action_records(action, recording)]
    if any(key.endswith(("Action", "Command")) for key in item):
        return _action_records(item, recording)
    return None


def _action_records(action: Mapping[str, Any], recording: Recording) -> list[Record]:
    deleted = (
        at(action, "markChatItemAsDeletedAction", "targetItemId")
        or at(action, "removeChatItemAction", "targetItemId"),
        at(action, "markChatItemsByAuthorAsDeletedAction", "externalChannelId")
        or at(action, "removeChatItemByAuthorAction", "externalChannelId"),
    )
    if any(deleted):
        return [filled({"kind": "delete", "reply_to": text_of(deleted[0]), "user_id": text_of(deleted[1])})]
    drawn = at(action, "addChatItemAction", "item") or at(action, "replaceChatItemAction", "replacementItem")
    if not isinstance(drawn, dict):
        ticker = at(action, "addLiveChatTickerItemAction", "item")
        drawn = next(
            (
                shown
                for entry in (ticker.values() if isinstance(ticker, dict) else ())
                if isinstance(
                    shown := at(entry, "showItemEndpoint", "showLiveChatItemEndpoint", "renderer"), dict
                )
            ),
            {},
        )
    records = []
    for name, renderer in drawn.items():
        # A placeholder is filled in by a later action.
        if isinstance(renderer, dict) and name.endswith("Renderer") and "Placeholder" not in name:
            record = _drawn_record(name, renderer)
            if _is_first(record, recording):
                records.append(record)
    return records


def _is_first(record: Record, recording: Recording) -> bool:
    """Whether what was paid for is shown for the first time: the chat shows it again as a ticker."""
    own = record.get("comment_id")
    if own is None or record["kind"] == "comment":
        return True
    shown: set[object] = recording.told.setdefault("shown", set())
    is_first = own not in shown
    shown.add(own)
    return is_first


def _drawn_record(name: str, renderer: Mapping[str, Any]) -> Record:
    kind = _KIND_OF.get(name, "other")
    author = (
        renderer if "authorName" in renderer else at(renderer, "header", "liveChatSponsorshipsHeaderRenderer")
    )
    icons, member = _badges(at(author, "authorBadges"))
    price = _words(renderer.get("purchaseAmountText"))
    stamp = whole_of(renderer.get("timestampUsec"))
    record: dict[str, object] = {
        "kind": kind,
        "comment_id": text_of(renderer.get("id")),
        "user_id": text_of(renderer.get("authorExternalChannelId")),
        "user_name": _words(at(author, "authorName")),
        "text": _words(renderer.get("message"))
        or _words(renderer.get("text"))
        or _words(renderer.get("headerSubtext"))
        or _words(at(renderer, "header", "liveChatSponsorshipsHeaderRenderer", "primaryText")),
        "ts_ms": None if stamp is None else stamp // 1000,
        "fan_badge_name": member,
        "paid_marker": price or ("member" if member else ""),
    }
    if kind not in ("control", "other"):
        record["is_staff"] = int(not icons.isdisjoint(_STAFF_ICONS))
    return filled(record)


def _badges(badges: Any) -> tuple[set[str], str]:
    """The icons beside a name, and what the badge of a channel member says."""
    icons: set[str] = set()
    member = ""
    for badge in objects_of(badges):
        shown = badge.get("liveChatAuthorBadgeRenderer")
        icons.add(text_of(at(shown, "icon", "iconType")))
        if isinstance(at(shown, "customThumbnail"), dict):
            member = text_of(at(shown, "tooltip")) or "member"
    return icons, member


def _words(value: Any) -> str:
    """A text of YouTube: simple, or run by run with emoji."""
    simple = at(value, "simpleText")
    if isinstance(simple, str):
        return simple
    return "".join(
        text_of(run.get("text")) or _emoji(run.get("emoji")) for run in objects_of(at(value, "runs"))
    )


def _emoji(emoji: Any) -> str:
    """The character itself, or the name of one that the channel has drawn."""
    own = text_of(at(emoji, "emojiId"))
    shortcut = text_of(at(emoji, "shortcuts", 0))
    return own if own and not own.isascii() else shortcut


def messages_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The messages of an answer of the Data API; anything else is a message itself."""
    items = answer.get("items")
    return objects_of(items) if isinstance(items, list) else [answer]


def api_events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One message of the Data API."""
    snippet, author = at(item, "snippet"), at(item, "authorDetails")
    told = text_of(at(snippet, "type"))
    if not isinstance(snippet, dict) or not told:
        return None
    if told == "tombstone":
        return []
    kind = _API_KIND_OF.get(told, "other")
    details = at(snippet, told.removesuffix("Event") + "Details")
    record: dict[str, object] = {
        "kind": kind,
        "comment_id": text_of(at(item, "id")),
        "session_id": text_of(snippet.get("liveChatId")),
        "user_id": text_of(snippet.get("authorChannelId")) or text_of(at(author, "channelId")),
        "user_name": text_of(at(author, "displayName")),
        "text": text_of(at(details, "userComment"))
        or text_of(snippet.get("displayMessage"))
        or text_of(at(details, "messageText")),
        "ts": text_of(snippet.get("publishedAt")),
        "paid_marker": text_of(at(details, "amountDisplayString"))
        or ("member" if at(author, "isChatSponsor") is True else ""),
        "reply_to": text_of(at(details, "deletedMessageId")),
    }
    if isinstance(author, dict):
        record["is_staff"] = int(author.get("isChatModerator") is True or author.get("isChatOwner") is True)
    if kind == "delete":
        record["user_id"] = text_of(at(details, "bannedUserDetails", "channelId"))
        record["user_name"] = text_of(at(details, "bannedUserDetails", "displayName"))
        record.pop("is_staff", None)
    return [filled(record)]


def _is_api(glimpse: Glimpse) -> bool:
    return {"snippet", "liveChatId"} <= glimpse.keys and bool({"publishedAt", "displayMessage"} & glimpse.keys)


def offset_ms(cell: object) -> int | None:
    """``1:02:03`` or ``-0:05``, counted from the start of the video, in milliseconds; None if it is none.

    >>> offset_ms("1:02:03"), offset_ms("-0:05"), offset_ms("noon")
    (3723000, -5000, None)
    """
    match = _CLOCK.match(as_text(cell)[:32])
    if match is None:
        return None
    sign, hours, minutes, seconds, fraction = match.groups()
    ms = (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000
    ms += int(((fraction or "") + "000")[:3])
    return -ms if sign == "-" else ms


def _chat_table(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    reshaped: dict[str, list[Any]] = {}
    for header, cells in columns.items():
        if header_key(header) == "timestamp":
            reshaped["video_time"] = cells
            reshaped["ts_ms"] = [offset_ms(cell) for cell in cells]
            reshaped["ts_source"] = ["video_offset"] * len(cells)
        else:
            reshaped[header] = cells
    return reshaped


DIALECTS: Final = (
    JsonDialect(
        name="youtube-chat",
        en="YouTube live chat as the chat itself gives it: .live_chat.json of yt-dlp, saved replay answers",
        zh="YouTube 直播聊天的原始格式：yt-dlp 的 .live_chat.json、保存的回放接口响应",
        platform="youtube",
        tells=Tells(
            kinds="comment superchat gift member delete control other",
            ids="real",
            times="event",
            fields="paid_marker is_staff",
            example='{"addChatItemAction": {"item": {"liveChatTextMessageRenderer": {"id": "a1", "message": {"runs": [{"text": "nice"}]}, "authorName": {"simpleText": "Mai"}, "authorExternalChannelId": "UC1", "timestampUsec": "1700000000123456"}}}}',
        ),
        claims=lambda glimpse: bool(_CHAT_KEYS & glimpse.keys),
        events=chat_events,
        items=actions_of,
        array_key="actions",
    ),
    JsonDialect(
        name="youtube-api",
        en="YouTube Data API v3, liveChat/messages: answers, or one message per line",
        zh="YouTube Data API v3 liveChat/messages：接口响应，或每行一条消息",
        platform="youtube",
        tells=Tells(
            kinds="comment superchat gift member delete control other",
            ids="real",
            times="event",
            fields="paid_marker is_staff",
            example='{"items": [{"id": "a1", "snippet": {"type": "textMessageEvent", "liveChatId": "l1", "authorChannelId": "UC1", "publishedAt": "2023-11-15T06:13:20Z", "displayMessage": "nice"}}]}',
        ),
        claims=_is_api,
        events=api_events,
        items=messages_of,
        array_key="items",
    ),
)
SHAPES: Final = (
    TableShape(
        name="youtube-chat-table",
        en="Chat table with video times made from chat-downloader: Time Stamp;Name;Message",
        zh="由 chat-downloader 导出的聊天表，时间为视频内时间：Time Stamp;Name;Message",
        platform="youtube",
        tells=Tells(
            kinds="comment",
            ids="name_only none",
            times="video_offset",
            example="Time Stamp;Name;Message\n0:12;Mai;nice",
        ),
        claims=lambda headers: (
            [header_key(name) for name in headers] == ["timestamp", "name", "message"]
            and " " in headers[0].strip()
        ),
        reshape=_chat_table,
    ),
)
