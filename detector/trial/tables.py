"""The figures of a trial for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from detector.trial.sections import Section, sections
from detector.trial.written import about

# Long tables that are read on the page.
ON_THE_PAGE: Final = frozenset({"thresholds", "ablation", "distinct_texts"})


def trial_table(found: Mapping[str, Any], lang: str) -> str:
    """The figures as aligned text in ``zh`` or ``en``."""
    parts = ["  ".join(about(found, lang))]
    parts += [_text(section) for section in sections(found, lang) if section.key not in ON_THE_PAGE]
    return "\n\n".join(parts)


def _text(section: Section) -> str:
    rows = [section.heads, *section.rows]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(section.heads))]
    lines = ["  ".join(_padded(row, widths)).rstrip() for row in rows]
    return "\n".join([section.title, *lines])


def _padded(row: tuple[str, ...], widths: list[int]) -> list[str]:
    spaces = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
    first, *others = (spaces[column] + cell for column, cell in enumerate(row))
    return [row[0] + spaces[0] if first else "", *others]


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
