"""Picking one thing out of parsed JSON of uncertain shape, without ever raising."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

# No id has more digits, and Python refuses to write numbers of more than 4,300.
MOST_DIGITS: Final = 40
_WHOLE: Final = re.compile(r"[+-]?[0-9]+\Z")


def at(value: Any, *keys: str | int) -> Any:
    """What stands at the end of ``keys`` (a str into a dict, an int into a list); None where a step is missing.

    >>> at({"user": [{"id": 7}]}, "user", 0, "id"), at({"user": None}, "user", 0, "id")
    (7, None)
    """
    for key in keys:
        if isinstance(key, str):
            value = value.get(key) if isinstance(value, dict) else None
        else:
            value = value[key] if isinstance(value, list) and -len(value) <= key < len(value) else None
    return value


def text_of(value: Any) -> str:
    """Text as it is, a whole number in digits; ``""`` for everything else, so that no list becomes a text."""
    if isinstance(value, str):
        return value
    # Python refuses to write numbers of more than 4,300 digits; no id has more than 40.
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    return ""


def whole_of(value: Any) -> int | None:
    """A whole number given as number or as text; None for anything else.

    >>> whole_of("1608118971079695"), whole_of(3.0), whole_of("3.5"), whole_of(True)
    (1608118971079695, 3, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**MOST_DIGITS else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 10**MOST_DIGITS else None
    if isinstance(value, str) and len(value) <= MOST_DIGITS and _WHOLE.match(value):
        return int(value)
    return None


def seconds_of(value: Any) -> float | None:
    """A number of seconds, whole or not, given as number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value[:MOST_DIGITS] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def filled(record: Mapping[str, object]) -> dict[str, object]:
    """The record without what is not known."""
    return {key: value for key, value in record.items() if value is not None and value != ""}


def first_of(value: Any, *names: str) -> Any:
    """The first of these keys of an object that says something; None where none does."""
    if not isinstance(value, dict):
        return None
    return next((value[name] for name in names if value.get(name) not in (None, "")), None)


def object_of(value: Any) -> dict[str, Any] | None:
    """An object, also one written as a JSON string; None for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None
