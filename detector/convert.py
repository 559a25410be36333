"""Any file of comments -> one file of events, the same for every source; names replaced on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.pseudonyms import key_of, pseudonymised
from detector.readers import ReadReport, read_chunks
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
    key = None if pseudonymise is None else key_of(pseudonymise)
    report = ReadReport()
    batches: Iterable[CommentBatch] = read_chunks(
        files, mapping=mapping, tz=tz, as_format=as_format, encoding=encoding, report=report
    )
    write_events(out, batches if key is None else (pseudonymised(batch, key) for batch in batches))
    return report
