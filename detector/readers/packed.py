"""Bytes out of packed files: gzip, and the members of a zip; never more of them than a sound file gives."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from detector.errors import InputError

GZIP: Final = b"\x1f\x8b\x08"
ZIP: Final = b"PK\x03\x04"
ARCHIVES: Final = (ZIP, GZIP, b"7z\xbc\xaf", b"Rar!")
PIECE_BYTES: Final = 64 * 1024
# What stands in the zip that an Office document is; any other zip is a parcel of files.
OFFICE_PARTS: Final = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
# The zip's mark for a locked member, and for a name in UTF-8.
LOCKED: Final = 0x1
NAME_IS_UTF8: Final = 0x800
# Whatever a zip can throw when its bytes are not what they should be.
ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a packed file may unpack to: parts, bytes in all, and times its own size beyond ``free_bytes``."""

    parts: int
    unpacked_bytes: int
    free_bytes: int
    ratio: int = 200


# Comments pack about tenfold, floods thirtyfold.
PARCEL: Final = Limits(parts=10_000, unpacked_bytes=8 * 1024**3, free_bytes=16 * 1024**2)


def opened(path: Path, member: str = "") -> BinaryIO:
    """The bytes of a file or of a zip's member from the first, unpacked if they are gzip, to be closed by the caller.

    Where packed bytes are cut or damaged the stream ends; ``is_damaged`` tells then. ``InputError`` when more
    comes out than ``PARCEL`` allows, ``OSError`` if the file cannot be opened.
    """
    stream = path.open("rb") if not member else _stream(_of_zip(path, member))
    start = stream.peek(len(GZIP))
    if start[: len(GZIP)] != GZIP:
        return stream
    return _stream(_of_gzip(stream, path))


def is_unpacked(stream: BinaryIO) -> bool:
    """Whether an ``opened`` stream is not the file itself but what was packed in it."""
    return isinstance(stream, io.BufferedReader) and isinstance(stream.raw, _Unpacked)


def is_damaged(stream: BinaryIO) -> bool:
    """Whether an ``opened`` stream, read to its end, ended before its time."""
    return isinstance(stream, io.BufferedReader) and isinstance(stream.raw, _Unpacked) and stream.raw.damaged


def is_parcel(path: Path) -> bool:
    """Whether the file is a zip of files, and not an Office document or something that only begins like one."""
    try:
        with path.open("rb") as file:
            if file.read(len(ZIP)) != ZIP:
                return False
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except ZIP_ERRORS:
        return False
    return not any(name in OFFICE_PARTS for name in names)


def members(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a zip, in its order; ``InputError`` if they are locked or come to more than ``PARCEL`` allows."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            why = excess(archive, path.stat().st_size, PARCEL)
    except ZIP_ERRORS as error:
        raise InputError(f"{path} is a damaged zip: {error}", zh=f"{path} 是损坏的 zip：{error}") from error
    if why is not None:
        raise InputError(f"{path} was not opened: {why[0]}", zh=f"没有打开 {path}：{why[1]}")
    # A damaged zip may hold an entry without a name, of which zipfile cannot tell whether it is a folder.
    files = [entry for entry in entries if entry.filename and not entry.is_dir()]
    if any(entry.flag_bits & LOCKED for entry in files):
        raise InputError(
            f"{path} is locked with a password: unpack it first", zh=f"{path} 设有密码：请先自行解压"
        )
    return files


def member_name(entry: zipfile.ZipInfo) -> str:
    """The name as its writer saw it: Chinese Windows writes names in GBK and does not say so."""
    if entry.flag_bits & NAME_IS_UTF8 or entry.filename.isascii():
        return entry.filename
    try:
        written = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return written.decode(codec)
        except UnicodeDecodeError:
            continue
    return entry.filename


def excess(archive: zipfile.ZipFile, size: int, limits: Limits) -> tuple[str, str] | None:
    """Which of the limits a zip of ``size`` bytes breaks (en, zh), told from its list of contents alone."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.parts:
        return (
            f"it has {len(entries):,} parts (limit {limits.parts:,})",
            f"内含 {len(entries):,} 个部件（上限 {limits.parts:,}）",
        )
    if unpacked > limits.unpacked_bytes:
        return (
            f"it unpacks to {unpacked:,} bytes (limit {limits.unpacked_bytes:,})",
            f"解压后有 {unpacked:,} 字节（上限 {limits.unpacked_bytes:,}）",
        )
    if unpacked > limits.free_bytes and unpacked > limits.ratio * size:
        return (
            f"it unpacks to {unpacked // size}× its size (limit {limits.ratio}×)",
            f"解压后膨胀 {unpacked // size} 倍（上限 {limits.ratio} 倍）",
        )
    return None


class _Unpacked(io.RawIOBase):
    """Blocks of bytes as a stream; ``damaged`` is what the blocks return at their end."""

    def __init__(self, blocks: Generator[bytes, None, bool]) -> None:
        self.damaged = False
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._blocks))
            except StopIteration as end:
                self.damaged = self.damaged or bool(end.value)
                return 0
        count = min(len(into), len(self._rest))
        into[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        self._blocks.close()
        super().close()


def _stream(blocks: Generator[bytes, None, bool]) -> io.BufferedReader:
    return io.BufferedReader(_Unpacked(blocks), PIECE_BYTES)


def _of_zip(path: Path, member: str) -> Generator[bytes, None, bool]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            # One step at a time: what was unpacked before the damage is given.
            while block := cast("zipfile.ZipExtFile", file).read1(PIECE_BYTES):
                yield block
    except ZIP_ERRORS:
        return True
    return False


def _of_gzip(packed: BinaryIO, path: Path) -> Generator[bytes, None, bool]:
    """The blocks of all gzip members; what stands before a cut is given, and true at the end tells of it."""
    taken = given = 0
    waiting = b""
    inflate = zlib.decompressobj(wbits=31)
    between = True
    with packed:
        while True:
            if not waiting:
                waiting = packed.read(PIECE_BYTES)
                taken += len(waiting)
            try:
                block = inflate.decompress(waiting, PIECE_BYTES) if waiting else inflate.flush()
            except zlib.error:
                return True
            given += len(block)
            if given > PARCEL.unpacked_bytes or (given > PARCEL.free_bytes and given > PARCEL.ratio * taken):
                raise _bomb(path)
            if block:
                yield block
            if inflate.eof:
                # A log that is rotated is many gzip files one after another; the space behind may be filled up.
                waiting = inflate.unused_data.lstrip(b"\0")
                inflate, between = zlib.decompressobj(wbits=31), True
            elif waiting:
                waiting, between = inflate.unconsumed_tail, False
            else:
                return not between


def _bomb(path: Path) -> InputError:
    limit = f"{PARCEL.ratio}×", f"{PARCEL.unpacked_bytes // 1024**3} GiB"
    return InputError(
        f"{path} was not read: it unpacks to over {limit[0]} its size or {limit[1]} (limit). "
        "If it is sound, unpack it first",
        zh=f"没有读取 {path}：解压后超过其大小的 {limit[0]} 或 {limit[1]}（上限）。如果文件没有问题，请先自行解压",
    )


def copied(source: BinaryIO, target: BinaryIO, *, most_bytes: int) -> bool:
    """Copy a stream; whether it ended within ``most_bytes``."""
    left = most_bytes
    while block := source.read(min(PIECE_BYTES * 16, left + 1)):
        left -= len(block)
        if left < 0:
            return False
        target.write(block)
    return True
