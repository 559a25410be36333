"""The evaluate command's account trial: posts with a label per account in, held-out figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Unpack

import numpy as np

from detector import __version__
from detector.comment import ACCOUNT_QUALITIES, ID_QUALITY_CODE
from detector.errors import InputError
from detector.evaluation.accounts import account_figures
from detector.readers import ReadOptions, read_comments
from detector.training.logs import written
from detector.training.matrix import Progress
from detector.verdict import HEADS

SPAMMER: Final = frozenset({"1", "1.0", "true", "spammer", *HEADS})
GENUINE: Final = frozenset({"0", "0.0", "false", "normal"})
UNUSED: Final = frozenset({"", "unsure"})


def accounts_judged(
    files: Sequence[Path], *, label_column: str, seed: int, jobs: int, progress: Progress,
    **options: Unpack[ReadOptions],
) -> dict[str, Any]:  # fmt: skip
    """The figures as a JSON-ready dict; a post without a label or an account id is left out and counted.

    Raises UsageError without the label column, InputError for a label that is neither 1 nor 0.
    """
    batch, _ = read_comments(list(files), **options)
    batch = batch.take(batch.replay_order())
    name = ", ".join(path.name for path in files)
    labels = [label.strip().lower() for label in written(batch, label_column, where=name)]
    odd = sorted(set(labels) - SPAMMER - GENUINE - UNUSED)
    if odd:
        listed = ", ".join(repr(label) for label in odd[:5])
        raise InputError(
            f"column {label_column!r} holds {listed}; a spammer's posts are 1, other accounts' 0",
            zh=f"{label_column!r} 列有 {listed}；水军账号的每条写 1，其他账号写 0",
        )
    told_apart = [ID_QUALITY_CODE[name] for name in sorted(ACCOUNT_QUALITIES)]
    known = np.isin(batch.user_id_quality, told_apart) & np.array([user != "" for user in batch.user_id])
    use = np.flatnonzero(batch.scored() & known & ~np.isin(labels, sorted(UNUSED)))
    spammer = np.isin(labels, sorted(SPAMMER))[use]
    found = account_figures(batch.take(use), spammer, seed=seed, jobs=jobs, progress=progress)
    return {
        "zhenping": __version__, "log": name, "seed": seed,
        "accounts": asdict(found) | {"posts": len(use), "left_out": len(batch) - len(use)},
    }  # fmt: skip
