"""Cue words, also when they are split."""

import pytest

from detector.text.cues import CATEGORIES
from detector.text.reading import read_texts


def cues(text: str) -> dict[str, int]:
    """Cues by category, without the zeros."""
    counts = read_texts([text]).cues.counts
    return {name: n for name, n in zip(CATEGORIES, counts[0].tolist(), strict=True) if n}


def distance_and_split(text: str) -> tuple[int, int]:
    cues = read_texts([text]).cues
    distance, split = cues.distance, cues.split
    return int(distance[0]), int(split[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加V信", {"contact": 2}),  # 加v, v信
        ("威 信", {"contact": 1}),
        ("加➕V", {"contact": 1}),
        ("+V", {"contact": 1}),
        ("進群", {"contact": 1}),
        ("去百度", {"search": 1}),
        ("来看直播间", {"room": 2}),  # the whole, and 直播间
        ("日赚", {"lure": 1}),
        ("怎么", {"ask": 1}),
        ("质量差", {"bad": 1}),
        ("不好", {"good": 1, "bad": 1}),
        ("谢谢主播", {}),
        ("", {}),
    ],
)
def test_a_cue_counts_into_its_category(text: str, expected: dict[str, int]) -> None:
    assert cues(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Latin cues stand alone: not inside a longer word, but beside Chinese.
        ("good", {"good": 1}),
        ("goods", {}),
        ("喊qq啊", {"contact": 1}),
        ("qqq", {}),
        ("com", {"search": 1}),
        ("welcome", {}),
        ("a com b", {"search": 1}),
    ],
)
def test_a_latin_cue_is_a_whole_word(text: str, expected: dict[str, int]) -> None:
    assert cues(text) == expected


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("加123456", 1),
        ("加我的号123456", 2),  # 加 is 3 characters away, 号 none
        ("加了我的号123456", 1),  # 加 is 4 away
        ("123456加", 1),
        ("加12345", 0),  # a size or a price
        ("加tcc473", 1),
        ("加购了", 0),
    ],
)
def test_a_short_contact_word_counts_only_beside_a_long_number_or_a_handle(text: str, beside: int) -> None:
    assert cues(text).get("beside", 0) == beside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("微信123456", (0, 0)),
        ("微信的123456", (1, 0)),
        ("微信", (99, 0)),
        ("微.信", (99, 1)),
        ("微 信 123456", (0, 1)),
        # Praise and questions are no contact: they stand at no distance and hide nothing.
        ("好 看 123456", (99, 0)),
    ],
)
def test_the_nearest_number_and_the_splits_are_told(text: str, expected: tuple[int, int]) -> None:
    assert distance_and_split(text) == expected
