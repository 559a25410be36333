"""Bodies in and out: JSON that may be hostile, and whether it is what a schema asks for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from detector.service.problems import Fault, Problem

MAX_FAULTS: Final = 20
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str, "array": list, "object": dict, "boolean": bool, "number": (int, float), "integer": int,
    "null": type(None),
}  # fmt: skip
_LONG_NUMBER: Final = re.compile(rb"[:\[,\s-][0-9]{20}")


def parsed(content: bytes) -> Any:
    """JSON as values. Problem ``malformed_json`` for anything else, NaN among it.

    Programs that cut a text in the midst of an emoji write half of it as an escape: that is no reason to refuse
    a batch, nor are ids of more than 64 bits, which must not lose a digit.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    else:
        # The fast parser makes a float of an integer beyond 64 bits.
        if not _LONG_NUMBER.search(content):
            return value
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Problem("malformed_json") from None


def written(value: Any) -> bytes:
    """A value as JSON; half an emoji goes out as it came in."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def checked(value: Any, schema: Mapping[str, Any]) -> Any:
    """``value`` if it is what ``schema`` asks for. Problem ``invalid`` names the places where it is not."""
    faults = []
    for fault in _faults(value, schema, ""):
        faults.append(fault)
        if len(faults) == MAX_FAULTS:
            break
    if faults:
        raise Problem("invalid", faults=faults)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _faults(value: Any, schema: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The part of JSON Schema that our requests need."""
    kinds = schema.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield Fault(at, "wrong_type")
        return
    if "enum" in schema and value not in schema["enum"]:
        yield Fault(at, "not_a_choice")
    if isinstance(value, str):
        if len(value) > schema.get("maxLength", math.inf):
            yield Fault(at, "too_long")
        if len(value) < schema.get("minLength", 0):
            yield Fault(at, "empty")
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", math.inf):
            yield Fault(at, "too_many")
            return
        items = schema.get("items")
        if items:
            for place, item in enumerate(value):
                yield from _faults(item, items, f"{at}/{place}")
    elif isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield Fault(f"{at}/{name}", "missing")
        for name, part in known.items():
            if name in value:
                yield from _faults(value[name], part, f"{at}/{name}")
        if schema.get("additionalProperties") is False and not value.keys() <= known.keys():
            # The name itself is the caller's text.
            yield Fault(at, "unknown_field")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])
