"""Labelled logs to a bundle: replay, wording, first look, trees, calibration, proof."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.model import Bundle, Head
from detector.bundle.storage import content_digest
from detector.bundle.thresholds import SURFACES
from detector.errors import InputError
from detector.text.tokenize import Tokenizer, load_tokenizer
from detector.training.augment import Augmentation
from detector.training.calibration import SILENT, calibrate
from detector.training.company import with_company
from detector.training.heads import MIN_LABELLED, fit_trees, fit_wording, head_lesson, typical_inputs
from detector.training.logs import LabelledLog
from detector.training.matrix import Matrix, Progress, as_scipy, build_matrix, fit_vectorizer
from detector.training.proof import prove
from detector.verdict import HEADS, NORMAL

DEFAULT_AUGMENTATION: Final = Augmentation()


@dataclasses.dataclass(frozen=True, slots=True)
class Fit:
    """A bundle, the matrix it was fitted on, and the held-out log-odds (float64, (N, heads)) it was judged by."""

    bundle: Bundle
    matrix: Matrix
    log_odds: NDArray[np.float64]


def fit(
    logs: Sequence[LabelledLog],
    *,
    seed: int = 0,
    jobs: int = 1,
    tokenizer: Tokenizer | None = None,
    augmentation: Augmentation | None = DEFAULT_AUGMENTATION,
    progress: Progress,
) -> Fit:
    """Fit a bundle on labelled logs. The same logs, seed, tokenizer and augmentation give the same bundle.

    Raises InputError where no head has enough labels on both sides.
    """
    matrix = build_matrix(logs, augmentation=augmentation, seed=seed, progress=progress)
    counts = {head: int((matrix.label[~matrix.augmented] == code).sum()) for code, head in enumerate(HEADS)}
    if max(counts.values()) < MIN_LABELLED or int((matrix.label == NORMAL).sum()) < MIN_LABELLED:
        raise InputError(
            f"too few labels: {counts}, normal {int((matrix.label == NORMAL).sum())}; a head needs at least "
            f"{MIN_LABELLED} comments on each side",
            zh=f"标签太少：{counts}；每类至少需要 {MIN_LABELLED} 条，正常评论也至少 {MIN_LABELLED} 条",
        )
    vectorizer = fit_vectorizer(matrix, tokenizer or load_tokenizer())
    x = as_scipy(vectorizer.transform(matrix.reading), vectorizer.n_columns)
    wording = fit_wording(matrix, x, jobs=jobs, progress=progress)
    log_odds = np.zeros((len(matrix), len(HEADS)))
    heads: list[Head] = []
    fitted = np.zeros((len(SURFACES), len(HEADS)), dtype=np.bool_)
    looks, seen, matrix = with_company(matrix, wording, seed=seed, jobs=jobs, progress=progress)
    for code, name in enumerate(HEADS):
        lesson = head_lesson(matrix, wording, seen[:, 0], code)
        trees, margin = fit_trees(matrix, wording, lesson, seed=seed, jobs=jobs, progress=progress)
        calibration = calibrate(matrix, code, wording.held_out[:, code], margin)
        a, b, c = calibration[matrix.surface].T
        log_odds[:, code] = a * wording.held_out[:, code] + b * margin + c
        heads.append(Head(name, trees, calibration))
        fitted[:, code] = (calibration != np.array(SILENT)).any(axis=1)
    progress("thresholds")
    bundle = Bundle(
        model_id="",
        vectorizer=vectorizer,
        weights=wording.weights,
        bias=wording.bias,
        looks=looks,
        heads=tuple(heads),
        typical=typical_inputs(matrix, wording),
        thresholds=prove(matrix, log_odds, fitted, seed=seed),
    )
    bundle = dataclasses.replace(bundle, model_id=f"zh-{content_digest(bundle)[:10]}")
    return Fit(bundle, matrix, log_odds)


def training_record(fitted: Fit, *, seed: int, recipe: str) -> dict[str, Any]:
    """What the manifest says of the training: seed, recipe, and every log's size, labels and fingerprint."""
    matrix = fitted.matrix
    logs = {}
    for number, name in enumerate(matrix.names):
        rows = matrix.log == number
        logs[name] = {
            "comments": int(rows.sum()),
            "labels": {
                head: int((matrix.label[rows] == code).sum()) for code, head in enumerate((*HEADS, "normal"))
            },
            "fingerprint": fingerprint(matrix.reading.exact[matrix.text[rows]], matrix.label[rows]),
        }
    return {"seed": seed, "recipe": recipe, "logs": logs}


def fingerprint(text_keys: NDArray[np.int64], label: NDArray[np.int8]) -> str:
    """By what a log is known again: the exact keys of its texts (n,) and its labels (n,), in event order."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(text_keys.tobytes())
    digest.update(label.tobytes())
    return digest.hexdigest()
