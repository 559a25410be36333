"""Which comments have been seen before."""

from detector.state.delivered import Delivered


def test_a_comment_is_known_once_it_was_remembered() -> None:
    seen = Delivered()
    seen.remember("c1")
    assert ("c1" in seen, "c2" in seen) == (True, False)


def test_an_empty_id_is_no_id() -> None:
    seen = Delivered()
    seen.remember("")
    assert "" not in seen


def test_at_least_the_last_ids_are_known_and_at_most_twice_as_many() -> None:
    seen = Delivered(max_keys=3)
    for n in range(8):
        seen.remember(f"c{n}")
    # Turns of three: 0-2 are forgotten, 3-5 are old, 6 and 7 are young.
    assert [n for n in range(8) if f"c{n}" in seen] == [3, 4, 5, 6, 7]
