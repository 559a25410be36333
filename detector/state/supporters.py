"""Which accounts have given something to the room this session: a gift, a membership, a paid comment."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.state.table import Table, find, new_table, reserve, touch

MAX_SUPPORTERS: Final = 65_536


def new_supporters() -> Table:
    """An empty memory of accounts that gave."""
    return new_table(0, max_keys=MAX_SUPPORTERS)


@kernel
def _observe(
    account: NDArray[np.int64], gave: NDArray[np.bool_], remember: bool, table: Table, out: NDArray[np.bool_]
) -> None:
    for r in range(len(account)):
        if account[r] == 0:
            continue
        out[r] = find(table, account[r])[1] >= 0
        if gave[r] and remember:
            touch(table, account[r])


def observe_supporters(
    memory: Table, *, account: NDArray[np.int64], gave: NDArray[np.bool_], remember: bool = True
) -> tuple[Table, NDArray[np.bool_]]:
    """Whether each row's account gave something before it (bool, shape (n,)), and the memory with these rows.

    Account 0 is nobody. Rows must hold gifts as well as comments, in event order.
    """
    if remember:
        memory = reserve(memory, int(gave.sum()))
    out = np.zeros(len(account), dtype=np.bool_)
    _observe(account, gave, remember, memory, out)
    return memory, out
