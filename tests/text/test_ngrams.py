"""N-grams as keys that can be read back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.codepoints import encode
from detector.text.hashing import find, hash_slots, span_keys
from detector.text.ngrams import Grams, char_grams, spell, word_grams
from detector.text.shape import SPELLED


def undisguised(texts: list[str]) -> Grams:
    codes, starts = encode(texts)
    return char_grams(codes, starts, np.zeros(len(codes), dtype=np.uint8))


def spelled(text: str) -> list[str]:
    return [spell(key) for key in undisguised([text]).keys.tolist()]


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("加微信", ["加", "^加", "微", "加微", "^加微", "信", "微信", "加微信", "信$", "微信$"]),
        ("好", ["好", "^好", "好$", "^好$"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_ones_twos_and_threes_with_its_edges(text: str, grams: list[str]) -> None:
    assert sorted(spelled(text)) == sorted(grams)


@given(st.text(st.characters(min_codepoint=4), max_size=20))
def test_every_key_spells_its_ngram(text: str) -> None:
    padded = ["^", *text, "$"]
    twos = ["".join(padded[i : i + 2]) for i in range(len(padded) - 1)]
    threes = ["".join(padded[i : i + 3]) for i in range(len(padded) - 2)]
    assert sorted(spelled(text)) == sorted([*text, *twos, *threes] if text else [])


def test_a_disguised_character_says_how_it_was_disguised() -> None:
    codes, starts = encode(["好v"])
    keys = char_grams(codes, starts, np.array([0, 2], dtype=np.uint8)).keys.tolist()
    assert [spell(key) for key in keys if "〔" in spell(key)] == ["〔形近〕", "〔形近〕v"]
    keys = char_grams(codes, starts, np.array([0, SPELLED], dtype=np.uint8)).keys.tolist()
    assert [spell(key) for key in keys if "〔" in spell(key)] == ["〔谐音〕", "〔谐音〕v"]


def test_keys_of_many_texts_lie_end_to_end() -> None:
    texts = ["加微信", "", "好"]
    together = undisguised(texts)
    assert np.diff(together.starts).tolist() == [10, 0, 4]
    alone = [undisguised([text]).keys.tolist() for text in texts]
    assert together.keys.tolist() == [key for keys in alone for key in keys]


def test_words_are_keyed_and_the_spaces_between_are_left_out() -> None:
    # 加 / 微信 / space / 好, and an empty text between.
    codes, _ = encode(["加微信 ", "", "好"])
    words = word_grams(codes, np.array([0, 1, 3, 4, 5]), np.array([0, 3, 3, 4]))
    assert words.starts.tolist() == [0, 2, 2, 3]
    assert words.keys.tolist() == span_keys(*encode(["加", "微信", "好"])).tolist()


@given(st.sets(st.integers(1, 2**62), max_size=50), st.integers(1, 2**62))
def test_a_key_is_found_at_its_row_or_not_at_all(known: set[int], other: int) -> None:
    keys = np.array(sorted(known), dtype=np.int64)
    slots = hash_slots(keys)
    assert [find(key, keys, slots) for key in keys] == list(range(len(keys)))
    assert find(np.int64(other), keys, slots) == (sorted(known).index(other) if other in known else -1)
