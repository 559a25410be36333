"""Stories of Twitch chat: recordings of a video and lines of IRC."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.twitch import comments_of, irc_events, stamps_are_made_up, video_events
from tests.readers.odd_json import odd_values


def comment(text, *, second=0, offset_s=None, **fields):
    known = {
        "_id": f"id{second}",
        "created_at": f"2026-11-11T12:{second // 60:02}:{second % 60:02}.5Z",
        "channel_id": "100",
        "content_id": "2000",
        "content_offset_seconds": second if offset_s is None else offset_s,
        "commenter": {
            "_id": "7",
            "name": "xiaoming",
            "display_name": "小明",
            "created_at": "2020-01-02T03:04:05Z",
        },
        "message": {"body": text, "user_badges": [], "user_notice_params": {}},
    }
    return known | fields


def recording_of(*comments):
    return json.dumps({"FileInfo": {}, "streamer": {"id": 100}, "video": {"title": "a"}, "comments": comments})


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_a_recording_of_a_video(file, claimed_by):
    path = file(recording_of(comment("这个多少钱"), comment("好看", second=30)), "video.json")
    batch, report = read_comments(path)
    assert report.format == "twitch-video-chat"
    assert claimed_by(path) == ["twitch-video-chat"]
    assert batch.text == ["这个多少钱", "好看"]
    assert batch.comment_id == ["id0", "id30"]
    assert (batch.room_id[0], batch.session_id[0]) == ("100", "2000")
    assert (batch.user_id[0], batch.user_name[0]) == ("7", "小明")
    assert batch.ts_ms[1] - batch.ts_ms[0] == 30_000
    assert report.ts_sources == {"event": 2}
    assert batch.account_created_ms[0] == 1_577_934_245_000.0


def test_a_highlight_stamped_at_its_export_goes_by_the_place_in_the_video(file):
    comments = [comment("好", second=n % 5, offset_s=n * 10.5, _id=str(n)) for n in range(20)]
    batch, report = read_comments(file(recording_of(*comments), "video.json"))
    assert report.ts_sources == {"video_offset": 20}
    assert batch.ts_ms[:3].tolist() == [0.0, 10_500.0, 21_000.0]


def test_a_few_comments_of_one_moment_keep_their_stamps():
    assert stamps_are_made_up(recording_of(comment("好"), comment("好", second=1, offset_s=3))) is False
    assert stamps_are_made_up("no comment at all") is False
    assert stamps_are_made_up(recording_of(comment("好", created_at=None))) is True


def test_a_cut_recording_is_read_up_to_the_cut(file):
    content = recording_of(*(comment(f"第{n}条", second=n) for n in range(10)))
    batch, report = read_comments(file(content[: len(content) * 2 // 3], "video.json"))
    assert batch.text == [f"第{n}条" for n in range(len(batch))]
    assert len(batch) >= 5
    assert report.notes["read_item_by_item"].examples == ["comments"]


def test_badges_bits_and_notices(file):
    def with_message(text, second, **message):
        return comment(text, second=second, message={"body": text} | message)

    batch, _ = read_comments(
        file(
            recording_of(
                with_message("禁言", 0, user_badges=[{"_id": "moderator", "version": "1"}]),
                with_message("好", 1, user_badges=[{"_id": "subscriber", "version": "3006"}]),
                with_message("cheer100", 2, bits_spent=100),
                with_message("续订了", 3, user_notice_params={"msg-id": "resub"}),
                with_message("来了一队", 4, user_notice_params={"msg-id": "raid"}),
                with_message("看我", 5, user_notice_params={"msg-id": "highlighted-message"}),
                comment("我是主播", second=6, commenter={"_id": "100", "name": "zhubo"}),
                comment("走了", second=7, commenter=None),
                comment("新版", second=8, commenter={"_id": "9", "created_at": "0001-01-01T00:00:00Z"}),
            ),
            "video.json",
        )
    )
    assert kinds(batch) == ["comment"] * 3 + ["member", "other"] + ["comment"] * 4
    assert batch.is_staff.tolist() == [1.0, 0, 0, 0, 0, 0, 1.0, 0, 0]
    assert (batch.fan_badge_name[1], batch.fan_badge_level[1]) == ("subscriber", 6.0)
    assert batch.paid_marker[1:3] == ["", "bits 100"]
    assert batch.user_id[7] == ""


def test_a_date_of_the_year_one_is_not_remarked(file):
    new = comment("新版", commenter={"_id": "9", "created_at": "0001-01-01T00:00:00Z"})
    _, report = read_comments(file(recording_of(new, comment("好", second=5)), "video.json"))
    assert "other_time_unparsed" not in report.notes


TAGS = (
    "@badge-info=subscriber/8;badges=subscriber/6;color=#FF0000;display-name=小明;first-msg=0;id=abc-1;mod=0;"
    "room-id=100;tmi-sent-ts=1794399663123;user-id=7"
)
SAID = f"{TAGS} :xiaoming!xiaoming@xiaoming.tmi.twitch.tv PRIVMSG #zhubo :这个多少钱 :)\r\n"


def test_lines_of_irc_with_tags(file, claimed_by):
    path = file(
        ":tmi.twitch.tv 001 bot :Welcome, GLHF!\r\n"
        ":bot!bot@bot.tmi.twitch.tv JOIN #zhubo\r\n"
        + SAID
        + "@badges=moderator/1;mod=1;user-id=8;id=abc-2;first-msg=1;bits=100 :fang!fang@fang.tmi.twitch.tv "
        "PRIVMSG #zhubo :\x01ACTION 鼓掌\x01\r\n"
        "@login=hong;user-id=9;id=abc-3;msg-id=resub;system-msg=hong\\ssubscribed :tmi.twitch.tv USERNOTICE "
        "#zhubo :三个月了\r\n"
        "@login=ad;target-msg-id=abc-9 :tmi.twitch.tv CLEARMSG #zhubo :加微信\r\n"
        "@room-id=100;target-user-id=66;tmi-sent-ts=1794399664000 :tmi.twitch.tv CLEARCHAT #zhubo :ad\r\n"
        "PING :tmi.twitch.tv\r\n"
        "这一行不是\r\n",
        "irc.log",
    )
    batch, report = read_comments(path)
    assert report.format == "twitch-irc"
    assert claimed_by(path) == ["twitch-irc"]
    assert kinds(batch) == ["enter", "comment", "comment", "member", "delete", "delete"]
    assert batch.text[1:4] == ["这个多少钱 :)", "鼓掌", "三个月了"]
    assert (batch.comment_id[1], batch.user_id[1], batch.user_name[1]) == ("abc-1", "7", "小明")
    assert (batch.room_id[1], batch.ts_ms[1]) == ("100", 1_794_399_663_123.0)
    assert (batch.fan_badge_name[1], batch.fan_badge_level[1]) == ("subscriber", 8.0)
    assert batch.is_staff[1:3].tolist() == [0.0, 1.0]
    assert batch.paid_marker[1:3] == ["", "bits 100"]
    assert batch.reply_to[4] == "abc-9"
    assert batch.user_id[5] == "66"
    assert report.notes["no_event"].n == 2
    assert report.skipped == {"unreadable_line": 1}


def test_lines_of_irc_without_tags_have_names_alone(file):
    line = ":xiaoming!xiaoming@xiaoming.tmi.twitch.tv PRIVMSG #zhubo :好看\n"
    batch, report = read_comments(file(line * 3, "irc.log"))
    assert batch.text == ["好看"] * 3
    assert batch.room_id == ["zhubo"] * 3
    assert report.id_quality == {"name_only": 3}
    assert report.ts_sources == {"order_only": 3}


def test_a_logger_may_write_when_a_line_came(file, claimed_by):
    said = ":xiaoming!xiaoming@xiaoming.tmi.twitch.tv PRIVMSG #zhubo :好看"
    path = file(
        f"[2026-11-11 20:21:03] {said}\n2026-11-11T12:21:04.5Z {said}\n[2026-11-11 20:21:05] {SAID}", "irc.log"
    )
    batch, report = read_comments(path)
    assert claimed_by(path) == ["twitch-irc"]
    assert batch.ts_ms.tolist() == [1_794_399_663_000.0, 1_794_399_664_500.0, 1_794_399_663_123.0]
    assert report.ts_sources == {"arrival": 2, "event": 1}


def test_a_chat_about_irc_is_not_irc(file, claimed_by):
    assert claimed_by(file("user,text\n小明,PRIVMSG #zhubo :好\n小红,好\n")) == []


KEYS = ["_id", "created_at", "commenter", "message", "body", "user_badges", "version", "user_notice_params", "msg-id",
        "bits_spent", "content_offset_seconds", "channel_id", "comments"]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport(), head=json.dumps(value))
    records = video_events(value, recording)
    assert records is None or all("kind" in record for record in records)
    if isinstance(value, dict):
        assert all(isinstance(item, dict) for item in comments_of(value, recording))


@settings(max_examples=200)
@given(st.text(alphabet="@:;=!#/\\ PRIVMSGab1,.\x01", max_size=60) | st.just(SAID))
def test_no_line_makes_it_fall_over(line):
    records = irc_events(line, Recording("a.log", ReadReport()))
    assert records is None or all("kind" in record for record in records)


@pytest.mark.shared
def test_a_real_highlight(shared):
    batch, report = read_comments(shared / "formats/twitch-vod-json/1087079172.json")
    assert report.format == "twitch-video-chat"
    assert (report.rows_read, report.rows_kept) == (200, 200)
    assert kinds(batch).count("comment") == 199
    assert kinds(batch).count("member") == 1
    assert report.id_quality == {"real": 200}
    assert report.ts_sources == {"video_offset": 200}
    assert int(batch.is_staff.sum()) == 5
    assert len(set(batch.comment_id)) == 200
