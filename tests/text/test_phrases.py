"""The phrases of a text, against the same put plainly."""

import random
from itertools import pairwise

from detector.text.hashing import mix
from detector.text.ngrams import CODE_BITS, END, START, spell
from detector.text.phrases import PHRASES, phrases
from detector.text.reading import read_texts


def kept(text: str) -> list[int]:
    """The keys kept of one text."""
    return [key for key in phrases(read_texts([text]).shaped)[0].tolist() if key]


def plainly(text: str) -> list[int]:
    """All distinct phrases of the text as it is shaped, by hash, cut off."""
    shaped = read_texts([text]).shaped
    codes = [START, *shaped.codes.tolist(), END]
    return sorted({a | b << CODE_BITS for a, b in pairwise(codes)}, key=mix)[:PHRASES]


def test_characters_two_by_two_with_the_edges() -> None:
    assert {spell(key) for key in kept("好看吗")} == {"^好", "好看", "看吗", "吗$"}
    assert {spell(key) for key in kept("好")} == {"^好", "好$"}


def test_a_phrase_that_comes_again_is_kept_once() -> None:
    assert {spell(key) for key in kept("买它买它")} == {"^买", "买它", "它买", "它$"}


def test_what_is_empty_has_none() -> None:
    assert kept("") == []


def test_of_a_long_text_those_of_the_least_hashes_are_kept() -> None:
    draw = random.Random(5)
    for length in (1, 2, 3, 9, 30, 200, 2_000):
        text = "".join(draw.choice("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏") for _ in range(length))
        assert kept(text) == plainly(text)
    assert len(kept(text)) == PHRASES


def test_texts_that_share_much_keep_much_of_the_same() -> None:
    text = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"
    assert len(set(kept(text)) & set(kept(text + "云腾致雨"))) > PHRASES / 2
