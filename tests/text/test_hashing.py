"""Hashes that may never change.

Features, groups and bundles rest on these values. If one of them has to change, ``engine.HASH_VERSION`` must
change with it, every bundle must be trained again, and only then may the numbers here follow.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.engine import HASH_VERSION
from detector.text.codepoints import encode
from detector.text.fingerprint import MULTIPLIERS
from detector.text.hashing import BASE_1, BASE_2, PRIME, chain_1, chain_2, combine, join, mix, span_keys
from detector.text.reading import read_texts

KEYS = st.integers(1, 2**62)


def test_the_hash_version_is_the_one_these_values_belong_to() -> None:
    assert HASH_VERSION == 5


@pytest.mark.parametrize(
    ("key", "value"),
    [(0, 0), (1, 1913091663), (2**31, 1349281506), (2**61 + 12_345, 567829807), (2**62, 1406046129)],
)
def test_mix_is_pinned(key: int, value: int) -> None:
    assert mix(np.int64(key)) == value


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [
        (1, 2, 1060515671595858649),
        (2, 1, 2894599684586534849),
        (2**62, 1, 2872354565847552222),
        (2**61 + 7, 2**61 + 8, 1652239793125453883),
    ],
)
def test_combine_is_pinned(a: int, b: int, value: int) -> None:
    assert combine(np.int64(a), np.int64(b)) == value


def test_the_keys_of_texts_are_pinned() -> None:
    assert dict(zip(("", "a", "微信", "好看吗"), span_keys(*encode(["", "a", "微信", "好看吗"])).tolist(), strict=True)) == {
        "": 15032385548, "a": 2753408769697993426, "微信": 2763665141347948849, "好看吗": 3063616495202229296,
    }  # fmt: skip


def test_fingerprints_are_pinned() -> None:
    reading = read_texts(["加微信13800138000", "主播推荐的这款面膜真的很好用"])
    assert reading.exact.tolist() == [2691035907290064397, 2632006000129764925]
    assert reading.prints.skeleton.tolist() == [2491050495664467670, 1597105260104371227]
    assert reading.prints.sketch[1].tolist() == [
        177921387, 83035684, 97752669, 269006126, 46529792, 24667142, 94923296, 24931382,
        4768254, 64473737, 97370335, 36771382, 106268707, 110868955, 153393874, 8756902,
    ]  # fmt: skip
    assert reading.prints.bands[1].tolist() == [
        818503719728314738, 2322251952800526421, 3758143083090848305, 455724471730042629,
        3077766407419852016, 3363416948919861285, 2363361887475117285, 2795831762301004124,
    ]  # fmt: skip
    assert reading.prints.length.tolist() == [4, 14]
    # 主播, 推荐: two characters to a number.
    assert reading.prints.spelled[1, :2].tolist() == [ord("主") | ord("播") << 21, ord("推") | ord("荐") << 21]
    assert MULTIPLIERS[[0, -1]].tolist() == [
        [472376165, 1738308045, 206209667],
        [198023137, 1138125063, 1995357127],
    ]


@given(KEYS, KEYS)
def test_hashes_fit_their_width(a: int, b: int) -> None:
    # 31 bits and 62 bits, also for the largest keys: nothing overflows on the way.
    assert 0 <= mix(np.int64(a)) < 2**31
    assert 1 <= combine(np.int64(a), np.int64(b)) <= 2**62


@given(KEYS, KEYS)
def test_a_pair_is_ordered(a: int, b: int) -> None:
    one_way, other_way = combine(np.int64(a), np.int64(b)), combine(np.int64(b), np.int64(a))
    assert (one_way == other_way) == (a == b)


@given(st.lists(st.integers(0, 0x10FFFF), max_size=30))
def test_a_span_key_is_two_polynomials_modulo_a_prime(codes: list[int]) -> None:
    first, second = 7, 11
    for code in codes:
        first, second = (first * BASE_1 + code + 1) % PRIME, (second * BASE_2 + code + 1) % PRIME
    starts = np.array([0, len(codes)], dtype=np.int64)
    assert span_keys(np.array(codes, dtype=np.int32), starts).tolist() == [(first << 31 | second) + 1]


def test_one_step_of_each_chain() -> None:
    assert (chain_1(7, 100), chain_2(11, 100)) == ((7 * BASE_1 + 101) % PRIME, (11 * BASE_2 + 101) % PRIME)
    assert join(1, 2) == 2**31 + 3
