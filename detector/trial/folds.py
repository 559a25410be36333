"""K-fold cross-fitting: every comment is judged by a model that saw neither it nor anything near-identical."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from detector.comment import CommentBatch
from detector.engine import FeatureEngine
from detector.errors import UsageError
from detector.evaluation.judged import Judged, beside, clusters, without_signals
from detector.scorer import CHUNK, Detector
from detector.training.fit import fit
from detector.training.matrix import Progress
from detector.trial.logs import NamedLog
from detector.verdict import HEADS, Verdicts

MOST_FOLDS: Final = 20


def cross_fitted(
    named: NamedLog, folds: int, *, profile: str, seed: int, jobs: int, progress: Progress
) -> Judged:
    """Each fold fitted on the others and judged in the replay of the whole log, by the others' model.

    Neighbours are part of a comment's evidence, so the replay holds them; no label of the fold is used.
    Raises UsageError for a number of folds that cannot be dealt, InputError for too few labels.
    """
    log = named.log
    fold = deal(log.batch, folds, seed=seed)
    parts, places = [], []
    without: dict[str, NDArray[np.float64]] = {}
    for number in range(folds):
        rest, rows = fold != number, np.flatnonzero(fold == number)
        progress(f"fold {number + 1} of {folds}: fit on {int(rest.sum()):,} comments, judge {len(rows):,}")
        train = dataclasses.replace(log.take(rest), by_text=True, proof=True)
        detector = Detector(fit([train], seed=seed, jobs=jobs, progress=progress).bundle, profile=profile)
        parts.append(detector.score(log.batch).verdicts.take(rows))
        places.append(rows)
        for name, p in without_signals(detector, log.batch).items():
            without.setdefault(name, np.full((len(fold), len(HEADS)), np.nan))[rows] = p[rows]
    verdicts = Verdicts.concat(parts).take(np.argsort(np.concatenate(places), kind="stable"))
    verdicts = dataclasses.replace(verdicts, model_id=f"{folds} folds")
    return beside(log.batch, log.label, named.names, verdicts, without)


def deal(batch: CommentBatch, folds: int, *, seed: int) -> NDArray[np.int64]:
    """The fold of each row: whole near-duplicate groups, dealt in an order drawn from ``seed``."""
    group = near_duplicates(batch)
    groups = int(group.max(initial=-1)) + 1
    if not 2 <= folds <= min(MOST_FOLDS, groups):
        most = min(MOST_FOLDS, groups)
        raise UsageError(
            f"--folds {folds}: choose 2 to {most}; the log has {groups} different texts",
            zh=f"--folds {folds}：可选 2 到 {most}；数据共有 {groups} 种不同文本",
        )
    return np.asarray((np.random.default_rng(seed).permutation(groups) % folds)[group])


def near_duplicates(batch: CommentBatch) -> NDArray[np.int64]:
    """A group number per row: equal where texts are near-identical, whichever session they stand in."""
    skeleton = clusters(batch.text)
    engine = FeatureEngine()
    frames = [engine.observe(batch.slice(at, at + CHUNK)) for at in range(0, len(batch), CHUNK)]
    seen = np.concatenate([frame.observed for frame in frames]) if frames else np.zeros(0, dtype=np.bool_)
    group = np.concatenate([frame.group for frame in frames]) if frames else np.zeros(0, dtype=np.int64)
    # Rows are joined by an equal skeleton and by an equal group; redelivered rows have no group of their own.
    _, by_skeleton = np.unique(skeleton, return_inverse=True)
    _, by_group = np.unique(group[seen], return_inverse=True)
    keys = int(by_skeleton.max(initial=-1)) + 1
    nodes = keys + int(by_group.max(initial=-1)) + 1
    ends = (by_skeleton[seen], keys + by_group)
    joined = coo_array((np.ones(len(by_group), dtype=np.int8), ends), shape=(nodes, nodes))
    return np.asarray(connected_components(joined, directed=False)[1][by_skeleton], dtype=np.int64)
