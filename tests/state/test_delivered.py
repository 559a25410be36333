"""Which comments have been seen before."""

from detector.state.delivered import Delivered


def test_a_comment_is_known_once_it_was_remembered() -> None:
    seen = Delivered()
    seen.remember("c1", 7)
    assert (seen.knows("c1", 7), seen.knows("c2", 7)) == (True, False)


def test_an_empty_id_is_no_id() -> None:
    seen = Delivered()
    seen.remember("", 7)
    assert not seen.knows("", 7)


def test_at_least_the_last_ids_are_known_and_at_most_twice_as_many() -> None:
    seen = Delivered(max_keys=3)
    for n in range(8):
        seen.remember(f"c{n}", 7)
    # Turns of three: 0-2 are forgotten, 3-5 are old, 6 and 7 are young.
    assert [n for n in range(8) if seen.knows(f"c{n}", 7)] == [3, 4, 5, 6, 7]


def test_the_same_id_with_another_text_is_another_comment() -> None:
    seen = Delivered()
    seen.remember("0", 7)
    assert not seen.knows("0", 8)


def test_a_batch_is_taken_in_at_once_only_if_all_of_it_is_new() -> None:
    seen = Delivered()
    assert (seen.take_new(["a", "b"], [1, 1]), seen.take_new(["c", "a"], [1, 1])) == (True, False)
    assert [name for name in "abc" if seen.knows(name, 1)] == ["a", "b"]
    assert (seen.take_new(["d", "d"], [1, 1]), seen.take_new([""], [1])) == (False, False)
