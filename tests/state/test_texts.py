"""A cache of texts that cannot be seen in the numbers."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.state.texts import Columns, TextMemory


class Lengths:
    """Measures texts, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Columns:
        self.asked.append(list(texts))
        return {
            "length": np.array([len(text) for text in texts]),
            "pair": np.array([[len(t), 1] for t in texts]).reshape(-1, 2),
        }


def test_a_text_is_computed_once() -> None:
    lengths = Lengths()
    memory = TextMemory(lengths)
    assert memory.read(["好看", "好", "好看"])["length"].tolist() == [2, 1, 2]
    assert memory.read(["好", "谢谢你"])["pair"].tolist() == [[1, 1], [3, 1]]
    assert lengths.asked == [["好看", "好"], ["谢谢你"]]


def test_no_texts_give_columns_of_no_rows() -> None:
    rows = TextMemory(Lengths()).read([])
    assert {name: rows[name].shape for name in ("length", "pair")} == {"length": (0,), "pair": (0, 2)}


@given(st.lists(st.lists(st.text("好看吗", max_size=3), max_size=9), max_size=9), st.integers(1, 6))
def test_a_small_cache_gives_the_same_rows(batches: list[list[str]], max_texts: int) -> None:
    memory = TextMemory(Lengths(), max_texts=max_texts)
    for texts in batches:
        assert memory.read(texts)["length"].tolist() == [len(text) for text in texts]


def test_a_full_cache_is_emptied_and_filled_again() -> None:
    lengths = Lengths()
    memory = TextMemory(lengths, max_texts=2)
    for texts in (["一", "二"], ["二", "三"], ["三", "二"], ["一"]):
        memory.read(texts)
    # The second batch does not fit beside the first: it is computed whole; the third is known; then again.
    assert lengths.asked == [["一", "二"], ["二", "三"], ["一"]]
