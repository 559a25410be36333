"""Reasons are the signals that moved the verdict, in the order of how much, in words that can be checked."""

from __future__ import annotations

import numpy as np
import pytest

from detector.reasons import MAX_REASONS, Shown, explain_rows
from detector.scorer import Detector
from detector.verdict import HEADS, LABELS, Reason
from tests.building import batch, comment
from tests.models import handmade_bundle, handmade_detector, small_fit, small_room, stump


def reasons_of(detector: Detector, *texts: str) -> list[tuple[Reason, ...]]:
    rows = [comment(text, at_s=n, user_id=f"u{n}") for n, text in enumerate(texts)]
    return detector.score(batch(*rows)).verdicts.reasons


def test_wording_names_the_characters_that_spoke_for_the_label() -> None:
    ((reason,),) = reasons_of(handmade_detector(), "加微")
    assert reason == Reason(
        "wording", "用语像引流：“微”", 'worded like solicitation: "微"', 6.0, {"terms": ["微"]}
    )
    assert (reason.text("zh"), reason.text("en")) == (reason.zh, reason.en)


def test_a_weight_is_how_far_the_log_odds_would_fall() -> None:
    # A number of more than five digits adds 2; genuine comments have none.
    detector = handmade_detector(trees={"solicitation": stump("contact.number_length", 5.5, low=0.0, high=2.0)})
    ((wording, contact),) = reasons_of(detector, "微13800138000")
    assert (wording.code, wording.weight) == ("wording", 6.0)
    assert (contact.code, contact.weight) == ("contact", 2.0)
    assert (contact.zh, contact.en) == ("含 11 位号码", "a number of 11 digits")
    assert contact.evidence["contact.number_length"] == 11.0


def test_signs_alone_are_no_telling_term() -> None:
    bundle = small_fit().bundle
    texts = ["][", "!!??", "[捂脸][捂脸]"]
    for head in range(len(HEADS)):
        for terms, _, _ in Shown(bundle).of(np.full(len(texts), head, dtype=np.uint8), texts):
            assert [term for term in terms if term.isascii() and not any(map(str.isalnum, term))] == []


def test_a_contact_says_where_it_stands_and_how_it_was_rewritten() -> None:
    detector = handmade_detector(trees={"solicitation": stump("contact.number_length", 5.5, low=0.0, high=9.0)})
    ((contact, _),) = reasons_of(detector, "微l38ОО138000")
    assert contact.zh == "含 11 位号码，其中 3 位用字母或谐音字改写（改写：l→1、О→0）"
    assert contact.evidence["spans"] == [[1, 12]]
    assert contact.evidence["rewritten"] == [["l", "1"], ["О", "0"]]


def test_the_heavier_reason_comes_first() -> None:
    detector = handmade_detector(trees={"solicitation": stump("contact.number_length", 5.5, low=0.0, high=9.0)})
    ((first, second),) = reasons_of(detector, "微13800138000")
    assert [(first.code, first.weight), (second.code, second.weight)] == [("contact", 9.0), ("wording", 6.0)]


def test_a_signal_that_moved_nothing_is_no_reason() -> None:
    # The text holds a number, but the model does not ask for one.
    ((reason,),) = reasons_of(handmade_detector(), "微13800138000")
    assert reason.code == "wording"


def test_a_signal_that_spoke_against_is_no_reason() -> None:
    detector = handmade_detector(
        trees={"solicitation": stump("contact.number_length", 5.5, low=0.0, high=-1.0)}
    )
    ((reason,),) = reasons_of(detector, "微13800138000")
    assert reason.code == "wording"


def test_reasons_are_those_of_the_label() -> None:
    assert [reasons[0].evidence["terms"] for reasons in reasons_of(handmade_detector(), "加微", "刷啊", "赞")] == [
        ["微"], ["刷"], ["赞"],
    ]  # fmt: skip


def test_terms_that_lie_in_one_another_are_named_once() -> None:
    bundle = small_fit().bundle
    texts = [
        text
        for text, label in zip(small_room().batch.text, small_room().label, strict=True)
        if label == "solicitation"
    ]
    solicitation = np.full(len(texts), HEADS.index("solicitation"), dtype=np.uint8)
    for terms, _, _ in Shown(bundle).of(solicitation, texts):
        assert len(terms) <= 3
        assert [(a, b) for a in terms for b in terms if a is not b and a in b] == []


def test_a_text_without_known_characters_has_no_telling_terms() -> None:
    heads = np.array([HEADS.index("solicitation"), HEADS.index("bot_flood")], dtype=np.uint8)
    assert [terms for terms, _, _ in Shown(handmade_bundle()).of(heads, ["你好", "微"])] == [[], []]


def test_no_rows_no_reasons() -> None:
    bundle = handmade_bundle()
    empty = np.zeros((0, len(bundle.typical)))
    assert explain_rows(bundle, empty, np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.uint8), []) == []


@pytest.mark.parametrize("profile", ["sensitive"])
def test_reasons_of_a_fitted_model_are_few_ordered_and_in_both_languages(profile: str) -> None:
    verdicts = Detector(small_fit().bundle, profile=profile).score(small_room().batch).verdicts
    flagged = [row for row in range(len(verdicts)) if verdicts.verdict[row]]
    assert len(flagged) > 20
    for row in flagged:
        reasons = verdicts.reasons[row]
        assert LABELS[verdicts.label[row]] in HEADS
        assert 0 < len(reasons) <= MAX_REASONS
        assert [r.weight for r in reasons] == sorted((r.weight for r in reasons), reverse=True)
        assert len({r.code for r in reasons}) == len(reasons)
        assert [bool(r.zh and r.en and r.zh != r.en) for r in reasons] == [True] * len(reasons)
