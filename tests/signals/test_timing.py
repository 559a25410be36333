"""The regularity and the speed of an account, worked by hand."""

from math import exp, log, sqrt

import pytest

from detector.signals.timing import Timing
from tests.building import NAN, comment, nearly, seen_by, values_of

UNKNOWN = {
    "gap_s": NAN,
    "gap_c": NAN,
    "rate_60s": NAN,
    "rate_200c": NAN,
    "gap_spread": NAN,
    "gap_typical_s": NAN,
}


def test_gaps_and_rates_grow_with_an_accounts_comments() -> None:
    rows = seen_by(
        Timing(),
        comment("一", user_id="u1", at_s=0),
        comment("二", user_id="u1", at_s=10),
        comment("三", user_id="u2", at_s=15),
        comment("四", user_id="u1", at_s=50),
        comment("五", user_id="u1", at_s=60),
    )
    # Before the first: no rate, no gap.
    assert rows[0] == nearly(UNKNOWN | {"rate_60s": 0, "rate_200c": 0})
    # 10 s and 1 comment after the first: e^(-10/60) and e^(-1/200) of it are left; no gap is known yet.
    assert rows[1] == nearly(
        UNKNOWN | {"gap_s": 10, "gap_c": 1, "rate_60s": exp(-1 / 6), "rate_200c": exp(-1 / 200)}
    )
    assert rows[2] == nearly(UNKNOWN | {"rate_60s": 0, "rate_200c": 0})
    # One gap of 10 s is known: its spread is people's, sqrt(1.44 * 8 / 8) = 1.2. Comments 0 and 1 were 50 s and
    # 40 s, and 3 and 2 comments of the room, ago.
    assert rows[3] == nearly(
        {
            "gap_s": 40, "gap_c": 2, "rate_60s": exp(-50 / 60) + exp(-40 / 60),
            "rate_200c": exp(-3 / 200) + exp(-2 / 200), "gap_spread": 1.2, "gap_typical_s": 10,
        }
    )  # fmt: skip
    # Gaps of 10 s and 40 s: geometric mean 20 s; each is ln 2 away from it, so the sum of squares is 2 ln² 2 over
    # 1 real and 8 imagined degrees of freedom.
    assert rows[4] == nearly(
        {
            "gap_s": 10, "gap_c": 1, "rate_60s": exp(-1) + exp(-50 / 60) + exp(-10 / 60),
            "rate_200c": exp(-4 / 200) + exp(-3 / 200) + exp(-1 / 200),
            "gap_spread": sqrt((2 * log(2) ** 2 + 1.44 * 8) / (1 + 8)), "gap_typical_s": 20,
        }
    )  # fmt: skip


def test_a_timer_is_told_from_people_after_thirty_gaps_and_not_after_three() -> None:
    rows = seen_by(Timing(), *(comment(f"{i}号", at_s=5 * i) for i in range(32)))
    # g equal gaps leave nothing but the imagined spread: 1.44 * 8 / (g - 1 + 8).
    assert rows[4]["gap_spread"] == nearly(sqrt(11.52 / 10))
    assert rows[31]["gap_spread"] == nearly(sqrt(11.52 / 37))
    assert rows[31]["gap_typical_s"] == nearly(5)


def test_two_comments_within_one_second_are_a_tenth_of_a_second_apart() -> None:
    rows = seen_by(Timing(), comment("一"), comment("二"), comment("三"))
    # ln of a gap of 0 s would be endless: gaps count as at least 0.1 s.
    assert (rows[2]["gap_s"], rows[2]["gap_typical_s"]) == nearly((0, 0.1))


def test_a_late_comment_stands_at_the_rooms_clock() -> None:
    rows = seen_by(Timing(), comment("一", at_s=100), comment("二", at_s=40))
    assert (rows[1]["gap_s"], rows[1]["rate_60s"]) == (0, 1)


def test_without_a_clock_only_comments_are_counted() -> None:
    rows = seen_by(Timing(), *(comment(text, ts_source="order_only", ts_ms=NAN) for text in ("一", "二")))
    assert rows[1] == nearly(UNKNOWN | {"gap_c": 1, "rate_200c": exp(-1 / 200)})


def test_nobody_has_no_gaps() -> None:
    assert seen_by(Timing(), comment("一", user_id=""), comment("二", user_id="")) == [nearly(UNKNOWN)] * 2


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"gap_spread": 0.5, "gap_typical_s": 29.7, "rate_60s": 9},
            ("发言间隔像定时器：约每 30 秒一条", "posts like a timer, about every 30 s"),
        ),
        ({"gap_spread": 0.6, "rate_60s": 6.2}, ("约 60 秒内发了 6 条", "about 6 comments within 60 s")),
        (
            {"rate_60s": 5.9, "rate_200c": 8},
            ("本房间每 200 条里该账号约占 8 条", "about 8 of the room's last 200 comments"),
        ),
        ({"gap_spread": 0.6, "rate_60s": 5.9, "rate_200c": 7.9}, None),
        ({}, None),
    ],
)
def test_timing_says_timer_before_speed(quantities: dict[str, float], sentence: tuple[str, str] | None) -> None:
    assert Timing().explain(values_of(Timing(), **quantities)) == sentence
