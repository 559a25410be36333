"""What a moderator reads before anything is scored."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from detector.readers import describe, inspect
from detector.readers.layout import COLUMNS, in_a_row, paragraph, width
from detector.readers.pasting import pasted
from detector.readers.remarks import REMARKS, in_number


def lines_of(report, lang="zh", **told):
    return describe(report, lang, **told).splitlines()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_paths_and_commands_are_wider_than_a_terminal(file, lang):
    header = "评论内容,用户ID,时间,等级," + ",".join(f"很长很长的自定义列名{n}" for n in range(30))
    path = file(header + "\n好,7,昨天,3\n,1,2026-11-11,y\n" + "买,0,,\n" * 30, "双11 弹幕.csv")
    report = inspect(path)
    wide = [line for line in lines_of(report, lang) if width(line) > COLUMNS and str(path) not in line]
    assert wide == []


def test_the_rows_are_told_by_kind_and_by_what_is_scored(file):
    rows = (
        '{"kind": "comment", "text": "好"}\n{"kind": "gift", "text": ""}\n{"kind": "enter", "text": ""}\n' * 2
    )
    report = inspect(file(rows + '{"kind": "superchat", "text": "加油"}\n{"text": ""}\n', "room.jsonl"))
    zh, en = lines_of(report, "zh"), lines_of(report, "en")
    start = zh.index("内容      读 8 行，留 7 行，跳过 1 行")
    assert zh[start + 1 : start + 3] == [
        "          评分：弹幕/评论 2、醒目留言 1",
        "          作背景：礼物 2、进场 2",
    ]
    start = en.index("Rows      8 rows read, 7 kept, 1 left out")
    assert en[start + 1 : start + 3] == [
        "          scored: comments 2, super chats 1", "          context: gifts 2, enters 2",
    ]  # fmt: skip
    assert "问题      × 跳过 1 行：没有文本（第 8 行）" in zh


def test_what_is_not_told_and_what_that_costs(file):
    report = inspect(file("text,昵称\n好,j***n\n买,小满\n"))
    zh = lines_of(report, "zh")
    assert "不计算    · 没有可用的时间：速度、间隔和爆发只按先后判断" in zh
    assert "          · 账号打码（1 / 2 条）：不看账号的重复、频率和协同" in zh
    # One reason, one line, however many columns are missing for it.
    assert [line.count("没有付费标记") for line in zh if "无法据此" in line or "没有付费标记" in line][:1] == [
        1
    ]
    # And it is said once.
    assert sum("没有时间列" in line for line in zh) == 0
    assert "Off       · no usable time: speed, gaps and bursts are judged by the order only" in lines_of(
        report, "en"
    )


def test_the_next_command_has_the_options_that_made_the_file_readable(file):
    path = file("好,7\n买,8\n", "没有表头.csv")
    report = inspect(path, mapping={"1": "text", "2": "user_id"})
    last = lines_of(report, named=[path], options=["--map", "1=text", "--map", "2=user_id"])[-1]
    assert last == f"下一步    zhenping score {path} --map 1=text --map 2=user_id -o out/"


def test_where_nothing_can_be_scored_the_comments_are_asked_for(file):
    path = file("kind,text\ngift,\n", "gift.csv")
    last = lines_of(inspect(path), named=[path])[-1]
    assert last == f"          zhenping score 弹幕文件 {path} -o out/"
    assert (
        lines_of(inspect(path), "en", named=[path])[-1] == f"          zhenping score COMMENTS {path} -o out/"
    )


def test_a_folder_is_named_as_it_was_named_and_its_formats_are_counted(tmp_path):
    folder = tmp_path / "双11 弹幕 (终)"
    folder.mkdir()
    for n in range(7):
        (folder / f"{n}.txt").write_text(f"V2\n170000000{n}123:10086:好看\n", encoding="utf-8")
    (folder / "a.csv").write_text("text\n好\n\n", encoding="utf-8")
    zh = lines_of(inspect(folder), named=[folder])
    assert "          …… 共 8 个文件" in zh
    assert [line.removeprefix("格式").strip() for line in zh if "×" in line] == ["7 × vtuber-text-2", "1 × csv"]
    assert zh[-1] == f"下一步    {pasted(['zhenping', 'score', str(folder), '-o', 'out/'])}"
    # Lines of many files are nobody's.
    assert sum("（第" in line for line in zh) == 0


@pytest.mark.parametrize(
    "word",
    ["双11 弹幕.csv", "it's.csv", 'say "hi".csv', "$HOME.csv", "a&b;c|d.csv", "`id`.csv", "[1] {2} (3).csv", "a\\b.csv", "!x.csv",
     "~root", "#1.csv", "*.csv", "普通.csv", ""],
)  # fmt: skip
def test_a_posix_shell_gives_back_every_word(word):
    line = pasted(["printf", "%s|", word, "x"], windows=False)
    said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, timeout=20)
    assert said.stdout.decode() == f"{word}|x|"


def windows_words(line: str) -> list[str]:
    """How a Windows program splits its command line: the rules of CommandLineToArgvW."""
    words, word, quoted, started, backslashes = [], "", False, False, 0
    for character in line + " ":
        if character == "\\":
            backslashes += 1
            continue
        if character == '"':
            word += "\\" * (backslashes // 2)
            if backslashes % 2:
                word += '"'
            else:
                quoted = not quoted
            started, backslashes = True, 0
            continue
        word += "\\" * backslashes
        backslashes = 0
        if character == " " and not quoted:
            if word or started:
                words.append(word)
            word, started = "", False
        else:
            word += character
    return words


@pytest.mark.parametrize(
    "word",
    [
        "C:\\直播 数据\\双11.csv",
        "C:\\a b\\",
        "D:\\x\\y.csv",
        "a&b (1).csv",
        "it's ^5.csv",
        'a "b" c',
        "弹幕.csv",
        "",
    ],
)
def test_windows_gives_back_every_word(word):
    line = pasted(["zhenping", word, "-o", "out/"], windows=True)
    assert windows_words(line) == ["zhenping", word, "-o", "out/"]
    # What the command prompt would act upon stands between quotes.
    outside = "".join(line.replace('\\"', "").split('"')[::2])
    assert set(outside) & set("&|<>^()%!;,='` ") <= {" "}


def test_what_a_terminal_must_not_show_becomes_a_pattern_that_finds_the_file(tmp_path, monkeypatch):
    path = tmp_path / "弹\u202e幕.csv"
    path.write_text("text\n好\n", encoding="utf-8")
    line = pasted(["zhenping", "score", str(path)], windows=False)
    assert line == f"zhenping score '{tmp_path}/弹?幕.csv'"
    assert inspect(tmp_path / "弹?幕.csv").rows_kept == 1


def test_lines_break_between_chinese_characters_but_not_inside_words():
    broken = paragraph("一" * 39 + "ab cdef，" + "二" * 3, first="· ", rest="  ")
    assert broken == ["· " + "一" * 39, "  ab cdef，二二二"]
    assert in_a_row(["a" * 50, "b" * 50]) == ["a" * 50, "b" * 50]
    assert paragraph("x" * 100) == ["x" * 100]


def test_one_thing_is_told_in_the_singular(file):
    report = inspect(file("text,昵称,a\n好,小满,1\n,阿吉,2\n"))
    told = lines_of(report, "en")
    assert "Rows      2 rows read, 1 kept, 1 left out" in told
    assert "          (1 other column kept as it is)" in told
    assert "Problems  × 1 row left out: no text (line 3)" in told
    assert "          · 1 row has a nickname but no id: people who share a nickname look" in told
    assert [line for line in told if "1 rows" in line] == []
    for code, (en, _) in REMARKS.items():
        for n in (1, 2):
            worded = in_number(en, n).format(n=n, detail="x")
            assert ("[" in worded, re.search(r"\b1 \w+s (are|were|have|hold|could)\b", worded)) == (
                False,
                None,
            ), code


@pytest.mark.parametrize(("lang", "title"), [("zh", "样例      "), ("en", "Samples   ")])
def test_three_texts_are_shown_on_request(file, lang, title):
    gift = '{"kind": "gift", "text": "礼物"}\n'
    texts = ["好\u202e看\n买", "长" * 90, "三", "四"]
    path = file(gift + "".join(json.dumps({"text": text}) + "\n" for text in texts), "room.jsonl")
    report = inspect(path)
    told = lines_of(report, lang, samples=True)
    start = next(n for n, line in enumerate(told) if line.startswith(title))
    # What could repaint a terminal is marked, and what is long is cut at its edge.
    assert told[start : start + 3] == [
        f"{title}· 好\ufffd看\ufffd买", "          · " + "长" * 33 + "…", "          · 三",
    ]  # fmt: skip
    assert "四" not in "".join(told)
    assert "好" not in describe(report, lang)
    assert "好" not in json.dumps(report.as_dict(), ensure_ascii=False)


def test_texts_of_several_files_stand_under_their_names(tmp_path):
    (tmp_path / "a.csv").write_text("text,user_id\n好,1\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"kind": "gift", "text": ""}\n', encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "d.csv").write_text("text,user_id\n买,1\n", encoding="utf-8")
    told = lines_of(inspect(tmp_path), samples=True)
    start = told.index(f"样例      {tmp_path / 'a.csv'}")
    assert told[start + 1 : start + 4] == [
        "          · 好",
        f"          {tmp_path / 'd.csv'}",
        "          · 买",
    ]
