"""A text is read once, whatever stands beside it."""

from hypothesis import given
from hypothesis import strategies as st

from detector.text.reading import read_texts


def test_exact_keys_tell_forms_apart_that_the_skeleton_joins() -> None:
    reading = read_texts(["好看！", "好看", "好看"])
    assert len(reading) == 3
    assert [int(key) == int(reading.exact[1]) for key in reading.exact] == [False, True, True]
    assert len(set(reading.prints.skeleton.tolist())) == 1


@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=1, max_size=6))
def test_texts_are_read_together_as_each_alone(texts: list[str]) -> None:
    together = read_texts(texts)
    for row, text in enumerate(texts):
        alone = read_texts([text])
        assert together.exact[row] == alone.exact[0]
        assert together.prints.sketch[row].tobytes() == alone.prints.sketch[0].tobytes()
        assert together.shaped.counts[row].tobytes() == alone.shaped.counts[0].tobytes()


def test_no_texts_are_read_as_nothing() -> None:
    assert len(read_texts([])) == 0
