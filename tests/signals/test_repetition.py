"""An account that says the same thing over and over, worked by hand."""

import pytest

from detector.signals.repetition import Repetition
from tests.building import NAN, comment, nearly, seen_by, values_of


def test_an_account_is_followed_through_what_it_repeats() -> None:
    rows = seen_by(
        Repetition(),
        comment("买它买它", user_id="u1"),
        comment("买它买它", user_id="u1"),
        comment("多少钱", user_id="u2"),
        comment("包邮吗", user_id="u1"),
        comment("买它买它！", user_id="u1"),
        comment("买它买它", user_id="u1"),
    )
    assert rows == [
        nearly(expected)
        for expected in (
            # Nothing before.
            {"times": 0, "gap_c": NAN, "streak": 0, "distinct_share": NAN},
            # Once before, one comment ago; one text in one comment.
            {"times": 1, "gap_c": 1, "streak": 1, "distinct_share": 1},
            {"times": 0, "gap_c": NAN, "streak": 0, "distinct_share": NAN},
            # New words; the account's two comments were one text: 1 of 2.
            {"times": 0, "gap_c": NAN, "streak": 0, "distinct_share": 1 / 2},
            # Back to the old words, last said 3 comments ago (row 1); the streak was broken; 2 texts of 3.
            {"times": 2, "gap_c": 3, "streak": 0, "distinct_share": 2 / 3},
            # And again: streak 1; 2 texts of 4.
            {"times": 3, "gap_c": 1, "streak": 1, "distinct_share": 2 / 4},
        )
    ]


def test_a_masked_id_is_nobody_and_repeats_nothing() -> None:
    masked = comment("买它买它", user_id="小***", user_id_quality="masked")
    unknown = {"times": NAN, "gap_c": NAN, "streak": NAN, "distinct_share": NAN}
    assert seen_by(Repetition(), masked, masked) == [nearly(unknown), nearly(unknown)]


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        (2.0, ("该账号本场已发过 2 次近似文本", "this account has said nearly this 2 times")),
        (1.0, None),
        (NAN, None),
    ],
)
def test_repetition_speaks_from_the_third_time_on(times: float, sentence: tuple[str, str] | None) -> None:
    assert Repetition().explain(values_of(Repetition(), times=times)) == sentence
