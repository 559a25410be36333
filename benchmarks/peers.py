"""What a competent user would score comments with instead: words and a linear model, none slower than it need be.

None of them keeps state about accounts or rooms, finds near-duplicates, or says why.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.rounds import Call, Contender, in_pieces

if TYPE_CHECKING:
    # Not imported otherwise: memory is measured of what is.
    from benchmarks.feeds import Feed

BATCH: Final = 1_024
SKLEARN_JIEBA: Final = "TF-IDF(jieba) + logistic regression, scikit-learn"
SKLEARN_RJIEBA: Final = "TF-IDF(rjieba) + logistic regression, scikit-learn"
RIVER: Final = "TF-IDF(jieba) + logistic regression, river, learns as it goes"
FASTTEXT_JIEBA: Final = "fastText (jieba)"
FASTTEXT_RJIEBA: Final = "fastText (rjieba)"
RIVER_WARM: Final = 500

Cut = Callable[[str], list[str]]


def jieba_cut() -> Cut:
    """jieba's own cut, its dictionary loaded."""
    with warnings.catch_warnings():
        # Its sources have escapes that newer Pythons warn about.
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    cut: Cut = jieba.lcut
    return cut


def rjieba_cut() -> Cut:
    """The same dictionary and algorithm in Rust."""
    import rjieba

    cut: Cut = rjieba.cut
    cut("预热")
    return cut


def sklearn_scorer(cut: Cut, texts: Sequence[str], bad: Sequence[bool]) -> Call:
    """Probabilities of a list of texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False)
    model = make_pipeline(words, LogisticRegression(max_iter=200)).fit(texts, bad)
    predict: Call = model.predict_proba
    return predict


def fasttext_scorer(cut: Cut, texts: Sequence[str], bad: Sequence[bool]) -> Call:
    """Labels and probabilities of a list of texts. ImportError where fastText is not installed."""
    import fasttext

    def words(text: str) -> str:
        return " ".join(cut(text)).replace("\n", " ")

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(
            f"__label__{int(is_bad)} {words(text)}\n" for text, is_bad in zip(texts, bad, strict=True)
        )
        file.flush()
        model = fasttext.train_supervised(str(Path(file.name)), verbose=0, thread=1)
    return lambda batch: model.predict([words(text) for text in batch])


def river_scorer(cut: Cut) -> Call:
    """Probability of a (text, label), from which it then learns. ImportError where river is not installed."""
    from river.compose import Pipeline
    from river.feature_extraction import TFIDF
    from river.linear_model import LogisticRegression

    words = TFIDF(tokenizer=cut, lowercase=False, strip_accents=False)
    model: Any = Pipeline(words, LogisticRegression())

    def learn_and_predict(known: tuple[str, bool]) -> object:
        p = model.predict_proba_one(known[0])
        model.learn_one(*known)
        return p

    return learn_and_predict


def contenders(feed: Feed) -> tuple[list[Contender], list[str]]:
    """The peers that are installed, taught; and those left out, with the reason."""
    found: list[Contender] = []
    left_out: list[str] = []
    # How they are made, how they cut, and on how many comments of a round they are timed one by one.
    made: list[tuple[str, Callable[[Cut, Sequence[str], Sequence[bool]], Call], Callable[[], Cut], int]] = [
        (SKLEARN_JIEBA, sklearn_scorer, jieba_cut, 300),
        (SKLEARN_RJIEBA, sklearn_scorer, rjieba_cut, 300),
        (FASTTEXT_JIEBA, fasttext_scorer, jieba_cut, 4_000),
        (FASTTEXT_RJIEBA, fasttext_scorer, rjieba_cut, 8_000),
    ]
    for name, make, cut, one_by_one in made:
        try:
            score = make(cut(), feed.taught, feed.taught_bad)
        except ImportError as error:
            left_out.append(f"{name}: {error}")
            continue
        found += [_of_texts(name, score, 1, one_by_one), _of_texts(name, score, BATCH, 8_192)]
    try:
        river_scorer(jieba_cut())
    except ImportError as error:
        left_out.append(f"{RIVER}: {error}")
    else:
        found.append(_river())
    return found, left_out


def _of_texts(name: str, score: Call, size: int, most: int) -> Contender:
    def call(piece: Any) -> object:
        return score([piece] if size == 1 else piece)

    def begin(feed: Feed, start: int, stop: int) -> Call:
        for piece in pieces(feed, max(start, stop - 8 * size), stop):
            call(piece)
        return call

    def pieces(feed: Feed, start: int, stop: int) -> list[Any]:
        return in_pieces(feed.batch.text, size, start, stop)

    return Contender(name, "texts", size, begin, pieces, most)


def _river() -> Contender:
    def begin(feed: Feed, start: int, stop: int) -> Call:
        call = river_scorer(jieba_cut())
        for piece in pieces(feed, max(start, stop - RIVER_WARM), stop):
            call(piece)
        return call

    def pieces(feed: Feed, start: int, stop: int) -> list[Any]:
        return list(zip(feed.batch.text[start:stop], feed.bad[start:stop], strict=True))

    return Contender(RIVER, "texts", 1, begin, pieces, 1_000)
