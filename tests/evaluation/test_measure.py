"""A labelled log and a model: figures per head, per label and per session."""

from __future__ import annotations

import math

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.evaluation import compare, evaluate
from detector.scorer import Detector
from detector.training.logs import label_codes
from tests.building import batch, comment
from tests.models import handmade_bundle, handmade_detector, stump

# Two sessions; the model flags 微 and 赞, so it misses one lure and flags one genuine comment.
LOG = (
    ("加微", "solicitation", "s1"),
    ("私下找我", "solicitation", "s1"),
    ("微笑", "normal", "s1"),
    ("好看", "normal", "s1"),
    ("赞", "fake_review", "s2"),
    ("多少钱", "unlabelled", "s2"),
    ("刷刷刷", "unsure", "s2"),
)


def log() -> tuple[CommentBatch, np.ndarray, list[str]]:
    rows: list[Comment] = []
    for n, (text, _, session) in enumerate(LOG):
        rows.append(comment(text, at_s=n, user_id=f"u{n}", session_id=session, comment_id=f"c{n}"))
    names = [name for _, name, _ in LOG]
    return batch(*rows), label_codes(names, where="log"), names


def test_the_figures_of_a_log_by_hand() -> None:
    found = evaluate(handmade_detector(), *log())
    assert (found.model_id, found.comments, found.positives) == ("by-hand", 6, 3)
    # 加微, 微笑 and 赞 tie above; the missed lure ties with the two other genuine comments below.
    assert found.heads["any"]["average_precision"].value == pytest.approx((2 * 2 / 3 + 3 / 6) / 3)
    assert found.heads["solicitation"]["average_precision"].value == pytest.approx((1 / 2 + 2 / 6) / 2)
    assert found.heads["fake_review"]["average_precision"].value == 1.0
    # Nothing was labelled a flood: the head is not asked.
    assert "bot_flood" not in found.heads


def test_labels_tell_what_was_said_of_them() -> None:
    labels = evaluate(handmade_detector(), *log()).labels
    assert {name: (said["comments"], said["review"], said["high_risk"]) for name, said in labels.items()} == {
        "solicitation": (2, 0, 1),
        "normal": (2, 0, 1),
        "fake_review": (1, 0, 1),
        "unlabelled": (1, 0, 0),
        "unsure": (1, 0, 1),
    }


def test_sessions_are_told_apart() -> None:
    sessions = evaluate(handmade_detector(), *log()).sessions
    assert sessions["700100/s1"] == pytest.approx(
        {"comments": 4, "positives": 2, "average_precision": 0.5, "genuine_flagged": 1, "genuine_high_risk": 1}
    )
    # The comment nobody was sure of is left out.
    assert sessions["700100/s2"]["comments"] == 2


def test_a_redelivered_comment_is_counted_once() -> None:
    rows, label, names = log()
    twice = CommentBatch.concat([rows, rows.slice(0, 4)])
    found = evaluate(handmade_detector(), twice, np.concatenate([label, label[:4]]), names + names[:4])
    assert found.comments == 6


def test_a_model_compared_with_itself_differs_by_nothing() -> None:
    rows, label, _ = log()
    found = compare(handmade_detector(), handmade_detector(), rows, label)
    differences = [figure for parts in found.values() for figure in parts["difference"].values()]
    assert len(differences) == 15
    assert {(figure.value, figure.low, figure.high) for figure in differences} == {(0.0, 0.0, 0.0)}


def test_a_session_in_which_nobody_was_sure_has_no_figure() -> None:
    rows, label, names = log()
    label[4:] = -1
    found = evaluate(handmade_detector(), rows, label, names)
    assert (found.comments, found.sessions["700100/s2"]["comments"]) == (4, 0)
    assert math.isnan(found.sessions["700100/s2"]["average_precision"])


def test_a_better_model_is_told_by_the_paired_difference() -> None:
    rows, label, _ = log()
    # The second model also takes texts of four characters for lures, and so finds the one that was missed.
    second = handmade_detector(trees={"solicitation": stump("style.length", 3.5, low=0.0, high=6.0)})
    found = compare(handmade_detector(), second, rows, label)["solicitation"]
    value = {part: found[part]["average_precision"].value for part in found}
    assert value["first"] == pytest.approx((1 / 2 + 2 / 6) / 2)
    assert value["second"] == pytest.approx(2 / 3)
    assert value["difference"] == pytest.approx(2 / 3 - (1 / 2 + 2 / 6) / 2)


def test_a_detector_is_judged_by_its_own_model_id() -> None:
    other = Detector(handmade_bundle(model_id="other"))
    assert evaluate(other, *log()).model_id == "other"
