"""Comments beside their labels and verdicts, and what each signal gives."""

from __future__ import annotations

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.engine import ALL_SIGNALS
from detector.evaluation import judge
from detector.evaluation.ablation import ablation
from detector.evaluation.judged import ANY, without_signals
from detector.training.logs import label_codes
from tests.building import batch, comment
from tests.models import BIAS, WEIGHT, handmade_bundle, handmade_detector, stump

LOG = (("加微", "solicitation"), ("好看极了", "normal"), ("刷刷刷", "unsure"), ("赞", "fake_review"))


def log() -> tuple[CommentBatch, np.ndarray, list[str]]:
    rows = [comment(text, at_s=n, user_id=f"u{n}", comment_id=f"c{n}") for n, (text, _) in enumerate(LOG)]
    names = [name for _, name in LOG]
    return batch(*rows), label_codes(names, where="log"), names


def sigmoid(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def test_only_sure_rows_are_asked_about() -> None:
    judged = judge(handmade_detector(), *log())
    assert (len(judged), len(judged.sure())) == (4, 3)
    assert {name: rows.tolist() for name, rows in judged.sure().questions().items()} == {
        ANY: [True, False, True],
        "solicitation": [True, False, False],
        "fake_review": [False, False, True],
    }


def test_gifts_and_redelivered_comments_are_left_out() -> None:
    rows, label, names = log()
    gift = batch(comment("火箭", kind="gift", comment_id="g"))
    more = CommentBatch.concat([rows, rows.slice(0, 1), gift])
    judged = judge(handmade_detector(), more, np.append(label, [label[0], 3]), [*names, names[0], "normal"])
    assert judged.batch.comment_id == ["c0", "c1", "c2", "c3"]


def test_without_the_wording_every_text_is_as_likely_as_a_typical_one() -> None:
    rows, _, _ = log()
    without = without_signals(handmade_detector(), rows)
    assert list(without) == ["wording", *(signal.name for signal in ALL_SIGNALS)]
    # The handmade model's typical wording score is its bias.
    assert without["wording"].tolist() == [[pytest.approx(sigmoid(BIAS))] * 3] * 4
    # It asks nothing of any signal, so without one of them nothing changes.
    lure = [pytest.approx(sigmoid(WEIGHT + BIAS)), pytest.approx(sigmoid(BIAS)), pytest.approx(sigmoid(BIAS))]
    assert [without[signal.name][0].tolist() for signal in ALL_SIGNALS] == [lure] * len(ALL_SIGNALS)


def test_a_signal_is_taken_away_in_the_order_of_the_input() -> None:
    rows, _, _ = log()
    backwards = rows.take(np.array([3, 2, 1, 0]))
    forwards = without_signals(handmade_detector(), rows)
    for name, p in without_signals(handmade_detector(), backwards).items():
        assert p[::-1].tolist() == forwards[name].tolist()


def test_a_signal_that_finds_everything_costs_everything() -> None:
    # Only the length tells: four characters are a lure, and no wording says so.
    rows = [
        comment(text, at_s=n, user_id=f"u{n}", comment_id=f"c{n}")
        for n, text in enumerate(("私下找我", "你好", "好看", "谢谢"))
    ]
    names = ["solicitation", "normal", "normal", "normal"]
    trees = {"solicitation": stump("style.length", 3.5, low=0.0, high=6.0)}
    judged = judge(handmade_detector(trees=trees), batch(*rows), label_codes(names, where="log"), names)
    lost = ablation(judged)["solicitation"]
    # With the length at its typical value, unknown, all four tie: one of four is a lure.
    assert lost["style"]["average_precision"].value == pytest.approx(1.0 - 0.25)
    assert lost["style"]["area_under_curve"].value == pytest.approx(0.5)
    assert (lost["timing"]["average_precision"].value, lost["wording"]["average_precision"].value) == (0.0, 0.0)


def test_a_model_of_its_own_id_is_named() -> None:
    from detector.scorer import Detector

    assert judge(Detector(handmade_bundle(model_id="other")), *log()).verdicts.model_id == "other"
