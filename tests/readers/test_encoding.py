"""Which encoding a file is in, told by what it says."""

import pytest

from detector.errors import UsageError
from detector.readers import read_comments
from detector.readers.encoding import encoding_of

SIMPLIFIED = "评论内容,用户昵称\n这个真的很好用,小明\n主播什么时候上链接,爱买的猫\n"
TRADITIONAL = "評論內容,暱稱\n這個真的很好用,小明\n主播什麼時候上連結,愛買的貓\n"
JAPANESE = "text,name\nこれはとてもいいですね,たろう\nありがとうございます,ハナコ\n"
KOREAN = "text,name\n정말 좋아요 감사합니다,민수\n이거 얼마예요,지영\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
        (SIMPLIFIED, "utf-32-le", "utf-32-le"),
        (SIMPLIFIED, "utf-32-be", "utf-32-be"),
        (TRADITIONAL, "utf-16-be", "utf-16-be"),
        (JAPANESE, "utf-16-le", "utf-16-le"),
        (KOREAN, "utf-16-be", "utf-16-be"),
        (KOREAN, "utf-32-le", "utf-32-le"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (JAPANESE, "cp932", "cp932"),
        (KOREAN, "cp949", "cp949"),
    ],
)
def test_the_first_comment_comes_out_right(file, text, codec, name):
    batch, report = read_comments(file(text, encoding=codec))
    assert report.encoding == name
    assert batch.text[0] == text.split("\n")[1].split(",")[0]
    assert batch.user_name[1] == text.split("\n")[2].split(",")[1]
    assert "encoding_uncertain" not in report.notes


def test_utf_8_cut_in_the_middle_of_a_character_is_still_utf_8(file):
    batch, report = read_comments(file(SIMPLIFIED.rstrip("\n").encode()[:-1]))
    assert report.encoding == "utf-8"
    assert batch.user_name == ["小明", "爱买的\ufffd\ufffd"]
    # The last character has three bytes, two of which are left.
    assert report.notes["undecodable_bytes"].n == 2


def test_a_few_wrong_bytes_do_not_change_the_encoding(file):
    batch, report = read_comments(file(SIMPLIFIED.encode() + b"\xff\xfe,x\n"))
    assert report.encoding == "utf-8"
    assert batch.text[2] == "\ufffd\ufffd"
    assert report.notes["undecodable_bytes"].n == 2
    assert report.warnings[0]["zh"].startswith("2 个字节不是合法的 utf-8")


def test_chinese_far_behind_a_long_english_part_is_found(file):
    english = "text,name\n" + "nice one,bob\n" * 40_000
    batch, report = read_comments(file(english.encode() + "这个真的很好用,小明\n".encode("gb18030")))
    assert (report.encoding, batch.text[-1]) == ("gb18030", "这个真的很好用")


def test_the_user_s_word_on_the_encoding_counts(file):
    batch, report = read_comments(file(b"text\n\x82\xa2\x82\xa2\n"), encoding="gb18030")
    assert (report.encoding, batch.text) == ("gb18030", [b"\x82\xa2\x82\xa2".decode("gb18030")])


@pytest.mark.parametrize("name", ["utf-99", "base64", "hex"])
def test_an_unknown_encoding_is_a_usage_error(file, name):
    with pytest.raises(UsageError, match=f"unknown encoding '{name}'"):
        read_comments(file("text\n好\n"), encoding=name)


def test_what_looks_like_nothing_known_is_a_guess_and_said_so(file):
    _, report = read_comments(file(b"text\n" + bytes(range(0x81, 0xFE)) * 3 + b"\n"))
    assert report.notes["encoding_uncertain"].n == 1


def test_plain_ascii_is_utf_8():
    assert encoding_of(b"text\nok\n", b"").name == "utf-8"


def test_a_text_that_begins_like_an_archive_is_still_gb18030():
    head = "PK\x03\x04,评论内容\n1,这个主播真的很好\n".encode("gb18030")
    assert encoding_of(head, head).codec == "gb18030"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["text\nok\n", "text\nこれいくらですか\n", "text\n예뻐요\n", "text\n🎉🎉\n"])
def test_one_short_comment_is_enough_to_tell_wide_characters(file, codec, text):
    batch, report = read_comments(file(text, encoding=codec))
    assert (batch.text, report.encoding) == ([text.split("\n")[1]], codec)


def test_wide_characters_cut_or_damaged_are_counted(file):
    content = SIMPLIFIED.encode("utf-16-le")
    batch, report = read_comments(file(content[:-5]))
    assert (batch.text[0], report.encoding) == ("这个真的很好用", "utf-16-le")
    assert report.notes["undecodable_bytes"].n == 1


@pytest.mark.parametrize("text", ["什么时候发货", "联通", "打卡", "這個多少錢", "晚安"])
def test_one_short_comment_in_gb18030_is_not_taken_for_damaged_utf_8(file, text):
    # As UTF-8, 什么时候发货 has fewer wrong bytes than many a damaged file; only it says nothing then.
    batch, report = read_comments(file(f"评论内容\n{text}\n", encoding="gb18030"))
    assert (batch.text, report.encoding) == ([text], "gb18030")


def test_an_encoding_told_by_a_few_characters_is_a_guess(file):
    _, few = read_comments(file("text\n打卡\n", encoding="gb18030"))
    _, more = read_comments(file("text\n这个真的很好用\n", encoding="gb18030"))
    assert ("encoding_uncertain" in few.notes, "encoding_uncertain" in more.notes) == (True, False)


@pytest.mark.parametrize("wrong", [1, 5, 12])
def test_utf_8_with_a_wrong_byte_in_nearly_every_line_is_still_utf_8(file, wrong):
    lines = ["这个多少钱", "主播好漂亮", "已经拍了", "什么时候发货", "链接在哪里", "想要同款"] * 2
    content = [line.encode() for line in lines]
    for place in range(wrong):
        content[place] = content[place][:4] + b"\xff" + content[place][5:]
    batch, report = read_comments(file(b"text\n" + b"\n".join(content)))
    assert (report.encoding, batch.text[wrong:]) == ("utf-8", lines[wrong:])
    assert report.notes["undecodable_bytes"].n == 3 * wrong


def test_latin_letters_in_utf_8_are_no_chinese():
    content = "text\nÜnal señor café naïve\n".encode()
    assert encoding_of(content, content).name == "utf-8"
