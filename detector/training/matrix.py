"""All logs as one training matrix: features by replay, distinct texts, and the vocabulary they support."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from detector.bundle.model import surfaces
from detector.engine import SCHEMA, TEXT_SIGNALS, FeatureEngine, FeatureFrame
from detector.state.account_keys import account_keys
from detector.state.sessions import SessionKey
from detector.text.hashing import span_keys
from detector.text.ngrams import Grams
from detector.text.reading import TextReading, read_texts
from detector.text.tokenize import Tokenizer, cut_lines
from detector.text.vectorize import Rows, Vectorizer, grams
from detector.training.augment import Augmentation, disguised, text_values
from detector.training.logs import LabelledLog, fold_of_keys
from detector.verdict import HEADS

SOLICITATION: Final = HEADS.index("solicitation")
# An n-gram from fewer accounts, or fewer distinct texts, could carry one person's words.
MIN_SUPPORT: Final = 5
MAX_LATIN_WORD: Final = 10
CHUNK: Final = 65_536

Progress = Callable[[str], None]
# The columns of a matrix under construction, all of the same length.
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """N comments of all logs, row by row.

    ``values`` float32 (N, features); ``text`` int32 (N,) into the m distinct texts of ``reading``; ``label`` and
    ``fold`` int8 (N,); ``known`` bool (N, heads): whether the label speaks for the head; ``surface`` intp (N,);
    ``proof`` bool (N,); ``cluster`` int64 (N,), the near-identical-text group; ``log`` int16 (N,) into ``names``;
    ``account`` int64 (N,), 0 unknown; ``weight`` float64 (N, heads); ``rate`` float64 (N,). ``augmented`` bool (N,): disguised copies of
    lures, last of all, which teach but are never judged; ``origin`` int64 (N,) the row that a row is a disguised copy
    of, or itself. ``session`` int32 (N,): equal in one session of one log, -1 for loose texts. ``words`` bool (N,):
    whether wording learns from the row. ``source`` int64 (m,): the text that a text is a disguised copy of, or itself.
    """

    values: NDArray[np.float32]
    text: NDArray[np.int32]
    reading: TextReading
    label: NDArray[np.int8]
    fold: NDArray[np.int8]
    known: NDArray[np.bool_]
    surface: NDArray[np.intp]
    proof: NDArray[np.bool_]
    cluster: NDArray[np.int64]
    log: NDArray[np.int16]
    account: NDArray[np.int64]
    weight: NDArray[np.float64]
    rate: NDArray[np.float64]
    augmented: NDArray[np.bool_]
    origin: NDArray[np.int64]
    session: NDArray[np.int32]
    words: NDArray[np.bool_]
    source: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.label)


def build_matrix(
    logs: Sequence[LabelledLog], *, augmentation: Augmentation | None = None, seed: int = 0, progress: Progress
) -> Matrix:
    """Replay every log through a fresh engine, disguise copies of the true lures, read every distinct text once.

    Lures are augmented where they are real: in logs that may stand as proof and weigh in full.
    """
    found, texts = _replayed(logs, progress)
    names = tuple(log.name for log in logs)
    source, n = list(range(len(texts))), len(found["label"])
    origin = np.arange(n)
    if augmentation and len(lures := _real_lures(found)):
        progress(f"disguise {len(lures):,} lures {augmentation.copies} times")
        rng = np.random.default_rng(seed)
        lures = np.repeat(lures, augmentation.copies)
        origin = np.concatenate([origin, lures])
        copies = _disguised(found, lures, texts, source, augmentation, rng)
        copies["log"] = np.full(len(copies["label"]), len(names), dtype=np.int16)
        found = {name: np.concatenate([column, copies[name]]) for name, column in found.items()}
        names += ("augmented",)
    return Matrix(
        **found,
        reading=read_texts(list(texts)),
        augmented=np.arange(len(found["label"])) >= n,
        origin=origin,
        source=np.array(source, dtype=np.int64),
        names=names,
    )


def _replayed(logs: Sequence[LabelledLog], progress: Progress) -> tuple[Columns, dict[str, int]]:
    """The columns of what is judged in the logs, each through an engine of its own, and the number of each text."""
    values, clusters, accounts, observed, folds, sessions, text_rows = [], [], [], [], [], [], []
    texts: dict[str, int] = {}
    lives = itertools.count()
    for log in logs:
        progress(f"{log.name}: {len(log.batch):,}")
        engine = FeatureEngine()
        living: dict[SessionKey, int] = {}
        for start in range(0, len(log.batch), CHUNK):
            part = log.batch.slice(start, start + CHUNK)
            frame = engine.observe(part)
            observed.append(frame.observed)
            folds.append(fold_of_keys(frame.group) if log.by_text else log.fold[start : start + CHUNK])
            if not log.replayed:
                frame.values[:, behaviour_columns()] = np.nan
            values.append(frame.values.astype(np.float32))
            clusters.append(frame.group)
            accounts.append(account_keys(part, np.arange(len(part))))
            sessions.append(
                _sessions(frame, living, lives) if log.replayed else np.full(len(part), -1, np.int32)
            )
        text_rows.append(
            np.array([texts.setdefault(text, len(texts)) for text in log.batch.text], dtype=np.int32)
        )
    which = np.repeat(np.arange(len(logs)), [len(log.batch) for log in logs])
    label = np.concatenate([log.label for log in logs])
    words = np.array([log.words for log in logs])[which]
    # Gifts and redeliveries are not judged, so they are neither lessons nor proof.
    keep = np.concatenate(observed)
    columns: Columns = {
        "values": np.concatenate(values),
        "text": np.concatenate(text_rows),
        "label": label,
        "fold": np.concatenate(folds),
        "known": np.array([[head in log.heads for head in HEADS] for log in logs])[which],
        "surface": np.concatenate([surfaces(log.batch) for log in logs]),
        "proof": np.array([log.proof for log in logs])[which],
        "cluster": np.concatenate(clusters),
        "log": which.astype(np.int16),
        "account": np.concatenate(accounts),
        "session": np.concatenate(sessions),
        "weight": np.array([log.weight for log in logs])[which],
        "rate": np.array([log.rate for log in logs])[which],
        "words": words,
    }
    return {name: column[keep] for name, column in columns.items()}, texts


def _sessions(frame: FeatureFrame, living: dict[SessionKey, int], lives: Iterator[int]) -> NDArray[np.int32]:
    """A number for each session, a new one for one that was forgotten and came back."""
    out = np.full(len(frame.group), -1, dtype=np.int32)
    for key, _ in frame.sessions.ended:
        living.pop(key, None)
    for key, rows, lasting in frame.sessions.rows:
        if key not in living:
            living[key] = next(lives)
        out[rows] = living[key] if lasting else living.pop(key)
    return out


def _real_lures(found: Columns) -> NDArray[np.intp]:
    """The rows of lures in logs that may stand as proof and weigh in full."""
    real = (found["label"] == SOLICITATION) & found["proof"] & (found["weight"][:, SOLICITATION] >= 1.0)
    return np.flatnonzero(real)


def _disguised(
    found: Columns, lures: NDArray[np.intp], texts: dict[str, int], source: list[int], augmentation: Augmentation,
    rng: np.random.Generator,
) -> Columns:  # fmt: skip
    """The columns of disguised copies of ``lures``; their texts are added to ``texts``, with the ``source`` of each."""
    written = list(texts)
    again = disguised([written[row] for row in found["text"][lures]], tricks=augmentation.tricks, rng=rng)
    for text, origin in zip(again, found["text"][lures].tolist(), strict=True):
        if texts.setdefault(text, len(texts)) == len(source):
            source.append(origin)
    return {name: column[lures] for name, column in found.items()} | {
        "values": text_values(again, found["values"][lures]),
        "text": np.array([texts[text] for text in again], dtype=np.int32),
        "proof": np.zeros(len(lures), dtype=np.bool_),
        "weight": found["weight"][lures] * augmentation.weight,
    }


def behaviour_columns() -> NDArray[np.intp]:
    """The columns that depend on more than the text."""
    of_text = (*(f"{signal.name}." for signal in TEXT_SIGNALS), "rating.is_review", "rating.polarity")
    return np.array([i for i, name in enumerate(SCHEMA.names) if not name.startswith(of_text)], dtype=np.intp)


def fit_vectorizer(matrix: Matrix, tokenizer: Tokenizer) -> Vectorizer:
    """The vocabulary of all n-grams with enough distinct accounts and distinct texts behind them."""
    chars, words = grams(matrix.reading, tokenizer)
    authors = _authors(matrix)
    char_keys, char_df = _supported(chars, authors, matrix.source)
    word_keys, word_df = _supported(words, authors, matrix.source)
    spelled = _spell_words(matrix.reading, tokenizer, word_keys)
    # Longer Latin words are no words: numbers spelled in pinyin, handles without a digit.
    short = np.array([not (word.isascii() and len(word) > MAX_LATIN_WORD) for word in spelled], dtype=np.bool_)
    word_keys, word_df = word_keys[short], word_df[short]
    spelled = tuple(word for word, keep in zip(spelled, short.tolist(), strict=True) if keep)
    df = np.concatenate([char_df, word_df]).astype(np.float64)
    idf = np.log((1.0 + len(matrix.reading)) / (1.0 + df)) + 1.0
    return Vectorizer(tokenizer, char_keys, word_keys, spelled, idf)


def _authors(matrix: Matrix) -> sp.csr_matrix:
    """Which accounts wrote which distinct text; where accounts are unknown every text is its own author."""
    known = matrix.account > 0
    _, account = np.unique(matrix.account[known], return_inverse=True)
    n_accounts = int(account.max(initial=-1)) + 1
    m = len(matrix.reading)
    anonymous = np.unique(matrix.text[~known])
    rows = np.concatenate([matrix.text[known], anonymous])
    columns = np.concatenate([account, n_accounts + np.arange(len(anonymous))])
    ones = np.ones(len(rows), dtype=np.int8)
    table = sp.csr_matrix((ones, (rows, columns)), shape=(m, n_accounts + len(anonymous)))
    table.data[:] = 1
    return table


def _supported(
    found: Grams, authors: sp.csr_matrix, source: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The n-grams with enough support, and in how many texts each stands; copies of one text support it once."""
    texts = np.repeat(np.arange(len(found.starts) - 1), np.diff(found.starts))
    keys, column = np.unique(found.keys, return_inverse=True)
    table = sp.csr_matrix(
        (np.ones(len(column), dtype=np.int32), (column, texts)), shape=(len(keys), authors.shape[0])
    )
    table.sum_duplicates()
    df = np.diff(table.indptr)
    ones = np.ones(len(column), dtype=np.int32)
    sources = sp.csr_matrix((ones, (column, source[texts])), shape=table.shape)
    sources.sum_duplicates()
    frequent = np.flatnonzero(np.diff(sources.indptr) >= MIN_SUPPORT)
    table = table[frequent]
    table.data[:] = 1
    enough = np.zeros(len(frequent), dtype=np.bool_)
    # In slices: the full product of n-grams and accounts would not fit in memory.
    for start in range(0, len(frequent), 4096):
        part = slice(start, start + 4096)
        enough[part] = np.diff((table[part] @ authors).tocsr().indptr) >= MIN_SUPPORT
    return keys[frequent[enough]], df[frequent[enough]]


def _spell_words(reading: TextReading, tokenizer: Tokenizer, keys: NDArray[np.int64]) -> tuple[str, ...]:
    shaped = reading.shaped
    word_starts, _ = cut_lines(tokenizer, shaped.codes, shaped.starts)
    distinct, first = np.unique(span_keys(shaped.codes, word_starts), return_index=True)
    spans = word_starts[first[np.searchsorted(distinct, keys)]]
    ends = word_starts[first[np.searchsorted(distinct, keys)] + 1]
    return tuple(
        shaped.codes[a:b].tobytes().decode("utf-32-le", "surrogatepass")
        for a, b in zip(spans, ends, strict=True)
    )


def as_scipy(rows: Rows, n_columns: int) -> sp.csr_matrix:
    """The scorer's own rows as the matrix scikit-learn is given."""
    return sp.csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, n_columns))
