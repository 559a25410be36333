"""Which texts are nearly the same, and which never are."""

import numpy as np
import pytest

from detector.state.neighbours import new_neighbours, observe_neighbours, prints_of
from detector.text.fingerprint import SKETCH_MIN_LENGTH, Fingerprints, fingerprint
from detector.text.reading import read_texts


def prints(*texts: str) -> Fingerprints:
    return read_texts(texts).prints


def agreement(a: str, b: str) -> int:
    """How many of the 16 minima agree."""
    sketch = prints(a, b).sketch
    return int((sketch[0] == sketch[1]).sum())


def grouped(*texts: str) -> bool:
    """Whether a room that hears the first takes the others for copies."""
    read = read_texts(texts)
    group = observe_neighbours(new_neighbours(), skeleton=read.prints.skeleton, prints=prints_of(read))
    return len(set(group.tolist())) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ("好看好看！", "好看，好看", "好 看 好 看"),
        ("哈哈哈哈", "哈哈", "哈哈哈！！"),
        ("666", "66666", "6666666666"),
        ("扣1", "扣111"),
        ("看nv tcc473", "看 nv uee816"),
        ("加微信13800138000", "加微信 138 0013 8111", "加微信l3900l390o0"),
        ("ＶＸ号", "vx号"),
        ("臺灣發貨", "台湾发货"),
        ("？？？", "？"),
    ],
)
def test_forms_of_one_text_share_a_skeleton(texts: tuple[str, ...]) -> None:
    assert len(set(prints(*texts).skeleton.tolist())) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ("好吃", "不好吃", "没好吃"),
        ("扣1", "扣2", "扣3"),
        ("666", "888"),
        ("199元", "299元"),
        ("？", "！"),
        ("好看", "看好"),
        ("", "。"),
        ("tcc473", "13800138000", "666666"),
    ],
)
def test_different_texts_have_different_skeletons(texts: tuple[str, ...]) -> None:
    assert len(set(prints(*texts).skeleton.tolist())) == len(texts)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("主播推荐的这款面膜真的很好用", "主播推荐的这款面膜真的好好用"),
        ("家人们这个价格真的太划算了快冲", "家人们这个价格真的太划算了快冲啊"),
        ("看高清小视频加微信13800138000", "看高清的小视频加微信13911139111"),
    ],
)
def test_one_edit_keeps_a_long_text_in_its_group(a: str, b: str) -> None:
    assert grouped(a, b) is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # Seven characters: one replaced, left out, put in; two replaced.
        ("主播口红什么色", "主播口红啥么色"),
        ("主播口红什么色", "主播口红么色"),
        ("主播口红什么", "主播口红是什么"),
        ("人海之中偷偷唱歌给你", "人海之中偷偷唱戏给他"),
        # Twelve: three.
        ("今天晚上八点准时开抽大奖", "今日晚上九点准时抽大奖"),
    ],
)
def test_few_edits_keep_a_text_of_seven_characters_in_its_group(a: str, b: str) -> None:
    assert grouped(a, b) is True
    assert grouped(b, a) is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # One character turns praise into complaint.
        ("这个真的很好吃啊家人们", "这个真的很难吃啊家人们"),
        ("质量真的很好下次还来买", "质量真的很差下次还来买"),
        # Two negations do not cancel out.
        ("快递很快包装很好", "快递不快包装不好"),
        # Six characters and six: one edit is too much.
        ("想要白色的呀", "想要黑色的呀"),
        # Three of eight are too many.
        ("主播今天好漂亮啊", "主播昨天真可爱啊"),
        # One more negation turns the meaning, however long the text.
        ("主播推荐的这款面膜真的很好用", "主播推荐的这款面膜真的很不好用"),
        ("家人们这个价格真的太划算了快冲", "家人们这个价格真的没太划算了快冲"),
        # Short texts meet by skeleton only.
        ("这个好看", "这个好用"),
        ("想要白色的", "想要黑色的"),
        ("主播推荐的这款面膜真的很好用", "快递三天了还没有到怎么办呀"),
    ],
)
def test_another_meaning_is_another_group(a: str, b: str) -> None:
    assert grouped(a, b) is False


def test_the_sketch_estimates_the_overlap_of_characters_and_bigrams() -> None:
    text = "主播推荐的这款面膜真的很好用家人们快冲"
    assert agreement(text, text + "！") == 16
    # 18 characters and 18 bigrams; one edit in the middle changes one and two: Jaccard 33 / 39, about 13 of 16 minima.
    assert agreement(text, text.replace("面膜", "面霜")) >= 8
    assert agreement(text, "快递三天了还没有到怎么办呀有没有人管") <= 2


def test_a_text_too_short_to_sketch_has_no_bands() -> None:
    read = prints("五字不够看", "六字不够", "六个字就够了")
    assert read.length.tolist() == [5, 4, SKETCH_MIN_LENGTH]
    assert np.count_nonzero(read.bands, axis=1).tolist() == [0, 0, 8]


def test_the_number_of_negations_divides_the_bands() -> None:
    read = prints("主播推荐的这款面膜真的很好用", "主播推荐的这款面膜真的很不好用")
    assert set(read.bands[0].tolist()) & set(read.bands[1].tolist()) == set()


def test_only_the_first_256_characters_of_a_skeleton_count() -> None:
    text = "".join(chr(0xAC00 + i) for i in range(300))
    read = prints(text, text[:256], text[:255])
    assert read.length.tolist() == [256, 256, 255]
    assert read.skeleton[0] == read.skeleton[1] != read.skeleton[2]


def test_texts_are_fingerprinted_as_each_alone() -> None:
    texts = ["主播推荐的这款面膜真的很好用", "", "6", "看nv tcc473", "想要白色的这一件还有没有"]
    together = prints(*texts)
    for row, text in enumerate(texts):
        alone = prints(text)
        for column in ("skeleton", "bands", "sketch", "length"):
            assert getattr(together, column)[row].tobytes() == getattr(alone, column)[0].tobytes()


def test_fingerprint_reads_what_was_shaped() -> None:
    reading = read_texts(["看nv tcc473"])
    assert fingerprint(reading.shaped).skeleton.tolist() == reading.prints.skeleton.tolist()
