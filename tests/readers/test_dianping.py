"""Stories of Dianping's open table."""

import math

from detector.comment import KINDS
from detector.readers import read_comments


def test_no_stars_are_no_rating(file):
    path = file("userId,restId,rating,rating_env,rating_flavor,rating_service,timestamp,comment\n"
                "0001,36,4.0,4,4,3,1323187200000,面条不错&hellip;\n"
                "0002,36,0,0,0,0,1323187260000,排队太久\n"
                "0003,36,,,,,1323187320000,下次还来\n", "ratings.csv")  # fmt: skip
    batch, report = read_comments(path)
    assert report.format == "csv (dianping-reviews-table)"
    assert batch.text == ["面条不错…", "排队太久", "下次还来"]
    assert batch.user_id == ["0001", "0002", "0003"]
    assert batch.product_id == ["36"] * 3
    assert batch.rating[0] == 4.0
    assert list(map(math.isnan, batch.rating)) == [False, True, True]
    assert batch.ts_ms[0] == 1_323_187_200_000.0
    assert {KINDS[code] for code in batch.kind} == {"review"}


def test_a_table_of_other_things_stays_as_it_is(file):
    _, report = read_comments(file("userId,rating,timestamp,comment\n1,4,1323187200000,好\n"))
    assert report.format == "csv"
