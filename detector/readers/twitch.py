"""Twitch chat: recordings of a video's chat as TwitchDownloader writes them, and lines of IRC with tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from detector.readers.dialect import Dialect, Glimpse, JsonDialect, Record, Recording, Tells
from detector.readers.pick import at, filled, objects_of, seconds_of, text_of, whole_of

_STAFF_BADGES: Final = frozenset({"broadcaster", "moderator", "lead_moderator", "staff", "admin", "global_mod"})
_MEMBER_BADGES: Final = ("subscriber", "founder")
# Notices that carry a person's own comment, bought with points or by being first.
_COMMENT_NOTICES: Final = frozenset(
    {"", "highlighted-message", "skip-subs-mode-message", "announcement", "gigantified-emote-message"}
)
_MEMBER_NOTICE: Final = re.compile(r"sub|gift|prime|reward", re.I)
# Re-exported highlights stamp all comments with the time of the export: then only the place in the video says when.
FAKE_STAMPS_SHARE: Final = 0.5
LEAST_OFFSETS_S: Final = 10.0
_COMMENTS: Final = re.compile(r'"comments"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,\[]*")

# Loggers may write when a line came before it.
_IRC: Final = re.compile(
    r"(?:\[?(?P<logged>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)\]?:?\s+)?"
    r"(?:@(?P<tags>\S+) )?:(?P<source>\S+) (?P<command>[A-Z]{3,20}|\d{3})(?: (?P<channel>[#*]\S*))?(?P<rest> .*)?$"
)
_ESCAPED: Final = re.compile(r"\\(.?)")
_UNESCAPED: Final = {"s": " ", ":": ";", "r": "\r", "n": "\n"}
# /me wraps the words in control characters, which some logs have lost.
_ACTION: Final = re.compile(r"\x01?ACTION (.*?)\x01?$", re.S)


def comments_of(answer: Mapping[str, Any], recording: Recording) -> Iterable[Any]:
    """The comments of a recording; anything else is a comment itself."""
    comments = answer.get("comments")
    return objects_of(comments) if isinstance(comments, list) else [answer]


def video_events(item: Any, recording: Recording) -> Sequence[Record] | None:
    """One comment of a recording."""
    message, author = at(item, "message"), at(item, "commenter")
    if not isinstance(item, dict) or not isinstance(message, dict):
        return None
    badges = {
        text_of(badge.get("_id")).casefold(): whole_of(badge.get("version"))
        for badge in objects_of(message.get("user_badges"))
    }
    notice = text_of(at(message, "user_notice_params", "msg-id"))
    created = text_of(at(author, "created_at"))
    room = text_of(item.get("channel_id"))
    record: dict[str, object] = {
        "kind": _kind_of(notice),
        "comment_id": text_of(item.get("_id")),
        "room_id": room,
        "session_id": text_of(item.get("content_id")),
        "user_id": text_of(at(author, "_id")),
        "user_name": text_of(at(author, "display_name")) or text_of(at(author, "name")),
        "text": text_of(message.get("body")),
        # Newer recordings have no such date and write the year 1.
        "account_created": "" if created.startswith("0001") else created,
    }
    record |= _standing(badges, whole_of(message.get("bits_spent")))
    if room and record["user_id"] == room:
        record["is_staff"] = 1
    return [filled(record | _video_time(item, recording))]


def _video_time(item: Mapping[str, Any], recording: Recording) -> dict[str, object]:
    by_offset = recording.told.get("by_offset")
    if by_offset is None:
        by_offset = recording.told["by_offset"] = stamps_are_made_up(recording.head)
    if not by_offset:
        return {"ts": text_of(item.get("created_at"))}
    offset_s = seconds_of(item.get("content_offset_seconds"))
    return {} if offset_s is None else {"ts_ms": round(offset_s * 1000), "ts_source": "video_offset"}


def stamps_are_made_up(head: str) -> bool:
    """Whether the first comments say that ``created_at`` spans far less time than they take in the video.

    Also where there is no ``created_at`` at all.
    """
    stamps_s, offsets_s = [], []
    for comment in _first_comments(head):
        offset_s = seconds_of(comment.get("content_offset_seconds"))
        stamp_s = _epoch_s(text_of(comment.get("created_at")))
        if offset_s is not None:
            offsets_s.append(offset_s)
            if stamp_s is not None:
                stamps_s.append(stamp_s)
    if not stamps_s:
        return bool(offsets_s)
    spread_s = max(offsets_s) - min(offsets_s)
    return spread_s >= LEAST_OFFSETS_S and max(stamps_s) - min(stamps_s) < FAKE_STAMPS_SHARE * spread_s


def _first_comments(head: str) -> Iterator[dict[str, Any]]:
    opened = _COMMENTS.search(head)
    place = opened.end() if opened else 0
    decode = json.JSONDecoder().raw_decode
    while True:
        between = _BETWEEN.match(head, place)
        try:
            comment, place = decode(head, between.end() if between else place)
        except (ValueError, RecursionError):
            return
        if isinstance(comment, dict):
            yield comment


def _epoch_s(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _kind_of(notice: str) -> str:
    if notice in _COMMENT_NOTICES:
        return "comment"
    return "member" if _MEMBER_NOTICE.search(notice) else "other"


def _standing(badges: Mapping[str, int | None], bits: int | None) -> dict[str, object]:
    """What badges (name -> version) and bits say about the person; a version of 3006 is tier 3 for 6 months."""
    member = next((name for name in _MEMBER_BADGES if name in badges), "")
    version = badges.get(member)
    return {
        "is_staff": int(not _STAFF_BADGES.isdisjoint(badges)),
        "fan_badge_name": member,
        "fan_badge_level": None if version is None else version % 1000,
        # A subscription is often a stranger's gift: its months are the badge's level, not a price paid.
        "paid_marker": f"bits {bits}" if bits else "",
    }


def irc_events(line: Any, recording: Recording) -> Sequence[Record] | None:
    """The event of one line of IRC."""
    text = text_of(line)
    match = _IRC.match(text)
    if match is None:
        return [] if text.startswith(("PING", "PONG", "CAP ", "PASS ", "NICK ", "USER ")) else None
    tags = _tags(match["tags"] or "")
    record: dict[str, object] = {
        "comment_id": tags.get("id", ""),
        "room_id": tags.get("room-id", "") or (match["channel"] or "").removeprefix("#"),
    }
    sent_ms, logged = whole_of(tags.get("tmi-sent-ts")), match["logged"]
    if sent_ms is not None:
        record["ts"] = sent_ms
    elif logged:
        record |= {"ts": logged, "ts_source": "arrival"}
    words = (match["rest"] or "").strip(" ").removeprefix(":")
    login = match["source"].split("!", 1)[0]
    if match["command"] in ("PRIVMSG", "USERNOTICE"):
        action = _ACTION.match(words)
        record |= {
            "kind": "comment" if match["command"] == "PRIVMSG" else _kind_of(tags.get("msg-id", "")),
            "text": action[1] if action else words,
            "user_id": tags.get("user-id", ""),
            "user_name": tags.get("display-name", "") or tags.get("login", "") or login,
            "reply_to": tags.get("reply-parent-msg-id", ""),
            "first_message": tags.get("first-msg", ""),
        }
        if tags:
            record |= _irc_standing(tags)
    elif match["command"] == "CLEARMSG":
        record |= {
            "kind": "delete",
            "comment_id": "",
            "reply_to": tags.get("target-msg-id", ""),
            "user_name": tags.get("login", ""),
        }
    elif match["command"] == "CLEARCHAT":
        record |= {"kind": "delete", "user_id": tags.get("target-user-id", ""), "user_name": words}
    elif match["command"] == "JOIN":
        record |= {"kind": "enter", "user_name": login}
    else:
        return []
    return [filled(record)]


def _irc_standing(tags: Mapping[str, str]) -> dict[str, object]:
    badges = {name: whole_of(version) for name, version in _pairs(tags.get("badges", ""))}
    months = dict(_pairs(tags.get("badge-info", "")))
    standing = _standing(badges, whole_of(tags.get("bits")))
    if tags.get("mod") == "1":
        standing["is_staff"] = 1
    member = standing["fan_badge_name"]
    if isinstance(member, str) and member in months:
        standing["fan_badge_level"] = whole_of(months[member])
    return standing


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(name, version) for name, _, version in (pair.partition("/") for pair in text.split(",")) if name]


def _tags(text: str) -> dict[str, str]:
    return {
        name: _ESCAPED.sub(lambda found: _UNESCAPED.get(found[1], found[1]), value)
        for name, _, value in (tag.partition("=") for tag in text.split(";"))
    }


def _is_irc(glimpse: Glimpse) -> bool:
    matched = [found for line in glimpse.lines if (found := _IRC.match(line.rstrip("\r\n")))]
    said = sum(found["command"] == "PRIVMSG" and "!" in found["source"] for found in matched)
    return said > 0 and 2 * len(matched) > len(glimpse.lines)


JSON_DIALECTS: Final = (
    JsonDialect(
        name="twitch-video-chat",
        en="Chat of a Twitch video as TwitchDownloader (or the old v5 API) writes it: JSON",
        zh="TwitchDownloader（或旧版 v5 接口）导出的 Twitch 录像聊天 JSON",
        platform="twitch",
        tells=Tells(
            kinds="comment member other",
            ids="real none",
            times="event video_offset",
            fields="fan_badge_level paid_marker is_staff account_created",
            example='{"comments": [{"_id": "a1", "created_at": "2023-11-15T06:13:20Z", "content_offset_seconds": 12.5, "commenter": {"_id": "10086", "display_name": "Mai", "created_at": "2020-01-01T00:00:00Z"}, "message": {"body": "nice"}}]}',
        ),
        claims=lambda glimpse: {"content_offset_seconds", "commenter", "message"} <= glimpse.keys,
        events=video_events,
        items=comments_of,
        array_key="comments",
    ),
)
LINE_DIALECTS: Final = (
    Dialect(
        name="twitch-irc",
        en="Twitch chat as lines of IRC, with or without tags, as bots log it",
        zh="Twitch 聊天的 IRC 原始行（有无标签均可），常见于机器人日志",
        platform="twitch",
        tells=Tells(
            kinds="comment member enter delete other",
            ids="real name_only",
            times="event arrival order_only",
            fields="fan_badge_level paid_marker is_staff",
            example="@id=a1;user-id=10086;display-name=Mai;tmi-sent-ts=1700000000123 :mai!mai@mai.tmi.twitch.tv PRIVMSG #room :nice",
        ),
        claims=_is_irc,
        events=irc_events,
    ),
)
