"""Do the numbers of a model fit together, so that no kernel reads beyond its arrays or walks for ever?

A checksum tells that a file is the one its manifest names, not that whoever wrote both meant well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from detector.bundle.thresholds import SURFACES
from detector.bundle.trees import LOOKS
from detector.engine import COMPANY_COLUMNS, SCHEMA
from detector.errors import BundleError
from detector.verdict import HEADS

Arrays = Mapping[str, np.ndarray[Any, Any]]


def check_arrays(arrays: Arrays) -> None:
    """Raises BundleError (KeyError for one that is missing) naming the first array that does not fit."""
    columns = len(arrays["char_keys"]) + len(arrays["word_keys"])
    inputs = len(HEADS) + len(SCHEMA.features)
    _expect(arrays, "char_keys", np.int64, (len(arrays["char_keys"]),))
    _expect(arrays, "word_keys", np.int64, (len(arrays["word_keys"]),))
    _expect(arrays, "idf", np.float64, (columns,))
    _expect(arrays, "weights", np.float64, (columns, len(HEADS)))
    _expect(arrays, "bias", np.float64, (len(HEADS),))
    _expect(arrays, "typical", np.float64, (inputs,))
    for name in ("char_keys", "word_keys"):
        _must(len(np.unique(arrays[name])) == len(arrays[name]), name, "repeats a key")
    for name in ("idf", "weights", "bias"):
        _must(bool(np.isfinite(arrays[name]).all()), name, "is not finite")
    for head in HEADS:
        _check_calibration(arrays, f"{head}.calibration")
        _check_trees(arrays, head, inputs)
    # A first look comes before the company is known.
    for name in LOOKS:
        _check_trees(arrays, name, inputs - COMPANY_COLUMNS)


def _check_calibration(arrays: Arrays, name: str) -> None:
    _expect(arrays, name, np.float64, (len(SURFACES), 3))
    a, b, c = arrays[name].T
    _must(bool(np.isfinite([a, b, c]).all() and (a > 0).all() and (b >= 0).all()), name, "has no rising slope")


def _check_trees(arrays: Arrays, name: str, inputs: int) -> None:
    nodes = len(arrays[f"{name}.feature"])
    for part, dtype in (
        ("feature", np.int32), ("left", np.int32), ("right", np.int32), ("missing_left", np.uint8),
        ("threshold", np.float64), ("value", np.float64),
    ):  # fmt: skip
        _expect(arrays, f"{name}.{part}", dtype, (nodes,))
    roots = arrays[f"{name}.roots"]
    _expect(arrays, f"{name}.roots", np.int32, (len(roots),))
    _expect(arrays, f"{name}.baseline", np.float64, ())
    _must(bool(((roots >= 0) & (roots < nodes)).all()), f"{name}.roots", "points beyond the nodes")
    for part in ("value", "baseline"):
        _must(bool(np.isfinite(arrays[f"{name}.{part}"]).all()), f"{name}.{part}", "is not finite")
    feature = arrays[f"{name}.feature"]
    _must(bool((feature < inputs).all()), f"{name}.feature", "names an input that does not exist")
    inner = np.flatnonzero(feature >= 0)
    _must(
        not np.isnan(arrays[f"{name}.threshold"][inner]).any(),
        f"{name}.threshold",
        "is not a number at a split",
    )
    for part in ("left", "right"):
        child = arrays[f"{name}.{part}"][inner]
        # Every child stands after its parent: a walk comes to an end.
        _must(
            bool(((child > inner) & (child < nodes)).all()), f"{name}.{part}", "points back or beyond the nodes"
        )


def _expect(arrays: Arrays, name: str, dtype: type[np.generic], shape: tuple[int, ...]) -> None:
    found = arrays[name]
    _must(
        found.dtype == dtype and found.shape == shape,
        name,
        f"is {found.dtype} {found.shape}, expected {np.dtype(dtype)} {shape}",
    )


def _must(sound: bool, name: str, wrong: str) -> None:
    if not sound:
        raise BundleError(
            f"the model's {name} {wrong}: damaged or not made by this product",
            zh=f"模型的 {name} 不正确（{wrong}）：文件损坏，或不是本产品的模型",
        )
