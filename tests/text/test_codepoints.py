"""Texts as code points and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.codepoints import (
    DIGIT,
    EMOJI,
    HAN,
    HANGUL,
    KANA,
    LATIN,
    LETTER,
    SPACE,
    SYMBOL,
    classes,
    decode,
    encode,
)  # fmt: skip


@given(st.lists(st.text(st.characters(codec=None), max_size=20), max_size=8))
def test_texts_come_back_from_their_code_points(texts: list[str]) -> None:
    codes, starts = encode(texts)
    # Two halves of a pair that happen to meet at a seam stay two texts.
    assert [len(text) for text in texts] == np.diff(starts).tolist()
    assert decode(codes, starts) == texts


@pytest.mark.parametrize(
    ("char", "kind"),
    [
        ("好", HAN), ("𠮷", HAN), ("a", LATIN), ("é", LATIN), ("7", DIGIT), (" ", SPACE), ("，", SYMBOL), ("?", SYMBOL),
        ("の", KANA), ("ラ", KANA), ("한", HANGUL), ("я", LETTER), ("ع", LETTER), ("😀", EMOJI), ("❤", EMOJI),
        ("\ud800", SYMBOL), ("\ue10b", SYMBOL), ("\U0010ffff", SYMBOL),
    ],
)  # fmt: skip
def test_every_code_point_has_a_class(char: str, kind: int) -> None:
    assert classes()[ord(char)] == kind
