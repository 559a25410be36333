"""Coverage-guided fuzzing of the readers: ``python -m tests.fuzz.fuzz_readers TARGET [libFuzzer options]``.

Targets: ``whatever`` (bytes as a file of unknown kind) and ``named`` (the first byte chooses the format). Anything
but a clear error, and any row that is neither kept nor counted, ends the run with the bytes that did it. Formats
that are opened in a process of their own are left to the other tests: each try would start one.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["detector.readers"]):
    from detector.errors import InputError, UsageError
    from detector.readers import FORMATS, ReadReport, describe, read_chunks
    from detector.readers.workbook import FRAIL, OLE
    from tests.readers.seeds import sound_files, told_stories

NAMED = tuple(name for name in FORMATS if name not in FRAIL)


def survive(path: Path, content: bytes, as_format: str | None) -> None:
    """Read ``content``; only a clear error may come of it."""
    if content.startswith(OLE):
        return
    path.write_bytes(content)
    report = ReadReport()
    kept = 0
    try:
        for batch in read_chunks(path, as_format=as_format, chunk_rows=16, report=report):
            kept += len(batch)
    except (InputError, UsageError):
        pass
    if report.rows_kept != kept or report.rows_read != kept + sum(report.skipped.values()):
        raise AssertionError(f"{report.rows_read} read, {kept} kept, {report.skipped} skipped")
    describe(report, "en")


def targets(path: Path) -> dict[str, Callable[[bytes], None]]:
    """What can be fuzzed."""
    return {
        "whatever": lambda content: survive(path, content, None),
        "named": lambda content: survive(
            path, content[1:], NAMED[content[0] % len(NAMED)] if content else None
        ),
    }


def main() -> None:
    """Fuzz one target from a corpus of sound files, until the options say stop."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        seeds = [*sound_files().values(), *(text.encode("utf-8", "replace") for text in told_stories())]
        for number, content in enumerate(seeds):
            lead = bytes([number % len(NAMED)]) if sys.argv[1] == "named" else b""
            Path(corpus, str(number)).write_bytes(lead + content)
        target = targets(Path(folder, "file"))[sys.argv[1]]
        atheris.Setup([sys.argv[0], *sys.argv[2:], str(corpus)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
