"""Stories of YouTube chat, as the chat, the Data API and a table have it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from detector.comment import KINDS, TS_SOURCES
from detector.errors import InputError
from detector.readers import inspect, read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.youtube import DIALECTS, actions_of, messages_of, offset_ms
from tests.readers.odd_json import odd_values

STAMP_US = "1794399663123456"
STAMP_MS = 1_794_399_663_123.0


def drawn(name, **renderer):
    known = {
        "id": "Chw1",
        "timestampUsec": STAMP_US,
        "authorExternalChannelId": "UCxiaoming",
        "authorName": {"simpleText": "小明"},
    }
    return {"addChatItemAction": {"item": {f"liveChat{name}Renderer": known | renderer}}}


def said(text, **renderer):
    return drawn("TextMessage", message={"runs": [{"text": text}]}, **renderer)


def replayed(action, offset="1000"):
    return {"replayChatItemAction": {"actions": [action], "videoOffsetTimeMsec": offset}}


def lines(*items):
    return "\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n"


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_a_recording_of_yt_dlp_is_read_line_by_line(file, claimed_by):
    path = file(lines(replayed(said("主播好")), replayed(said("这个多少钱", id="Chw2"))), "a.live_chat.json")
    batch, report = read_comments(path)
    assert report.format == "youtube-chat"
    assert claimed_by(path) == ["youtube-chat"]
    assert batch.text == ["主播好", "这个多少钱"]
    assert batch.comment_id == ["Chw1", "Chw2"]
    assert batch.user_id == ["UCxiaoming"] * 2
    assert batch.user_name == ["小明"] * 2
    assert batch.ts_ms.tolist() == [STAMP_MS] * 2
    assert report.ts_sources == {"event": 2}
    assert report.id_quality == {"real": 2}
    assert batch.is_staff.tolist() == [0.0, 0.0]


def test_an_answer_of_the_chat_holds_its_actions_in_a_list(file):
    answer = {
        "responseContext": {},
        "continuationContents": {"liveChatContinuation": {"actions": [said("好")]}},
    }
    for content in (json.dumps(answer), json.dumps(answer, indent=2), lines(answer, answer)):
        batch, report = read_comments(file(content, "replay.json"))
        assert (report.format, set(batch.text)) == ("youtube-chat", {"好"})


def test_a_cut_answer_is_read_up_to_the_cut(file):
    answer = {
        "continuationContents": {"liveChatContinuation": {"actions": [said("一"), said("二", id="Chw2")]}}
    }
    batch, report = read_comments(file(json.dumps(answer)[:-60], "cut.json"))
    assert batch.text == ["一"]
    assert report.notes["read_item_by_item"].examples == ["actions"]


def test_a_cut_list_of_actions_is_read_up_to_the_cut(file):
    batch, _ = read_comments(file(json.dumps([said("一"), said("二"), said("三")])[:-60], "cut.json"))
    assert batch.text == ["一", "二"]


def test_emoji_are_characters_and_the_channels_own_are_names(file):
    runs = [
        {"text": "好"},
        {"emoji": {"emojiId": "🎉", "shortcuts": [":tada:"]}},
        {"emoji": {"emojiId": "UCx/abc", "shortcuts": [":_heart:"], "isCustomEmoji": True}},
    ]
    batch, _ = read_comments(file(lines(drawn("TextMessage", message={"runs": runs}), said("好")), "a.json"))
    assert batch.text[0] == "好🎉:_heart:"


def test_moderators_are_staff_and_members_have_a_badge(file):
    moderator = [{"liveChatAuthorBadgeRenderer": {"icon": {"iconType": "MODERATOR"}, "tooltip": "Moderator"}}]
    member = [
        {"liveChatAuthorBadgeRenderer": {"customThumbnail": {"thumbnails": []}, "tooltip": "新規メンバー"}}
    ]
    verified = [{"liveChatAuthorBadgeRenderer": {"icon": {"iconType": "VERIFIED"}, "tooltip": "Verified"}}]
    path = file(lines(*(said("好", id=str(n), authorBadges=badges)
                        for n, badges in enumerate((moderator, member, verified)))), "a.json")  # fmt: skip
    batch, _ = read_comments(path)
    assert batch.is_staff.tolist() == [1.0, 0.0, 0.0]
    assert batch.fan_badge_name == ["", "新規メンバー", ""]
    assert batch.paid_marker == ["", "member", ""]


def test_what_was_paid_for_counts_once_though_the_ticker_shows_it_again(file):
    paid = drawn("PaidMessage", id="Chp", purchaseAmountText={"simpleText": "¥1,000"},
                 message={"runs": [{"text": "加油"}]})  # fmt: skip
    renderer = paid["addChatItemAction"]["item"]
    ticker = {
        "addLiveChatTickerItemAction": {
            "item": {
                "liveChatTickerPaidMessageItemRenderer": {
                    "id": "Chp",
                    "showItemEndpoint": {"showLiveChatItemEndpoint": {"renderer": renderer}},
                }
            }
        }
    }
    batch, report = read_comments(file(lines(paid, ticker, said("好")), "a.json"))
    assert kinds(batch) == ["superchat", "comment"]
    assert (batch.text[0], batch.paid_marker[0]) == ("加油", "¥1,000")
    assert report.notes["no_event"].lines == [2]
    # The ticker of somebody who paid before the recording began tells of the payment all the same.
    batch, _ = read_comments(file(lines(ticker, said("好")), "b.json"))
    assert kinds(batch) == ["superchat", "comment"]


def test_members_gifts_system_texts_and_deletions_are_no_comments(file):
    items = (
        drawn("MembershipItem", id="1", headerSubtext={"runs": [{"text": "New member"}]}),
        drawn("PaidSticker", id="2", purchaseAmountText={"simpleText": "$5.00"}),
        drawn("ViewerEngagementMessage", id="3", message={"runs": [{"text": "Welcome to live chat!"}]}),
        {"markChatItemAsDeletedAction": {"targetItemId": "Chw1"}},
        {"markChatItemsByAuthorAsDeletedAction": {"externalChannelId": "UCspam"}},
        {"addChatItemAction": {"item": {"liveChatPlaceholderItemRenderer": {"id": "4"}}}},
        {"showLiveChatTooltipCommand": {}},
    )
    batch, report = read_comments(file(lines(*items), "a.json"))
    assert kinds(batch) == ["member", "gift", "control", "delete", "delete"]
    assert batch.reply_to[3] == "Chw1"
    assert batch.user_id[4] == "UCspam"
    assert report.notes["no_event"].n == 2
    assert report.scored_rows == 0


def test_a_replaced_message_is_read_when_it_is_there(file):
    renderer = said("补上的话")["addChatItemAction"]["item"]
    replaced = {"replaceChatItemAction": {"targetItemId": "Chw1", "replacementItem": renderer}}
    batch, _ = read_comments(file(lines(replaced, said("好", id="Chw2")), "a.json"))
    assert batch.text == ["补上的话", "好"]


def test_what_is_broken_is_counted(file):
    broken = {"replayChatItemAction": {"actions": "none"}}
    strange = {"something": 1}
    batch, report = read_comments(file(lines(replayed(said("好")), broken, strange) + '{"replayCh', "a.json"))
    assert batch.text == ["好"]
    assert report.skipped == {"unreadable_item": 1, "bad_json": 1}
    assert report.notes["no_event"].n == 1


def test_an_answer_without_actions_says_so(file):
    answer = {"continuationContents": {"liveChatContinuation": {"actions": []}}, "replayChatItemAction": {}}
    with pytest.raises(InputError, match=r"youtube-chat.*has no rows"):
        read_comments(file(json.dumps(answer), "a.json"))


def message(told, details=None, **snippet):
    known = {
        "type": told,
        "liveChatId": "KicKGFV",
        "authorChannelId": "UCxiaoming",
        "publishedAt": "2026-11-11T12:21:03.123Z",
        "displayMessage": "好看",
    }
    key = {} if details is None else {told.removesuffix("Event") + "Details": details}
    author = {"channelId": "UCxiaoming", "displayName": "小明", "isChatModerator": False, "isChatSponsor": True}
    return {"kind": "youtube#liveChatMessage", "id": f"LCC.{told}", "snippet": known | snippet | key,
            "authorDetails": author}  # fmt: skip


def test_messages_of_the_data_api(file, claimed_by):
    answer = {"kind": "youtube#liveChatMessageListResponse", "items": [
        message("textMessageEvent", {"messageText": "好看"}),
        message("superChatEvent", {"amountDisplayString": "$10.00", "userComment": "加油"}),
        message("newSponsorEvent"),
        message("messageDeletedEvent", {"deletedMessageId": "LCC.textMessageEvent"}),
        message("userBannedEvent", {"bannedUserDetails": {"channelId": "UCspam", "displayName": "引流"}}),
        message("tombstone"),
    ]}  # fmt: skip
    path = file(json.dumps(answer), "messages.json")
    batch, report = read_comments(path)
    assert report.format == "youtube-api"
    assert claimed_by(path) == ["youtube-api"]
    assert kinds(batch) == ["comment", "superchat", "member", "delete", "delete"]
    assert batch.text[:2] == ["好看", "加油"]
    assert batch.paid_marker[:2] == ["member", "$10.00"]
    assert batch.ts_ms[0] == STAMP_MS
    assert batch.session_id[0] == "KicKGFV"
    assert batch.is_staff[0] == 0.0
    assert batch.user_id[4] == "UCspam"
    batch, report = read_comments(file(lines(*answer["items"]), "messages.jsonl"))
    assert (report.format, len(batch)) == ("youtube-api", 5)


def test_a_table_of_video_times_is_no_table_of_dates(file):
    path = file(
        "Time Stamp;Name;Message\n-0:05;かな;こんばんは\n0:20;ken;gg; wp\n1:02:03;かな;草\n", encoding="cp932"
    )
    batch, report = read_comments(path)
    assert report.format == "csv (youtube-chat-table)"
    assert batch.text == ["こんばんは", "gg; wp", "草"]
    assert batch.ts_ms.tolist() == [-5_000.0, 20_000.0, 3_723_000.0]
    assert {TS_SOURCES[code] for code in batch.ts_source} == {"video_offset"}
    assert batch.source.headers[0] == "video_time"
    assert report.id_quality == {"name_only": 3}


def test_a_table_with_dates_under_a_like_header_stays_as_it_is(file):
    _, report = read_comments(file("timestamp;name;message\n2026-11-11 12:01:03;小明;好\n"))
    assert report.format == "csv"


@pytest.mark.parametrize(
    ("cell", "ms"),
    [("0:00", 0), ("-1:00:00", -3_600_000), ("12:34.5", 754_500), ("", None), (None, None), ("1:2:3:4", None)],
)
def test_video_times(cell, ms):
    assert offset_ms(cell) == ms


KEYS = [
    "replayChatItemAction", "actions", "addChatItemAction", "item", "liveChatTextMessageRenderer", "message",
    "runs", "text", "emoji", "authorBadges", "liveChatAuthorBadgeRenderer", "authorName", "timestampUsec", "id",
    "addLiveChatTickerItemAction", "replaceChatItemAction", "replacementItem", "markChatItemAsDeletedAction",
    "snippet", "type", "authorDetails", "items", "continuationContents", "liveChatContinuation", "header",
]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in DIALECTS:
        records = dialect.events(value, recording)
        assert records is None or all("kind" in record for record in records)
    if isinstance(value, dict):
        assert all(isinstance(action, dict) for action in actions_of(value, recording))
        assert all(isinstance(item, dict) for item in messages_of(value, recording))


@pytest.mark.shared
def test_real_answers_of_the_chat(shared):
    folder = shared / "formats/youtube-live-chat-json"
    kept = {}
    for path in sorted(folder.glob("*.json")):
        batch, report = read_comments(path)
        assert report.format == "youtube-chat"
        assert report.skipped == {}
        kept[path.name] = dict(zip(*np.unique(kinds(batch), return_counts=True), strict=True))
    assert kept == {
        "chatreplay.json": {"comment": 47, "superchat": 1},
        "newSponsor_current.json": {"member": 1},
        "other_youtube_actions.json": {"comment": 9, "control": 1},
        "superchat.json": {"superchat": 1},
        "youtube_actions.json": {
            "comment": 1, "control": 2, "delete": 2, "gift": 3, "member": 1, "superchat": 1,
        },
    }  # fmt: skip


@pytest.mark.shared
def test_real_tables_of_video_times(shared):
    for path in sorted((shared / "formats/youtube-chat-csv").glob("*.csv")):
        report = inspect(path)
        assert report.format == "csv (youtube-chat-table)"
        assert set(report.ts_sources) == {"video_offset"}
        assert report.rows_read == 199
        assert report.rows_kept >= 198
