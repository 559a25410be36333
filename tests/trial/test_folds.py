"""Folds that keep near-identical texts together, and models that saw nothing of what they judge."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.trial.folds import cross_fitted, deal, near_duplicates
from detector.trial.logs import NamedLog
from tests.building import batch, comment
from tests.models import quiet, small_log, small_room


def reviews() -> CommentBatch:
    texts = ("很好用", "很好用！", "很 好 用", "质量太差不推荐购买", "质量太差不推荐购买", "物流快", "颜色正")
    return batch(*(comment(text, comment_id=f"c{n}", user_id=f"u{n}") for n, text in enumerate(texts)))


def test_near_identical_texts_are_one_group_in_whatever_session() -> None:
    rows = reviews()
    apart = dataclasses.replace(rows, session_id=[f"s{n}" for n in range(len(rows))])
    for log in (rows, apart):
        group = near_duplicates(log).tolist()
        assert len(set(group[:3])) == 1
        assert group[3] == group[4]
        assert len({group[0], group[3], group[5], group[6]}) == 4


def test_a_redelivered_comment_joins_nothing_but_its_own_text() -> None:
    rows = reviews()
    again = CommentBatch.concat([rows, rows.slice(5, 7)])
    group = near_duplicates(again).tolist()
    assert group[7:] == group[5:7]
    assert len(set(group)) == 4


def test_folds_part_no_group_and_are_drawn_from_the_seed() -> None:
    room = small_room().batch
    fold, group = deal(room, 4, seed=1), near_duplicates(room)
    assert len(set(zip(group.tolist(), fold.tolist(), strict=True))) == len(set(group.tolist()))
    # Groups are dealt one by one, so no fold has two more than another.
    groups_of_each = [len(set(group[fold == k].tolist())) for k in range(4)]
    assert max(groups_of_each) - min(groups_of_each) <= 1
    assert deal(room, 4, seed=1).tolist() == fold.tolist() != deal(room, 4, seed=2).tolist()


@pytest.mark.parametrize("folds", [0, 1, 5, 100])
def test_folds_that_cannot_be_dealt_are_refused(folds: int) -> None:
    with pytest.raises(UsageError, match="choose 2 to 4; the log has 4 different texts"):
        deal(reviews(), folds, seed=0)


@pytest.mark.slow
def test_what_a_fold_is_labelled_does_not_change_how_it_is_judged() -> None:
    log, room = small_log(), small_room()
    named = NamedLog(log, list(room.label))
    options = {"profile": "balanced", "seed": 0, "jobs": 1, "progress": quiet}
    honest = cross_fitted(named, 2, **options)  # type: ignore[arg-type]
    assert (len(honest), honest.verdicts.model_id) == (len(log.batch), "2 folds")
    assert honest.batch.comment_id == log.batch.comment_id
    assert list(honest.names) == room.label
    # The labels of one fold turned over: its own comments must not notice.
    fold = deal(log.batch, 2, seed=0)
    turned = log.label.copy()
    turned[fold == 0] = np.where(turned[fold == 0] == 3, 1, 3)
    other = cross_fitted(
        NamedLog(dataclasses.replace(log, label=turned), list(room.label)),
        2,
        **options,  # type: ignore[arg-type]
    )
    assert other.verdicts.p[fold == 0].tolist() == honest.verdicts.p[fold == 0].tolist()
    assert (other.verdicts.p[fold == 1] != honest.verdicts.p[fold == 1]).any()
    assert not np.isnan(honest.without["style"]).any()
