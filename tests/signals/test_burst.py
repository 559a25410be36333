"""A room in a burst, worked by hand."""

from math import exp, log

import pytest

from detector.signals.burst import Burst
from tests.building import NAN, comment, nearly, seen_by, values_of


def test_a_room_is_followed_through_its_first_comments() -> None:
    rows = seen_by(
        Burst(),
        comment("加微信13800138000", user_id="u1", at_s=0),
        comment("多少钱", user_id="u1", at_s=10),
        comment("多少钱", user_id="u2", at_s=10),
        comment("好看", user_id="u3", at_s=70),
    )
    quiet = {
        f"{mark}_{window}c": 0.0 for mark in ("fresh", "low", "contacts", "repeats") for window in (50, 500)
    }
    # Nothing seen: one imagined comment on each side of the ratio.
    assert rows[0] == nearly({"rate_ratio": 1, "watched": 0, **quiet})
    # One comment, 10 s ago: e^-1 of it in the fast rate, e^(-1/60) in the slow one. It was a first comment
    # with a number.
    assert rows[1] == nearly(
        quiet
        | {
            "rate_ratio": (exp(-1) / 10 + 0.1) / (exp(-1 / 60) / 600 + 0.1), "watched": log(2),
            "fresh_50c": 1, "fresh_500c": 1, "contacts_50c": 1, "contacts_500c": 1,
        }
    )  # fmt: skip
    # Two comments: u1's second was no first comment, and held no number.
    assert rows[2] == nearly(
        quiet
        | {
            "rate_ratio": ((exp(-1) + 1) / 10 + 0.1) / ((exp(-1 / 60) + 1) / 600 + 0.1), "watched": log(3),
            "fresh_50c": 1 / 2, "fresh_500c": 1 / 2, "contacts_50c": 1 / 2, "contacts_500c": 1 / 2,
        }
    )  # fmt: skip
    # Three comments, 70, 60 and 60 s ago: u2 was fresh and repeated u1's question.
    assert rows[3] == nearly(
        quiet
        | {
            "rate_ratio": ((exp(-7) + 2 * exp(-6)) / 10 + 0.1) / ((exp(-7 / 60) + 2 * exp(-0.1)) / 600 + 0.1),
            "watched": log(4), "fresh_50c": 2 / 3, "fresh_500c": 2 / 3, "contacts_50c": 1 / 3,
            "contacts_500c": 1 / 3, "repeats_50c": 1 / 3, "repeats_500c": 1 / 3,
        }
    )  # fmt: skip


def test_the_windows_hold_the_last_50_and_the_last_500_comments() -> None:
    flood = [comment("加微信13800138000", user_id=f"a{i}") for i in range(10)]
    calm = [comment(f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}", user_id="u1") for i in range(560)]
    rows = seen_by(Burst(), *flood, *calm)
    # After 10 + 30 comments all are in both windows; after 10 + 45 five have left the last 50.
    assert (rows[40]["contacts_50c"], rows[40]["contacts_500c"]) == nearly((10 / 40, 10 / 40))
    assert (rows[55]["contacts_50c"], rows[55]["contacts_500c"]) == nearly((5 / 50, 10 / 55))
    assert (rows[60]["contacts_50c"], rows[60]["contacts_500c"]) == nearly((0, 10 / 60))
    # After 500 + 4 comments six are left, after 510 none: the sums come back to nothing exactly.
    assert (rows[504]["contacts_500c"], rows[510]["contacts_500c"]) == nearly((6 / 500, 0))
    # Nine of ten repeat the first; u1 is fresh once.
    assert (rows[60]["repeats_500c"], rows[60]["fresh_500c"]) == nearly((9 / 60, 11 / 60))


def test_a_repeat_is_looked_for_among_the_16_comments_before() -> None:
    calm = [comment(f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}", user_id=f"v{i}") for i in range(16)]
    near = [comment("好看吗"), *calm[:15], comment("好看吗"), comment("谢谢")]
    far = [comment("好看吗"), *calm, comment("好看吗"), comment("谢谢")]
    assert seen_by(Burst(), *near)[-1]["repeats_50c"] == nearly(1 / 17)
    assert seen_by(Burst(), *far)[-1]["repeats_50c"] == 0


def test_low_accounts_are_low_for_this_room() -> None:
    # 60 accounts of level 30: level 1 ranks (0 + 10) / 80 = 0.125, below 0.15.
    crowd = [comment(f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}", user_id=f"v{i}", user_level=30) for i in range(60)]
    rows = seen_by(Burst(), *crowd, comment("一", user_id="w", user_level=1), comment("二"))
    assert (rows[61]["low_50c"], rows[61]["low_500c"]) == nearly((1 / 50, 1 / 61))


def test_without_a_clock_there_is_no_rate() -> None:
    rows = seen_by(Burst(), *(comment(ts_source="date_only") for _ in range(2)))
    assert rows[1]["rate_ratio"] == nearly(NAN)
    assert rows[1]["fresh_50c"] == 1


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"contacts_50c": 0.14, "fresh_50c": 0.9, "fresh_500c": 0.1},
            ("最近 50 条里 14% 含号码或账号", "14% of the room's last 50 comments hold a number or handle"),
        ),
        (
            {"contacts_50c": 0.08, "fresh_50c": 0.6, "fresh_500c": 0.3},
            ("最近 50 条里 60% 是首次发言", "60% of the last 50 comments are first comments"),
        ),
        (
            {"fresh_50c": 0.6, "fresh_500c": 0.4, "rate_ratio": 3.25},
            ("房间弹幕速度突增到平时的 3.2 倍", "the room runs at 3.2 times its usual rate"),
        ),
        ({"rate_ratio": 2.9}, None),
        ({}, None),
    ],
)
def test_burst_says_what_the_burst_is_made_of(
    quantities: dict[str, float], sentence: tuple[str, str] | None
) -> None:
    assert Burst().explain(values_of(Burst(), **quantities)) == sentence
