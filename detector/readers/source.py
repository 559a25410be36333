"""A file that is to be read, unpacked if need be: its digest, its first bytes, and what it is written in."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from detector.errors import InputError
from detector.readers.encoding import Encoding, encoding_of, named_encoding
from detector.readers.packed import copied, is_damaged, is_unpacked
from detector.readers.places import Place, place_of

BLOCK_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 256 * 1024
SAMPLE_BYTES: Final = 128 * 1024
# Tables that are read here and there, not from first to last, must be unpacked to a temporary file.
MOST_SEEKABLE_BYTES: Final = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A readable, non-empty file. ``head`` is its first 256 KiB; ``encoding`` matters for text only.

    Of a packed file ``size``, ``sha256`` and ``head`` are those of its content, so that ids made from them are
    the same packed or not. ``is_damaged`` says that the packed bytes end before their time.
    """

    place: Place
    size: int
    sha256: str
    head: bytes
    encoding: Encoding
    is_packed: bool = False
    is_damaged: bool = False

    @property
    def path(self) -> Path:
        """The name to show; of a zip's member ``a.zip:inner/b.csv``."""
        return self.place.path

    @property
    def name(self) -> str:
        """The file's own name without folders, as before it was packed."""
        name = self.place.path.name
        return name[:-3] if self.is_packed and name.casefold().endswith(".gz") else name

    def opened(self) -> BinaryIO:
        """The bytes of the file from its first, as a stream to be closed by the caller."""
        return self.place.opened()

    @contextlib.contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The bytes as a file that can be read in any order; ``InputError`` if unpacking them takes over 500 MB."""
        with self.opened() as stream:
            if not self.is_packed:
                yield stream
                return
            with tempfile.TemporaryFile() as unpacked:
                if not copied(stream, unpacked, most_bytes=MOST_SEEKABLE_BYTES):
                    limit = MOST_SEEKABLE_BYTES // 1024**2
                    raise InputError(
                        f"{self.path} unpacks to over {limit} MiB (limit for this format): unpack it first",
                        zh=f"{self.path} 解压后超过 {limit} MiB（此格式的上限）：请先自行解压",
                    )
                unpacked.seek(0)
                yield unpacked

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


def open_source(place: str | Path | Place, *, encoding: str | None = None) -> Source:
    """Look through the file once; ``InputError`` if it is missing, a directory, unreadable, a bomb or empty."""
    place = place if isinstance(place, Place) else place_of(place)
    path = place.path
    digest = hashlib.sha256()
    head, sample, size = b"", b"", 0
    try:
        with place.opened() as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                head = head or block[:HEAD_BYTES]
                size += len(block)
                if len(sample) < SAMPLE_BYTES and not block.isascii():
                    sample += _beyond_ascii(block, SAMPLE_BYTES - len(sample))
            is_packed, damaged = is_unpacked(file), is_damaged(file)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
        ) from error
    if size == 0 and damaged:
        raise InputError(
            f"{path} is a damaged compressed file: nothing in it can be unpacked",
            zh=f"{path} 是损坏的压缩文件：其中没有可解压的内容",
        )
    if size == 0:
        raise InputError(f"{path} is empty", zh=f"{path} 是空文件")
    chosen = named_encoding(encoding) if encoding else encoding_of(head, sample)
    return Source(place, size, digest.hexdigest(), head, chosen, is_packed, damaged)


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
