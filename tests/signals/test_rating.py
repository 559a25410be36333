"""Stars, words and purchases, worked by hand."""

import pytest

from detector.comment import Comment
from detector.signals.rating import Rating
from tests.building import NAN, START_MS, comment, nearly, seen_by, values_of

HOUR_MS = 3_600_000.0


def review(text: str, rating: float, **over: object) -> Comment:
    return comment(text, kind="review", rating=rating, room_id="", session_id="", product_id="p1", **over)


def test_reviews_are_followed_through_a_log() -> None:
    rows = seen_by(
        Rating(),
        review("面料舒服，推荐", 5, verified_purchase=1, purchased_at_ms=START_MS - 36 * HOUR_MS),
        review("垃圾，退货了", 5, verified_purchase=0, purchased_at_ms=START_MS - 2 * HOUR_MS),
        review("满意", 1),
        review("还行", NAN),
        review("一般", 3),
    )
    assert rows == [
        nearly(expected)
        for expected in (
            # Five imagined ratings of 4 stars: 5 - 20 / 5. 舒服 and 推荐 praise. Bought 36 h before.
            {
                "is_review": 1, "stars": 5, "deviation": 1, "lag_h": 36, "verified": 1, "polarity": 2, "conflict": 0,
            },
            # 5 - (20 + 5) / 6. 垃圾 and 退货 complain, under five stars.
            {
                "is_review": 1, "stars": 5, "deviation": 5 - 25 / 6, "lag_h": 2, "verified": 0, "polarity": -2,
                "conflict": 2,
            },
            # 1 - (20 + 10) / 7. Praise under one star.
            {
                "is_review": 1, "stars": 1, "deviation": 1 - 30 / 7, "lag_h": NAN, "verified": NAN, "polarity": 1,
                "conflict": 1,
            },
            # Without stars nothing can deviate or conflict, and nothing is remembered:
            {
                "is_review": 1, "stars": NAN, "deviation": NAN, "lag_h": NAN, "verified": NAN, "polarity": 0,
                "conflict": NAN,
            },
            # three ratings, 11 stars: 3 - (20 + 11) / 8.
            {
                "is_review": 1, "stars": 3, "deviation": 3 - 31 / 8, "lag_h": NAN, "verified": NAN, "polarity": 0,
                "conflict": 0,
            },
        )
    ]  # fmt: skip


def test_a_live_comment_is_no_review() -> None:
    # 好 and 好看 both praise.
    assert seen_by(Rating(), comment("好看")) == [
        nearly(
            {
                "is_review": 0, "stars": NAN, "deviation": NAN, "lag_h": NAN, "verified": NAN, "polarity": 2,
                "conflict": NAN,
            }
        )
    ]  # fmt: skip


def test_a_negated_praise_is_no_praise() -> None:
    # 不好 complains, the 好 in it praises: they cancel out.
    assert seen_by(Rating(), review("不好", 3))[0]["polarity"] == 0


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"conflict": 2, "stars": 5, "lag_h": 1},
            ("评分 5 星与文字褒贬不符", "5 stars do not fit the words"),
        ),
        (
            {"conflict": 0, "stars": 5, "lag_h": 1.6},
            ("购买后 2 小时即评价", "reviewed 2 hours after the purchase"),
        ),
        ({"lag_h": 0}, ("购买后 0 小时即评价", "reviewed 0 hours after the purchase")),
        # Reviewed before it was bought: one of the two times is wrong.
        ({"lag_h": -3}, None),
        ({"conflict": 0, "lag_h": 24}, None),
        ({}, None),
    ],
)
def test_rating_says_conflict_before_haste(
    quantities: dict[str, float], sentence: tuple[str, str] | None
) -> None:
    assert Rating().explain(values_of(Rating(), **quantities)) == sentence
