"""The one vectoriser: texts to TF-IDF rows over character n-grams and words, and linear scores of such rows.

Training hands its matrix to scikit-learn; scoring sums the same numbers in the same order. Term frequency is
``1 + ln(tf)``, inverse document frequency smoothed as in scikit-learn; the character block and the word block
are each scaled to unit length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel
from detector.text.hashing import find, hash_slots, mix
from detector.text.ngrams import Grams, char_grams, word_grams
from detector.text.reading import TextReading
from detector.text.tokenize import Tokenizer, cut_lines

MAX_TERM_COUNT: Final = 1024
# Up to so many columns sorting by insertion is the quicker way.
INSERTION_MAX: Final = 48


def _log_counts() -> NDArray[np.float64]:
    counts = np.arange(1, MAX_TERM_COUNT, dtype=np.float64)
    return np.concatenate([[0.0], 1.0 + np.log(counts)])


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix in CSR form: row i holds ``values[starts[i]:starts[i + 1]]`` at ``columns[...]``, which
    ascend within a row."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectorizer:
    """A fitted vocabulary: keys of the character n-grams and of the words, then one idf per column.

    ``words`` spells the word keys, for people; columns are the character n-grams first, then the words.
    """

    tokenizer: Tokenizer
    char_keys: NDArray[np.int64]
    word_keys: NDArray[np.int64]
    words: tuple[str, ...]
    idf: NDArray[np.float64]
    log_counts: NDArray[np.float64] = field(default_factory=_log_counts, repr=False)
    char_slots: NDArray[np.int32] = field(init=False, repr=False)
    word_slots: NDArray[np.int32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "char_slots", hash_slots(self.char_keys))
        object.__setattr__(self, "word_slots", hash_slots(self.word_keys))

    @property
    def n_columns(self) -> int:
        """The width of the matrix."""
        return len(self.char_keys) + len(self.word_keys)

    def transform(self, reading: TextReading) -> Rows:
        """The TF-IDF rows of texts."""
        chars, words = grams(reading, self.tokenizer)
        m = len(reading)
        size = len(chars.keys) + len(words.keys)
        columns = np.empty(size, dtype=np.int32)
        values = np.empty(size, dtype=np.float64)
        starts = np.zeros(m + 1, dtype=np.int64)
        n = _rows(
            chars.keys, chars.starts, words.keys, words.starts,
            self.char_keys, self.char_slots, self.word_keys, self.word_slots, self.idf, self.log_counts,
            starts, columns, values,
        )  # fmt: skip
        return Rows(starts, columns[:n], values[:n])


def grams(reading: TextReading, tokenizer: Tokenizer) -> tuple[Grams, Grams]:
    """The character n-grams and the words of texts, numbers and handles replaced by their shapes."""
    shaped = reading.shaped
    words = word_grams(shaped.codes, *cut_lines(tokenizer, shaped.codes, shaped.starts))
    return char_grams(shaped.codes, shaped.starts, shaped.mark), words


@array_kernel
def _sort(columns: NDArray[np.int32], first: int, last: int) -> None:
    """Sort a short stretch in place: by insertion, which needs no memory; long ones by numpy."""
    if last - first > INSERTION_MAX:
        columns[first:last] = np.sort(columns[first:last])
        return
    for i in range(first + 1, last):
        column = columns[i]
        j = i - 1
        while j >= first and columns[j] > column:
            columns[j + 1] = columns[j]
            j -= 1
        columns[j + 1] = column


@kernel
def _block(
    keys: NDArray[np.int64], first: int, last: int, vocabulary: NDArray[np.int64], slots: NDArray[np.int32],
    offset: int, idf: NDArray[np.float64], log_counts: NDArray[np.float64],
    n: int, columns: NDArray[np.int32], values: NDArray[np.float64],
) -> int:  # fmt: skip
    start = n
    mask = len(slots) - 1
    # The first look at every place comes before any comparison: the waits for memory overlap.
    for i in range(first, last):
        columns[start + i - first] = slots[mix(keys[i]) & mask]
    for i in range(first, last):
        row = columns[start + i - first] - 1
        if row >= 0 and vocabulary[row] != keys[i]:
            row = find(keys[i], vocabulary, slots)
        if row >= 0:
            columns[n] = row + offset
            n += 1
    _sort(columns, start, n)
    end = n
    n = start
    square = 0.0
    i = start
    while i < end:
        column = columns[i]
        j = i + 1
        while j < end and columns[j] == column:
            j += 1
        value = log_counts[min(j - i, len(log_counts) - 1)] * idf[column]
        columns[n] = column
        values[n] = value
        square += value * value
        n += 1
        i = j
    if square > 0.0:
        norm = np.sqrt(square)
        for k in range(start, n):
            values[k] /= norm
    return n


@kernel
def _rows(
    char_keys: NDArray[np.int64], char_starts: NDArray[np.int64],
    word_keys: NDArray[np.int64], word_starts: NDArray[np.int64],
    char_vocabulary: NDArray[np.int64], char_slots: NDArray[np.int32],
    word_vocabulary: NDArray[np.int64], word_slots: NDArray[np.int32],
    idf: NDArray[np.float64], log_counts: NDArray[np.float64],
    starts: NDArray[np.int64], columns: NDArray[np.int32], values: NDArray[np.float64],
) -> int:  # fmt: skip
    n = 0
    for t in range(len(char_starts) - 1):
        starts[t] = n
        n = _block(
            char_keys, char_starts[t], char_starts[t + 1], char_vocabulary, char_slots, 0, idf, log_counts,
            n, columns, values,
        )  # fmt: skip
        n = _block(
            word_keys, word_starts[t], word_starts[t + 1], word_vocabulary, word_slots, len(char_vocabulary),
            idf, log_counts, n, columns, values,
        )  # fmt: skip
    starts[len(char_starts) - 1] = n
    return n


@kernel
def _scores(
    starts: NDArray[np.int64], columns: NDArray[np.int32], values: NDArray[np.float64],
    weights: NDArray[np.float64], bias: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    for t in range(len(starts) - 1):
        for head in range(weights.shape[1]):
            total = 0.0
            for i in range(starts[t], starts[t + 1]):
                total += values[i] * weights[columns[i], head]
            out[t, head] = total + bias[head]


def linear_scores(rows: Rows, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> NDArray[np.float64]:
    """``rows @ weights + bias`` (float64, shape (m, heads)), summed in the order of the columns."""
    out = np.zeros((len(rows.starts) - 1, weights.shape[1]), dtype=np.float64)
    _scores(rows.starts, rows.columns, rows.values, weights, bias, out)
    return out
