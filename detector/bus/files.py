"""Comments as lines of JSON from a file or a pipe; verdicts as lines into a folder or a pipe."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from detector.bus.ends import MOST_BYTES, TOPICS, Delivery, Message, Owned, made_anew, unreachable
from detector.errors import InputError

PIPE: Final = "-"
CHUNK_BYTES: Final = 1 << 16
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Lines:
    """One event a line; the offset is the number of the line, counted from 1.

    A file goes on at a byte; a pipe is taken to begin at its beginning again, and lines already read are passed over.
    """

    kind = "file"

    def __init__(self, path: str, *, newest: bool = False) -> None:
        self.ended = False
        self._path = path
        self._newest = newest
        self._begun = False
        self._held = bytearray()
        # Where ``_held`` begins, and the number of the line last read.
        self._byte = self._line = 0
        self._skip_to = 0
        self._over = False
        try:
            self._file = sys.stdin.fileno() if path == PIPE else os.open(path, os.O_RDONLY | _BINARY)
            self._size = os.fstat(self._file).st_size
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
            ) from error

    @property
    def shard(self) -> str:
        """The one shard of a file: its name."""
        return "stdin" if self._path == PIPE else Path(self._path).name

    def read(self, most: int, wait_s: float, owned: Owned) -> list[Delivery]:
        """The next lines; empty ones are passed over."""
        if not self._begun:
            self._begin(owned.take(self.shard))
        found: list[Delivery] = []
        while not found and not self.ended:
            if b"\n" not in self._held and not self._over and not self._fill(wait_s):
                break
            found = self._lines(most)
        return found

    def commit(self, shard: str, resume: Any) -> None:
        """A file keeps no account of its readers."""

    def lag(self) -> int | None:
        """How many lines are left is not known before they are read."""
        return 0 if self.ended else None

    def close(self) -> None:
        """Close the file."""
        if self._path != PIPE:
            os.close(self._file)

    def _begin(self, resume: Any) -> None:
        self._begun = True
        if self._path == PIPE:
            self._skip_to = resume["line"] if resume else 0
            return
        if resume and resume["byte"] > self._size:
            raise made_anew(self.shard, f"it was read to byte {resume['byte']:,} and has only {self._size:,}")
        if resume:
            self._byte, self._line = resume["byte"], resume["line"]
        elif self._newest:
            self._byte = self._size
        os.lseek(self._file, self._byte, os.SEEK_SET)

    def _fill(self, wait_s: float) -> bool:
        """Read on; False if nothing came in time."""
        if (
            self._path == PIPE
            and sys.platform != "win32"
            and not select.select([self._file], [], [], wait_s)[0]
        ):
            return False
        chunk = os.read(self._file, CHUNK_BYTES)
        self._held += chunk
        self._over = not chunk
        return True

    def _lines(self, most: int) -> list[Delivery]:
        found: list[Delivery] = []
        at = 0
        while len(found) < most:
            stop = self._held.find(b"\n", at)
            if stop < 0:
                if not self._over:
                    break
                # The last line may lack its end.
                stop = len(self._held)
                if stop == at:
                    self.ended = True
                    break
            line = bytes(self._held[at:stop])
            at = min(stop + 1, len(self._held))
            self._line += 1
            resume = {"line": self._line, "byte": self._byte + at}
            if self._line == 1:
                line = line.removeprefix(BYTE_ORDER_MARK)
            if line.strip() and self._line > self._skip_to:
                found.append(Delivery(self.shard, self._line, line, resume))
        del self._held[:at]
        self._byte += at
        if len(self._held) > MOST_BYTES and b"\n" not in self._held:
            self._cut()
        return found

    def _cut(self) -> None:
        """Of a line that is too long keep just enough to see that it is; the rest is read past."""
        gone = len(self._held) - MOST_BYTES - 1
        if gone <= 0:
            return
        while True:
            chunk = os.read(self._file, CHUNK_BYTES)
            end = chunk.find(b"\n")
            if not chunk or end >= 0:
                break
            gone += len(chunk)
        self._over = not chunk
        self._byte += gone + (end if end >= 0 else 0)
        del self._held[MOST_BYTES + 1 :]
        self._held += chunk[max(end, 0) :]


class Folder:
    """One file of lines for each topic in a folder, written on at their ends."""

    def __init__(self, folder: str) -> None:
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._files = {topic: (Path(folder) / f"{topic}.ndjson").open("ab+") for topic in TOPICS}
        except OSError as error:
            raise unreachable(folder, error.strerror) from error
        for file in self._files.values():
            _mend(file)

    def write(self, messages: Sequence[Message]) -> None:
        """Write them to the ends of their files."""
        try:
            for message in messages:
                self._files[message.topic].write(message.body + b"\n")
            for file in self._files.values():
                file.flush()
        except OSError as error:
            raise unreachable(str(self._files["results"].name), error.strerror) from error

    def settle(self) -> None:
        """Have the system write them to the disk."""
        for file in self._files.values():
            os.fsync(file.fileno())

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


class Pipe:
    """All topics as lines of one pipe; every message names its topic."""

    def __init__(self) -> None:
        self._file = sys.stdout.fileno()

    def write(self, messages: Sequence[Message]) -> None:
        """Write them; BrokenPipeError if nobody reads any more."""
        left = memoryview(b"".join(message.body + b"\n" for message in messages))
        while left:
            left = left[os.write(self._file, left) :]

    def settle(self) -> None:
        """A pipe keeps nothing."""

    def close(self) -> None:
        """The pipe is not ours to close."""


_BINARY: Final[int] = getattr(os, "O_BINARY", 0)


def _mend(file: Any) -> None:
    """Cut off a last line that a crash left without its end: it will be written again."""
    size = end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - CHUNK_BYTES)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        file.truncate(end)
    file.seek(0, os.SEEK_END)
