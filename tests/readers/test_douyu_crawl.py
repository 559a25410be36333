"""Stories of a crawler's dated text files of Douyu rooms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.errors import InputError
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.douyu_crawl import LINE_DIALECTS
from detector.readers.report import ReadReport

ARROWS = ["9001->橙子->12->早上好->果园->7", "9002->柚子->3->有点东西->NONE->0"]
SEVEN = ["9001|橙子|12|早上好|果园|7|2", "9002|/bl@=0|3|有点东西|/bl@=0|0|0"]
EIGHT = ["9001|橙子|12|早上好|果园|7|2|48", "9002|柚子|3|有点东西||0|0|48"]


def text_of(lines):
    return "\n".join(lines) + "\n"


def told(batch, name):
    return batch.source.columns[batch.source.headers.index(name)]


@pytest.mark.parametrize(
    ("lines", "name", "encoding"),
    [
        (ARROWS, "douyu-txt-arrow", "utf-8"),
        (SEVEN, "douyu-txt-7", "gb18030"),
        (EIGHT, "douyu-txt-8", "gb18030"),
    ],
)
def test_each_layout_is_known_by_its_lines(file, claimed_by, lines, name, encoding):
    path = file(text_of(lines), "3300_5_01_2018.txt", encoding)
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == [name]
    assert (batch.room_id, batch.session_id) == (["3300"] * 2, ["2018-01-05"] * 2)
    assert (batch.user_id, batch.user_name[0]) == (["9001", "9002"], "橙子")
    assert (batch.text, batch.user_level.tolist()) == (["早上好", "有点东西"], [12.0, 3.0])
    assert (batch.fan_badge_name, batch.fan_badge_level[0]) == (["果园", ""], 7.0)
    assert report.ts_sources == {"order_only": 2}


def test_a_piece_of_the_protocol_is_no_name(file):
    batch, _ = read_comments(file(text_of(SEVEN), "3300_5_01_2018.txt", "gb18030"))
    assert batch.user_name == ["橙子", ""]


def test_a_text_that_holds_the_separator_stays_whole(file):
    lines = [*ARROWS, "9003->苹果->5->看->这里->NONE->0", "9004->a->b->6->问一下->果园->1"]
    batch, report = read_comments(file(text_of(lines), "3300_05_02_2018.txt"))
    assert batch.text[2:] == ["看->这里", "问一下"]
    assert batch.user_name[2:] == ["苹果", "a->b"]
    assert report.skipped == {}


def test_heads_that_ran_into_a_line_do_not_own_its_text(file):
    run_in = "9005|梨|9|9006|桃|20|9001|橙子|12|主播加油|果园|7|2"
    half_a_head = "9005|9002|柚子|3|好的||0|0"
    batch, report = read_comments(file(text_of([*SEVEN * 4, run_in, half_a_head]), "3300_5_01_2018.txt"))
    assert (batch.user_id[-2:], batch.text[-2:]) == (["9001", "9002"], ["主播加油", "好的"])
    assert report.skipped == {"empty_text": 3}
    assert report.skipped_lines == {"empty_text": [9, 9, 10]}


def test_lines_that_do_not_fit_are_counted(file):
    batch, report = read_comments(file(text_of([*EIGHT * 5, "半行", "9001|橙子|x|早|果园|7|2|48"]), "a.txt"))
    assert (len(batch), batch.session_id[0], report.skipped) == (10, "", {"unreadable_line": 2})


def test_a_table_with_a_header_stays_a_table(file, claimed_by):
    header = "user_id|user_name|user_level|text|fan_badge_name|fan_badge_level|x"
    path = file(text_of([header, *SEVEN * 9]), "3300_5_01_2018.txt")
    assert (claimed_by(path), read_comments(path)[1].format) == ([], "csv")


def test_a_gift_file_is_no_talk(file, claimed_by):
    path = file(text_of(["橙子->飞机", "柚->子->办卡", "橙子->飞机"] * 5), "3300_05_02_2018gift.txt")
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyu-txt-gifts"]
    assert {KINDS[code] for code in batch.kind} == {"gift"}
    assert (batch.user_name[1], told(batch, "gift_name")[1], batch.session_id[1]) == (
        "柚->子",
        "办卡",
        "2018-02-05",
    )


@pytest.mark.parametrize("name", ["3300_05_02_2018room.txt", "3300_05_02_2018room_gift.txt"])
@pytest.mark.parametrize("line", ["171309|785319|", "171309->785319"])
def test_a_room_file_is_figures(file, claimed_by, name, line):
    path = file(f"{line}\n{line}\n\n", name)
    batch, report = read_comments(path)
    assert claimed_by(path) == [report.format] == ["douyu-txt-room"]
    assert {KINDS[code] for code in batch.kind} == {"stats"}
    assert (told(batch, "heat")[0], told(batch, "follower_count")[0]) == ("171309", "785319")
    assert "nothing_to_score" in {remark["code"] for remark in report.warnings}


def test_two_columns_under_another_name_are_asked_about(file):
    with pytest.raises(InputError, match="--map"):
        read_comments(file("橙子|飞机\n柚子|办卡\n", "list.txt"))


@settings(max_examples=200)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["1234", "12", "a", "", "|", "->", "/bl@=0", "²"])).map("|".join)
)
def test_no_line_makes_it_fall_over(line):
    for name in ("3300_05_02_2018gift.txt", "a.txt", "1_99_99_0000room.txt"):
        recording = Recording(name, ReadReport())
        for dialect in LINE_DIALECTS:
            for text in (line, line.replace("|", "->"), None):
                records = dialect.events(text, recording)
                assert records is None or all("kind" in record for record in records)


@pytest.mark.shared
def test_real_files_of_the_crawler(shared):
    found = {}
    for path in sorted((shared / "formats/douyu-danmaku-txt").glob("[0-9]*.txt")):
        batch, report = read_comments(path)
        assert set(report.ts_sources) == {"order_only"}
        assert len(set(zip(batch.room_id, batch.session_id, strict=True))) == 1
        kind = {KINDS[code] for code in batch.kind}
        found[path.name] = (report.format, len(batch), *kind, set(report.skipped) - {"empty_text"})
        assert not any("|" in name or "->" in name for name in batch.user_name)
    assert found == {
        "156277_19_01_2018.txt": ("douyu-txt-8", 1500, "comment", set()),
        "156277_21_01_2018gift.txt": ("douyu-txt-gifts", 1500, "gift", set()),
        "687423_03_03_2018gift.txt": ("douyu-txt-gifts", 1500, "gift", set()),
        "687423_07_03_2018room.txt": ("douyu-txt-room", 67, "stats", set()),
        "687423_09_02_2018.txt": ("douyu-txt-arrow", 1495, "comment", set()),
        "687423_11_01_2018.txt": ("douyu-txt-7", 1500, "comment", set()),
        "687423_16_01_2018.txt": ("douyu-txt-7", 1476, "comment", set()),
        "687423_16_01_2018room_gift.txt": ("douyu-txt-room", 103, "stats", set()),
        "687423_25_02_2018.txt": ("douyu-txt-arrow", 1498, "comment", set()),
        "687423_26_02_2018.txt": ("douyu-txt-arrow", 1500, "comment", set()),
        "687423_27_02_2018.txt": ("douyu-txt-arrow", 1499, "comment", set()),
        "687423_30_01_2018.txt": ("douyu-txt-8", 1493, "comment", set()),
    }
