"""What a file does not tell switches off just those signals that the engine then leaves unknown."""

from __future__ import annotations

import numpy as np
import pytest

from detector.comment import SECOND_SOURCES, CommentBatch
from detector.engine import SCHEMA, FeatureEngine
from detector.readers import inspect
from detector.readers.signals_off import LACKS, lacks_of, signals_off
from tests.building import NAN, batch, comment

TEXTS = ("这件多少钱", "买买买", "冲冲冲啊家人们", "加微信abc88888")
REVIEW = {"kind": "review", "verified_purchase": 1.0, "purchased_at_ms": 1.79e12}
# The lack that a code names, as fields of a comment.
LACKING = {
    "order_only": {"ts_source": "order_only"},
    "dates_only": {"ts_source": "date_only"},
    "whole_minutes": {"ts_source": "minute_marker"},
    "masked_ids": {"user_id": "", "user_id_quality": "masked"},
    "no_ids": {"user_id": "", "user_id_quality": "none"},
    "no_level": {"user_level": NAN},
    "no_badge": {"fan_badge_level": NAN},
    "no_paid": {"paid_marker": ""},
    "no_staff": {"is_staff": NAN},
    "no_created": {"account_created_ms": NAN},
    "no_date": {"ts_source": "video_offset"},
    "no_rating": {"rating": NAN},
    "no_purchase": {"purchased_at_ms": NAN},
    "no_verified": {"verified_purchase": NAN},
}


def crowd(*, review: bool, **over: object) -> CommentBatch:
    """Sixty comments of seven people of whom everything is known but for ``over``."""
    return batch(*(
        comment(
            TEXTS[n % 4],
            **{
                "at_s": 3.0 * n, "comment_id": f"c{n}", "user_id": f"u{n % 7}", "user_level": 1.0 + n % 7,
                "fan_badge_level": 3.0, "paid_marker": "1" if n % 2 else "0", "is_staff": 0.0,
                "account_created_ms": 1.6e12, **(REVIEW | {"rating": 1.0 + n % 5} if review else {}), **over,
            },
        )
        for n in range(60)
    ))  # fmt: skip


def crowds(code: str, **over: object) -> CommentBatch:
    """Those whose lack it is: a badge or a payment is nothing that reviews have, and in reviews no phrases are followed."""
    kinds = {"live": [False], "reviews": [True], "scored": [False, True]}[LACKS[code].of]
    return CommentBatch.concat([crowd(review=review, room_id=f"r{review:d}", **over) for review in kinds])


def unknown(comments: CommentBatch) -> set[str]:
    values = FeatureEngine().observe(comments).values
    return {name for name, column in zip(SCHEMA.names, values.T, strict=True) if np.isnan(column).all()}


@pytest.mark.parametrize("code", LACKING)
def test_the_signals_named_are_those_that_become_unknown(code):
    comments, whole = crowds(code, **LACKING[code]), crowds(code)
    off = signals_off(lacks_of(comments))
    named = {name for found in off for name in found["signals"]} - {
        name for found in signals_off(lacks_of(whole)) for name in found["signals"]
    }
    assert code in [found["code"] for found in off]
    assert named == unknown(comments) - unknown(whole)


def test_every_code_is_tried_here_but_arrival_which_only_doubts_heaps():
    assert {*LACKING, "arrival_heaps"} == set(LACKS)
    # Six comments in one heap after a silence: the sixth stands at no time.
    late = [
        comment(TEXTS[n % 4], at_s=60.0 + n / 10, comment_id=f"h{n}", ts_source="arrival") for n in range(6)
    ]
    frame = FeatureEngine().observe(batch(comment("早", at_s=0.0, comment_id="h", ts_source="arrival"), *late))
    assert np.isnan(frame.clock_ms).tolist() == [False] * 6 + [True]
    assert set(LACKS["arrival_heaps"].signals) == unknown(
        crowd(review=False, ts_source="order_only")
    ) - unknown(crowd(review=False)) - {"account.age_days"}
    assert "arrival" in SECOND_SOURCES


def test_rows_are_counted_where_only_some_lack_it(file):
    report = inspect(
        file("text,昵称,uid,时间\n好,甲,7,2026-11-11 20:00:01\n买,j***n,,2026-11-11 20:00:02\n赞,乙,8,\n")
    )
    off = {found["code"]: found for found in report.as_dict()["signals_off"]}
    assert (off["masked_ids"]["rows"], off["masked_ids"]["of"]) == (1, 3)
    assert (off["order_only"]["rows"], off["order_only"]["of"]) == (1, 3)
    assert (off["no_level"]["rows"], off["no_level"]["of"]) == (3, 3)
    assert "no_ids" not in off
    assert report.kinds == {"comment": 3}


def test_gifts_lack_nothing_for_they_are_not_judged(file):
    report = inspect(file("kind,text,礼物\ngift,,鱼丸\ngift,,飞机\n"))
    assert (report.kinds, report.as_dict()["signals_off"]) == ({"gift": 2}, [])
