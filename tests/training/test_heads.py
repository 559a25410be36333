"""What the trees of each head are to learn, worked by hand."""

import dataclasses

import numpy as np
import pytest

from detector.bundle.forest import forest, margins
from detector.bundle.trees import mean_of
from detector.engine import SCHEMA
from detector.training.heads import WordingFits, fit_trees, head_lesson
from detector.training.matrix import Matrix, build_matrix
from detector.verdict import HEADS, NORMAL
from tests.building import batch, comment
from tests.models import quiet, stump
from tests.training.test_company import log_of

SOLICITATION, BOT_FLOOD, FAKE_REVIEW = range(len(HEADS))


def two_live_and_two_reviews() -> Matrix:
    live = log_of([BOT_FLOOD, NORMAL], weight=(0.25, 0.25, 0.25))
    of_goods = batch(*(comment("好", user_id=f"a{n}", kind="review") for n in range(2)))
    reviews = dataclasses.replace(live, batch=of_goods, label=np.array([FAKE_REVIEW, NORMAL], dtype=np.int8))
    return build_matrix([live, reviews], progress=quiet)


def worded(of_head: list[float]) -> WordingFits:
    """Wording that has told of every row this, whichever head is asked."""
    held_out = np.repeat(np.array(of_head)[:, None], len(HEADS), axis=1)
    return WordingFits(np.zeros((0, len(HEADS))), np.zeros(len(HEADS)), held_out)


def test_what_is_made_up_in_live_rooms_counts_by_the_root_of_its_weight() -> None:
    matrix, look = two_live_and_two_reviews(), np.zeros(4)
    weights = {head: head_lesson(matrix, worded([0.0] * 4), look, head).weight.tolist() for head in range(3)}
    # Of lures and of reviews there are real labels.
    assert weights == {
        SOLICITATION: [0.25] * 4, BOT_FLOOD: [0.5, 0.5, 0.25, 0.25], FAKE_REVIEW: [0.5, 0.5, 0.25, 0.25],
    }  # fmt: skip


def test_a_hard_case_is_worded_like_it_or_behaves_like_it() -> None:
    matrix = two_live_and_two_reviews()
    wording, look = worded([4.0, 1.0, 3.0, 2.0]), np.array([-1.0, 2.0, 9.0, 9.0])
    # By wording the live rows stand fourth and first of four, by the first look first and second of two.
    assert head_lesson(matrix, wording, look, BOT_FLOOD).likeness.tolist() == [1.0, 1.0, 0.75, 0.5]
    assert head_lesson(matrix, wording, look, SOLICITATION).likeness.tolist() == [1.0, 0.25, 0.75, 0.5]


def test_a_head_learns_from_labels_that_speak_for_it() -> None:
    matrix = build_matrix([log_of([BOT_FLOOD, NORMAL], heads=("bot_flood",))], progress=quiet)
    lesson = head_lesson(matrix, worded([0.0] * 2), np.zeros(2), BOT_FLOOD)
    assert (lesson.use.tolist(), lesson.target.tolist()) == ([True, True], [True, False])
    assert head_lesson(matrix, worded([0.0] * 2), np.zeros(2), SOLICITATION).use.tolist() == [False, False]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("company.arrivals_mean", {SOLICITATION: False, BOT_FLOOD: True}),
        ("company.copies_mean", {SOLICITATION: False, BOT_FLOOD: True}),
        ("company.lure_copies_mean", {SOLICITATION: True, BOT_FLOOD: False}),
    ],
)
def test_a_lure_is_told_by_first_looks_for_lures_and_a_flood_by_the_others(
    column: str, expected: dict[int, bool]
) -> None:
    told = {}
    for head in (SOLICITATION, BOT_FLOOD):
        matrix = build_matrix([log_of([head, NORMAL] * 100)], progress=quiet)
        matrix.values[:] = np.nan
        matrix.values[:, SCHEMA.names.index(column)] = matrix.label == head
        # Something that is of no help, or there would be nothing to learn from.
        matrix.values[:, SCHEMA.names.index("style.length")] = np.arange(200) % 7
        lesson = head_lesson(matrix, worded([0.0] * 200), np.zeros(200), head)
        trees, _ = fit_trees(matrix, worded([0.0] * 200), lesson, seed=0, jobs=1, progress=quiet)
        told[head] = bool((trees.feature == len(HEADS) + SCHEMA.names.index(column)).any())
    assert told == expected


def test_the_mean_of_fits_has_the_mean_of_their_margins() -> None:
    column = len(HEADS) + SCHEMA.names.index("style.length")
    fits = [
        dataclasses.replace(stump("style.length", 3.0, low=-1.0, high=1.0), baseline=0.5),
        dataclasses.replace(stump("style.length", 5.0, low=-3.0, high=2.0), baseline=-1.5),
    ]
    inputs = np.zeros((3, len(HEADS) + len(SCHEMA.names)))
    inputs[:, column] = [2.0, 4.0, 6.0]
    joined = mean_of([mean_of(fits[:1]), fits[1]])
    assert margins(forest([joined]), inputs)[:, 0].tolist() == [-0.5 + -4 / 2, -0.5 + -2 / 2, -0.5 + 3 / 2]
