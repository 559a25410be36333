"""What people say about verdicts, kept for retraining: false alarms (误杀) and misses (漏杀)."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from detector.errors import UsageError
from detector.pseudonyms import key_of, pseudonym
from detector.service.problems import Problem

FEEDBACK: Final = "feedback.jsonl"
KEY: Final = "pseudonym.key"
KEY_BYTES: Final = 32
# How many feedbacks are known by heart, so that one that is sent again counts once.
MAX_KNOWN: Final = 100_000
KINDS: Final[Mapping[str, str]] = {
    "false_alarm": "false_alarm", "missed": "missed", "误杀": "false_alarm", "漏杀": "missed", "error": "false_alarm",
    "miss": "missed",
}  # fmt: skip


class Feedback:
    """A file of JSON lines to which feedback is appended; safe to use from several threads."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime]) -> None:
        self.path = folder / FEEDBACK
        self.key = _own_key(folder / KEY)
        self._now = now
        self._lock = threading.Lock()
        # Identity -> digest of what was said under it.
        self._known: OrderedDict[str, str] = OrderedDict()
        self._read_known()

    def pseudonym(self, value: str) -> str:
        """What stands for an id in the file."""
        return pseudonym(value, self.key)

    def add(self, said: Mapping[str, Any], *, idempotency_key: str) -> bool:
        """Append feedback and have it on the disk; False if it is there already.

        Ids are replaced by pseudonyms. Problem ``feedback_differs`` if another was given under the same comment,
        kind and key, ``not_kept`` if the file cannot be written.
        """
        row = dict(said)
        for name in ("comment_id", "user_id"):
            row[name] = self.pseudonym(str(row.get(name, "")))
        identity = self._digest(
            [row["room_id"], row["session_id"], row["comment_id"], row["kind"], idempotency_key]
        )
        content = self._digest([row["label"], row["user_id"], row["text"]])
        with self._lock:
            known = self._known.get(identity)
            if known == content:
                return False
            if known is not None:
                raise Problem("feedback_differs")
            row |= {
                "at": self._now().isoformat(timespec="milliseconds"),
                "identity": identity,
                "content": content,
            }
            self._append(row)
            self._remember(identity, content)
        return True

    def _append(self, row: Mapping[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=True, allow_nan=False).encode() + b"\n"
        try:
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as file:
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                    # A line that a crash cut short ends here.
                    line = line if file.read(1) == b"\n" else b"\n" + line
                file.seek(0, os.SEEK_END)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            raise Problem("not_kept", retry_after_s=5) from None

    def _read_known(self) -> None:
        if not self.path.exists():
            return
        try:
            with self.path.open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    try:
                        row = json.loads(line)
                        self._remember(str(row["identity"]), str(row["content"]))
                    except (ValueError, KeyError, TypeError):
                        continue
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be read: {error.strerror}", zh=f"无法读取 {self.path}：{error.strerror}"
            ) from error

    def _remember(self, identity: str, content: str) -> None:
        self._known[identity] = content
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _digest(self, parts: list[str]) -> str:
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16, key=self.key).hexdigest()


def _own_key(path: Path) -> bytes:
    """The key of the pseudonyms, made for its owner only if there is none."""
    if not path.exists():
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}", zh=f"无法写入 {path}：{error.strerror}"
            ) from error
    return key_of(path)
