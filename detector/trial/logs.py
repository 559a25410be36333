"""The labelled log of a trial: from files, or from a recipe's source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.errors import UsageError
from detector.evaluation.baselines import Split
from detector.readers import ReadOptions, read_comments
from detector.training.logs import (
    LABEL,
    LabelledLog,
    among_first,
    fold_by_session,
    label_codes,
    read_source,
    written,
)
from detector.training.recipe import read_recipe


@dataclass(frozen=True, slots=True)
class NamedLog:
    """A labelled log in event order, and its labels as they were written, row by row."""

    log: LabelledLog
    names: list[str]

    def take(self, keep: NDArray[np.bool_]) -> NamedLog:
        """The rows where ``keep``."""
        return NamedLog(self.log.take(keep), [self.names[row] for row in np.flatnonzero(keep)])


def read_files(
    files: Sequence[Path], *, label_column: str, ts_source: str | None, **options: Unpack[ReadOptions]
) -> NamedLog:
    """Files as one log; ``ts_source`` says what their times are worth. Raises UsageError without a label column."""
    batch, _ = read_comments(list(files), **options)
    name = ", ".join(path.name for path in files)
    labels = written(batch, label_column, where=name)
    if ts_source is not None:
        if ts_source not in TS_SOURCE_CODE:
            known = ", ".join(TS_SOURCE_CODE)
            raise UsageError(
                f"--ts-source {ts_source!r}: choose from {known}", zh=f"--ts-source {ts_source!r}：可选 {known}"
            )
        batch.ts_source[:] = TS_SOURCE_CODE[ts_source]
    order = batch.replay_order()
    batch, names = batch.take(order), [labels[row] or "unlabelled" for row in order]
    label = label_codes(names, where=label_column)
    return NamedLog(LabelledLog(name, batch, label, fold_by_session(batch), proof=True), names)


def read_recipe_source(recipe: Path, source: str | None, root: Path) -> NamedLog:
    """One ``[[source]]`` of a recipe by its name. Raises UsageError that lists the names there are."""
    sources = {str(given["name"]): given for given in read_recipe(recipe).get("source", [])}
    if source not in sources:
        known = ", ".join(sources)
        raise UsageError(
            f"--source {source!r}: {recipe} has {known}", zh=f"--source {source!r}：{recipe} 中有 {known}"
        )
    log = read_source(root, sources[source])
    return NamedLog(log, list(written(log.batch, LABEL, where=source)))


def read_messages(paths: Sequence[Path]) -> Split | None:
    """Labelled spam messages (1 is spam) for a baseline; None without files."""
    if not paths:
        return None
    batch, _ = read_comments(list(paths))
    where = ", ".join(path.name for path in paths)
    return batch, np.array([value == "1" for value in written(batch, "label", where=where)])


def earlier_sessions(batch: CommentBatch, sessions: int) -> NDArray[np.bool_]:
    """Which rows belong to the first so many sessions. Raises UsageError unless one is left for the test."""
    there = len(set(zip(batch.room_id, batch.session_id, strict=True)))
    if not 0 < sessions < there:
        raise UsageError(
            f"--train-sessions {sessions} of {there}: leave at least one for the test",
            zh=f"--train-sessions {sessions}：文件共有 {there} 场，至少留一场测试",
        )
    return among_first(batch, sessions)
