"""The bounded table against two plain dictionaries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.state.table import Table, find, new_table, reserve, touch


class TwoGenerations:
    """What the table promises, in plain Python: the young, the old, and how many were forgotten."""

    def __init__(self, max_keys: int) -> None:
        self.max_keys = max_keys
        self.young: dict[int, float] = {}
        self.old: dict[int, float] = {}
        self.evicted = 0

    def get(self, key: int) -> float | None:
        return self.young.get(key, self.old.get(key))

    def count(self, key: int) -> bool:
        """One more touch of ``key``; says whether the key is new."""
        new = self.get(key) is None
        if key not in self.young:
            before = self.old.pop(key, 0.0)
            if len(self.young) == self.max_keys:
                self.evicted += len(self.old)
                self.old, self.young = self.young, {}
            self.young[key] = before
        self.young[key] += 1
        return new


def count(table: Table, key: int) -> bool:
    generation, row, new = touch(table, np.int64(key))
    table.values[generation, row, 0] += 1
    return bool(new)


def get(table: Table, key: int) -> float | None:
    generation, row = find(table, np.int64(key))
    return float(table.values[generation, row, 0]) if row >= 0 else None


@given(
    max_keys=st.integers(1, 9),
    touches=st.lists(st.lists(st.integers(1, 25), max_size=12), max_size=12),
)
def test_the_table_remembers_what_two_generations_remember(max_keys: int, touches: list[list[int]]) -> None:
    table, model = new_table(1, max_keys=max_keys), TwoGenerations(max_keys)
    for keys in touches:
        table = reserve(table, len(keys))
        assert [count(table, key) for key in keys] == [model.count(key) for key in keys]
        assert [get(table, key) for key in range(1, 26)] == [model.get(key) for key in range(1, 26)]
        assert table.evicted == model.evicted
        assert table.keys.shape[1] <= max(max_keys, 1)


@given(st.lists(st.integers(1, 400), max_size=600), st.integers(1, 200))
def test_a_table_that_grows_in_steps_remembers_the_same(keys: list[int], step: int) -> None:
    whole = reserve(new_table(1, max_keys=150), len(keys))
    grown = new_table(1, max_keys=150)
    for key in keys:
        count(whole, key)
    for start in range(0, len(keys), step):
        part = keys[start : start + step]
        grown = reserve(grown, len(part))
        for key in part:
            count(grown, key)
    assert [get(grown, key) for key in range(1, 401)] == [get(whole, key) for key in range(1, 401)]
    assert grown.evicted == whole.evicted


def test_at_least_the_last_keys_are_known_and_at_most_twice_as_many() -> None:
    table = reserve(new_table(1, max_keys=100), 1000)
    for key in range(1, 1001):
        count(table, key)
    known = [key for key in range(1, 1001) if get(table, key) is not None]
    # Generations of 100: the last full turn began at 901, the old one holds 801 to 900.
    assert known == list(range(801, 1001))
    assert table.evicted == 800
    assert table.keys.shape == (2, 100)


def test_reserving_room_changes_nothing_that_is_known() -> None:
    table = reserve(new_table(2, max_keys=1000), 3)
    for key in (5, 7, 5):
        count(table, key)
    grown = reserve(table, 900)
    assert grown.keys.shape[1] > table.keys.shape[1]
    assert [get(grown, key) for key in (5, 6, 7)] == [2.0, None, 1.0]


def test_a_key_touched_while_old_keeps_its_values() -> None:
    table = reserve(new_table(1, max_keys=2), 6)
    for key in (1, 2, 3, 1):
        count(table, key)
    # 1 and 2 grew old when 3 came; 1 came back.
    assert [get(table, key) for key in (1, 2, 3)] == [2.0, 1.0, 1.0]
    count(table, 4)
    # The young were 3 and 1; 4 turns the page and 2 is forgotten.
    assert [get(table, key) for key in (1, 2, 3, 4)] == [2.0, None, 1.0, 1.0]
    assert table.evicted == 1
