"""The reasons of a long dump: the same in memory and on a shelf."""

from __future__ import annotations

import numpy as np
import pytest

from detector.reason_log import ReasonLog
from detector.shelf import BLOCK_ROWS
from detector.verdict import Reason

CONTACT = Reason(
    "contact",
    "写了联系方式（改写：l→1）",
    "gives a contact",
    1.1,
    {"spans": [[0, 3]], "contact.number_length": 11.0},
)
WORDING = Reason("wording", "用语像引流：“half \ud83d”", "worded like a lure", 1 / 3, {"terms": ["微"]})
N = 2 * BLOCK_ROWS + 5


def reasons(row: int) -> tuple[Reason, ...]:
    return (CONTACT, WORDING) if row % 1000 == 7 else (WORDING,) if row % 1000 == 8 else ()


def log(memory_rows: int) -> ReasonLog:
    found = ReasonLog(memory_rows=memory_rows)
    for start in range(0, N, 1000):
        found.extend(reasons(row) for row in range(start, min(start + 1000, N)))
    return found


@pytest.mark.parametrize("memory_rows", [0, 40, 10**6])
def test_reasons_come_back_as_they_were(memory_rows: int) -> None:
    found = log(memory_rows)
    whole = [reasons(row) for row in range(N)]
    assert (len(found), list(found), found[-1], found[7]) == (N, whole, whole[-1], (CONTACT, WORDING))
    for part in (
        slice(5, 10), slice(BLOCK_ROWS - 3, BLOCK_ROWS + 9), slice(N - 9, N + 9), slice(0, N), slice(5, 9_000, 7), slice(9, 9),
    ):  # fmt: skip
        assert found[part] == whole[part]
    rows = np.arange(N)[::-1]
    assert found.pick(rows)[: N // 2] == whole[::-1][: N // 2]
    assert list(found.pick(rows).pick(rows)) == whole


@pytest.mark.parametrize("memory_rows", [0, 10**6])
def test_a_row_is_given_other_reasons(memory_rows: int) -> None:
    found = log(memory_rows)
    for row in (0, 7, BLOCK_ROWS, N - 1):
        found[row] = (WORDING, CONTACT)
        assert (found[row], found.pick(np.array([row]))[0]) == ((WORDING, CONTACT), (WORDING, CONTACT))
        assert found[row : row + 2] == [(WORDING, CONTACT), reasons(row + 1)][: N - row]
    assert (found[1], found[1007]) == ((), (CONTACT, WORDING))
    with pytest.raises(IndexError):
        found[N] = ()


def test_what_is_all_in_memory_settles_as_a_list() -> None:
    assert log(10**6).settled() == [reasons(row) for row in range(N)]
    on_shelf = log(0)
    assert on_shelf.settled() is on_shelf
