"""The worst mistakes, the worst first, one for each near-identical text."""

from __future__ import annotations

from detector.evaluation import Mistakes, judge, worst
from detector.training.logs import label_codes
from tests.building import batch, comment
from tests.models import handmade_detector

LOG = (
    ("加微", "solicitation"), ("私下找我", "solicitation"), ("私下找我", "solicitation"), ("微笑", "normal"),
    ("这件好看", "normal"), ("微", "unsure"),
)  # fmt: skip


def mistakes(most: int) -> Mistakes:
    rows = [comment(text, at_s=n, user_id=f"u{n}", comment_id=f"c{n}") for n, (text, _) in enumerate(LOG)]
    names = [name for _, name in LOG]
    return worst(judge(handmade_detector(), batch(*rows), label_codes(names, where="log"), names), most=most)


def test_the_worst_come_first_and_copies_are_counted() -> None:
    found = mistakes(most=50)
    assert [(one.text, one.label, one.verdict, one.copies) for one in found.misses] == [
        ("私下找我", "solicitation", "pass", 2),
        ("加微", "solicitation", "high_risk", 1),
    ]
    # A comment nobody was sure of is no mistake.
    assert [(one.text, one.verdict) for one in found.false_alarms] == [
        ("微笑", "high_risk"),
        ("这件好看", "pass"),
    ]
    assert found.misses[0].p < found.misses[1].p
    assert found.false_alarms[0].p > found.false_alarms[1].p


def test_no_more_are_kept_than_asked_for() -> None:
    found = mistakes(most=1)
    assert ([one.text for one in found.misses], [one.text for one in found.false_alarms]) == (
        ["私下找我"],
        ["微笑"],
    )
