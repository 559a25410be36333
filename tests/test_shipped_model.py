"""What the shipped model says of ordinary people, and of the sample room."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import pytest

from detector.result import Result
from detector.verdict import HEADS, HIGH_RISK, VERDICTS
from tests.building import NAN, comment
from tests.models import SAMPLE, shipped

# What people really say, and what looks at first glance like a flood, a lure or a fake.
ORDINARY: Final = (
    "哈哈哈", "哈哈哈哈哈哈哈哈哈哈", "666", "66666666", "233", "2333333", "扣1", "1", "111", "？？？", "😂😂😂",
    "主播好漂亮", "主播声音真好听", "谢谢老板的礼物", "感谢大哥的火箭", "质量太差了退货", "发货太慢", "骗人的吧，跟图片不一样",
    "客服不理人，差评", "165 110斤穿多大", "身高158体重96穿什么码", "有群吗", "怎么加粉丝群", "多少钱", "3号链接还有货吗",
    "一共2580块太贵了", "我的订单号是12位的怎么查", "19点30分再来", "where are you from", "so cute, love it", "first time here lol",
    "恁这啷个恁贵嘛", "俺也中", "侬好呀", "唔该几多钱", "今日天气好好呀", "老铁没毛病", "家人们谁懂啊", "绝绝子", "yyds",
)  # fmt: skip
LEVELS: Final = (12.0, NAN)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_comment_is_never_high_risk(text: str) -> None:
    for level in LEVELS:
        rows = [comment(text, user_level=level)]
        assert VERDICTS[shipped().score(rows).verdicts.verdict[0]] != "high_risk", f"level {level}"


@pytest.mark.parametrize("text", ["哈哈哈", "666", "扣1", "主播好漂亮"])
def test_a_crowd_of_all_levels_that_types_one_word_is_never_high_risk(text: str) -> None:
    levels = (2.0, 5.0, 9.0, 14.0, 21.0)
    talk = [
        comment(f"{words}{n}", at_s=n, user_id=f"u{n}", user_level=levels[n % 5])
        for n, words in enumerate(["今天吃什么", "这件多少钱", "主播唱首歌"] * 20)
    ]
    wave = [comment(text, at_s=600 + n, user_id=f"u{n}", user_level=levels[n % 5]) for n in range(60)]
    verdicts = shipped().score([*talk, *wave]).verdicts
    assert int((verdicts.verdict == HIGH_RISK).sum()) == 0
    assert verdicts.organic_wave[60:].tolist() == [n >= 20 for n in range(60)]


def test_an_empty_room_of_one_lure_is_at_least_looked_at() -> None:
    lure = [comment("想看更多加微信13800138000", user_level=1.0)]
    assert VERDICTS[shipped().score(lure).verdicts.verdict[0]] != "pass"


@pytest.fixture(scope="module")
def sample() -> tuple[Result, np.ndarray]:
    """The sample room as the shipped model judges it, and the labels written beside it."""
    result = shipped().score(SAMPLE)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return result, np.array([json.loads(line)["label"] for line in lines])


def test_the_sample_room_shows_all_three_verdicts(sample: tuple[Result, np.ndarray]) -> None:
    verdicts = sample[0].verdicts
    assert {VERDICTS[code] for code in verdicts.verdict} == set(VERDICTS)
    assert len(sample[0].groups) > 0


def test_most_attacks_of_the_sample_room_are_found_and_hardly_anybody_else(
    sample: tuple[Result, np.ndarray],
) -> None:
    result, label = sample
    flagged, high = result.verdicts.verdict != 0, result.verdicts.verdict == HIGH_RISK
    genuine = np.isin(label, ["normal", "organic_wave"])
    found = {head: float(flagged[label == head].mean()) for head in HEADS}
    assert [head for head, share in found.items() if share < 0.7] == [], found
    assert flagged[genuine].mean() < 0.01
    assert high[genuine].mean() < 0.001


def test_probabilities_of_the_sample_room_are_never_certain(sample: tuple[Result, np.ndarray]) -> None:
    p = sample[0].verdicts.p
    assert [(head > 0).all() and (head < 1).all() for head in p.T] == [True, True, True]


def test_different_texts_of_the_sample_room_have_different_probabilities(
    sample: tuple[Result, np.ndarray],
) -> None:
    result = sample[0]
    texts: dict[float, set[str]] = {}
    for text, p in zip(result.batch.text, result.verdicts.risk.tolist(), strict=True):
        texts.setdefault(p, set()).add(text)
    tied = sum(len(group) for group in texts.values() if len(group) > 1)
    # Texts without a single known n-gram, of accounts in the same place, have nothing to tell them apart.
    assert tied / len(result.batch) < 0.01
