"""The one vectoriser against scikit-learn's arithmetic, within 1e-12."""

from collections import Counter

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize as scale

from detector.text.codepoints import decode
from detector.text.ngrams import spell
from detector.text.reading import TextReading, read_texts
from detector.text.tokenize import load_tokenizer
from detector.text.vectorize import MAX_TERM_COUNT, Rows, Vectorizer, grams, linear_scores

TOKENIZER = load_tokenizer()
TEXTS = [
    "加微信13800138000",
    "加微信 138 0013 8111 看高清",
    "主播这件多少钱呀",
    "多少钱多少钱多少钱",
    "好看好看好看好看",
    "哈哈哈哈哈哈哈哈",
    "",
    "666",
    "主播好美 加油加油",
    "没见过的字龘",
]


def shaped_texts(reading: TextReading) -> list[str]:
    return decode(reading.shaped.codes, reading.shaped.starts)


def char_ngrams(text: str) -> list[str]:
    """What scikit-learn is told to count: ones without, twos and threes with the edges."""
    padded = f"^{text}$" if text else ""
    longer = [padded[i : i + n] for n in (2, 3) for i in range(len(padded) - n + 1)]
    return [*text, *longer]


def cut_words(text: str) -> list[str]:
    return [word for word in TOKENIZER.cut(text) if word.strip()] if text else []


def fitted(reading: TextReading) -> Vectorizer:
    """A vocabulary of everything in the texts, with scikit-learn's idf."""
    keys, idf = [], []
    for found in grams(reading, TOKENIZER):
        vocabulary = np.unique(found.keys)
        df = [
            len({t for t in range(len(reading)) if key in found.keys[found.starts[t] : found.starts[t + 1]]})
            for key in vocabulary
        ]
        keys.append(vocabulary)
        idf.append(np.log((1 + len(reading)) / (1 + np.array(df, dtype=np.float64))) + 1)
    return Vectorizer(TOKENIZER, keys[0], keys[1], ("",) * len(keys[1]), np.concatenate(idf))


def matrix(rows: Rows, n_columns: int) -> sp.csr_matrix:
    return sp.csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows.starts) - 1, n_columns))


@pytest.fixture(scope="module")
def reading() -> TextReading:
    return read_texts(TEXTS)


@pytest.fixture(scope="module")
def vectorizer(reading: TextReading) -> Vectorizer:
    return fitted(reading)


def test_rows_equal_those_of_scikit_learn(reading: TextReading, vectorizer: Vectorizer) -> None:
    ours = matrix(vectorizer.transform(reading), vectorizer.n_columns).toarray()
    n_chars = len(vectorizer.char_keys)
    texts = shaped_texts(reading)
    for analyzer, block in ((char_ngrams, ours[:, :n_chars]), (cut_words, ours[:, n_chars:])):
        counter = CountVectorizer(analyzer=analyzer)
        counts = counter.fit_transform(texts)
        theirs = TfidfTransformer(sublinear_tf=True, smooth_idf=True).fit_transform(counts).toarray()
        if analyzer is char_ngrams:
            names = [spell(key) for key in vectorizer.char_keys.tolist()]
            theirs = theirs[:, [counter.vocabulary_[name] for name in names]]
            assert block.shape == theirs.shape
            assert np.abs(block - theirs).max() < 1e-12
        else:
            # Word keys cannot be spelled: compare the columns as a set, each row by row.
            assert block.shape == theirs.shape
            order, other = np.lexsort(block.round(9)), np.lexsort(theirs.round(9))
            assert np.abs(block[:, order] - theirs[:, other]).max() < 1e-12


def test_each_block_of_a_row_has_unit_length(reading: TextReading, vectorizer: Vectorizer) -> None:
    x = matrix(vectorizer.transform(reading), vectorizer.n_columns).toarray()
    n_chars = len(vectorizer.char_keys)
    empty = np.array([text == "" for text in TEXTS])
    for block in (x[:, :n_chars], x[:, n_chars:]):
        assert np.abs((block**2).sum(axis=1) - ~empty).max() < 1e-12
        assert np.abs(scale(block) - block).max() < 1e-12


def test_columns_ascend_within_a_row_and_come_once(reading: TextReading, vectorizer: Vectorizer) -> None:
    rows = vectorizer.transform(reading)
    for a, b in zip(rows.starts[:-1], rows.starts[1:], strict=True):
        columns = rows.columns[a:b].tolist()
        assert columns == sorted(set(columns))


def test_what_is_not_in_the_vocabulary_is_left_out(vectorizer: Vectorizer) -> None:
    rows = vectorizer.transform(read_texts(["龙虎风云", "", "主播龙"]))
    assert np.diff(rows.starts)[:2].tolist() == [0, 0]
    # 主, 播, ^主, 主播 and ^主播 are known; of the words at most 主播. Both blocks are scaled by what is known.
    known = [
        spell(vectorizer.char_keys[column]) for column in rows.columns if column < len(vectorizer.char_keys)
    ]
    assert Counter(known) == Counter(["主", "播", "^主", "主播", "^主播"])


def test_scores_equal_the_product_of_scipy(reading: TextReading, vectorizer: Vectorizer) -> None:
    rng = np.random.default_rng(11)
    weights, bias = rng.normal(size=(vectorizer.n_columns, 3)), rng.normal(size=3)
    rows = vectorizer.transform(reading)
    scores = linear_scores(rows, weights, bias)
    assert np.abs(scores - (matrix(rows, vectorizer.n_columns) @ weights + bias)).max() < 1e-12
    # A text without anything known scores the bias.
    assert scores[TEXTS.index("")].tolist() == bias.tolist()


def test_a_text_scores_alike_to_the_bit_in_any_company(reading: TextReading, vectorizer: Vectorizer) -> None:
    rng = np.random.default_rng(12)
    weights, bias = rng.normal(size=(vectorizer.n_columns, 3)), rng.normal(size=3)
    together = linear_scores(vectorizer.transform(reading), weights, bias)
    alone = [linear_scores(vectorizer.transform(read_texts([text])), weights, bias)[0] for text in TEXTS]
    assert together.tobytes() == np.array(alone).tobytes()


def test_a_term_said_a_thousand_times_is_counted_to_the_end_of_the_table(vectorizer: Vectorizer) -> None:
    assert vectorizer.log_counts[[0, 1, 2]].tolist() == [0.0, 1.0, 1.0 + np.log(2.0)]
    assert len(vectorizer.log_counts) == MAX_TERM_COUNT
    rows = vectorizer.transform(read_texts(["哈" * 1000]))
    n_chars = len(vectorizer.char_keys)
    spelled = {
        spell(vectorizer.char_keys[c]): v for c, v in zip(rows.columns, rows.values, strict=True) if c < n_chars
    }
    idf = {spell(key): vectorizer.idf[row] for row, key in enumerate(vectorizer.char_keys.tolist())}
    tf = {"哈": 1000, "哈哈": 999, "哈哈哈": 998, "^哈": 1, "哈$": 1, "^哈哈": 1, "哈哈$": 1}
    raw = {name: (1 + np.log(n)) * idf[name] for name, n in tf.items()}
    norm = np.sqrt(sum(value**2 for value in raw.values()))
    assert spelled == pytest.approx({name: value / norm for name, value in raw.items()}, rel=1e-12)
