"""True lures rewritten by one trick at a time."""

from __future__ import annotations

import numpy as np
import pytest

from detector.errors import UsageError
from detector.training.logs import label_codes
from detector.trial.tricks import TRICKS, rewritten, tricks_found
from tests.building import batch, comment
from tests.models import handmade_detector, quiet

LOG = (
    ("加微", "solicitation", "s1"), ("这件多少钱", "normal", "s1"), ("微", "solicitation", "s1"),
    ("私下找我", "solicitation", "s1"), ("微笑", "normal", "s2"),
)  # fmt: skip


def log():  # type: ignore[no-untyped-def]
    rows = [
        comment(text, at_s=n, user_id=f"u{n}", comment_id=f"c{n}", session_id=session)
        for n, (text, _, session) in enumerate(LOG)
    ]
    return batch(*rows), label_codes([name for _, name, _ in LOG], where="log")


def test_a_trick_changes_the_lures_and_nothing_else() -> None:
    rows, _ = log()
    changed = rewritten(rows, np.array([0, 2]), "digit_in_front", np.random.default_rng(0))
    assert [text[1:] for text in (changed.text[0], changed.text[2])] == ["加微", "微"]
    assert [changed.text[row] for row in (1, 3, 4)] == ["这件多少钱", "私下找我", "微笑"]
    assert changed.comment_id == rows.comment_id


def test_the_recall_as_written_and_what_each_trick_costs() -> None:
    found = tricks_found(handmade_detector(), *log(), progress=quiet)
    # Two of the three lures stand above every genuine comment of their session; the other session holds no lure.
    assert (found.lures, found.recall.value) == (3, 2 / 3)
    assert tuple(found.tricks) == TRICKS
    for trick in found.tricks.values():
        assert trick.recall.value + trick.lost.value == pytest.approx(2 / 3)
    # Signs that cannot be seen are taken out before a text is read.
    assert found.tricks["invisible"].lost.value == 0.0


def test_a_log_without_lures_is_refused() -> None:
    rows, label = log()
    with pytest.raises(UsageError, match="no comment is labelled solicitation"):
        tricks_found(handmade_detector(), rows, np.full_like(label, 3), progress=quiet)
