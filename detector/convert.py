"""Any file of comments -> one file of events, the same for every source; names replaced on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.pseudonyms import key_of, pseudonymised
from detector.readers import ReadReport, read_chunks
from detector.readers.places import expand
from detector.writers import events_format, write_events


def convert(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    pseudonymise: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
) -> ReadReport:
    """Write the events of ``files``, one after the other, to ``out`` (``.parquet`` or ``.jsonl``).

    Memory holds some ten thousand rows at a time. ``pseudonymise`` names a key file: account ids, names and
    comment ids are replaced (see ``detector.pseudonyms``). Of several files the rows stand as they were read:
    no session is made up for them. Raises ``InputError`` and ``UsageError``; nothing is written then.
    """
    events_format(out)
    if any(Path(file).resolve() == Path(out).resolve() for file in files):
        raise UsageError(f"-o {out} is one of the files to read", zh=f"-o {out} 是要读取的文件之一")
    key = None if pseudonymise is None else _key(Path(pseudonymise), files, Path(out))
    report = ReadReport()
    batches: Iterable[CommentBatch] = read_chunks(
        files, mapping=mapping, tz=tz, as_format=as_format, encoding=encoding, report=report
    )
    write_events(out, batches if key is None else (pseudonymised(batch, key) for batch in batches))
    return report


def _key(file: Path, files: Sequence[str | Path], out: Path) -> bytes:
    """The key of a file that is for nothing else: comments are no secret, and a key among them is none any more."""
    key = key_of(file)
    if file.resolve() == out.resolve():
        raise UsageError(
            f"--pseudonymise {file} is the file to write: name another",
            zh=f"--pseudonymise {file} 就是要写出的文件：请换一个文件",
        )
    if any(place.file.resolve() == file.resolve() for place in expand(files, ReadReport())):
        raise UsageError(
            f"--pseudonymise {file} is one of the files to read: keep the key in a file of its own, elsewhere. "
            f"Make one: head -c 32 /dev/urandom > key",
            zh=f"--pseudonymise {file} 是要读取的文件之一：密钥应单独存放在别处。生成方法：head -c 32 /dev/urandom > key",
        )
    return key
