"""User text on the page: nothing in it stays invisible, nothing makes it endless."""

from __future__ import annotations

import pytest

from detector.report.shown import Piece, Shown, shown, shown_template


def test_an_ordinary_text_is_one_piece() -> None:
    assert shown("好看 666", limit=10) == Shown((Piece("好看 666"),))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\u200b", "U+200B"), ("\u200d", "U+200D"), ("\ufeff", "U+FEFF"), ("\u2060", "U+2060"),
        ("\u00ad", "U+00AD"), ("\u202a", "U+202A"), ("\u202e", "U+202E"), ("\u2066", "U+2066"),
        ("\u2069", "U+2069"), ("\u200f", "U+200F"), ("\x1b", "U+001B"), ("\x00", "U+0000"),
        ("\x9b", "U+009B"), ("\u3164", "U+3164"), ("\U000e0041", "U+E0041"), ("\ud83d", "U+D83D"),
    ],
)  # fmt: skip
def test_each_hidden_character_is_shown_by_its_code(text: str, code: str) -> None:
    assert shown(f"加{text}薇", limit=10).pieces == (Piece("加"), Piece(code, "hidden"), Piece("薇"))


def test_a_run_of_one_hidden_character_is_counted() -> None:
    assert shown("\u200b\u200b\u200b\u200c", limit=10).pieces == (
        Piece("U+200B×3", "hidden"),
        Piece("U+200C", "hidden"),
    )


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "🏳️‍🌈", "🤷‍♀️", "❤️‍🔥"])
def test_the_joiner_inside_an_emoji_is_part_of_it(emoji: str) -> None:
    assert shown(emoji, limit=20).pieces == (Piece(emoji),)


def test_what_does_not_fit_is_counted() -> None:
    assert shown("一二三四五", limit=3) == Shown((Piece("一二三"),), left_out=2)


def test_a_text_of_hidden_characters_ends_at_the_last_mark_allowed() -> None:
    assert shown("a\u200bb\u200cc\u200dd", limit=99, marks=2) == Shown(
        (Piece("a"), Piece("U+200B", "hidden"), Piece("b"), Piece("U+200C", "hidden"), Piece("c")), left_out=2
    )


def test_the_slots_of_a_template_are_marked() -> None:
    assert shown_template("{N}天瘦{N}斤{}", limit=99).pieces == (
        Piece("{N}", "slot"), Piece("天瘦"), Piece("{N}", "slot"), Piece("斤"), Piece("{}", "slot"),
    )  # fmt: skip


def test_contacts_are_marked_also_around_what_cannot_be_seen() -> None:
    text = "加\u200b薇 abc88888 领"
    pieces = shown(text, limit=100, contacts=[(4, 12), (90, 95)]).pieces
    assert [(piece.text, piece.kind) for piece in pieces] == [
        ("加", "plain"), ("U+200B", "hidden"), ("薇 ", "plain"), ("abc88888", "contact"), (" 领", "plain"),
    ]  # fmt: skip
    assert shown(text, limit=7, contacts=[(4, 12)]).pieces[-1].text == "abc"
