"""What a competent user would try first, fitted and judged on the same split: the bar a detector must clear."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.text.tokenize import load_tokenizer

Floats = NDArray[np.float64]
Split = tuple[CommentBatch, NDArray[np.bool_]]


def _fit(x_train: sp.csr_matrix, positive: NDArray[np.bool_], x_test: sp.csr_matrix) -> Floats:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=500).fit(x_train, positive)
    return np.asarray(model.decision_function(x_test), dtype=np.float64)


def _words(train: Sequence[str], test: Sequence[str]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    cut = load_tokenizer().cut
    vectorizer = TfidfVectorizer(
        tokenizer=cut, token_pattern=None, lowercase=False, sublinear_tf=True, min_df=2
    )
    return vectorizer.fit_transform(train), vectorizer.transform(test)


def _chars(train: Sequence[str], test: Sequence[str]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    fold = [[unicodedata.normalize("NFKC", text) for text in texts] for texts in (train, test)]
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), lowercase=False, sublinear_tf=True, min_df=2
    )
    return vectorizer.fit_transform(fold[0]), vectorizer.transform(fold[1])


def _with_account(x: sp.csr_matrix, batch: CommentBatch) -> sp.csr_matrix:
    level = np.nan_to_num(batch.user_level)
    columns = [np.minimum(level, 30) / 10, level <= 1, level <= 3, np.nan_to_num(batch.fan_badge_level) > 0]
    return sp.hstack([x, sp.csr_matrix(np.column_stack(columns).astype(np.float64))]).tocsr()


def baseline_scores(train: Split, test: CommentBatch, messages: Split | None = None) -> dict[str, Floats]:
    """Scores of the test comments by each baseline; ``messages`` are labelled spam messages, if there are any."""
    batch, positive = train
    scores: dict[str, Floats] = {}
    x_train, x_test = _words(batch.text, test.text)
    scores["words TF-IDF + logistic regression"] = _fit(x_train, positive, x_test)
    x_train, x_test = _chars(batch.text, test.text)
    scores["characters 1-3 TF-IDF + logistic regression"] = _fit(x_train, positive, x_test)
    scores["the same + account level and badge"] = _fit(
        _with_account(x_train, batch), positive, _with_account(x_test, test)
    )
    if messages is not None:
        x_train, x_test = _chars(messages[0].text, test.text)
        scores["characters, trained on spam messages only"] = _fit(x_train, messages[1], x_test)
    return scores
