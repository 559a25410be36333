"""Cuts normalised text into words: jieba's dictionary and algorithm, in Rust where it installs.

``jieba`` is the reference and the fallback; ``rjieba`` is the same dictionary and algorithm compiled, about
twenty times faster. A bundle records which one it was trained with.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.errors import UsageError
from detector.text.codepoints import decode

TOKENIZERS: Final = ("rjieba", "jieba")
LINE_FEED: Final = 10


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A way to cut text: ``name`` and ``version`` identify it, ``cut`` gives the words of one text, in order,
    whose concatenation is the text."""

    name: str
    version: str
    cut: Callable[[str], list[str]]

    @property
    def identity(self) -> str:
        """What a bundle records, such as ``rjieba 0.2.2``."""
        return f"{self.name} {self.version}"


def own_words() -> list[tuple[str, int]]:
    """Our own dictionary words with their frequencies."""
    text = resources.files(__package__).joinpath("lexicons", "words.txt").read_text(encoding="utf-8")
    rows = [row.split() for row in text.splitlines() if row and not row.startswith("#")]
    return [(word, int(frequency)) for word, frequency in rows]


def _rjieba() -> Tokenizer:
    import rjieba

    engine = rjieba.Jieba()
    for word, frequency in own_words():
        engine.add_word(word, frequency, "")
    return Tokenizer("rjieba", metadata.version("rjieba"), engine.cut)


def _jieba() -> Tokenizer:
    with warnings.catch_warnings():
        # jieba's sources have escapes that newer Pythons warn about.
        warnings.simplefilter("ignore")
        import jieba

    logging.getLogger("jieba").setLevel(logging.WARNING)
    engine = jieba.Tokenizer()
    # jieba would read (and unmarshal) a cache from the shared temp folder, where anyone can plant one:
    # build the prefix dictionary from the package's own file instead, every time.
    engine.FREQ, engine.total = engine.gen_pfdict(engine.get_dict_file())
    engine.initialized = True
    for word, frequency in own_words():
        engine.add_word(word, frequency)
    return Tokenizer("jieba", metadata.version("jieba"), engine.lcut)


@functools.cache
def load_tokenizer(name: str | None = None) -> Tokenizer:
    """The tokenizer ``name``, or the fastest one that is installed.

    Raises UsageError for an unknown name and ImportError where ``name`` is not installed.
    """
    if name == "rjieba":
        return _rjieba()
    if name == "jieba":
        return _jieba()
    if name is not None:
        raise UsageError(f"unknown tokenizer {name!r}; choose from {', '.join(TOKENIZERS)}")
    try:
        return _rjieba()
    except ImportError:
        return _jieba()


def cut_lines(
    tokenizer: Tokenizer, codes: NDArray[np.int32], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Word boundaries of all texts at once, texts given as ``codepoints.encode`` gives them.

    Returns ``word_starts`` (m + 1 offsets into ``codes``) and ``text_starts`` (n + 1 offsets into the words).
    Texts must not contain line feeds (normalised text has none).
    """
    n = len(starts) - 1
    # One call for all: the texts as lines.
    lines = np.empty(len(codes) + max(n - 1, 0), dtype=np.int32)
    _as_lines(codes, starts, lines)
    words = tokenizer.cut(lines.tobytes().decode("utf-32-le"))
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    word_starts = np.empty(len(words) + 1, dtype=np.int64)
    text_starts = np.empty(n + 1, dtype=np.int64)
    n_words = _bounds(lengths, starts, word_starts, text_starts)
    if n_words < 0:
        return _cut_each(tokenizer, decode(codes, starts))
    return word_starts[: n_words + 1], text_starts


@kernel
def _as_lines(codes: NDArray[np.int32], starts: NDArray[np.int64], lines: NDArray[np.int32]) -> None:
    n = len(starts) - 1
    for t in range(n):
        for i in range(starts[t], starts[t + 1]):
            lines[i + t] = codes[i]
        if t + 1 < n:
            lines[starts[t + 1] + t] = LINE_FEED


@kernel
def _bounds(
    lengths: NDArray[np.int64], starts: NDArray[np.int64], word_starts: NDArray[np.int64],
    text_starts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill in where words and texts begin; how many words, -1 unless every line feed is a word of its own.

    A tokenizer may glue line feeds of empty texts together.
    """
    last = len(starts) - 2
    text, at, n = 0, 0, 0
    word_starts[0] = text_starts[0] = 0
    for length in lengths:
        end = starts[text + 1] + text
        if text == last or at + length <= end:
            n += 1
            word_starts[n] = word_starts[n - 1] + length
        elif at == end and length == 1:
            text += 1
            text_starts[text] = n
        else:
            return -1
        at += length
    if text != last:
        return -1
    text_starts[last + 1] = n
    return n


def _cut_each(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    cuts = [tokenizer.cut(text) if text else [] for text in texts]
    lengths = [len(word) for cut in cuts for word in cut]
    word_starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    text_starts = np.concatenate([[0], np.cumsum([len(cut) for cut in cuts])]).astype(np.int64)
    return word_starts, text_starts
