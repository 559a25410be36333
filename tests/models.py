"""Builds models whose answers can be worked by hand, and a small one that is really fitted."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from detector.bundle import Bundle, Head, Threshold, Thresholds, Trees, save_bundle
from detector.bundle.trees import LOOKS, no_trees
from detector.engine import SCHEMA
from detector.scorer import Detector
from detector.simulate import SimulatedLog, simulate_room
from detector.text.tokenize import load_tokenizer
from detector.text.vectorize import Vectorizer
from detector.training.fit import Fit, fit
from detector.training.logs import LabelledLog, label_codes
from detector.verdict import HEADS

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLE: Final = ROOT / "data/sample/room.jsonl"
# One character speaks for each head of the handmade model: 微 (WeChat), 刷 (flood), 赞 (praise).
TELLING: Final = "微刷赞"
WEIGHT: Final = 6.0
BIAS: Final = -3.0
# What the handmade model asks for: an even chance is worth a look, 0.9 is high risk.
REVIEW_P: Final = 0.5
HIGH_P: Final = 0.9


def quiet(*_: Any) -> None:
    """Progress nobody reads."""


def thresholds(
    review: float | None = REVIEW_P, high: float | None = HIGH_P, *, profile: str = "balanced"
) -> tuple[Threshold, ...]:
    """The same two cuts for every head and surface."""
    return tuple(
        Threshold(profile, surface, head, level, p, target=0.1, bound=0.1, n=100, clusters=100, errors=0)
        for surface in ("comment", "review")
        for head in HEADS
        for level, p in (("review", review), ("high_risk", high))
    )


def stump(feature: str, threshold: float, *, low: float, high: float, unknown: str = "low") -> Trees:
    """One tree of one question: ``low`` at or below ``threshold`` of a feature, ``high`` above."""
    return Trees(
        roots=np.array([0], dtype=np.int32),
        feature=np.array([len(HEADS) + SCHEMA.names.index(feature), -1, -1], dtype=np.int32),
        threshold=np.array([threshold, 0.0, 0.0]),
        missing_left=np.array([unknown == "low", 0, 0], dtype=np.uint8),
        left=np.array([1, 0, 0], dtype=np.int32),
        right=np.array([2, 0, 0], dtype=np.int32),
        value=np.array([0.0, low, high]),
        baseline=0.0,
    )


def handmade_bundle(
    *,
    trees: Mapping[str, Trees] | None = None,
    rows: Sequence[Threshold] | None = None,
    model_id: str = "by-hand",
) -> Bundle:
    """A model of three characters.

    A text with 微 alone scores 6 - 3 = 3 for solicitation and -3 for the other heads, so p is sigmoid(3) = 0.9526
    and sigmoid(-3) = 0.0474; with 微 and 刷 each counts 1/sqrt(2): sigmoid(6 / sqrt(2) - 3) = 0.7764. Any other
    text has p 0.0474 for all heads. ``trees`` add their margin to the log-odds.
    """
    keys = np.array(sorted(map(ord, TELLING)), dtype=np.int64)
    weights = np.zeros((len(keys), len(HEADS)))
    for column, char in enumerate(TELLING):
        weights[np.searchsorted(keys, ord(char)), column] = WEIGHT
    vectorizer = Vectorizer(load_tokenizer(), keys, np.zeros(0, dtype=np.int64), (), np.ones(len(keys)))
    calibration = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    return Bundle(
        model_id=model_id,
        vectorizer=vectorizer,
        weights=weights,
        bias=np.full(len(HEADS), BIAS),
        looks=tuple((trees or {}).get(name, no_trees()) for name in LOOKS),
        heads=tuple(Head(name, (trees or {}).get(name, no_trees()), calibration.copy()) for name in HEADS),
        typical=np.concatenate([np.full(len(HEADS), BIAS), np.full(len(SCHEMA.names), np.nan)]),
        thresholds=Thresholds(tuple(rows) if rows is not None else thresholds()),
    )


def handmade_detector(**over: Any) -> Detector:
    """A detector with the handmade model."""
    return Detector(handmade_bundle(**over))


def saved(bundle: Bundle, folder: Path) -> Path:
    """The bundle written into ``folder``."""
    return save_bundle(bundle, folder, card="# by hand\n", training={"seed": 0})


def small_room() -> SimulatedLog:
    """Some six hundred comments with lures and a flood among them."""
    return simulate_room(
        seed=5,
        minutes=12,
        viewers=250,
        attacks=("lure_burst", "templated_praise"),
        share=0.06,
        level_scale="medium",
    )


def small_log() -> LabelledLog:
    """The small room as a training log in three folds."""
    room = small_room()
    fold = (np.arange(len(room)) * 3 // len(room)).astype(np.int8)
    return LabelledLog("room", room.batch, label_codes(room.label, where="room"), fold, proof=True)


@functools.cache
def small_fit() -> Fit:
    """A model really fitted on the small room."""
    # Many threads on few comments only wait for one another.
    with threadpool_limits(limits=1, user_api="openmp"):
        return fit([small_log()], seed=0, progress=quiet)


@functools.cache
def shipped() -> Detector:
    """The model that comes with the project."""
    return Detector.load(ROOT / "models/default")


def run_python(
    *arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in the project's folder, its output as text."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"} | dict(env or {}),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def zhenping(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One call of the command line."""
    return run_python("-m", "detector", *map(str, arguments), env=env)
