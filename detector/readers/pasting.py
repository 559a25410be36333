"""Commands that can be pasted into the shell at hand: a POSIX shell, or the command prompt of Windows."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final

from detector.readers.remarks import unshown

# Chinese needs no quotes in any shell, and quotes would only be hard to read.
_PLAIN: Final = re.compile(r"[\w@%+=:,./~-]+\Z")
_PLAIN_WINDOWS: Final = re.compile(r"[\w@+:./\\~-]+\Z")


def pasted(words: Sequence[str], *, windows: bool = os.name == "nt") -> str:
    """The words as one line for a shell. A character that a terminal must not show becomes the pattern ``?``.

    >>> print(pasted(["zhenping", "inspect", "双11 弹幕.csv"], windows=False))
    zhenping inspect '双11 弹幕.csv'
    >>> print(pasted(["zhenping", "inspect", "双11 弹幕.csv"], windows=True))
    zhenping inspect "双11 弹幕.csv"
    """
    return " ".join(_quoted_windows(word) if windows else _quoted(word) for word in map(_shown, words))


def _shown(word: str) -> str:
    return unshown(word, "?")


def _quoted(word: str) -> str:
    if _PLAIN.match(word) and not word.startswith(("~", "-")):
        return word
    # An option is one on purpose.
    if word.startswith("-") and _PLAIN.match(word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _quoted_windows(word: str) -> str:
    if _PLAIN_WINDOWS.match(word):
        return word
    # A backslash before a quote would escape it; file names hold no quote, other words may.
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'
