"""Builds comments and reads features by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.comment import Comment, CommentBatch
from detector.engine import SCHEMA, FeatureEngine, FeatureFrame

NAN = float("nan")
# 2026-11-11 20:00:00 in Shanghai.
START_MS = 1_794_398_400_000.0


def comment(text: str = "这件多少钱", *, at_s: float = 0.0, **over: Any) -> Comment:
    """A plausible live comment, ``at_s`` seconds after eight in the evening; ``over`` replaces any field."""
    fields: dict[str, Any] = {
        "text": text,
        "room_id": "700100",
        "session_id": "s1",
        "user_id": "u1",
        "user_name": "小鱼",
        "ts_ms": START_MS + 1000.0 * at_s,
        "user_level": 12.0,
    }
    return Comment(**(fields | over))


def batch(*comments: Comment) -> CommentBatch:
    """Comments as columns, in the order given."""
    return CommentBatch.from_comments(comments)


def features(*comments: Comment) -> list[dict[str, float]]:
    """What a fresh engine sees of each comment, by feature name."""
    return named(FeatureEngine().observe(batch(*comments)))


def named(frame: FeatureFrame) -> list[dict[str, float]]:
    """The rows of a frame by feature name."""
    return [dict(zip(SCHEMA.names, row, strict=True)) for row in frame.values.astype(np.float64).tolist()]


def of_signal(row: dict[str, float], signal: str) -> dict[str, float]:
    """One signal's columns of a row, by their quantity alone."""
    return {name.partition(".")[2]: value for name, value in row.items() if name.startswith(f"{signal}.")}


def float32(values: dict[str, float]) -> dict[str, float]:
    """The values as a frame keeps them, in single precision."""
    return {name: float(np.float32(value)) for name, value in values.items()}


def same(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two rows agree in every column, NaN equal to NaN."""
    return a.keys() == b.keys() and all(a[k] == b[k] or (a[k] != a[k] and b[k] != b[k]) for k in a)


def array_bytes(frame: FeatureFrame, rows: Sequence[int] | slice | NDArray[Any] = slice(None)) -> tuple[bytes, ...]:
    """Everything a frame says of ``rows``, as bytes: NaN equal to NaN, and not a bit may differ."""
    columns = (frame.values, frame.wording, frame.group, frame.duplicate, frame.observed)
    return tuple(np.ascontiguousarray(column[rows]).tobytes() for column in columns)
