"""Whom the room knows: who gave it a gift, a membership, a paid comment, and whom its staff has answered."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, find, new_table, reserve, touch

MAX_SUPPORTERS: Final = 65_536


def new_supporters() -> Table:
    """An empty memory of accounts."""
    return new_table(0, max_keys=MAX_SUPPORTERS)


@kernel
def _observe(
    account: NDArray[np.int64], known: NDArray[np.int64], remember: bool, table: Table, out: NDArray[np.bool_]
) -> None:
    for r in range(len(account)):
        out[r] = account[r] != 0 and find(table, account[r])[1] >= 0
        if known[r] != 0 and remember:
            touch(table, known[r])


def observe_supporters(
    memory: Table, *, account: NDArray[np.int64], known: NDArray[np.int64], remember: bool = True
) -> tuple[Table, NDArray[np.bool_]]:
    """Whether each row's account was known before it (bool, shape (n,)), and the memory with these rows.

    ``known`` is the account that a row makes known: the giver of a gift, the viewer whom staff answers. Account 0 is
    nobody. Rows must hold gifts as well as comments, in event order.
    """
    if remember:
        memory = reserve(memory, int((known != 0).sum()))
    out = np.zeros(len(account), dtype=np.bool_)
    _observe(account, known, remember, memory, out)
    return memory, out
