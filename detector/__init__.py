"""zhenping (真评): tells genuine live comments and reviews from machine floods, lures and fake reviews.

>>> from detector import Detector
>>> result = Detector.load().score([{"text": "主播今天好漂亮"}])
>>> result.frame["verdict"].tolist()
['pass']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from detector.comment import Comment, CommentBatch
    from detector.errors import BundleError, InputError, SnapshotError, UsageError, ZhenpingError
    from detector.readers import inspect, read_comments
    from detector.result import Result
    from detector.scorer import Detector
    from detector.stream import Prompt, Stream
    from detector.verdict import Campaign, Reason, Verdict

_HOMES = {
    "Comment": "detector.comment", "CommentBatch": "detector.comment",
    "BundleError": "detector.errors", "InputError": "detector.errors", "UsageError": "detector.errors",
    "ZhenpingError": "detector.errors",
    "inspect": "detector.readers", "read_comments": "detector.readers",
    "SnapshotError": "detector.errors", "Detector": "detector.scorer", "Result": "detector.result",
    "Prompt": "detector.stream", "Stream": "detector.stream",
    "Campaign": "detector.verdict", "Reason": "detector.verdict", "Verdict": "detector.verdict",
}  # fmt: skip

__all__ = [
    "BundleError",
    "Campaign",
    "Comment",
    "CommentBatch",
    "Detector",
    "InputError",
    "Prompt",
    "Reason",
    "Result",
    "SnapshotError",
    "Stream",
    "UsageError",
    "Verdict",
    "ZhenpingError",
    "inspect",
    "read_comments",
]


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: `zhenping --help` must not wait for numba and pandas.
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'detector' has no attribute {name!r}")
