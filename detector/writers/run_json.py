"""The record of a run: what was read, with which model, and what came out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from detector.writers.whole_file import write_text


def write_run_json(path: str | Path, run: Mapping[str, Any]) -> None:
    """Write ``run`` as ``json_text`` gives it, in UTF-8."""
    write_text(path, json_text(run) + "\n")


def json_text(value: Mapping[str, Any]) -> str:
    """``value`` as indented JSON; numbers that JSON does not know (NaN, infinity) become null."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    """The same value made of what JSON knows; ``TypeError`` from ``json`` for anything else."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
