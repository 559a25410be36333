"""The first look at every comment, and what the first looks say of each other: the step between replay and heads."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from detector.bundle.model import probabilities
from detector.bundle.trees import LOOKS, Trees
from detector.engine import COMPANY, COMPANY_COLUMNS
from detector.text.phrases import phrases
from detector.training.calibration import SILENT
from detector.training.heads import Lesson, WordingFits, fit_trees
from detector.training.matrix import SOLICITATION, Matrix, Progress
from detector.verdict import NORMAL

Floats = NDArray[np.float64]

ANY, LURE = LOOKS


def with_company(
    matrix: Matrix, wording: WordingFits, *, seed: int, jobs: int, progress: Progress
) -> tuple[tuple[Trees, ...], Floats, Matrix]:
    """The trees of the first looks, their margins (float64, (N, LOOKS)), and the matrix with the company of live comments
    filled in.

    A comment's first look comes from trees that did not see its fold, and so do those of its session where sessions are
    held out whole; where near-identical texts are, the looks at the other texts come from trees that may have seen it.
    The company must be unknown before.
    """
    looks, found = [], []
    for lesson in (look_for_any(matrix, wording), look_for_lures(matrix, wording)):
        trees, margin = fit_trees(matrix, wording, lesson, seed=seed, jobs=jobs, progress=progress)
        if not len(trees.roots):
            # Too few live lessons: nothing looks suspicious.
            trees = dataclasses.replace(trees, baseline=SILENT[2])
            margin = np.full(len(matrix), SILENT[2])
        looks.append(trees)
        found.append(margin)
    margins = np.stack(found, axis=1)
    values = matrix.values.copy()
    values[:, -COMPANY_COLUMNS:] = company_values(matrix, probabilities(margins))
    return tuple(looks), margins, dataclasses.replace(matrix, values=values)


def look_for_any(matrix: Matrix, wording: WordingFits) -> Lesson:
    """Is a live comment anything but genuine? Whatever head may say so.

    Rows that count little for a verdict, since they are made up, count more here, by the root of their weight: a first
    look is evidence, and whether it is worth anything the heads learn themselves.
    """
    use = (matrix.label >= 0) & matrix.known.any(axis=1) & (matrix.surface == 0)
    target = matrix.label != NORMAL
    weight = np.where(matrix.known, matrix.weight, 0.0)
    own = np.take_along_axis(weight, np.where(target & use, matrix.label, 0)[:, None].astype(np.intp), axis=1)[
        :, 0
    ]
    # Of what no head asks for here, nothing is to be learned: a lure put into a log that speaks of floods alone.
    use &= ~target | (own > 0.0)
    likeness = np.where(matrix.known, wording.held_out, -np.inf).max(axis=1)
    return Lesson(
        ANY, use, target, np.sqrt(np.where(target, own, weight.max(axis=1))), likeness, matrix.surface
    )


def look_for_lures(matrix: Matrix, wording: WordingFits) -> Lesson:
    """Is a live comment a lure? Of lures there are real labels: a first look that knows of floods too, which are made up,
    tells the head of lures less."""
    use = (matrix.label >= 0) & matrix.known[:, SOLICITATION] & (matrix.surface == 0)
    return Lesson(
        LURE, use, matrix.label == SOLICITATION, np.sqrt(matrix.weight[:, SOLICITATION]),
        wording.held_out[:, SOLICITATION], matrix.surface,
    )  # fmt: skip


def company_values(matrix: Matrix, look: Floats) -> NDArray[np.float32]:
    """The columns of the company (float32, (N, columns)) by each session's first looks, in the order of its comments.

    ``look`` float64 (N, LOOKS). Of reviews and of loose texts nothing is said: NaN.
    """
    out = np.full((len(matrix), COMPANY_COLUMNS), np.nan, dtype=np.float32)
    of_texts = phrases(matrix.reading.shaped)
    here = np.flatnonzero((matrix.session >= 0) & ~matrix.augmented)
    order = here[np.argsort(matrix.session[here], kind="stable")]
    starts = np.flatnonzero(np.diff(matrix.session[order], prepend=-1))
    for rows in np.split(order, starts[1:]) if len(order) else ():
        if (matrix.surface[rows] == 0).any():
            out[rows] = COMPANY.kept(
                COMPANY.new_memory(), account=matrix.account[rows], group=matrix.cluster[rows],
                phrases=of_texts, text=matrix.text[rows].astype(np.intp),
                look=np.where(matrix.surface[rows, None] == 0, look[rows], np.nan), first_index=0, remember=True,
            )  # fmt: skip
    # A disguised copy stands where its lure stands.
    out[matrix.augmented] = out[matrix.origin[matrix.augmented]]
    return out
