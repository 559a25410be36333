"""The train command's work: files and a recipe in, a bundle out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detector.bundle.storage import save_bundle
from detector.training.augment import Augmentation
from detector.training.card import model_card
from detector.training.fit import DEFAULT_AUGMENTATION, Fit, fit, training_record
from detector.training.logs import LabelledLog, dealt, read_labelled
from detector.training.matrix import Progress
from detector.training.recipe import read_recipe, recipe_logs


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
) -> Fit:
    """Train on labelled files, a recipe, or both, and write the bundle into ``out``.

    Raises InputError for files that cannot be read or labels that are unknown or too few.
    """
    logs: list[LabelledLog] = []
    name, augmentation = "", DEFAULT_AUGMENTATION
    if recipe is not None:
        content = read_recipe(recipe)
        name = str(content.get("name", Path(recipe).stem))
        logs += recipe_logs(content, data_root, progress=progress)
        augmentation = Augmentation.of(content.get("augmented", {}))
    own = []
    for path in data:
        progress(f"read {path}")
        own.append(read_labelled(path, label_column=label_column))
    logs += dealt(own)
    fitted = fit(logs, seed=seed, jobs=jobs, augmentation=augmentation, progress=progress)
    record = training_record(fitted, seed=seed, recipe=name)
    save_bundle(fitted.bundle, out, card=model_card(fitted, record), training=record)
    return fitted
