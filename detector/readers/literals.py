"""Objects written in Python's way (``{'text': '好', 'is_new': True}``), as scripts print them and call it JSON."""

from __future__ import annotations

import ast
import warnings
from typing import Any, Final

# Of a longer one Python's reader would take too much memory.
LONGEST_LITERAL: Final = 32 * 1024
# Beyond that many brackets or signs at once no comment goes, and Python's reader works itself to death.
MOST_SIGNS: Final = 2_000


def literal_or_none(text: str) -> dict[str, Any] | None:
    """The object that a Python literal stands for, None if it is none or long; nothing is ever run.

    >>> literal_or_none("{'text': '好', 'id': 7}"), literal_or_none("{'text': exit()}")
    ({'text': '好', 'id': 7}, None)
    """
    text = text.strip().removesuffix(",")
    if not text.startswith("{") or not text.endswith("}") or len(text) > LONGEST_LITERAL:
        return None
    if sum(map(text.count, "-+~{")) > MOST_SIGNS:
        return None
    try:
        with warnings.catch_warnings():
            # Odd escapes are the writer's, not ours.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return {str(key): cell for key, cell in value.items()} if isinstance(value, dict) else None
