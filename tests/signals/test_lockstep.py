"""Accounts in step, worked by hand."""

import math

import pytest

from detector.comment import Comment
from detector.signals.lockstep import LAST, NEAR_C, RARE_POSTS, Lockstep
from tests.building import NAN, comment, nearly, seen_by, values_of


def quiet(**over: float) -> dict[str, float]:
    return {"shared": 0, "weight": 0, "partners": 0, "before": 0, **over}


def test_two_accounts_that_share_one_rare_text_after_another_are_in_step() -> None:
    rows = seen_by(
        Lockstep(),
        comment("主播推荐的面膜真好", user_id="a", at_s=0),
        comment("主播推荐的面膜真好", user_id="b", at_s=5),
        comment("已经回购三次了家人", user_id="b", at_s=100),
        comment("已经回购三次了家人", user_id="a", at_s=103),
        comment("多少钱", user_id="a", at_s=110),
    )
    first = 1 / math.log(3)  # posted once before, so 2 posts with this one: 1 / ln(1 + 2)
    assert rows == [
        nearly(expected)
        for expected in (
            quiet(),
            # One text in common with a: chance, no partner yet.
            quiet(shared=1, weight=first),
            # Nobody said this before; b's best pair shares one text.
            quiet(before=1),
            quiet(shared=2, weight=2 * first, partners=1, before=1),
            quiet(before=2),
        )
    ]


def test_saying_it_again_is_no_second_text() -> None:
    said = [comment("主播推荐的面膜真好", user_id=user, at_s=at) for at, user in enumerate("ababab")]
    assert [row["shared"] for row in seen_by(Lockstep(), *said)] == [0, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("gap_s", "shared"), [(60.0, 1), (60.001, 0)])
def test_close_together_is_within_a_minute(gap_s: float, shared: int) -> None:
    rows = seen_by(
        Lockstep(),
        comment("主播推荐的面膜真好", user_id="a"),
        comment("主播推荐的面膜真好", user_id="b", at_s=gap_s),
    )
    assert rows[1]["shared"] == shared


@pytest.mark.parametrize(("between", "shared"), [(NEAR_C - 1, 1), (NEAR_C, 0)])
def test_without_seconds_close_together_is_counted_in_comments(between: int, shared: int) -> None:
    others = [comment(f"第{n}位", user_id=f"x{n}", ts_source="order_only") for n in range(between)]
    first, last = (comment("主播推荐的面膜真好", user_id=user, ts_source="order_only") for user in "ab")
    assert seen_by(Lockstep(), first, *others, last)[-1]["shared"] == shared


def test_what_the_whole_room_says_is_nobodys_step() -> None:
    crowd = [comment("666", user_id=f"x{n}", at_s=n / 10) for n in range(RARE_POSTS + 1)]
    rows = seen_by(Lockstep(), *crowd, comment("666", user_id="a", at_s=5))
    # Until then each sees at most the last six others.
    assert [row["shared"] for row in rows[-2:]] == [1, 0]
    assert max(row["partners"] for row in rows) == 0


def test_only_the_last_few_who_said_it_are_looked_at() -> None:
    texts = ("主播推荐的面膜真好", "已经回购三次了家人")
    farm = [comment(text, user_id=f"x{n}", at_s=n) for text in texts for n in range(LAST + 2)]
    rows = seen_by(Lockstep(), *farm)
    # The second text's last poster meets the six before it, and has met them all before.
    assert (rows[-1]["shared"], rows[-1]["partners"]) == (2, LAST)


def test_nobody_is_in_step_with_anybody() -> None:
    unknown = {"shared": NAN, "weight": NAN, "partners": NAN, "before": NAN}
    masked: Comment = comment("主播推荐的面膜真好", user_id="小***", user_id_quality="masked")
    assert seen_by(Lockstep(), masked, masked) == [nearly(unknown), nearly(unknown)]


def test_lockstep_speaks_from_the_second_text_on() -> None:
    said = Lockstep().explain(values_of(Lockstep(), shared=3.0, partners=2.0))
    assert said == (
        "与另外 2 个账号先后发过 3 种相同的少见文本，步调一致",
        "it and 2 other accounts posted up to 3 rare texts in step",
    )
    assert Lockstep().explain(values_of(Lockstep(), shared=1.0, partners=0.0)) is None
