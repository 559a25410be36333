"""Writes a document of figures: ``python -m detector.trial.results docs/results.md NAME=DIR/metrics.json ...``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.errors import InputError, UsageError, ZhenpingError
from detector.trial.sections import Section, sections
from detector.trial.written import about
from detector.writers import write_text

HEAD: Final = """# Measured figures

Written from the metrics.json of `zhenping evaluate --out DIR` by
`python -m detector.trial.results docs/results.md NAME=DIR/metrics.json ...`; do not edit.

R@1% is the recall where at most 1 % of the genuine comments are flagged. Brackets hold 95 % intervals, over groups
of near-identical text. A figure holds for its log; other rooms and shops differ.
"""
# Sessions name rooms and days, which are nobody's business.
LEFT_OUT: Final = frozenset({"sessions"})


def results_page(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """The document as Markdown: the figures of each trial under its name, no text of a comment."""
    parts = [HEAD]
    for name, found in measured.items():
        parts.append(f"## {_plain(name)}\n\n{_plain('; '.join(about(found, 'en')))}.\n")
        parts += [_section(section) for section in sections(found, "en") if section.key not in LEFT_OUT]
    return "\n".join(parts)


def _section(section: Section) -> str:
    rows = [section.heads, ("---",) * len(section.heads), *section.rows]
    lines = ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows]
    note = f"{_plain(section.note)}\n\n" if section.note else ""
    return f"### {_plain(section.title)}\n\n{note}" + "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that cannot end a cell or a line, nor begin a tag."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def read_metrics(path: Path) -> dict[str, Any]:
    """One metrics.json. Raises InputError if it is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found["accounts" if "accounts" in found else "heads"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not a metrics.json of zhenping evaluate ({error!r})",
            zh=f"{path} 不是 zhenping evaluate 写出的 metrics.json（{error!r}）",
        ) from error
    return dict(found)


def main(argv: Sequence[str]) -> int:
    """Write the document; returns the exit code."""
    try:
        if len(argv) < 2 or not all("=" in pair for pair in argv[1:]):
            raise UsageError("usage: python -m detector.trial.results OUT.md NAME=DIR/metrics.json ...")
        pairs = [pair.partition("=") for pair in argv[1:]]
        write_text(argv[0], results_page({name: read_metrics(Path(path)) for name, _, path in pairs}))
    except ZhenpingError as error:
        print(f"{error.zh}\n{error.en}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
