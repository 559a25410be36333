"""Fits one head after the other: wording by logistic regression, then boosted trees over wording and behaviour.

The trees are trained on out-of-fold wording: every comment's text score comes from a model that has not seen its
fold. Models that leave out two folds give the held-out figures that calibration and thresholds stand on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from detector.bundle.forest import forest, margins
from detector.bundle.trees import Trees, no_trees
from detector.engine import SCHEMA
from detector.training.logs import FOLDS
from detector.training.matrix import Matrix, Progress, behaviour_columns
from detector.verdict import HEADS, NORMAL

Floats = NDArray[np.float64]

WORDING: Final[dict[str, Any]] = {"solver": "liblinear", "tol": 1e-2, "max_iter": 400}
# How far each head may follow its words: reviews are few and of all kinds, and their words carry over least.
WORDING_C: Final[Mapping[str, float]] = {"solicitation": 3.0, "bot_flood": 3.0, "fake_review": 1.0}
# Every split sees a third of the inputs: what one platform lacks, the other trees know.
TREES: Final[dict[str, Any]] = {
    "max_iter": 150, "learning_rate": 0.06, "max_features": 0.3, "min_samples_leaf": 40, "l2_regularization": 2.0,
    "early_stopping": False,
}  # fmt: skip
LEAVES: Final[Mapping[str, int]] = {"solicitation": 16, "bot_flood": 16, "fake_review": 8}
# Genuine comments whose wording is not even among the fifth most like the head's are thinned to every fifth,
# which weighs five: the trees keep every hard case and train in a third of the time.
HARD_SHARE: Final = 0.2
THINNING: Final = 5
# A head needs this many labelled comments on each side to be fitted.
MIN_LABELLED: Final = 20


@dataclass(frozen=True, slots=True)
class WordingFits:
    """Weights of the full model, and wording scores of every row from models that did not see it.

    ``held_out`` float64 (N, heads): scores by the model without the row's fold. ``nested`` float64
    (FOLDS, N, heads): for each outer fold k, scores by the model without k and without the row's own fold.
    """

    weights: Floats
    bias: Floats
    held_out: Floats
    nested: Floats


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


def _fit_wording(x: sp.csr_matrix, matrix: Matrix, head: int, without: tuple[int, ...]) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    texts, target, weight = _targets(matrix, head, ~np.isin(matrix.fold, without))
    if min(int(target.sum()), int((1 - target).sum())) < MIN_LABELLED:
        return np.zeros(x.shape[1]), 0.0
    model = LogisticRegression(C=WORDING_C[HEADS[head]], **WORDING).fit(x[texts], target, sample_weight=weight)
    return model.coef_[0], float(model.intercept_[0])


def fit_wording(matrix: Matrix, x: sp.csr_matrix, *, jobs: int, progress: Progress) -> WordingFits:
    """Fit every head with all folds, without each, and without each pair."""
    folds = range(FOLDS)
    subsets: list[tuple[int, ...]] = [(), *((k,) for k in folds), *itertools.combinations(folds, 2)]
    tasks = [(head, without) for without in subsets for head in range(len(HEADS))]
    progress(f"wording: {len(tasks)} fits on {x.shape[0]:,} texts x {x.shape[1]:,} n-grams")
    # liblinear releases the GIL: threads share the matrix, processes would each be sent a copy per fit.
    fits = Parallel(n_jobs=jobs, prefer="threads")(
        delayed(_fit_wording)(x, matrix, head, without) for head, without in tasks
    )
    by_task = dict(zip(tasks, fits, strict=True))
    n = len(matrix)
    held_out = np.zeros((n, len(HEADS)))
    nested = np.zeros((FOLDS, n, len(HEADS)))
    for (head, without), (coef, bias) in by_task.items():
        if not without:
            continue
        scores = (x @ coef + bias)[matrix.text]
        if len(without) == 1:
            own = matrix.fold == without[0]
            held_out[own, head] = scores[own]
            nested[without[0], own, head] = scores[own]
        else:
            for outer, inner in (without, without[::-1]):
                own = matrix.fold == inner
                nested[outer, own, head] = scores[own]
    weights = np.stack([by_task[head, ()][0] for head in range(len(HEADS))], axis=1)
    bias = np.array([by_task[head, ()][1] for head in range(len(HEADS))])
    return WordingFits(np.ascontiguousarray(weights), bias, held_out, nested)


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


def _thinned(
    inputs: Floats, target: NDArray[np.int8], weight: Floats, head: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.int8], Floats]:
    wording = inputs[:, head]
    easy = (target == 0) & (wording < np.quantile(wording[target == 0], 1.0 - HARD_SHARE))
    keep = ~easy | (rng.integers(0, THINNING, len(target)) == 0)
    return inputs[keep], target[keep], np.where(easy, weight * THINNING, weight)[keep]


def _fit_trees(inputs: Floats, target: NDArray[np.int8], weight: Floats, head: int, *, seed: int) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    if min(int(target.sum()), int((1 - target).sum())) < MIN_LABELLED:
        return no_trees()
    rng = np.random.default_rng(seed)
    inputs, target, weight = _thinned(inputs, target, weight, head, rng)
    blocks, targets, weights = [inputs], [target], [weight]
    for blank in masks().values():
        # Every positive, and as many negatives as keep training quick, once more without these columns.
        chosen = (target == 1) | (rng.random(len(target)) < 0.25)
        blanked = inputs[chosen].copy()
        blanked[:, blank] = np.nan
        blocks.append(blanked)
        targets.append(target[chosen])
        weights.append(weight[chosen])
    x = np.concatenate(blocks)
    # A column that is never known cannot be split on, and scikit-learn cannot bin it.
    columns = np.flatnonzero(~np.isnan(x).all(axis=0))
    model = HistGradientBoostingClassifier(max_leaf_nodes=LEAVES[HEADS[head]], **TREES, random_state=seed)
    # One thread each: folds run side by side, and threads within them would only wait for one another.
    with threadpool_limits(1, "openmp"):
        model.fit(x[:, columns], np.concatenate(targets), sample_weight=np.concatenate(weights))
    return flatten(model, columns)


def flatten(model: Any, columns: NDArray[np.intp]) -> Trees:
    """A fitted HistGradientBoostingClassifier's trees as flat arrays over inputs of which it saw ``columns``."""
    nodes = [predictor[0].nodes for predictor in model._predictors]
    sizes = np.array([len(part) for part in nodes])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    all_nodes = np.concatenate(nodes)
    offset = np.repeat(roots, sizes)
    leaf = all_nodes["is_leaf"].astype(bool)
    return Trees(
        roots=roots,
        feature=np.where(leaf, -1, columns[all_nodes["feature_idx"]]).astype(np.int32),
        threshold=all_nodes["num_threshold"].astype(np.float64),
        missing_left=all_nodes["missing_go_to_left"].astype(np.uint8),
        left=(all_nodes["left"] + offset).astype(np.int32),
        right=(all_nodes["right"] + offset).astype(np.int32),
        value=np.where(leaf, all_nodes["value"], 0.0).astype(np.float64),
        baseline=float(model._baseline_prediction.ravel()[0]),
    )


def tree_inputs(wording: Floats, values: NDArray[np.float32]) -> Floats:
    """Wording of all heads, then the features: what ``FeatureFrame.inputs`` holds when it scores."""
    return np.concatenate([wording, values.astype(np.float64)], axis=1)


def fit_trees(
    matrix: Matrix,
    wording: WordingFits,
    head: int,
    *,
    outer: Iterable[int],
    seed: int,
    jobs: int,
    progress: Progress,
) -> tuple[Trees, Floats]:
    """The head's trees on all folds, and every row's margin from trees that did not see its fold."""
    use = matrix.known[:, head] & (matrix.label >= 0)
    target = (matrix.label == head).astype(np.int8)
    margin = np.zeros(len(matrix))

    def without(k: int) -> tuple[NDArray[np.bool_], Floats]:
        rows = use & (matrix.fold != k)
        inputs = tree_inputs(wording.nested[k][rows], matrix.values[rows])
        trees = _fit_trees(inputs, target[rows], matrix.weight[rows, head], head, seed=seed)
        own = matrix.fold == k
        return own, margins(forest([trees]), tree_inputs(wording.nested[k][own], matrix.values[own]))[:, 0]

    progress(f"{HEADS[head]}: trees without each fold, and with all")
    for own, found in Parallel(n_jobs=jobs, prefer="threads")(delayed(without)(k) for k in outer):
        margin[own] = found
    inputs = tree_inputs(wording.held_out[use], matrix.values[use])
    trees = _fit_trees(inputs, target[use], matrix.weight[use, head], head, seed=seed)
    return trees, margin


def typical_inputs(matrix: Matrix, wording: WordingFits) -> Floats:
    """The median of every input over genuine comments (NaN where it is never known)."""
    genuine = matrix.label == NORMAL
    inputs = tree_inputs(wording.held_out[genuine], matrix.values[genuine])
    known = ~np.isnan(inputs).all(axis=0)
    out = np.full(inputs.shape[1], np.nan)
    out[known] = np.nanmedian(inputs[:, known], axis=0)
    return out
