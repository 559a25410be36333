"""Stories of the Amazon collections."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.amazon import JSON_DIALECTS, LINE_DIALECTS
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values


def old(text="Works <br />well &amp; lasts", **fields):
    known = {
        "reviewerID": "A1B2C3",
        "asin": "0000013714",
        "reviewerName": "Ann",
        "helpful": [2, 3],
        "reviewText": text,
        "overall": 4.0,
        "summary": "good",
        "unixReviewTime": 1252800000,
        "reviewTime": "09 13, 2009",
    }
    return known | fields


def lines(*records, write=json.dumps):
    return "".join(f"{write(record)}\n" for record in records)


def test_the_strict_and_the_loose_form_are_the_same_reviews(file, claimed_by):
    records = (old(), old('It\'s "ok"', reviewerID="A2"))
    for write, name in ((json.dumps, "amazon-reviews"), (repr, "amazon-reviews-loose")):
        path = file(lines(*records, write=write), "reviews.json")
        batch, report = read_comments(path)
        assert report.format == name
        assert claimed_by(path) == [name]
        assert batch.text == ["Works \nwell & lasts", 'It\'s "ok"']
        assert batch.user_id == ["A1B2C3", "A2"]
        assert batch.product_id == ["0000013714"] * 2
        assert batch.rating.tolist() == [4.0, 4.0]
        assert batch.ts_ms[0] == 1_252_800_000_000.0
        assert report.ts_sources == {"date_only": 2}
        assert {KINDS[code] for code in batch.kind} == {"review"}


def test_a_loose_line_is_read_and_never_run(file):
    evil = "{'reviewerID': __import__('os').getcwd(), 'asin': 'B1', 'reviewText': 'x'}\n"
    deep = "{'reviewerID': " + "[" * 5_000 + "\n"
    odd = r"{'reviewerID': 'A9', 'asin': 'B1', 'reviewText': 'C:\dir', 'unixReviewTime': 1252800000}" + "\n"
    batch, report = read_comments(
        file(lines(old(), old(), old(), write=repr) + evil + deep + odd, "reviews.json")
    )
    assert batch.text[3:] == ["C:\\dir"]
    assert report.skipped == {"unreadable_line": 2}


def test_the_collection_of_2018_says_who_bought(file):
    batch, report = read_comments(file(lines(
        old(verified=True, vote="1,234", style={"Color:": "red"}),
        old(verified=False, unixReviewTime=None),
    ), "reviews.json"))  # fmt: skip
    assert batch.verified_purchase.tolist() == [1.0, 0.0]
    assert batch.source.columns[batch.source.headers.index("helpful_votes")] == ["1234", "2"]
    assert report.ts_sources == {"date_only": 2}
    assert report.skipped == {}


def test_the_collection_of_2023_has_milliseconds(file, claimed_by):
    new = {"rating": 5.0, "title": "Great", "text": "Love it<br />!", "images": [], "asin": "B01",
           "parent_asin": "B00", "user_id": "AE22", "timestamp": 1588687728923, "helpful_vote": 2,
           "verified_purchase": True}  # fmt: skip
    path = file(lines(new, new | {"text": "", "user_id": "AE23"}), "reviews.jsonl")
    batch, report = read_comments(path)
    assert claimed_by(path) == ["amazon-reviews"]
    assert batch.text == ["Love it\n!", "Great"]
    assert batch.product_id == ["B01", "B01"]
    assert batch.ts_ms[0] == 1_588_687_728_923.0
    assert batch.verified_purchase.tolist() == [1.0, 1.0]
    assert report.ts_sources == {"event": 2}
    assert "double_header" not in report.notes


def test_the_open_table(file):
    path = file("marketplace\tcustomer_id\treview_id\tproduct_id\tstar_rating\tvine\tverified_purchase\t"
                "review_headline\treview_body\treview_date\n"
                "US\t123\tR1\tB00\t5\tN\tY\tGood\tWorks<br />well\t2015-08-31\n", "reviews.tsv")  # fmt: skip
    batch, report = read_comments(path)
    assert report.format == "tsv (amazon-reviews-table)"
    assert (batch.text, batch.user_id, batch.comment_id) == (["Works\nwell"], ["123"], ["R1"])
    assert (batch.rating[0], batch.verified_purchase[0]) == (5.0, 1.0)
    assert report.id_quality == {"real": 1}


KEYS = ["reviewerID", "asin", "parent_asin", "user_id", "reviewText", "text", "overall", "rating", "helpful",
        "unixReviewTime", "reviewTime", "timestamp", "verified"]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for records in (JSON_DIALECTS[0].events(value, recording), LINE_DIALECTS[0].events(repr(value), recording)):
        assert records is None or all("kind" in record for record in records)


@settings(max_examples=200)
@given(st.text(alphabet="{}'\":,[]()\\ab0 -", max_size=40).map(lambda text: "{" + text))
def test_no_line_makes_it_fall_over(line):
    assert LINE_DIALECTS[0].events(line, Recording("a.json", ReadReport())) is None
