"""Every disguise that is undone, and what it is counted as."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.normalize import COMPATIBILITY, INVISIBLE, LOOKALIKE, MAX_LENGTH, normalize


def undone(text: str) -> tuple[str, int, int, int, int]:
    """Plain form, and the counts: compatibility, look-alikes, invisible, traditional."""
    read = normalize([text])
    compatibility, lookalikes, invisible, traditional = read.undone[0].tolist()
    return read.plain[0], compatibility, lookalikes, invisible, traditional


@pytest.mark.parametrize(
    ("text", "plain", "compatibility", "lookalikes", "invisible", "traditional"),
    [
        ("加微信", "加微信", 0, 0, 0, 0),
        ("VX ABC", "vx abc", 0, 0, 0, 0),
        # Full width: letters and digits are a disguise, the punctuation of a Chinese keyboard is not.
        ("ＶＸ１２３", "vx123", 5, 0, 0, 0),
        ("好的！（谢谢），真的？", "好的!(谢谢),真的?", 0, 0, 0, 0),
        # Circled, squared, in brackets, mathematical letters.
        ("①②③", "123", 3, 0, 0, 0),
        ("𝒗𝒙", "vx", 2, 0, 0, 0),
        # Accents off Latin letters; a combining mark drawn over a letter is invisible ink.
        ("ｖéx", "vex", 2, 0, 0, 0),
        ("c\u0336a\u0336t", "cat", 0, 0, 2, 0),
        # Zero width space, word joiner, byte-order mark, tag characters.
        ("加\u200b微\u2060信\ufeff", "加微信", 0, 0, 3, 0),
        ("\U000e0041好", "好", 0, 0, 1, 0),
        # The joiners of an emoji family and the keycap's selector are ordinary; the enclosing keycap counts.
        ("👨\u200d👩\u200d👧", "👨👩👧", 0, 0, 0, 0),
        ("❤\ufe0f", "❤", 0, 0, 0, 0),
        # Traditional.
        ("國語", "国语", 0, 0, 0, 2),
        # Cyrillic and Greek letters drawn like Latin ones.
        ("ѵх", "vx", 0, 2, 0, 0),
        # Marks belong to the letter in kana and Hangul.
        ("がパ한국", "がパ한국", 0, 0, 0, 0),
        # White space and control characters of every kind are one space; none at the edges.
        ("  a\t\n b\u3000c\u2028 ", "a b c", 0, 0, 0, 0),
        ("a\x00b", "a b", 0, 0, 0, 0),
        ("好\x02好\x85", "好 好", 0, 0, 0, 0),
        # Half a surrogate pair and the replacement character stand for nothing.
        ("好\ud800\ufffd看", "好看", 0, 0, 0, 0),
        ("", "", 0, 0, 0, 0),
        ("\u200b", "", 0, 0, 1, 0),
    ],
)
def test_a_disguise_is_undone_and_counted(
    text: str, plain: str, compatibility: int, lookalikes: int, invisible: int, traditional: int
) -> None:
    assert undone(text) == (plain, compatibility, lookalikes, invisible, traditional)


def test_only_the_first_thousand_characters_count() -> None:
    assert normalize(["好" * 5000]).plain == ["好" * MAX_LENGTH]
    assert undone("好" * MAX_LENGTH + "Ａ") == ("好" * MAX_LENGTH, 0, 0, 0, 0)


def test_nothing_invisible_is_left() -> None:
    texts = [f"好{chr(code)}看" for code in sorted(INVISIBLE)]
    assert set(normalize(texts).plain) == {"好看"}


@given(st.text(max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    # Longer forms may be cut a second time: a sign of 18 letters exists.
    plain = normalize([text]).plain[0]
    again = normalize([plain])
    assert again.plain[0][:MAX_LENGTH] == plain[:MAX_LENGTH]


@given(st.text(st.characters(codec=None), max_size=40))
def test_plain_text_has_no_line_feeds_no_controls_and_no_broken_pairs(text: str) -> None:
    plain = normalize([text]).plain[0]
    assert [c for c in plain if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000] == []
    assert plain == plain.strip()


def test_many_texts_are_read_as_each_alone() -> None:
    texts = ["ＶＸ", "", "國語", "好看", "加\u200b微"]
    together = normalize(texts)
    assert together.plain == [normalize([text]).plain[0] for text in texts]
    assert together.undone[:, COMPATIBILITY].tolist() == [2, 0, 0, 0, 0]
    assert together.undone.dtype == np.int32


def test_every_plain_character_knows_where_it_came_from_and_how_it_was_disguised() -> None:
    # v drawn as a sign, a zero-width space before 信, a ligature that is two letters.
    read = normalize(["  加ⅴ \u200b信ﬁ"])
    assert read.plain == ["加v 信fi"]
    assert read.origin.tolist() == [2, 3, 4, 6, 7, 7]
    hidden = 3
    assert read.mark.tolist() == [0, LOOKALIKE + 1, 0, hidden, COMPATIBILITY + 1, COMPATIBILITY + 1]
