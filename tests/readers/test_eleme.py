"""Stories of Ele.me reviews."""

import json

from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.eleme import DIALECTS, ratings_of
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values

RATING = {
    "rating": 5,
    "rated_at": "2026-11-11",
    "rating_text": "送得快",
    "username": "几***0",
    "order_id": 12345,
}


def test_the_ratings_of_a_shop(file, claimed_by):
    silent = RATING | {"rating_text": "", "rating": 3}
    for content in (json.dumps([RATING, silent]), json.dumps({"ratings": [RATING, silent]})):
        path = file(content, "ratings.json")
        batch, report = read_comments(path)
        assert report.format == "eleme-reviews"
        assert claimed_by(path) == ["eleme-reviews"]
        assert (batch.text, batch.rating.tolist()) == (["送得快"], [5.0])
        assert {KINDS[code] for code in batch.kind} == {"review"}
        assert report.skipped == {"empty_text": 1}
        assert report.id_quality == {"masked": 1}
        assert report.ts_sources == {"date_only": 1}


@settings(max_examples=200)
@given(odd_values([*RATING, "ratings"]))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    records = DIALECTS[0].events(value, recording)
    assert records is None or all("kind" in record for record in records)
    if isinstance(value, dict):
        assert all(isinstance(item, dict) for item in ratings_of(value, recording))
