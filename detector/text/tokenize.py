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
    ends = starts[1:] + np.arange(n)
    lines = np.full(len(codes) + max(n - 1, 0), LINE_FEED, dtype=np.int32)
    of_text = np.ones(len(lines), dtype=np.bool_)
    of_text[ends[:-1]] = False
    lines[of_text] = codes
    words = tokenizer.cut(lines.tobytes().decode("utf-32-le"))
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    # The line feeds stand where the texts end; each must have come out as a word of its own.
    at = np.cumsum(lengths) - lengths
    feed_words = np.searchsorted(at, ends[:-1])
    # A tokenizer may glue line feeds of empty texts together; cut those texts one by one.
    if n > 1 and not (
        feed_words[-1] < len(words)
        and np.array_equal(at[feed_words], ends[:-1])
        and (lengths[feed_words] == 1).all()
    ):
        return _cut_each(tokenizer, decode(codes, starts))
    feeds = np.zeros(len(words), dtype=np.bool_)
    feeds[feed_words] = True
    word_starts = np.concatenate([[0], np.cumsum(lengths[~feeds])]).astype(np.int64)
    # Before the k-th text stand as many words as before its line feed, less the feeds between.
    text_starts = np.concatenate([[0], feed_words - np.arange(len(feed_words)), [len(word_starts) - 1]])
    return word_starts, text_starts[: n + 1].astype(np.int64)


def _cut_each(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    cuts = [tokenizer.cut(text) if text else [] for text in texts]
    lengths = [len(word) for cut in cuts for word in cut]
    word_starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    text_starts = np.concatenate([[0], np.cumsum([len(cut) for cut in cuts])]).astype(np.int64)
    return word_starts, text_starts
