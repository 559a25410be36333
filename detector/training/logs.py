"""Labelled logs: comments in event order with what people said of them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.errors import InputError, UsageError
from detector.readers import ReadOptions, ReadReport, read_comments, to_batch
from detector.verdict import HEADS, NORMAL

LEFT_OUT: Final = -1
# What a label column may hold. A crowd repeating a meme and one excited fan are genuine.
LABEL_CODES: Final[Mapping[str, int]] = {
    **{head: code for code, head in enumerate(HEADS)},
    "normal": NORMAL, "organic_wave": NORMAL, "self_flood": NORMAL, "unlabelled": NORMAL, "unsure": LEFT_OUT,
}  # fmt: skip
FOLDS: Final = 5
LABEL: Final = "zhenping label"


@dataclass(frozen=True, slots=True)
class LabelledLog:
    """n comments with labels.

    ``label`` int8: a head's number, NORMAL or LEFT_OUT. ``fold`` int8: rows of one fold are held out together.
    ``heads``: for which heads the labels speak; a spam-message set says nothing about floods. ``proof``: genuine
    comments here may stand as evidence for thresholds. ``replayed``: False for loose texts, whose order and
    neighbours mean nothing. ``weight``: per head, how much one row counts against one of a real labelled log.
    ``by_text``: ``fold`` is not used; near-identical texts are held out together instead. ``words``: False where
    the labels teach behaviour alone, and the wording of the heads must not learn from them. ``rate``: what a row counts,
    beside its weight, where it is fitted how likely something is; 0 where a log does not tell how often it happens.
    """

    name: str
    batch: CommentBatch
    label: NDArray[np.int8]
    fold: NDArray[np.int8]
    heads: tuple[str, ...] = HEADS
    proof: bool = False
    replayed: bool = True
    weight: tuple[float, ...] = (1.0,) * len(HEADS)
    by_text: bool = False
    words: bool = True
    rate: float = 1.0

    def take(self, keep: NDArray[np.bool_]) -> LabelledLog:
        """The rows where ``keep``."""
        rows = np.flatnonzero(keep)
        return dataclasses.replace(
            self, batch=self.batch.take(rows), label=self.label[rows], fold=self.fold[rows]
        )


def label_codes(labels: Sequence[str], *, where: str) -> NDArray[np.int8]:
    """Label names to codes. Raises InputError that counts and names what it does not know."""
    unknown = sorted(set(labels) - set(LABEL_CODES))
    if unknown:
        known = ", ".join(LABEL_CODES)
        raise InputError(
            f"{where}: unknown labels {unknown[:5]}; use {known}",
            zh=f"{where}：未知标签 {unknown[:5]}；可用 {known}",
        )
    return np.array([LABEL_CODES[label] for label in labels], dtype=np.int8)


def head_weights(given: float | Mapping[str, float]) -> tuple[float, ...]:
    """A recipe's ``weight``: one number for all heads, or a table by head (1 where it names none)."""
    if isinstance(given, Mapping):
        return tuple(float(given.get(head, 1.0)) for head in HEADS)
    return (float(given),) * len(HEADS)


def fold_by_session(batch: CommentBatch, *, first: int = 0) -> NDArray[np.int8]:
    """Whole sessions in the order they appear, dealt to the folds in turn, beginning with fold ``first``."""
    keys: dict[tuple[str, str], int] = {}
    pairs = zip(batch.room_id, batch.session_id, strict=True)
    return np.array([(first + keys.setdefault(pair, len(keys))) % FOLDS for pair in pairs], dtype=np.int8)


def fold_of_keys(keys: NDArray[np.int64]) -> NDArray[np.int8]:
    """One fold per key, by a hash: near-identical texts, which share a group key, are held out together."""
    folds = {
        int(key): hashlib.blake2b(int(key).to_bytes(8, "little"), digest_size=2).digest()[0] % FOLDS
        for key in np.unique(keys)
    }
    return np.array([folds[int(key)] for key in keys], dtype=np.int8)


def _read_table(path: Path) -> dict[str, list[Any]]:
    import pandas as pd

    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
    else:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return {str(name): table[name].tolist() for name in table.columns}


def read_source(root: Path, source: Mapping[str, Any]) -> LabelledLog:
    """One ``[[source]]`` of a recipe: a table with a label column or one label for all, and constant columns."""
    path = root / str(source["file"])
    if not path.is_file():
        raise InputError(
            f"{path} is not there: the recipe needs it below --data-root", zh=f"找不到 {path}：配方需要它"
        )
    columns = _read_table(path)
    n = len(next(iter(columns.values())))
    if "label_column" in source:
        names = source.get("labels", {})
        raw = [str(value) for value in columns.pop(str(source["label_column"]))]
        labels = [str(names.get(value, value)) for value in raw]
    else:
        labels = [str(source["label"])] * n
    columns |= {name: [value] * n for name, value in source.get("constants", {}).items()}
    keep = _first_of_each(columns, source.get("drop_duplicates", ()))
    columns = {
        name: [column[r] for r in keep]
        for name, column in columns.items()
        if name not in source.get("ignore", ())
    }
    # The label travels as a column of its own: rows without a text are left out on the way.
    columns[LABEL] = [labels[r] for r in keep]
    batch = to_batch(columns, report=ReadReport(), mapping=source.get("map"))
    code = label_codes(written(batch, LABEL, where=str(path)), where=str(path))
    order = batch.replay_order()
    if "first_sessions" in source:
        # To measure on later ones what was learned from these.
        order = order[among_first(batch.take(order), int(source["first_sessions"]))]
    batch, code = batch.take(order), code[order]
    replayed = bool(source.get("replayed", True))
    return LabelledLog(
        name=str(source["name"]),
        batch=batch,
        label=code,
        fold=fold_by_session(batch),
        by_text=source.get("fold_by") == "text",
        heads=tuple(source.get("heads", HEADS)),
        proof=bool(source.get("proof", False)),
        replayed=replayed,
        weight=head_weights(source.get("weight", 1.0)),
        rate=float(source.get("rate", 1.0 if replayed else 0.0)),
    )


def among_first(batch: CommentBatch, n: int) -> NDArray[np.bool_]:
    """Which rows belong to the first ``n`` sessions of a batch in event order."""
    pairs = list(zip(batch.room_id, batch.session_id, strict=True))
    first = set(list(dict.fromkeys(pairs))[:n])
    return np.array([pair in first for pair in pairs], dtype=np.bool_)


def _first_of_each(columns: Mapping[str, list[Any]], names: Sequence[str]) -> list[int]:
    n = len(next(iter(columns.values())))
    if not names:
        return list(range(n))
    seen: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(zip(*(columns[name] for name in names), strict=True)):
        seen.setdefault(key, row)
    return list(seen.values())


def read_labelled(
    path: str | Path, *, label_column: str = "label", **options: Unpack[ReadOptions]
) -> LabelledLog:
    """A data scientist's own file: any table the readers know, with a ``label`` column."""
    batch, _ = read_comments(path, **options)
    labels = written(batch, label_column, where=str(path))
    code = label_codes([label or "unlabelled" for label in labels], where=str(path))
    order = batch.replay_order()
    batch, code = batch.take(order), code[order]
    return LabelledLog(name=Path(path).name, batch=batch, label=code, fold=fold_by_session(batch), proof=True)


def written(batch: CommentBatch, header: str, *, where: str) -> list[str]:
    """A column of the input as it was written. Raises UsageError with the columns there are."""
    headers = batch.source.headers
    if header not in headers:
        listed = ", ".join(headers)
        raise UsageError(
            f"{where} has no column {header!r}; its columns are {listed}",
            zh=f"{where} 没有 {header!r} 列；现有列：{listed}",
        )
    return batch.source.columns[headers.index(header)]


def dealt(logs: Sequence[LabelledLog]) -> list[LabelledLog]:
    """The same logs with the sessions of all of them dealt to the folds; by text if there is one session in all."""
    first, out = 0, []
    for log in logs:
        out.append(dataclasses.replace(log, fold=fold_by_session(log.batch, first=first)))
        first += len(set(zip(log.batch.room_id, log.batch.session_id, strict=True)))
    return out if first > 1 else [dataclasses.replace(log, by_text=True) for log in out]
