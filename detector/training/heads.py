"""Fits one head after the other: wording by logistic regression, then boosted trees over wording and behaviour.

The trees are trained on out-of-fold wording: every comment's text score comes from a model that has not seen its
fold; so do the first looks of which its company is told. The same folds give the held-out margins that calibration and
thresholds stand on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from detector.bundle.forest import forest, margins
from detector.bundle.thresholds import SURFACES
from detector.bundle.trees import LOOKS, MAX_LEAVES, Trees, mean_of, no_trees
from detector.engine import SCHEMA
from detector.training.bins import bin_edges, coded
from detector.training.logs import FOLDS
from detector.training.matrix import SOLICITATION, Matrix, Progress, behaviour_columns
from detector.verdict import HEADS, NORMAL

Floats = NDArray[np.float64]

WORDING: Final[dict[str, Any]] = {"solver": "liblinear", "tol": 1e-2, "max_iter": 400}
# How far each head may follow its words: reviews are few and of all kinds, and their words carry over least.
WORDING_C: Final[Mapping[str, float]] = {"solicitation": 3.0, "bot_flood": 3.0, "fake_review": 1.0}
# Every split sees a third of the inputs: what one platform lacks, the other trees know.
TREES: Final[dict[str, Any]] = {
    "max_features": 0.3, "min_samples_leaf": 40, "l2_regularization": 2.0,
    "early_stopping": False,
}  # fmt: skip
ROUNDS: Final[Mapping[str, int]] = {
    **dict.fromkeys(LOOKS, 80),
    "solicitation": 75,
    "bot_flood": 150,
    "fake_review": 150,
}
# What is found of lures moves with the seed of the trees: two fits of half as many trees, in longer steps, find more on
# average than one fit of all of them, and it moves less.
FITS: Final[Mapping[str, int]] = {"solicitation": 2}
LEARNING_RATE: Final[Mapping[str, float]] = {
    **dict.fromkeys(LOOKS, 0.06),
    "solicitation": 0.1,
    "bot_flood": 0.06,
    "fake_review": 0.06,
}
# How many live rows, and how many reviews, trees are grown on, however many there are: of what they are to find, of the
# genuine ones most like it, and of the others; those that stand for more weigh more. Hard cases stay, time is bounded.
MOST_FOUND: Final = 20_000
MOST_HARD: Final = 20_000
MOST_EASY: Final = 20_000
# Of these, so many once more without what some platforms lack.
MASKED_SHARE: Final = 0.25
# What a head is told of a comment's company: lures by first looks for lures, the others by first looks for anything.
OF_LURES: Final = tuple(name for name in SCHEMA.names if name.startswith("company.lure_"))
OF_ANYTHING: Final = tuple(
    name for name in SCHEMA.names if name.startswith("company.") and name not in OF_LURES
)
UNTOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "solicitation": OF_ANYTHING, "bot_flood": OF_LURES, "fake_review": OF_LURES,
}  # fmt: skip
# Rows whose inputs are laid out at once.
PIECE_ROWS: Final = 65_536
# A head needs this many labelled comments on each side to be fitted.
MIN_LABELLED: Final = 20
# No fold: a model without it has seen every row.
ALL_FOLDS: Final = -1


@dataclass(frozen=True, slots=True)
class WordingFits:
    """Weights (columns, heads) and bias (heads,) of the models of all rows; ``held_out`` float64 (N, heads) are the
    scores of every row by the models without its fold."""

    weights: Floats
    bias: Floats
    held_out: Floats


@dataclass(frozen=True, slots=True)
class Lesson:
    """What trees are to learn from N rows: ``target`` bool (N,) in the rows where ``use``, each with its ``weight``.

    ``likeness`` float64 (N,): by which the genuine comments most like the target are known; ``surface`` intp (N,).
    ``name`` has its ``ROUNDS``.
    """

    name: str
    use: NDArray[np.bool_]
    target: NDArray[np.bool_]
    weight: Floats
    likeness: Floats
    surface: NDArray[np.intp]


def _targets(
    matrix: Matrix, head: int, rows: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.int8], Floats]:
    """Distinct texts with a target and a weight: the log of how often they occur with it, by the logs' weights."""
    m = len(matrix.reading)
    use = rows & matrix.known[:, head] & (matrix.label >= 0) & matrix.words
    texts, targets, weights = [], [], []
    for target in (1, 0):
        of_target = use & ((matrix.label == head) == (target == 1))
        count = np.bincount(matrix.text[of_target], minlength=m)
        weight = np.bincount(matrix.text[of_target], weights=matrix.weight[of_target, head], minlength=m)
        found = np.flatnonzero(count)
        texts.append(found)
        targets.append(np.full(len(found), target, dtype=np.int8))
        weights.append((1.0 + np.log(count[found])) * weight[found] / count[found])
    return np.concatenate(texts), np.concatenate(targets), np.concatenate(weights)


def _fit_wording(x: sp.csr_matrix, matrix: Matrix, head: int, without: int) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    texts, target, weight = _targets(matrix, head, matrix.fold != without)
    if min(int(target.sum()), int((1 - target).sum())) < MIN_LABELLED:
        return np.zeros(x.shape[1]), 0.0
    model = LogisticRegression(C=WORDING_C[HEADS[head]], **WORDING).fit(x[texts], target, sample_weight=weight)
    return model.coef_[0], float(model.intercept_[0])


def fit_wording(matrix: Matrix, x: sp.csr_matrix, *, jobs: int, progress: Progress) -> WordingFits:
    """Fit every head with all folds, and without each."""
    folds = [k for k in range(FOLDS) if (matrix.fold == k).any()]
    tasks = [(head, without) for without in (ALL_FOLDS, *folds) for head in range(len(HEADS))]
    progress(f"wording: {len(tasks)} fits on {x.shape[0]:,} texts x {x.shape[1]:,} n-grams")
    # liblinear releases the GIL: threads share the matrix, processes would each be sent a copy per fit.
    fits = Parallel(n_jobs=jobs, prefer="threads")(
        delayed(_fit_wording)(x, matrix, head, without) for head, without in tasks
    )
    by_task = dict(zip(tasks, fits, strict=True))
    held_out = np.zeros((len(matrix), len(HEADS)))
    for (head, without), (coef, bias) in by_task.items():
        own = matrix.fold == without
        held_out[own, head] = (x @ coef + bias)[matrix.text[own]]
    full = [by_task[head, ALL_FOLDS] for head in range(len(HEADS))]
    weights = np.stack([coef for coef, _ in full], axis=1)
    return WordingFits(np.ascontiguousarray(weights), np.array([bias for _, bias in full]), held_out)


def masks() -> dict[str, NDArray[np.intp]]:
    """Groups of input columns that some platforms lack; training blanks them in copies of the rows."""
    names = np.array([*(f"wording.{head}" for head in HEADS), *SCHEMA.names])
    level = [i for i, name in enumerate(names) if _depends_on_level(name)]
    return {
        "account": np.array(level, dtype=np.intp),
        "behaviour": behaviour_columns() + len(HEADS),
    }


def _depends_on_level(name: str) -> bool:
    of_account = ("account.level", "account.badge", "account.paid", "account.staff", "account.age")
    return name.startswith((*of_account, "copying.low", "copying.rank", "burst.low"))


def sampled(
    lesson: Lesson, rows: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.intp], Floats]:
    """Some of ``rows`` (intp (k,)) with their weights (float64 (k,)), those that stand for more raised by as much: of each
    surface as many as ``MOST_FOUND``, ``MOST_HARD``, ``MOST_EASY`` allow."""
    chosen, weights = [], []
    for surface in range(len(SURFACES)):
        own = rows[lesson.surface[rows] == surface]
        found, genuine = own[lesson.target[own]], own[~lesson.target[own]]
        hardest_first = genuine[np.argsort(-lesson.likeness[genuine], kind="stable")]
        for part, most in (
            (found, MOST_FOUND), (hardest_first[:MOST_HARD], MOST_HARD), (hardest_first[MOST_HARD:], MOST_EASY),
        ):  # fmt: skip
            kept = np.sort(rng.choice(part, most, replace=False)) if len(part) > most else part
            chosen.append(kept)
            weights.append(lesson.weight[kept] * (len(part) / max(len(kept), 1)))
    return np.concatenate(chosen), np.concatenate(weights)


def _fit_trees(
    matrix: Matrix, wording: WordingFits, lesson: Lesson, rows: NDArray[np.intp], *, seed: int
) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    found = int(lesson.target[rows].sum())
    if min(found, len(rows) - found) < MIN_LABELLED:
        return no_trees()
    rng = np.random.default_rng(seed)
    rows, weight = sampled(lesson, rows, rng)
    inputs = tree_inputs(matrix, wording, rows)
    blocks, chosen = [inputs], [np.arange(len(rows))]
    for blank in masks().values():
        some = np.flatnonzero(rng.random(len(rows)) < MASKED_SHARE)
        blanked = inputs[some]
        blanked[:, blank] = np.nan
        blocks.append(blanked)
        chosen.append(some)
    x, which = np.concatenate(blocks), np.concatenate(chosen)
    # A column that is never known cannot be split on, and scikit-learn cannot bin it.
    unknown = np.flatnonzero(np.isnan(x).all(axis=0))
    untold = [len(HEADS) + SCHEMA.names.index(name) for name in UNTOLD.get(lesson.name, ())]
    columns = np.setdiff1d(np.arange(x.shape[1]), np.union1d(unknown, np.array(untold, dtype=np.intp)))
    model = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE[lesson.name],
        max_iter=ROUNDS[lesson.name],
        max_leaf_nodes=MAX_LEAVES,
        **TREES,
        random_state=seed,
    )
    # One thread each: folds run side by side, and threads within them would only wait for one another.
    edges = [bin_edges(x[:, column]) for column in columns]
    codes = coded(x[:, columns], edges)
    with threadpool_limits(1, "openmp"):
        model.fit(codes, lesson.target[rows][which], sample_weight=weight[which])
    return flatten(model, columns, edges)


def flatten(model: Any, columns: NDArray[np.intp], edges: Sequence[Floats]) -> Trees:
    """A fitted HistGradientBoostingClassifier's trees as flat arrays over inputs; it saw the codes of ``columns``.

    ``edges``: those of each column, see ``coded``.
    """
    nodes = [predictor[0].nodes for predictor in model._predictors]
    sizes = np.array([len(part) for part in nodes])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    all_nodes = np.concatenate(nodes)
    offset = np.repeat(roots, sizes)
    leaf = all_nodes["is_leaf"].astype(bool)
    threshold = np.zeros(len(all_nodes))
    for node in np.flatnonzero(~leaf).tolist():
        of_column = edges[all_nodes["feature_idx"][node]]
        # A split of the known from the unknown has no edge: all codes go left.
        code = all_nodes["num_threshold"][node]
        threshold[node] = of_column[int(code)] if code < len(of_column) else np.inf
    return Trees(
        roots=roots,
        feature=np.where(leaf, -1, columns[all_nodes["feature_idx"]]).astype(np.int32),
        threshold=threshold,
        missing_left=all_nodes["missing_go_to_left"].astype(np.uint8),
        left=(all_nodes["left"] + offset).astype(np.int32),
        right=(all_nodes["right"] + offset).astype(np.int32),
        value=np.where(leaf, all_nodes["value"], 0.0).astype(np.float64),
        baseline=float(model._baseline_prediction.ravel()[0]),
    )


def tree_inputs(matrix: Matrix, wording: WordingFits, rows: NDArray[np.intp]) -> Floats:
    """Wording of all heads, then the features: what ``FeatureFrame.inputs`` holds when it scores."""
    return np.concatenate([wording.held_out[rows], matrix.values[rows]], axis=1, dtype=np.float64)


def fit_trees(
    matrix: Matrix, wording: WordingFits, lesson: Lesson, *, seed: int, jobs: int, progress: Progress
) -> tuple[Trees, Floats]:
    """The trees of a lesson on all folds, and every row's margin (float64, (N,)) from trees that did not see its fold."""
    folds = [k for k in range(FOLDS) if (matrix.fold == k).any()]
    margin = np.zeros(len(matrix))

    def without(k: int) -> Trees:
        rows = np.flatnonzero(lesson.use & (matrix.fold != k))
        fits = [
            _fit_trees(matrix, wording, lesson, rows, seed=seed + 1000 * n)
            for n in range(FITS.get(lesson.name, 1))
        ]
        trees = mean_of(fits) if all(len(fit.roots) for fit in fits) else no_trees()
        own, laid_out = np.flatnonzero(matrix.fold == k), forest([trees])
        for start in range(0, len(own), PIECE_ROWS):
            piece = own[start : start + PIECE_ROWS]
            margin[piece] = margins(laid_out, tree_inputs(matrix, wording, piece))[:, 0]
        return trees

    progress(f"{lesson.name}: trees without each fold, and with all")
    # The fit on everything takes longest and goes first.
    fitted = Parallel(n_jobs=jobs, prefer="threads")(delayed(without)(k) for k in (ALL_FOLDS, *folds))
    return fitted[0], margin


def head_lesson(matrix: Matrix, wording: WordingFits, look: Floats, head: int) -> Lesson:
    """What the trees of a head are to learn; ``look`` float64 (N,) is the margin of the first look for anything.

    Of lures and of reviews there are real labels, and what is made up beside them weighs as little as it is told to. The
    floods and shills of live rooms are made up, all of them: in trees they count by the root of their weight, for what
    they teach of behaviour is to be learned; how often it happens is the calibration's.
    """
    use = matrix.known[:, head] & (matrix.label >= 0)
    likeness, weight = _rank(wording.held_out[:, head], use), matrix.weight[:, head].copy()
    if head != SOLICITATION:
        live = matrix.surface == 0
        weight[live] = np.sqrt(weight[live])
        # Hard cases are those that are worded like it and those that behave like it.
        likeness[live] = np.maximum(likeness, _rank(look, use & live))[live]
    return Lesson(HEADS[head], use, matrix.label == head, weight, likeness, matrix.surface)


def _rank(score: Floats, among: NDArray[np.bool_]) -> Floats:
    """The share of scores ``among`` some that are no higher, from 0 to 1; 0 elsewhere."""
    out = np.zeros(len(score))
    known = score[among]
    out[among] = np.searchsorted(np.sort(known), known, side="right") / max(len(known), 1)
    return out


def typical_inputs(matrix: Matrix, wording: WordingFits) -> Floats:
    """The median of every input over genuine comments (NaN where it is never known)."""
    inputs = tree_inputs(matrix, wording, np.flatnonzero(matrix.label == NORMAL))
    known = ~np.isnan(inputs).all(axis=0)
    out = np.full(inputs.shape[1], np.nan)
    out[known] = np.nanmedian(inputs[:, known], axis=0)
    return out
