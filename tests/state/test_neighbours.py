"""Which earlier text a text is a copy of."""

import copy

from detector.state.neighbours import Neighbours, new_neighbours, observe_neighbours, prints_of
from detector.text.reading import read_texts


def groups(memory: Neighbours, *texts: str, remember: bool = True) -> list[int]:
    read = read_texts(texts)
    found = observe_neighbours(memory, skeleton=read.prints.skeleton, prints=prints_of(read), remember=remember)
    return [int(group) for group in found]


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


OTHERS = [
    "快递三天了还没有到怎么办呀", "蓝色的那件裙子还有大码吗", "今天晚上几点钟开始抽奖呢", "我家孩子特别喜欢吃这一款",
    "昨天买的苹果又脆又甜好新鲜", "运费险可以帮忙买一下好吗", "能不能讲讲成分表里面都有啥", "上海这边已经开始下大雨了",
]  # fmt: skip


def test_a_bounded_memory_forgets_the_oldest_texts_and_says_so() -> None:
    founder, near = read_texts([FIRST, NEAR]).prints.skeleton.tolist()
    # Generations of 4: after 7 others the founder is still among the old, after 8 it is gone.
    still = new_neighbours(max_keys=4)
    assert groups(still, FIRST, *OTHERS[:7], NEAR)[-1] == founder
    gone = new_neighbours(max_keys=4)
    assert groups(gone, FIRST, *OTHERS, NEAR)[-1] == near
    assert (still.members.evicted, gone.members.evicted, gone.sketches.evicted) == (4, 4, 4)
