"""Who else has just said this, worked by hand."""

import pytest

from detector.signals.copying import Copying
from tests.building import NAN, comment, nearly, seen_by, values_of

TEXT = "主播推荐的这款面膜真好用"
NOBODY = {
    "accounts_10s": 0, "accounts_60s": 0, "accounts_600s": 0, "accounts_50c": 0, "accounts_500c": 0,
    "accounts_session": 0, "posts_per_account": NAN, "age_c": NAN, "exact_share": NAN, "fresh_share": NAN,
    "low_share": NAN, "rank_mean": NAN, "rank_spread": NAN,
}  # fmt: skip


def test_the_first_to_say_it_copies_nobody() -> None:
    assert seen_by(Copying(), comment(TEXT)) == [nearly(NOBODY)]


def test_copies_by_other_accounts_are_counted_by_seconds_and_by_comments() -> None:
    rows = seen_by(
        Copying(),
        comment(TEXT, user_id="u1", user_level=10, at_s=0),
        comment(TEXT, user_id="u2", user_level=20, at_s=5),
        comment(TEXT + "！", user_id="u3", user_level=10, at_s=30),
        comment(TEXT, user_id="u1", user_level=10, at_s=605),
    )
    # Level ranks (20 imagined accounts, 10 of them below): u1 alone (0 + 10) / 20 = 1/2; u2 above one account
    # (1 + 10) / 21; u3 beside u1 and below u2 (0.5 + 10) / 22.
    first, second, third = 10 / 20, 11 / 21, 10.5 / 22
    # u2 sees u1's copy, 5 s old, identical, and u1's first comment.
    assert rows[1] == nearly(
        {
            "accounts_10s": 1, "accounts_60s": 1, "accounts_600s": 1, "accounts_50c": 1, "accounts_500c": 1,
            "accounts_session": 1, "posts_per_account": 1, "age_c": 1, "exact_share": 1, "fresh_share": 1,
            "low_share": 0, "rank_mean": first, "rank_spread": NAN,
        }
    )  # fmt: skip
    # u3 adds a sign: the same skeleton, no longer the same letters. Its copies are 30 s and 25 s old.
    assert rows[2] == nearly(
        {
            "accounts_10s": 0, "accounts_60s": 2, "accounts_600s": 2, "accounts_50c": 2, "accounts_500c": 2,
            "accounts_session": 2, "posts_per_account": 1, "age_c": 2, "exact_share": 0, "fresh_share": 1,
            "low_share": 0, "rank_mean": (first + second) / 2, "rank_spread": (second - first) / 2,
        }
    )  # fmt: skip
    # u1 says it again: its own comment is no copy. The others are 600 s and 575 s old; one in two identical.
    # Three comments of three accounts, first of them three comments ago. third < second.
    assert rows[3] == nearly(
        {
            "accounts_10s": 0, "accounts_60s": 0, "accounts_600s": 2, "accounts_50c": 2, "accounts_500c": 2,
            "accounts_session": 2, "posts_per_account": 1, "age_c": 3, "exact_share": 1 / 2, "fresh_share": 1,
            "low_share": 0, "rank_mean": (second + third) / 2, "rank_spread": (second - third) / 2,
        }
    )  # fmt: skip


def test_an_account_that_repeats_is_one_account() -> None:
    rows = seen_by(
        Copying(),
        comment(TEXT, user_id="u1", at_s=0),
        comment(TEXT, user_id="u1", at_s=1),
        comment(TEXT, user_id="u1", at_s=2),
        comment(TEXT, user_id="u2", at_s=3),
    )
    last = rows[3]
    # Three copies by one account, its first comment among them.
    assert (last["accounts_10s"], last["accounts_500c"], last["accounts_session"]) == (1, 1, 1)
    assert last["posts_per_account"] == 3
    assert last["fresh_share"] == nearly(1 / 3)
    # u1 sees no copies of its own: none by others, but two comments by one account.
    assert rows[2] == nearly(NOBODY | {"posts_per_account": 2, "age_c": 2})


def test_unknown_accounts_each_count_for_one() -> None:
    masked = {"user_id": "小***", "user_id_quality": "masked"}
    rows = seen_by(Copying(), *(comment(TEXT, at_s=i, **masked) for i in range(3)))
    assert (rows[2]["accounts_10s"], rows[2]["accounts_session"], rows[2]["fresh_share"]) == (2, 2, 0)


def test_a_copy_51_comments_ago_has_left_the_last_50() -> None:
    others = [comment(f"第{i}号想要", user_id=f"v{i}", at_s=i) for i in range(50)]
    near = seen_by(Copying(), comment(TEXT), *others[:49], comment(TEXT, user_id="u2"))[-1]
    far = seen_by(Copying(), comment(TEXT), *others, comment(TEXT, user_id="u2"))[-1]
    assert (near["age_c"], near["accounts_50c"], near["accounts_500c"]) == (50, 1, 1)
    assert (far["age_c"], far["accounts_50c"], far["accounts_500c"]) == (51, 0, 1)


def test_a_copy_is_forgotten_by_the_windows_and_kept_by_the_session() -> None:
    others = [comment(f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}", user_id=f"v{i}") for i in range(500)]
    near = seen_by(Copying(), comment(TEXT), *others[:499], comment(TEXT, user_id="u2"))[-1]
    far = seen_by(Copying(), comment(TEXT), *others, comment(TEXT, user_id="u2"))[-1]
    assert (near["age_c"], near["accounts_500c"], near["accounts_session"]) == (500, 1, 1)
    assert (far["age_c"], far["accounts_500c"], far["accounts_session"]) == (501, 0, 1)


def test_a_flood_of_many_accounts_is_counted_up_to_48() -> None:
    rows = seen_by(Copying(), *(comment(TEXT, user_id=f"u{i}") for i in range(60)))
    assert (rows[40]["accounts_10s"], rows[40]["accounts_session"]) == (40, 40)
    assert (rows[59]["accounts_10s"], rows[59]["accounts_500c"], rows[59]["accounts_session"]) == (48, 48, 59)


def test_copies_by_low_accounts_are_told_from_copies_by_a_crowd() -> None:
    # After 80 accounts of level 30, level 1 ranks (0 + 10) / (80 + 20): low. Its own account is not counted yet.
    crowd = [comment(f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}", user_id=f"v{i}", user_level=30) for i in range(80)]
    rows = seen_by(Copying(), *crowd, *(comment(TEXT, user_id=f"u{i}", user_level=1) for i in range(2)))
    assert rows[81]["low_share"] == 1
    assert rows[81]["rank_mean"] == nearly(10 / 100)


def test_seconds_are_unknown_where_the_clock_is_too_coarse() -> None:
    rows = seen_by(Copying(), *(comment(TEXT, user_id=f"u{i}", ts_source="minute_marker") for i in range(2)))
    assert rows[1] == nearly(
        {
            "accounts_10s": NAN, "accounts_60s": NAN, "accounts_600s": NAN, "accounts_50c": 1, "accounts_500c": 1,
            "accounts_session": 1, "posts_per_account": 1, "age_c": 1, "exact_share": 1, "fresh_share": 1,
            "low_share": 0, "rank_mean": 1 / 2, "rank_spread": NAN,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"accounts_10s": 3, "accounts_60s": 5},
            ("3 个其他账号在 10 秒内发了近似文本", "3 other accounts posted near-identical text within 10 s"),
        ),
        (
            {"accounts_10s": 1, "accounts_60s": 5},
            ("5 个其他账号在 60 秒内发了近似文本", "5 other accounts posted near-identical text within 60 s"),
        ),
        (
            {"accounts_600s": 2},
            ("2 个其他账号在 600 秒内发了近似文本", "2 other accounts posted near-identical text within 600 s"),
        ),
        (
            {"accounts_600s": 1, "accounts_500c": 1},
            (
                "本房间最近 500 条里有 1 个其他账号发了近似文本",
                "1 other account posted near-identical text among the last 500 comments",
            ),
        ),
        (
            {"accounts_session": 7},
            ("本场有 7 个账号发过近似文本", "7 accounts posted near-identical text this session"),
        ),
        ({"accounts_session": 1}, None),
        ({}, None),
    ],
)
def test_copying_names_the_shortest_window(
    quantities: dict[str, float], sentence: tuple[str, str] | None
) -> None:
    assert Copying().explain(values_of(Copying(), **quantities)) == sentence
