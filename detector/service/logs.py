"""Log lines as JSON, one for each request; never the text of a comment, a name, or an id of a person."""

from __future__ import annotations

import json
import logging
import sys
import traceback
import warnings
from datetime import UTC, datetime
from typing import Final, TextIO

# What a line may carry beside its message; anything else that a library adds is left out.
FIELDS: Final = (
    "request_id", "method", "route", "status", "ms", "key", "events", "bytes", "code", "error", "why", "frames",
    "host", "port", "model_id", "shadow_id", "sessions",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """One JSON object a line; of an exception its type and where it was raised, not what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def failure(error: BaseException) -> dict[str, object]:
    """An exception without its message, which may quote what a caller sent."""
    frames = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {"error": type(error).__name__, "frames": frames[-8:]}


def log_to_stderr() -> None:
    """Send the log of this process to stderr, as JSON lines."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.INFO)
    warnings.showwarning = _warned
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "websockets"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of a library as a log line: what kind and where, not what it quotes."""
    where = f"{filename.rpartition('/')[2]}:{lineno}"
    logging.getLogger("zhenping.warnings").warning("warned", extra={"error": category.__name__, "why": where})
