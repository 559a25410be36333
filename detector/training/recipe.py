"""Recipes: which logs a model is trained on, as a TOML file."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.errors import InputError
from detector.simulate import simulate_reviews, simulate_room
from detector.training.logs import FOLDS, LabelledLog, head_weights, label_codes, read_source
from detector.training.matrix import Progress


def read_recipe(path: str | Path) -> dict[str, Any]:
    """A recipe file's content. Raises InputError if it is not TOML."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not a readable recipe: {error}", zh=f"配方 {path} 读不了：{error}"
        ) from error


def recipe_logs(recipe: Mapping[str, Any], root: str | Path, *, progress: Progress) -> list[LabelledLog]:
    """All logs of a recipe, its files taken from below ``root``."""
    logs = []
    for source in recipe.get("source", []):
        progress(f"read {source['file']}")
        logs.append(read_source(Path(root), source))
    settings = recipe.get("simulated")
    if settings:
        progress(f"simulate {settings.get('rooms', 0)} rooms, {settings.get('reviews', 0)} review logs")
        logs += simulated_logs(settings)
    return logs


def simulated_logs(settings: Mapping[str, Any]) -> Iterator[LabelledLog]:
    """Simulated rooms and review logs, each a log of its own, dealt to the folds in turn."""
    first, proof = int(settings.get("seed", 0)) * 10_000, bool(settings.get("proof", False))
    weight = head_weights(settings.get("weight", 1.0))
    for number in range(int(settings.get("rooms", 0))):
        log = simulate_room(seed=first + number)
        # A quarter as if only the order were known, so that unknown seconds never mean "real".
        batch = _order_only(log.batch) if number % 4 == 0 else log.batch
        name = f"simulated_room_{number:03d}"
        fold = np.full(len(batch), number % FOLDS, dtype=np.int8)
        label = label_codes(log.label, where=name)
        yield LabelledLog(name, batch, label, fold, proof=proof, weight=weight)
    for number in range(int(settings.get("reviews", 0))):
        log = simulate_reviews(seed=first + 5_000 + number)
        name = f"simulated_reviews_{number:03d}"
        yield LabelledLog(
            name,
            log.batch,
            label_codes(log.label, where=name),
            np.zeros(len(log.batch), dtype=np.int8),
            heads=("fake_review", "solicitation"),
            by_text=True,
            weight=weight,
        )


def _order_only(batch: CommentBatch) -> CommentBatch:
    return dataclasses.replace(
        batch, ts_source=np.full(len(batch), TS_SOURCE_CODE["order_only"], dtype=np.uint8)
    )
