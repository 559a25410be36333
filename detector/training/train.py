"""The train command's work: files and a recipe in, a bundle out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from detector.bundle.storage import save_bundle
from detector.readers import ReadOptions
from detector.training.augment import Augmentation
from detector.training.card import model_card
from detector.training.fit import Fit, fit, training_record
from detector.training.logs import LabelledLog, dealt, read_labelled
from detector.training.matrix import Progress
from detector.training.recipe import read_recipe, recipe_logs


def fit_recipe(
    recipe: Mapping[str, Any],
    data_root: str | Path,
    *,
    more: Sequence[LabelledLog] = (),
    seed: int = 0,
    jobs: int = 1,
    progress: Progress,
) -> Fit:
    """Fit what a recipe's content says, its files below ``data_root``, and ``more`` logs. Errors as ``train``."""
    logs = [*recipe_logs(recipe, data_root, progress=progress), *more]
    augmentation = Augmentation.of(recipe.get("augmented", {}))
    return fit(logs, seed=seed, jobs=jobs, augmentation=augmentation, progress=progress)


def train(
    data: Sequence[str | Path],
    out: str | Path,
    *,
    recipe: str | Path | None = None,
    data_root: str | Path = ".",
    label_column: str = "label",
    seed: int = 0,
    jobs: int = 1,
    progress: Progress,
    **options: Unpack[ReadOptions],
) -> Fit:
    """Train on labelled files, a recipe, or both, and write the bundle into ``out``.

    ``options`` say how ``data`` is to be read; a recipe says so itself.
    Raises InputError for files that cannot be read or labels that are unknown or too few.
    """
    content = read_recipe(recipe) if recipe is not None else {}
    name = str(content.get("name", Path(recipe).stem)) if recipe is not None else ""
    own = []
    for path in data:
        progress(f"read {path}")
        own.append(read_labelled(path, label_column=label_column, **options))
    fitted = fit_recipe(content, data_root, more=dealt(own), seed=seed, jobs=jobs, progress=progress)
    record = training_record(fitted, seed=seed, recipe=name)
    save_bundle(fitted.bundle, out, card=model_card(fitted, record), training=record)
    return fitted
