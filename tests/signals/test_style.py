"""How a text is written, worked by hand."""

import pytest

from detector.signals.style import Style
from tests.building import comment, nearly, seen_by, values_of

PLAIN = {"compatibility": 0, "lookalikes": 0, "invisible": 0, "traditional": 0}


def style(text: str) -> dict[str, float]:
    return seen_by(Style(), comment(text))[0]


def test_every_character_counts_into_one_share() -> None:
    # 加vx:123😀 in plain form: 8 characters, all distinct; 5 of them were full width, the colon is ordinary.
    # Han 1, Latin 2, sign 1, digits 3, emoji 1. Changes: Han to Latin, and (past the colon) Latin to digit.
    assert style("加ＶＸ：１２３😀") == nearly(
        {
            "length": 8, "han_share": 1 / 8, "latin_share": 2 / 8, "digit_share": 3 / 8, "symbol_share": 1 / 8,
            "emoji_share": 1 / 8, "space_share": 0, "other_share": 0, "distinct_share": 1, "longest_run": 1,
            "script_changes": 2, **PLAIN, "compatibility": 5,
        }
    )  # fmt: skip


def test_spaces_and_foreign_letters_have_shares_of_their_own() -> None:
    # "hi のの 한": 7 characters: 2 Latin, 2 spaces, 2 kana and 1 Hangul. Distinct: h i space の 한 = 5 of 7.
    # Longest run: のの. Changes: Latin to kana, kana to Hangul.
    assert style("hi  のの 한") == nearly(
        {
            "length": 7, "han_share": 0, "latin_share": 2 / 7, "digit_share": 0, "symbol_share": 0,
            "emoji_share": 0, "space_share": 2 / 7, "other_share": 3 / 7, "distinct_share": 5 / 7,
            "longest_run": 2, "script_changes": 2, **PLAIN,
        }
    )  # fmt: skip


def test_a_run_of_one_character_is_measured_to_its_end() -> None:
    # 70 times 哈: distinct is looked for among the first 64 only, so 1 of 64.
    assert style("哈" * 70) == nearly(
        {
            "length": 70, "han_share": 1, "latin_share": 0, "digit_share": 0, "symbol_share": 0,
            "emoji_share": 0, "space_share": 0, "other_share": 0, "distinct_share": 1 / 64, "longest_run": 70,
            "script_changes": 0, **PLAIN,
        }
    )  # fmt: skip


def test_an_empty_text_has_no_shares() -> None:
    names = [f.name.removeprefix("style.") for f in Style.features]
    assert style("") == dict.fromkeys(names, 0.0)


def test_what_was_undone_is_counted_by_kind() -> None:
    # ѵ and х are Cyrillic look-alikes, U+200B is invisible, 號 is traditional.
    row = style("ѵх\u200b號")
    undone = {name: row[name] for name in PLAIN}
    assert undone == {"compatibility": 0, "lookalikes": 2, "invisible": 1, "traditional": 1}


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"compatibility": 1, "lookalikes": 1, "invisible": 1},
            ("3 个字符用全角、圈号、形近字或隐形字符伪装", "3 characters are disguised"),
        ),
        ({"longest_run": 9}, ("同一字符连续 9 次", "one character repeated 9 times")),
        (
            {"symbol_share": 0.25, "emoji_share": 0.25},
            ("一半以上是符号或表情", "more than half of it is signs or emoji"),
        ),
        ({"compatibility": 1, "longest_run": 7, "symbol_share": 0.49}, None),
    ],
)
def test_style_says_what_stands_out(quantities: dict[str, float], sentence: tuple[str, str] | None) -> None:
    assert Style().explain(values_of(Style(), **quantities)) == sentence
