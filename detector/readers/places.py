"""Where comments lie: files, folders, patterns such as ``logs/*.csv``, and the members of zips."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from detector.errors import InputError
from detector.readers.packed import is_parcel, member_name, members, opened
from detector.readers.report import ReadReport

MOST_PLACES: Final = 10_000
# What systems put beside the files of people.
LEFT_BY_SYSTEMS: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
PATTERN_SIGNS: Final = "*?["


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or a member of a zip, that may hold comments; ``size`` is in bytes.

    ``path`` is the name to show, for a member ``a.zip:inner/b.csv``. ``named`` is whether the caller asked for
    this very file, so that it must be readable; others of a folder may turn out to be something else.
    """

    path: Path
    file: Path
    size: int
    member: str = ""
    named: bool = True

    def opened(self) -> BinaryIO:
        """The bytes, unpacked, as a stream to be closed by the caller; what is cut simply ends."""
        return opened(self.file, self.member)


def place_of(path: str | Path) -> Place:
    """The place of one file; ``InputError`` if it is missing or no regular file."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a directory: name a file", zh=f"{path} 是目录：请指定文件")
    if not path.exists():
        raise InputError(f"{path} does not exist", zh=f"文件不存在：{path}")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file", zh=f"{path} 不是普通文件")
    return Place(path, path, path.stat().st_size)


def expand(paths: Iterable[str | Path], report: ReadReport) -> list[Place]:
    """Every place under the paths, each once: folders and patterns sorted by name, zips in their own order.

    Hidden files are left out and remarked. ``InputError`` if a path is missing, leads to no file, or to more
    than 10,000.
    """
    found: dict[tuple[Path, str], Place] = {}
    for path in paths:
        before = len(found)
        none = True
        for place in _under(Path(path), report, named=True):
            none = False
            found.setdefault((place.file, place.member), place)
            if len(found) > MOST_PLACES:
                raise InputError(
                    f"{path} holds more than {MOST_PLACES:,} files: name fewer at a time",
                    zh=f"{path} 内文件超过 {MOST_PLACES:,} 个：请分批指定",
                )
        if none and before == len(found):
            raise InputError(f"{path} holds no file to read", zh=f"{path} 中没有可读取的文件")
    return list(found.values())


def _under(path: Path, report: ReadReport, *, named: bool) -> Iterator[Place]:
    if path.is_dir():
        for file in _files_below(path, report):
            yield from _under_found(file, report)
    elif path.exists() or not named:
        yield from _in_file(path, report, named=named)
    elif any(sign in str(path) for sign in PATTERN_SIGNS):
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not matches:
            raise InputError(f"no file matches {path}", zh=f"没有匹配的文件：{path}")
        for match in matches:
            if Path(match).is_dir():
                yield from _under(Path(match), report, named=False)
            else:
                yield from _under_found(Path(match), report)
    else:
        yield _named_member(path)


def _under_found(file: Path, report: ReadReport) -> Iterator[Place]:
    """A file that nobody named: what cannot be opened is remarked."""
    try:
        yield from _in_file(file, report, named=False)
    except (InputError, OSError):
        report.note("not_read", examples=(str(file),))


def _in_file(path: Path, report: ReadReport, *, named: bool) -> Iterator[Place]:
    place = place_of(path)
    if not is_parcel(path):
        yield place if named else Place(path, path, place.size, named=False)
        return
    for entry in members(path):
        name = member_name(entry)
        if any(_is_hidden(part) for part in name.split("/")):
            report.note("hidden_files", examples=(f"{path}:{name}",))
            continue
        yield Place(Path(f"{path}:{name}"), path, entry.file_size, entry.filename, named=False)


def _named_member(path: Path) -> Place:
    """A member named as it is shown, ``a.zip:inner/b.csv``."""
    archive, colon, name = str(path).rpartition(".zip:")
    file = Path(f"{archive}.zip")
    if colon and file.is_file() and is_parcel(file):
        for entry in members(file):
            if Path(member_name(entry)) == Path(name):
                return Place(path, file, entry.file_size, entry.filename)
    raise InputError(f"{path} does not exist", zh=f"文件不存在：{path}")


def _files_below(folder: Path, report: ReadReport) -> Iterator[Path]:
    def unread(error: OSError) -> None:
        report.note("not_read", examples=(str(error.filename),))

    for root, folders, files in os.walk(folder, onerror=unread):
        for name in sorted(name for name in (*folders, *files) if _is_hidden(name)):
            report.note("hidden_files", examples=(str(Path(root, name)),))
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(name for name in files if not _is_hidden(name)):
            yield Path(root, name)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in LEFT_BY_SYSTEMS
