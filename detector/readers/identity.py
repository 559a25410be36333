"""Who wrote it: account ids that stay whole, and how far they can be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import ID_QUALITY_CODE
from detector.readers.cells import blocks

# Ids that platforms give to everybody they do not want to name.
NOBODY: Final = frozenset({"", "0", "111111"})
# Names that are as good as a mask: many people share them.
ANONYMOUS_NAMES: Final = frozenset({"匿名", "匿名用户", "匿名买家", "匿名评价", "游客", "anonymous", "guest"})
LONG_ID_DIGITS: Final = 16

_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d{2}$")


def identities(
    user_ids: list[str], user_names: Sequence[str], *, told: Sequence[str], names_are_masks: bool
) -> tuple[list[str], NDArray[np.uint8]]:
    """Account ids and their quality codes, row by row; where every id can be used, the very list that was given.

    An id shared by everybody (``0``, ``111111``, a mask with ``*``) becomes ``""``. Where no id is left, a
    plain nickname stands in as ``name_only``; a masked one does not, for many people share a mask.
    ``told`` is the quality that the input itself states (empty if it states none), ``""`` where it does not.
    """
    real, none = ID_QUALITY_CODE["real"], ID_QUALITY_CODE["none"]
    masked, name_only = ID_QUALITY_CODE["masked"], ID_QUALITY_CODE["name_only"]
    quality = np.full(len(user_ids), real, dtype=np.uint8)
    unusable = {value for value in set(user_ids) if value in NOBODY or "*" in value}
    if not unusable and not any(told):
        return user_ids, quality
    ids = list(user_ids)
    for r in [r for r, value in enumerate(ids) if value in unusable] if unusable else ():
        value, name = ids[r], user_names[r]
        ids[r] = ""
        if "*" in value or (name and (names_are_masks or is_mask(name))):
            quality[r] = masked
        elif name:
            ids[r], quality[r] = name, name_only
        else:
            quality[r] = none
    for r, word in enumerate(told):
        if word and ids[r]:
            quality[r] = ID_QUALITY_CODE[word]
            if word in ("masked", "none"):
                ids[r] = ""
    return ids, quality


def is_mask(name: str) -> bool:
    """Whether a nickname is one that many people share."""
    return "*" in name or name.casefold() in ANONYMOUS_NAMES


def damaged_ids(cells: Sequence[object], ids: Sequence[str]) -> list[int]:
    """Rows whose id has gone through a float or a spreadsheet's ``7.23E+18`` and lost its last digits."""
    # Nearly every column is whole numbers, or text without a plus.
    types = {str} if cells is ids else set(map(type, cells))
    if types <= {int} or (types <= {str} and not any("+" in text for text in blocks(ids))):
        return []
    return [
        r
        for r, value in enumerate(ids)
        if _SCIENTIFIC.match(value) and (isinstance(cells[r], float) or "+" in value)
    ]


def long_ids(ids: Sequence[str]) -> tuple[int, int]:
    """How many distinct ids have 16 digits or more, and how many of those end in 000."""
    long = {value for value in filter(str.isdigit, ids) if len(value) >= LONG_ID_DIGITS}
    return len(long), sum(value.endswith("000") for value in long)
