"""Which earlier text a text is a copy of."""

import copy

import numpy as np

from detector.state.neighbours import Neighbours, new_neighbours, observe_neighbours
from detector.text.reading import read_texts


def groups(memory: Neighbours, *texts: str, remember: bool = True) -> list[int]:
    read = read_texts(texts).prints
    return observe_neighbours(
        memory, skeleton=read.skeleton, bands=read.bands, sketch=read.sketch, remember=remember
    ).tolist()


FIRST = "主播推荐的这款面膜真的很好用"
NEAR = "主播推荐的这款面膜真的好好用"


def test_a_new_text_founds_its_own_group_and_a_near_one_joins_it() -> None:
    memory = new_neighbours()
    founder = int(read_texts([FIRST]).prints.skeleton[0])
    assert groups(memory, FIRST, "快递到哪了", NEAR, FIRST) == [
        founder, int(read_texts(["快递到哪了"]).prints.skeleton[0]), founder, founder,
    ]  # fmt: skip


def test_groups_do_not_drift() -> None:
    # Each step changes two characters; a chain of steps does not carry the first group with it.
    steps = [
        "甲乙丙丁戊己庚辛壬癸子丑寅卯",
        "天地丙丁戊己庚辛壬癸子丑寅卯",
        "天地玄黄戊己庚辛壬癸子丑寅卯",
        "天地玄黄宇宙庚辛壬癸子丑寅卯",
        "天地玄黄宇宙洪荒壬癸子丑寅卯",
        "天地玄黄宇宙洪荒日月盈昃寅卯",
    ]
    found = groups(new_neighbours(), *steps)
    assert found[0] == found[1]
    assert found[5] != found[0]
    # A group is named by its founder: every group is the skeleton of one of the texts.
    assert set(found) <= set(read_texts(steps).prints.skeleton.tolist())


def test_reading_a_text_does_not_register_it() -> None:
    memory = new_neighbours()
    groups(memory, FIRST)
    before = copy.deepcopy(memory)
    near = int(read_texts([FIRST]).prints.skeleton[0])
    assert groups(memory, NEAR, "快递三天了还没有到怎么办呀", remember=False)[0] == near
    for name in ("members", "bands", "sketches"):
        for kept, was in zip(getattr(memory, name), getattr(before, name), strict=True):
            assert kept.tobytes() == was.tobytes()


def test_a_bounded_memory_forgets_the_oldest_texts_and_says_so() -> None:
    memory = new_neighbours(max_keys=4)
    founder = int(read_texts([FIRST]).prints.skeleton[0])
    others = ["快递到哪了", "多少钱", "包邮吗", "好看", "谢谢", "来了", "下单了", "没货了", "什么颜色"]
    assert groups(memory, FIRST, NEAR, *others, FIRST, NEAR)[-2:] == [founder, founder]
    assert memory.members.evicted > 0
    # Long forgotten, its near form founds a group of its own.
    far = new_neighbours(max_keys=4)
    assert groups(far, FIRST, *others, NEAR)[-1] == (
        founder if np.any(far.sketches.keys == founder) else int(read_texts([NEAR]).prints.skeleton[0])
    )
