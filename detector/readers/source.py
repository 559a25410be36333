"""A file that is to be read: its digest, its first bytes, and what it is written in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from detector.errors import InputError
from detector.readers.encoding import Encoding, encoding_of, named_encoding

BLOCK_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 256 * 1024
SAMPLE_BYTES: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A readable, non-empty file. ``head`` is its first 256 KiB; ``encoding`` matters for text only."""

    path: Path
    size: int
    sha256: str
    head: bytes
    encoding: Encoding

    def opened(self) -> BinaryIO:
        """The bytes of the file from its first, as a stream to be closed by the caller."""
        return self.path.open("rb")

    @property
    def head_text(self) -> str:
        """The head as text with lines that end in LF; a character that the head cuts is left out."""
        text = self.head.decode(self.encoding.codec, "replace")
        text = text.removesuffix("\ufffd").replace("\0", "").removeprefix("\ufeff")
        return text if "\n" in text else text.replace("\r", "\n")

    @property
    def ends_lines_with_cr(self) -> bool:
        """Whether lines end as on old Macs, with CR alone."""
        text = self.head.decode(self.encoding.codec, "replace")
        return "\r" in text and "\n" not in text

    @property
    def id_prefix(self) -> str:
        """What made-up comment ids of this file begin with."""
        return f"{self.sha256[:8]}-"


def open_source(path: str | Path, *, encoding: str | None = None) -> Source:
    """Look through the file once; ``InputError`` if it is missing, a directory, unreadable or empty."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a directory: name a file", zh=f"{path} 是目录：请指定文件")
    if not path.exists():
        raise InputError(f"{path} does not exist", zh=f"文件不存在：{path}")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file", zh=f"{path} 不是普通文件")
    digest = hashlib.sha256()
    head, sample, size = b"", b"", 0
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                head = head or block[:HEAD_BYTES]
                size += len(block)
                if len(sample) < SAMPLE_BYTES and not block.isascii():
                    sample += _beyond_ascii(block, SAMPLE_BYTES - len(sample))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
        ) from error
    if size == 0:
        raise InputError(f"{path} is empty", zh=f"{path} 是空文件")
    chosen = named_encoding(encoding) if encoding else encoding_of(head, sample)
    return Source(path=path, size=size, sha256=digest.hexdigest(), head=head, encoding=chosen)


def _beyond_ascii(block: bytes, most: int) -> bytes:
    """The lines of a block that hold anything beyond ASCII, up to about ``most`` bytes."""
    found = bytearray()
    for line in block.splitlines(keepends=True):
        if line.isascii():
            continue
        found += line
        if len(found) >= most:
            # A cut inside a character would look like a broken one: end with the last whole line.
            end = found.rfind(b"\n", 0, most) + 1
            return bytes(found[: end or most])
    return bytes(found)
