"""What a room remembers of its accounts, worked by hand."""

from collections.abc import Mapping
from math import log

import numpy as np
import pytest

from detector.state import readings as known
from detector.state.accounts import Accounts, new_accounts, observe_accounts

NAN = float("nan")
FIELDS = {
    "posts": known.POSTS, "since_first_s": known.SINCE_FIRST_S, "since_first_c": known.SINCE_FIRST_C,
    "gap_s": known.GAP_S, "gap_c": known.GAP_C, "gaps": known.GAPS, "gap_mean": known.GAP_MEAN,
    "gap_var": known.GAP_VAR, "streak": known.STREAK, "level_rank": known.LEVEL_RANK,
}  # fmt: skip
SAYING = {"said": known.SAID, "said_gap_c": known.SAID_GAP_C, "distinct_share": known.DISTINCT_SHARE}


def readings(
    memory: Accounts,
    rows: list[tuple[int, float, float, int]],
    *,
    first_index: int = 0,
    remember: bool = True,
    fields: Mapping[str, int] = FIELDS,
) -> list[dict[str, float]]:
    """Observe rows of (account, seconds, level, skeleton); each skeleton is a group."""
    account, seconds, level, skeleton = (list(column) for column in zip(*rows, strict=True))
    read = observe_accounts(
        memory,
        account=np.array(account, dtype=np.int64),
        group=np.array(skeleton, dtype=np.int64),
        ts_ms=1000.0 * np.array(seconds),
        level=np.array(level),
        skeleton=np.array(skeleton, dtype=np.int64) << 10,
        first_index=first_index,
        remember=remember,
    )
    return [{name: float(read[row, r]) for name, row in fields.items()} for r in range(len(rows))]


def test_gaps_streaks_and_ranks_of_one_account() -> None:
    rows = readings(
        new_accounts(), [(8, 0, NAN, 1), (9, 1, 40, 1), (8, 2, 10, 1), (8, 10, 10, 1), (8, 11, 10, 2)]
    )
    # The first: nobody known, no level.
    assert rows[0] == pytest.approx(
        {
            "posts": 0, "since_first_s": 0, "since_first_c": 0, "gap_s": NAN, "gap_c": NAN, "gaps": 0,
            "gap_mean": NAN, "gap_var": NAN, "streak": 0, "level_rank": NAN,
        },
        nan_ok=True,
    )  # fmt: skip
    # Account 8 again, 2 s and 2 comments later: its first gap is being made, none is known yet. Level 10 is below
    # account 9's: (0 + 10) / 21.
    assert rows[2] == pytest.approx(
        {
            "posts": 1, "since_first_s": 2, "since_first_c": 2, "gap_s": 2, "gap_c": 2, "gaps": 0,
            "gap_mean": NAN, "gap_var": NAN, "streak": 1, "level_rank": 10 / 21,
        },
        nan_ok=True,
    )  # fmt: skip
    # Its gaps of 2 s and 8 s have logarithms ln 2 and 3 ln 2: mean 2 ln 2, variance 2 ln² 2; and new words.
    # Its level is not counted: levels are taken at an account's first comment.
    assert rows[4] == pytest.approx(
        {
            "posts": 3, "since_first_s": 11, "since_first_c": 4, "gap_s": 1, "gap_c": 1, "gaps": 2,
            "gap_mean": 2 * log(2), "gap_var": 2 * log(2) ** 2, "streak": 0, "level_rank": 10 / 21,
        }
    )  # fmt: skip


def test_levels_out_of_range_stand_at_the_edge() -> None:
    rows = readings(new_accounts(), [(1, 0, -5, 1), (2, 0, 500, 1), (3, 0, 127, 1)])
    assert [row["level_rank"] for row in rows] == pytest.approx([10 / 20, 11 / 21, 11.5 / 22])


def test_reading_remembers_nothing() -> None:
    memory = new_accounts()
    readings(memory, [(8, 0, 10, 1)])
    first = readings(memory, [(8, 5, 10, 1), (8, 6, 10, 1)], first_index=1, remember=False)
    assert [row["posts"] for row in first] == [1, 1]
    assert [row["gap_c"] for row in first] == [1, 1]
    assert readings(memory, [(8, 5, 10, 1)], first_index=1)[0] == pytest.approx(first[0], nan_ok=True)


def test_a_forgotten_account_is_new_again() -> None:
    memory = new_accounts(max_keys=2)
    rows = readings(memory, [(account, 0, NAN, 1) for account in (1, 2, 3, 4, 5, 1, 5)])
    assert [row["posts"] for row in rows] == [0, 0, 0, 0, 0, 0, 1]
    # 1 and 2 were forgotten for 5; 3 and 4 are still old.
    assert memory.table.evicted == 2


def test_what_an_account_said_is_counted_and_so_are_its_texts() -> None:
    said = [(8, 0, NAN, 1), (9, 1, NAN, 1), (8, 2, NAN, 2), (8, 3, NAN, 1)]
    rows = readings(new_accounts(), [*said, (0, 4, NAN, 1)], fields=SAYING)
    assert rows == [
        pytest.approx(expected, nan_ok=True)
        for expected in (
            {"said": 0, "said_gap_c": NAN, "distinct_share": NAN},
            {"said": 0, "said_gap_c": NAN, "distinct_share": NAN},
            # One comment, one text.
            {"said": 0, "said_gap_c": NAN, "distinct_share": 1},
            # Text 1 again, three comments later; two comments were two texts.
            {"said": 1, "said_gap_c": 3, "distinct_share": 1},
            # Nobody.
            {"said": NAN, "said_gap_c": NAN, "distinct_share": NAN},
        )
    ]
