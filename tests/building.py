"""Builds comments and reads features by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.engine import SCHEMA, FeatureEngine, FeatureFrame
from detector.signals.signal import Signal, TextSignal

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


def looking_engine(**options: Any) -> FeatureEngine:
    """An engine whose first look at a text of n characters is n / (n + 1), and for lures the square of it."""
    column = SCHEMA.names.index("style.length")

    def first_look(inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        one = inputs[:, column] / (inputs[:, column] + 1.0)
        return np.stack([one, one**2], axis=1)

    return FeatureEngine(**{"first_look": first_look, **options})


def named(frame: FeatureFrame) -> list[dict[str, float]]:
    """The rows of a frame by feature name."""
    return [dict(zip(SCHEMA.names, row, strict=True)) for row in frame.values.astype(np.float64).tolist()]


def seen_by(signal: Signal | TextSignal, *comments: Comment) -> list[dict[str, float]]:
    """What one signal sees of each comment in a fresh engine, by quantity: ``gap_s``, not ``timing.gap_s``."""
    rows = named(FeatureEngine().observe(batch(*comments)))
    names = [feature.name for feature in signal.features]
    return [{name.removeprefix(f"{signal.name}."): row[name] for name in names} for row in rows]


def nearly(expected: Mapping[str, float]) -> Any:
    """Equal to ``expected`` in every column, as far as single precision goes; NaN is equal to NaN."""
    return pytest.approx(expected, rel=2e-7, abs=1e-12, nan_ok=True)


def values_of(signal: Signal | TextSignal, **quantities: float) -> dict[str, float]:
    """Values to explain: 0 for a text signal, NaN for the others, but for the ``quantities`` given."""
    empty = 0.0 if isinstance(signal, TextSignal) else NAN
    values = {feature.name: empty for feature in signal.features}
    for quantity, value in quantities.items():
        assert f"{signal.name}.{quantity}" in values
        values[f"{signal.name}.{quantity}"] = value
    return values


def last_two(accounts: Sequence[str]) -> list[str]:
    """The account that came last and the last other one before it."""
    return list(dict.fromkeys(reversed(accounts)))[:2]


def digests(frame: FeatureFrame) -> list[str]:
    """All a frame says of each row, digested: NaN is equal to NaN, and not a bit may differ."""
    columns = (frame.inputs, frame.group, frame.duplicate, frame.observed)
    rows = [
        b"".join(np.ascontiguousarray(column[r]).tobytes() for column in columns)
        for r in range(len(frame.group))
    ]
    return [digest(row) for row in rows]


def digest(content: bytes) -> str:
    """Short enough to be read when two differ."""
    return hashlib.blake2b(content, digest_size=6).hexdigest()
