"""What is shown of a contact: where it stands, and how it was disguised."""

import pytest

from detector.text.evidence import contact_spans, rewritten
from detector.text.reading import read_texts


@pytest.mark.parametrize(
    ("text", "contacts"),
    [
        ("加微信 13800138000 哦", ["13800138000"]),
        ("加ⅴ l3O 24６ 047四7", ["l3O 24６ 047四7"]),
        ("看nv tcc473，QQ 1234567", ["tcc473", "1234567"]),
        # An invisible character inside belongs to the number; a price does not.
        ("只要99元 1380\u200b0138000", ["1380\u200b0138000"]),
        ("好看 666666", []),
        ("", []),
    ],
)
def test_contacts_are_found_where_they_stand_in_the_raw_text(text: str, contacts: list[str]) -> None:
    assert [text[a:b] for a, b in contact_spans(read_texts([text]), 0)] == contacts


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        # Letters and words for digits inside a number, and a sign for a letter; each once.
        ("加ⅴ l3O 24６ 047四7 l", [("ⅴ", "v"), ("l", "1"), ("O", "0"), ("６", "6"), ("四", "4")]),
        # Outside a number a word is a word, and traditional writing is no disguise.
        ("四川國語", []),
        ("ＶＸ", [("Ｖ", "v"), ("Ｘ", "x")]),
        ("好看", []),
    ],
)
def test_disguised_characters_are_told_with_what_they_stand_for(
    text: str, pairs: list[tuple[str, str]]
) -> None:
    assert rewritten(read_texts([text]), 0, text) == pairs


def test_the_second_text_is_read_from_its_own_place() -> None:
    texts = ["ＶＸ 13800138000", "加ⅴ l3800138000"]
    reading = read_texts(texts)
    assert rewritten(reading, 1, texts[1]) == [("ⅴ", "v"), ("l", "1")]
    assert [texts[1][a:b] for a, b in contact_spans(reading, 1)] == ["l3800138000"]
