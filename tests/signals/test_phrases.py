"""Rare phrases that several accounts use at once: worked by hand, and against the same put plainly."""

import random
from math import exp, log

from detector.comment import Comment
from detector.signals.phrases import RECENT_C, USUAL_C, USUAL_SHARE, YOUNG_C, Phrases
from detector.text.phrases import phrases
from detector.text.reading import read_texts
from tests.building import NAN, comment, last_two, nearly, seen_by, values_of


def surprise(found: float, expected: float) -> float:
    return found * log(found / expected) - found + expected if found > expected else 0.0


def plainly(comments: list[Comment]) -> list[dict[str, float]]:
    """The features, each from all that was said before."""
    said = [
        [key for key in row if key]
        for row in phrases(read_texts([one.text for one in comments]).shaped).tolist()
    ]
    first: dict[str, int] = {}
    usual, out, young = USUAL_SHARE, [], []
    for i, one in enumerate(comments):
        begun = first.setdefault(one.user_id, i) if one.user_id else i
        young.append(1.0 if i - begun <= YOUNG_C else 0.0)
        novelty, surges, of_young, by_whom = [], [], [], 0.0
        for key in said[i]:
            uses = [j for j in range(i) if key in said[j]]
            novelty.append(log((i + 2) / (len(uses) + 1)))
            who = [comments[j].user_id for j in uses]
            # Who used it last, and who before that, do not count again.
            counted = [j for k, j in enumerate(uses) if not who[k] or who[k] not in last_two(who[:k])]
            recent = sum(exp(-(i - j) / RECENT_C) for j in counted)
            by_young = sum(young[j] * exp(-(i - j) / RECENT_C) for j in counted)
            expected = RECENT_C * (max(len(uses) - recent, 0) + 0.5) / (i + RECENT_C)
            surges.append(surprise(recent, expected) if uses else 0.0)
            of_young.append(surprise(by_young, expected * usual) if uses else 0.0)
            by_whom += surges[-1] * by_young / recent if uses else 0.0
        n, known = len(said[i]), one.user_id != ""
        out.append(
            {
                "novelty": sum(novelty) / max(n, 1),
                "surge_mean": sum(surges) / (n + 1),
                "surge_most": max(surges, default=0.0),
                "young_mean": sum(of_young) / (n + 1) if known else NAN,
                "young_most": max(of_young, default=0.0) if known else NAN,
                "young_share": by_whom / sum(surges) if known and sum(surges) > 0 else NAN,
            }
        )
        usual += (young[i] - usual) / min(USUAL_C, i + 100)
    return out


def test_a_phrase_that_nobody_used_is_new_and_one_just_used_surges() -> None:
    rows = seen_by(Phrases(), comment("好", user_id="a"), comment("好", user_id="b"))
    assert rows[0] == nearly(
        {
            "novelty": log(2),
            "surge_mean": 0,
            "surge_most": 0,
            "young_mean": 0,
            "young_most": 0,
            "young_share": NAN,
        }
    )
    # Its two phrases were used once, a comment ago, where half a use in all that came before was to be expected.
    recent = exp(-1 / RECENT_C)
    expected = RECENT_C * (1 - recent + 0.5) / (1 + RECENT_C)
    usual = USUAL_SHARE + (1 - USUAL_SHARE) / 100
    surge, young = surprise(recent, expected), surprise(recent, expected * usual)
    assert rows[1] == nearly(
        {
            "novelty": log(3 / 2), "surge_mean": surge * 2 / 3, "surge_most": surge,
            "young_mean": young * 2 / 3, "young_most": young, "young_share": 1,
        }
    )  # fmt: skip


def test_a_whole_room_is_as_if_all_was_read_again_for_every_comment() -> None:
    draw = random.Random(3)
    # So few that none loses its seat to others.
    words = ["面膜", "好用", "多少钱", "哈哈哈", "❤❤"]
    room = [
        comment("".join(draw.choice(words) for _ in range(draw.randint(0, 4))), user_id=draw.choice(["a", "b", "c", "d", ""]))
        for _ in range(120)
    ]  # fmt: skip
    assert seen_by(Phrases(), *room) == [nearly(row) for row in plainly(room)]


def test_accounts_do_not_stay_young() -> None:
    settled = [comment("今天播到几点", user_id="a")]
    settled += [comment(chr(0xAC00 + i), user_id=f"x{i}") for i in range(int(YOUNG_C) + 1)]
    old, new = (
        seen_by(
            Phrases(), *settled, comment("这家店骗人", user_id=who), comment("都说这家店骗人", user_id="c")
        )[-1]
        for who in ("a", "b")
    )
    assert old["surge_most"] == new["surge_most"] > 0
    assert (old["young_share"], new["young_share"]) == (0, 1)
    assert old["young_most"] == 0 < new["young_most"]


def test_who_repeats_himself_is_not_many() -> None:
    alone = seen_by(Phrases(), *[comment("链接在哪里", user_id="a")] * 9, comment("链接在哪里", user_id="b"))[
        -1
    ]
    many = seen_by(
        Phrases(),
        *[comment("链接在哪里", user_id=f"a{i}") for i in range(9)],
        comment("链接在哪里", user_id="b"),
    )[-1]
    assert many["surge_most"] > 8 * alone["surge_most"]


def test_reviews_are_left_out() -> None:
    rows = seen_by(
        Phrases(),
        comment("质量很好", kind="review"),
        comment("质量很好"),
        comment("质量很好", kind="review", user_id="b"),
    )
    assert [rows[0], rows[2]] == [nearly(dict.fromkeys(rows[0], NAN))] * 2
    assert rows[1]["surge_most"] == 0


def test_it_says_whose_phrases_they_are() -> None:
    explain = Phrases().explain
    assert explain(values_of(Phrases(), surge_mean=NAN, young_share=NAN)) is None
    assert explain(values_of(Phrases(), novelty=9.0, surge_mean=0.5, young_share=1.0)) is None
    assert explain(values_of(Phrases(), novelty=1.0, surge_mean=5.0, young_share=1.0)) is None
    newcomers = explain(values_of(Phrases(), novelty=9.0, surge_mean=5.0, young_share=0.8))
    others = explain(values_of(Phrases(), novelty=9.0, surge_mean=5.0, young_share=0.3))
    unknown = explain(values_of(Phrases(), novelty=9.0, surge_mean=5.0, young_share=NAN))
    assert newcomers == (
        "同样的少见说法近来反复出现，多出自刚出现的账号",
        "the same rare phrases keep coming up lately, mostly from accounts that have only just come",
    )
    assert others == unknown == ("同样的少见说法近来反复出现", "the same rare phrases keep coming up lately")


def test_two_who_repeat_each_other_are_not_many() -> None:
    two = seen_by(Phrases(), *[comment("链接在哪里", user_id="ab"[n % 2]) for n in range(12)])[-1]
    many = seen_by(Phrases(), *[comment("链接在哪里", user_id=f"a{n}") for n in range(12)])[-1]
    assert many["surge_most"] > 8 * two["surge_most"]
