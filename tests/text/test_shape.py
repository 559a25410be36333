"""Numbers and handles, however they are spelled."""

import re

import pytest

from detector.text.codepoints import decode
from detector.text.normalize import normalize
from detector.text.shape import SHAPE_COUNTS, readable, shape


def shaped(text: str) -> str:
    read = shape(normalize([text]))
    said = readable(decode(read.codes, read.starts)[0])
    # Short for the tables below: ⟨11⟩ a number, ⟨=3⟩ one digit over and over, ⟨a6⟩ a handle.
    for words, mark in (("位数字", ""), ("个相同数字", "="), ("位账号", "a")):
        said = re.sub(rf"〔(\d+){words}〕", rf"⟨{mark}\1⟩", said)
    return said


def counts(text: str) -> dict[str, int]:
    """What the shapes hide, without the zeros."""
    read = shape(normalize([text]))
    return {name: n for name, n in zip(SHAPE_COUNTS, read.counts[0].tolist(), strict=True) if n}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        # Plain, in groups, with signs, digit by digit.
        ("13800138000", "⟨11⟩"),
        ("138 0013 8000", "⟨11⟩"),
        ("138-0013-8000", "⟨11⟩"),
        ("q 1 2 3 4 5 6 7 8", "q ⟨8⟩"),
        # Letters, number words, homophones and circled digits for digits.
        ("l3O 24６ 047四7", "⟨11⟩"),
        ("1三8零0一3八0零0", "⟨11⟩"),
        ("①③⑧00138000", "⟨11⟩"),
        # Six digits are enough for a spelled number, five are not.
        ("12三四56", "⟨6⟩"),
        ("12三45", "⟨2⟩三⟨2⟩"),
        # 16 and more digits are one shape.
        ("1234567890" * 3, "⟨15⟩"),
        # Words for digits without digits are words: a third of a number must be digits.
        ("一三八零零一三八", "⟨8⟩"),
        ("一三八零零一", "一三八零零一"),
        # A cheer is one word over and over, or two or three in turn.
        ("爱爱爱爱爱爱爱", "爱爱爱爱爱爱爱"),
        ("六六六六六六六六", "六六六六六六六六"),
        ("发要发要发要发要", "发要发要发要发要"),
        ("一百二十三块", "一百二十三块"),
        # One digit over and over is laughter or applause.
        ("666", "⟨=3⟩"),
        ("66666666", "⟨=7⟩"),
        ("6", "⟨1⟩"),
        # Handles: three letters and two digits at least.
        ("tcc473", "⟨a6⟩"),
        # A product's name and number are no handle, but what follows still is.
        ("iphone15", "iphone⟨2⟩"),
        ("mate60pro 加rfrf74", "mate⟨2⟩pro 加⟨a6⟩"),
        ("mate13800138000", "mate⟨11⟩"),
        ("a1", "a⟨1⟩"),
        ("o2o", "o⟨1⟩o"),
        ("abc", "abc"),
        # The input's own private characters cannot pass for a shape.
        ("\ue10b\ue123", "��"),
        ("", ""),
    ],
)
def test_a_number_or_handle_becomes_its_shape(text: str, seen: str) -> None:
    assert shaped(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("39.9元", "⟨2⟩.⟨1⟩元"),
        ("¥199", "¥⟨3⟩"),
        ("199 299", "⟨3⟩ ⟨3⟩"),
        ("身高165 体重120", "身高⟨3⟩ 体重⟨3⟩"),
        ("165 120", "⟨3⟩ ⟨3⟩"),
        ("价格100到200", "价格⟨3⟩到⟨3⟩"),
        ("3件99元 5件149元", "⟨1⟩件⟨=2⟩元 ⟨1⟩件⟨3⟩元"),
        ("3 2 1 上链接", "⟨1⟩ ⟨1⟩ ⟨1⟩ 上链接"),
        ("12 34 56", "⟨2⟩ ⟨2⟩ ⟨2⟩"),
        ("s码160 m码165", "s码⟨3⟩ m码⟨3⟩"),
        ("20:30", "⟨2⟩:⟨2⟩"),
    ],
)
def test_prices_and_sizes_are_not_joined_to_a_number(text: str, seen: str) -> None:
    assert shaped(text) == seen


@pytest.mark.parametrize(
    "text", ["36 37 38 39 40", "199 299 399", "2026-11-11", "2026.1.1", "165/120/38", "20:30:15 22:00:00"]
)
def test_a_list_of_sizes_is_not_one_number(text: str) -> None:
    assert counts(text)["number_length"] < 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # l and O are letters, 四 is a word; two spaces.
        (
            "l3O 24６ 047四7",
            {"number_length": 11, "digits": 11, "spelled_letters": 2, "spelled_words": 1, "number_gaps": 2},
        ),
        ("66666666", {"digits": 8}),
        # One digit is one digit over and over.
        ("扣1", {"digits": 1}),
        # The longest counts.
        ("买2件199元", {"number_length": 3, "digits": 4}),
        ("看nv tcc473", {"digits": 3, "handle_length": 6}),
        ("好看", {}),
    ],
)
def test_what_a_shape_hides_is_counted(text: str, expected: dict[str, int]) -> None:
    assert counts(text) == expected


def test_short_numbers_are_told_apart_beside_their_shape() -> None:
    read = shape(normalize(["扣1扣2", "199元", "1999元", "666"]))
    # 1 + value for up to three digits, 1 + the digit for one over and over, 0 for what is longer.
    assert [n for n in read.short.tolist() if n] == [2, 3, 200, 7]


def test_texts_are_shaped_as_each_alone() -> None:
    texts = ["138 0013 8000", "", "666", "tcc473", "38"]
    read = shape(normalize(texts))
    alone = [decode(one.codes, one.starts)[0] for one in (shape(normalize([text])) for text in texts)]
    assert decode(read.codes, read.starts) == alone
