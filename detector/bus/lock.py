"""One owner at a time: a lock on a file, let go of by the system when its owner dies."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO, Final

from detector.errors import UsageError

RETRY_S: Final = 0.2


class Lock:
    """Holds ``path`` from its making to ``release``; UsageError if another still holds it after ``wait_s``."""

    def __init__(self, path: Path, *, shard: str, wait_s: float = 0.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("ab")
        until = time.monotonic() + wait_s
        while not _locked(self._file):
            if time.monotonic() >= until:
                self._file.close()
                raise UsageError(
                    f"another process owns the shard {shard} ({path} is locked): stop it, or use another --state",
                    zh=f"另一个进程正在处理分片 {shard}（{path} 已被锁定）：请先停止它，或换一个 --state",
                )
            time.sleep(RETRY_S)

    def release(self) -> None:
        """Let go of it."""
        self._file.close()


def _locked(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
