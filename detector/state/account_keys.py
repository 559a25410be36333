"""Who wrote each comment, as a number that keys the tables of a session."""

from __future__ import annotations

import functools
import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import ACCOUNT_QUALITIES, ID_QUALITY_CODE, CommentBatch, chosen

MAX_ACCOUNT_KEYS: Final = 131_072
TOLD_APART: Final = chosen(ACCOUNT_QUALITIES, ID_QUALITY_CODE)


@functools.lru_cache(maxsize=MAX_ACCOUNT_KEYS)
def _account_key(user_id: str) -> int:
    if not user_id:
        return 0
    digest = hashlib.blake2b(user_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "little") >> 2) + 1


def account_keys(batch: CommentBatch, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """A positive 62-bit key of each row's account, 0 where the id does not tell people apart."""
    ids = batch.user_id if len(rows) == len(batch) else [batch.user_id[row] for row in rows.tolist()]
    out = np.fromiter(map(_account_key, ids), dtype=np.int64, count=len(rows))
    out *= TOLD_APART[batch.user_id_quality[rows]]
    return out


def answered_keys(batch: CommentBatch, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """The key of the account that a row of the staff answers by its id, 0 where there is none."""
    out = np.zeros(len(rows), dtype=np.int64)
    for at in np.flatnonzero(batch.is_staff[rows] == 1.0).tolist():
        out[at] = _account_key(batch.reply_to[rows[at]])
    return out
