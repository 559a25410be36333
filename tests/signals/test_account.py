"""Who speaks, worked by hand."""

import pytest

from detector.signals.account import Account
from tests.building import NAN, START_MS, comment, nearly, seen_by, values_of

DAY_MS = 86_400_000.0


def test_an_account_is_followed_through_a_session() -> None:
    rows = seen_by(
        Account(),
        comment("加微信13800138000", user_id="u1", user_level=30, at_s=0),
        comment(
            "多少钱", user_id="u2", user_level=5, at_s=5, fan_badge_level=8, paid_marker="舰长", is_staff=0
        ),
        comment("看主页", user_id="u1", user_level=30, at_s=20, account_created_ms=START_MS - 3 * DAY_MS),
    )
    # Nothing is known of the first account but its level; half of 20 imagined accounts rank below it.
    unknown = {"badge_level": NAN, "paid": NAN, "staff": NAN, "age_days": NAN}
    assert rows[0] == nearly(
        {"level": 30, "level_rank": 10 / 20, "posts": 0, "seen_s": 0, "seen_c": 0, "contacts": 0, **unknown}
    )
    # u2 is below u1: (0 + 10) / 21.
    assert rows[1] == nearly(
        {
            "level": 5, "level_rank": 10 / 21, "badge_level": 8, "paid": 1, "staff": 0, "age_days": NAN,
            "posts": 0, "seen_s": 0, "seen_c": 0, "contacts": 0,
        }
    )  # fmt: skip
    # u1 again: one account below, one (itself) beside it: (1 + 0.5 + 10) / 22. Its first comment was 20 s and
    # 2 comments ago and held a number. Three days and 20 s old.
    assert rows[2] == nearly(
        {
            "level": 30, "level_rank": 11.5 / 22, "badge_level": NAN, "paid": NAN, "staff": NAN,
            "age_days": 3 + 20 / 86_400, "posts": 1, "seen_s": 20, "seen_c": 2, "contacts": 1,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("marker", "paid"), [("", NAN), ("0", 0), ("None", 0), (" 否 ", 0), ("1", 1), ("舰长", 1)]
)
def test_a_paid_marker_is_unknown_no_or_yes(marker: str, paid: float) -> None:
    assert seen_by(Account(), comment(paid_marker=marker))[0]["paid"] == nearly(paid)


def test_nobody_has_no_history_and_still_has_a_level() -> None:
    row = seen_by(Account(), comment(user_id="小***", user_id_quality="masked"))[0]
    assert {name: row[name] for name in ("level", "posts", "seen_s", "seen_c", "contacts")} == nearly(
        {"level": 12, "posts": NAN, "seen_s": NAN, "seen_c": NAN, "contacts": NAN}
    )


def test_masked_accounts_do_not_count_into_the_ranks_of_others() -> None:
    masked = comment(user_id="小***", user_id_quality="masked", user_level=1)
    assert seen_by(Account(), masked, comment(user_level=30))[1]["level_rank"] == 10 / 20


@pytest.mark.parametrize(
    ("quality", "posts"), [("real", 1), ("hash", 1), ("name_only", 1), ("masked", NAN), ("none", NAN)]
)
def test_only_ids_that_tell_people_apart_make_an_account(quality: str, posts: float) -> None:
    rows = seen_by(Account(), *(comment(text, user_id_quality=quality) for text in ("一", "二")))
    assert rows[1]["posts"] == nearly(posts)


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"contacts": 2, "level": 1, "level_rank": 0.1},
            ("该账号本场已 2 次发号码或账号", "gave a number or handle 2 times before"),
        ),
        (
            {"contacts": 0, "level": 1, "level_rank": 0.1, "posts": 0},
            ("低等级账号（1 级）本场首次发言", "first comment of a low-level account (level 1)"),
        ),
        ({"level": 2, "level_rank": 0.1, "posts": 4}, ("低等级账号（2 级）", "low-level account (level 2)")),
        (
            {"level": 9, "level_rank": 0.15, "age_days": 3.2, "posts": 0},
            ("账号注册仅 3 天", "the account is 3 days old"),
        ),
        ({"age_days": 0}, ("账号注册仅 0 天", "the account is 0 days old")),
        # Written before it was registered: one of the two times is wrong.
        ({"age_days": -1}, None),
        ({"age_days": 7, "posts": 0}, ("该账号本场首次发言", "its first comment this session")),
        ({"age_days": 7, "posts": 1}, None),
        ({}, None),
    ],
)
def test_account_says_the_gravest_first(quantities: dict[str, float], sentence: tuple[str, str] | None) -> None:
    assert Account().explain(values_of(Account(), **quantities)) == sentence
