"""What is said about a comment."""

import dataclasses

import numpy as np
import pytest

from detector.verdict import (
    HEADS,
    HIGH_RISK,
    LABEL_ZH,
    LABELS,
    NORMAL,
    PASS,
    REVIEW,
    VERDICT_ZH,
    VERDICTS,
    Reason,
    Verdict,
    Verdicts,
)  # fmt: skip

NAN = float("nan")
REASON = Reason("contact", "含 11 位号码", "a number of 11 digits", 2.5)


def verdicts() -> Verdicts:
    """A lure, a plain comment and a gift that was not judged."""
    return Verdicts(
        comment_id=["c1", "c2", "c3"],
        verdict=np.array([HIGH_RISK, PASS, PASS], dtype=np.uint8),
        first_verdict=np.array([PASS, PASS, PASS], dtype=np.uint8),
        label=np.array([HEADS.index("solicitation"), NORMAL, NORMAL], dtype=np.uint8),
        p=np.array([[0.97, 0.4, NAN], [0.01, 0.02, 0.03], [NAN, NAN, NAN]]),
        organic_wave=np.array([False, True, False]),
        protected=np.array([False, False, True]),
        duplicate=np.array([False, False, True]),
        late=np.array([False, True, False]),
        provisional=np.array([True, True, False]),
        campaign_id=["k1", "", ""],
        reasons=[(REASON,), (), ()],
        model_id="m1",
    )


def test_codes_name_what_they_stand_for() -> None:
    assert [VERDICTS[code] for code in (PASS, REVIEW, HIGH_RISK)] == ["pass", "review", "high_risk"]
    assert (LABELS[NORMAL], LABELS[:NORMAL]) == ("normal", HEADS)


def test_every_verdict_and_label_has_a_chinese_name() -> None:
    assert (set(VERDICT_ZH), set(LABEL_ZH)) == (set(VERDICTS), set(LABELS))


def test_risk_is_the_largest_probability_that_is_known() -> None:
    assert verdicts().risk.tolist() == pytest.approx([0.97, 0.03, NAN], nan_ok=True)


def test_a_row_is_a_verdict_of_its_own() -> None:
    row = verdicts()[0]
    assert dataclasses.replace(row, p_fake_review=0.0) == Verdict(
        comment_id="c1", verdict="high_risk", label="solicitation", risk=0.97, p_solicitation=0.97, p_bot_flood=0.4,
        p_fake_review=0.0, organic_wave=False, protected=False, campaign_id="k1", reasons=(REASON,), model_id="m1",
        duplicate=False, first_verdict="pass", late=False, provisional=True,
    )  # fmt: skip
    assert np.isnan(row.p_fake_review)


def test_rows_are_taken_and_stacked_in_the_order_given() -> None:
    whole = verdicts()
    parts = [whole.take(np.array([2], dtype=np.intp)), whole.take(np.array([0, 1], dtype=np.intp))]
    stacked = Verdicts.concat(parts)
    assert (stacked.comment_id, stacked.campaign_id, stacked.model_id) == (
        ["c3", "c1", "c2"],
        ["", "k1", ""],
        "m1",
    )
    assert stacked.reasons == [(), (REASON,), ()]
    assert stacked.p.tobytes() == whole.p[[2, 0, 1]].tobytes()
    assert stacked.protected.tolist() == [True, False, False]
    assert stacked.duplicate.tolist() == [True, False, False]
    assert stacked.organic_wave.tolist() == [False, False, True]
    assert (stacked.verdict.tolist(), stacked.label.tolist()) == ([PASS, HIGH_RISK, PASS], [NORMAL, 0, NORMAL])


def test_a_reason_is_said_in_either_language() -> None:
    assert (REASON.text("zh"), REASON.text("en")) == ("含 11 位号码", "a number of 11 digits")
