"""First looks and what they say of each other, between replay and heads."""

import dataclasses

import numpy as np

from detector.bundle.model import probabilities
from detector.engine import COMPANY_COLUMNS
from detector.training.company import company_values, look_for_any, look_for_lures, with_company
from detector.training.heads import WordingFits, fit_wording
from detector.training.logs import LEFT_OUT, LabelledLog
from detector.training.matrix import Matrix, as_scipy, build_matrix
from detector.verdict import HEADS, NORMAL
from tests.building import batch, comment
from tests.models import quiet, small_fit

SOLICITATION, BOT_FLOOD, FAKE_REVIEW = range(len(HEADS))


def log_of(label: list[int], **over: object) -> LabelledLog:
    """Comments of one room, each by somebody else, with these labels."""
    comments = batch(*(comment(f"第{n}条", user_id=f"a{n}") for n in range(len(label))))
    log = LabelledLog("log", comments, np.array(label, dtype=np.int8), np.zeros(len(label), dtype=np.int8))
    return dataclasses.replace(log, **over)  # type: ignore[arg-type]


def worded(matrix: Matrix, *rows: tuple[float, float, float]) -> WordingFits:
    """Wording that has told of every row this."""
    return WordingFits(np.zeros((0, len(HEADS))), np.zeros(len(HEADS)), np.array(rows).reshape(len(matrix), -1))


def test_a_first_look_asks_for_anything_but_genuine_by_the_root_of_a_rows_weight() -> None:
    matrix = build_matrix(
        [log_of([SOLICITATION, BOT_FLOOD, NORMAL, LEFT_OUT], weight=(1.0, 0.25, 0.04))], progress=quiet
    )
    lesson = look_for_any(matrix, worded(matrix, (1, 2, 3), (4, 5, 6), (9, 8, 7), (0, 0, 0)))
    assert lesson.use.tolist() == [True, True, True, False]
    assert lesson.target[:3].tolist() == [True, True, False]
    # What is found weighs by its own head, what is genuine by the head that asks for most.
    assert lesson.weight[:3].tolist() == [1.0, 0.5, 1.0]
    assert lesson.likeness[:3].tolist() == [3.0, 6.0, 9.0]


def test_only_heads_that_a_label_speaks_for_are_asked_how_a_row_is_worded() -> None:
    logs = [log_of([NORMAL], heads=("bot_flood",), weight=(1.0, 0.25, 1.0)), log_of([NORMAL], heads=())]
    matrix = build_matrix(logs, progress=quiet)
    lesson = look_for_any(matrix, worded(matrix, (9, 2, 9), (9, 9, 9)))
    assert lesson.use.tolist() == [True, False]
    assert (lesson.weight[0], lesson.likeness[0]) == (0.5, 2.0)


def test_reviews_are_not_looked_at_first() -> None:
    reviews = batch(*(comment("好", user_id=f"a{n}", kind="review") for n in range(2)))
    matrix = build_matrix([log_of([FAKE_REVIEW, NORMAL], batch=reviews)], progress=quiet)
    assert look_for_any(matrix, worded(matrix, (0, 0, 0), (0, 0, 0))).use.tolist() == [False, False]


def test_a_first_look_for_lures_asks_those_that_speak_of_lures() -> None:
    logs = [
        log_of([SOLICITATION, BOT_FLOOD, NORMAL, LEFT_OUT], weight=(0.25, 1.0, 1.0)),
        log_of([NORMAL], heads=("bot_flood",)),
    ]
    matrix = build_matrix(logs, progress=quiet)
    lesson = look_for_lures(matrix, worded(matrix, (1, 2, 3), (4, 5, 6), (9, 8, 7), (0, 0, 0), (0, 0, 0)))
    assert lesson.use.tolist() == [True, True, True, False, False]
    # A flood is no lure.
    assert lesson.target[:3].tolist() == [True, False, False]
    assert lesson.weight[:3].tolist() == [0.5, 0.5, 0.5]
    assert lesson.likeness[:3].tolist() == [1.0, 4.0, 9.0]


def test_a_first_look_never_saw_the_labels_of_its_fold() -> None:
    fitted = small_fit()
    values, vectorizer = fitted.matrix.values.copy(), fitted.bundle.vectorizer
    values[:, -COMPANY_COLUMNS:] = np.nan
    matrix = dataclasses.replace(fitted.matrix, values=values)
    x = as_scipy(vectorizer.transform(matrix.reading), vectorizer.n_columns)
    wording = fit_wording(matrix, x, jobs=1, progress=quiet)
    # In one fold everything is said to be genuine; the wording stays as it is.
    held_out = matrix.fold == 1
    other = dataclasses.replace(matrix, label=np.where(held_out, NORMAL, matrix.label).astype(np.int8))
    first, second = (
        with_company(labelled, wording, seed=0, jobs=1, progress=quiet)[1:] for labelled in (matrix, other)
    )
    assert first[0][held_out].tobytes() == second[0][held_out].tobytes()
    assert first[0][~held_out].tobytes() != second[0][~held_out].tobytes()
    # It is these looks that the company is told by, here and in the model that was fitted.
    company = company_values(matrix, probabilities(first[0]))
    assert first[1].values[:, -COMPANY_COLUMNS:].tobytes() == company.tobytes()
    assert fitted.matrix.values[:, -COMPANY_COLUMNS:].tobytes() == company.tobytes()
