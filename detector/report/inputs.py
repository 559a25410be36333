"""What was read, from the record of a run: every key may be missing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detector.report.shown import Shown, shown
from detector.report.wording import code_word

MOST_COLUMNS, MOST_WARNINGS, MOST_FILES = 40, 20, 20


@dataclass(frozen=True, slots=True)
class InputShown:
    """One input file and how well it could be read; empty strings and tuples for what is not known."""

    name: Shown
    sha256: str
    size: str
    format: str
    encoding: str
    rows_read: str
    rows_kept: str
    skipped: tuple[tuple[str, int], ...]
    columns: tuple[tuple[Shown, str], ...]
    ids: tuple[tuple[str, int], ...]
    times: str
    unparsed: int
    warnings: tuple[Shown, ...]


def inputs_shown(run: Mapping[str, Any], lang: str) -> list[InputShown]:
    """The inputs of ``run`` in their order."""
    return [
        _input(given, lang) for given in _list(run.get("inputs"))[:MOST_FILES] if isinstance(given, Mapping)
    ]


def _input(given: Mapping[str, Any], lang: str) -> InputShown:
    read = _mapping(given.get("read"))
    time = _mapping(read.get("time"))
    source = time.get("source")
    sources = [source] if isinstance(source, str) else list(source or ())
    return InputShown(
        # The folder may name a person; the file name is enough to find the file again.
        name=shown(re.split(r"[\\/]", str(given.get("path") or ""))[-1], limit=120),
        sha256=str(given.get("sha256") or read.get("sha256") or "")[:12],
        size=_size(given.get("bytes")),
        format=str(read.get("format") or "")[:40],
        encoding=str(read.get("encoding") or "")[:40],
        rows_read=_count_text(read.get("rows_read")),
        rows_kept=_count_text(read.get("rows_kept")),
        skipped=_counts(read.get("skipped"), lang),
        columns=tuple(
            (shown(str(header), limit=60, marks=2), str(name)[:40])
            for name, header in list(_mapping(read.get("columns")).items())[:MOST_COLUMNS]
        ),
        ids=_counts(read.get("id_quality"), lang),
        times=", ".join(code_word(str(code), lang) for code in sources if code)[:120],
        unparsed=_count(time.get("unparsed")),
        warnings=tuple(
            shown(_sentence(warning, lang), limit=400)
            for warning in _list(read.get("warnings"))[:MOST_WARNINGS]
        ),
    )


def _counts(given: Any, lang: str) -> tuple[tuple[str, int], ...]:
    """Words and counts, largest first, without zeros; a count may stand alone or under ``n`` or ``count``."""
    pairs = [(code_word(str(code), lang)[:60], _count(value)) for code, value in _mapping(given).items()]
    return tuple(sorted((pair for pair in pairs if pair[1] > 0), key=lambda pair: -pair[1])[:20])


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        value = value.get("n", value.get("count", 0))
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else 0


def _count_text(value: Any) -> str:
    return "" if value is None else f"{_count(value):,}"


def _size(value: Any) -> str:
    size = float(_count(value))
    if size <= 0:
        return ""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _sentence(warning: Any, lang: str) -> str:
    """A warning is a sentence, or one in each language by name or by place (English, Chinese)."""
    if isinstance(warning, Mapping):
        return str(warning.get(lang) or warning.get("zh") or warning.get("en") or "")
    return str(warning)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
