"""Stories of the Yelp collection."""

import json

from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.yelp import DIALECTS
from tests.readers.odd_json import odd_values

REVIEW = {"review_id": "r1", "user_id": "u1", "business_id": "b1", "stars": 4.0, "useful": 2, "funny": 0, "cool": 0,
          "text": "Great noodles.\nWill return.", "date": "2018-07-07 22:09:11"}  # fmt: skip
OLD = {"type": "review", "review_id": "r2", "user_id": "u2", "business_id": "b1", "stars": 1,
       "votes": {"useful": 7, "funny": 0}, "text": "Cold soup", "date": "2012-01-02"}  # fmt: skip


def test_reviews_of_both_collections(file, claimed_by):
    user = {"type": "user", "user_id": "u2", "name": "Ann"}
    path = file("".join(f"{json.dumps(record)}\n" for record in (REVIEW, OLD, user)), "review.json")
    batch, report = read_comments(path)
    assert report.format == "yelp-reviews"
    assert claimed_by(path) == ["yelp-reviews"]
    assert batch.comment_id == ["r1", "r2"]
    assert batch.product_id == ["b1", "b1"]
    assert batch.rating.tolist() == [4.0, 1.0]
    assert {KINDS[code] for code in batch.kind} == {"review"}
    assert report.ts_sources == {"event": 1, "date_only": 1}
    assert report.notes["no_event"].lines == [3]
    assert batch.source.columns[batch.source.headers.index("helpful_votes")] == ["2", "7"]


@settings(max_examples=200)
@given(odd_values([*REVIEW, "type", "votes"]))
def test_nothing_makes_it_fall_over(value):
    records = DIALECTS[0].events(value, Recording("a.json", ReadReport()))
    assert records is None or all("kind" in record for record in records)
