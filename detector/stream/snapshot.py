"""The memory of a stream as one file: versioned, checksummed, written whole or not at all; plain data, no pickle.

Layout: a magic line, the length of a JSON document, the document, then arrays of bytes one after another, then a
BLAKE2b digest of all that. The document is a tree whose leaves are JSON values or places among the bytes; objects are
named by the classes of ``_KINDS`` and nothing else can be made from it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.engine import SessionMemory
from detector.errors import SnapshotError
from detector.signals.account import AccountMemory
from detector.signals.burst import BurstMemory
from detector.signals.copying import CopyingMemory
from detector.signals.lockstep import LockstepMemory
from detector.signals.phrases import PhrasesMemory
from detector.signals.rating import RatingMemory
from detector.state.accounts import Accounts
from detector.state.company import CompanyMemory
from detector.state.delivered import Delivered
from detector.state.floods import Floods
from detector.state.hindsight import Hindsight
from detector.state.neighbours import Neighbours
from detector.state.table import Table, filled, refilled
from detector.stream.ledger import Block, Ledger
from detector.stream.outcome import Prompt
from detector.stream.room import Room
from detector.verdict import Campaign, FloodWindow, Reason

FORMAT: Final = 6
MAGIC: Final = b"zhenping snapshot\n"
DIGEST_BYTES: Final = 32
_KINDS: Final[Mapping[str, Callable[..., Any]]] = {
    kind.__name__: kind
    for kind in (
        SessionMemory, Accounts, Neighbours, Hindsight, Floods, Ledger, Block, Room, Prompt, Reason, Campaign,
        FloodWindow, AccountMemory, BurstMemory, CompanyMemory, CopyingMemory, LockstepMemory, PhrasesMemory,
        RatingMemory,
    )
}  # fmt: skip
_DTYPES: Final = ("int64", "int32", "uint8", "float64", "float32", "bool")


def write_snapshot(path: str | Path, state: Mapping[str, Any], *, about: Mapping[str, Any]) -> None:
    """Write ``state`` to ``path``: a crash leaves the old file or the new one, never a part of it.

    ``about`` says what it belongs to. ``SnapshotError`` if the file cannot be written.
    """
    path = Path(path)
    pieces: list[bytes] = []
    tree = _packed(state, pieces, [0])
    head = json.dumps({"format": FORMAT, "about": dict(about), "state": tree}, separators=(",", ":")).encode()
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            for piece in (MAGIC, len(head).to_bytes(8, "little"), head, *pieces):
                digest.update(piece)
                file.write(piece)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SnapshotError(
            f"{path} cannot be written: {error.strerror}", zh=f"无法写入 {path}：{error.strerror}"
        ) from error


def read_snapshot(path: str | Path, *, about: Mapping[str, Any]) -> dict[str, Any]:
    """The state written to ``path``. ``SnapshotError`` if it is damaged, of another format, or not about ``about``."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SnapshotError(
            f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
        ) from error
    body, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if not content.startswith(MAGIC) or hashlib.blake2b(body, digest_size=DIGEST_BYTES).digest() != digest:
        raise SnapshotError(
            f"{path} is damaged or no snapshot: remove it and replay from the source",
            zh=f"{path} 已损坏或不是快照：请删除后从源头重放",
        )
    start = len(MAGIC) + 8
    length = int.from_bytes(body[len(MAGIC) : start], "little")
    head = json.loads(body[start : start + length])
    if head.get("format") != FORMAT:
        raise SnapshotError(
            f"{path} has format {head.get('format')}, this version reads {FORMAT}: replay from the source",
            zh=f"{path} 的快照格式是 {head.get('format')}，此版本只读 {FORMAT}：请从源头重放",
        )
    for name, wanted in about.items():
        if head["about"].get(name) != wanted:
            raise SnapshotError(
                f"{path} belongs to {name} {head['about'].get(name)!r}, not {wanted!r}: use that, or replay from the "
                "source",
                zh=f"{path} 属于 {name} {head['about'].get(name)!r}，而不是 {wanted!r}：请换回，或从源头重放",
            )
    state: dict[str, Any] = _unpacked(head["state"], memoryview(body)[start + length :])
    return state


def _packed(value: Any, pieces: list[bytes], at: list[int]) -> Any:
    """A value as JSON; arrays and long lists of texts go to ``pieces``, ``at`` is how many bytes those hold."""
    if value is None or isinstance(value, bool | str | int):
        # Python writes half surrogates into JSON as escapes and reads them back.
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, np.ndarray):
        piece = np.ascontiguousarray(value).tobytes()
        pieces.append(piece)
        start = at[0]
        at[0] += len(piece)
        return {"array": [str(value.dtype), list(value.shape), start]}
    if isinstance(value, Delivered):
        return {"delivered": [value.max_keys, _packed(value.young, pieces, at), _packed(value.old, pieces, at)]}
    if isinstance(value, Table):
        # What is in use: the room beside it, and where the keys are found, can be made again.
        in_use = [_packed(part, pieces, at) for part in (*filled(value), value.meta)]
        return {"table": [*in_use, value.keys.shape[1]]}
    if isinstance(value, dict):
        return {"dict": [_packed(list(value), pieces, at), _packed(list(value.values()), pieces, at)]}
    if type(value).__name__ in _KINDS:
        names = value._fields if hasattr(value, "_fields") else [f.name for f in dataclasses.fields(value)]
        parts = {name: _packed(getattr(value, name), pieces, at) for name in names}
        return {"object": [type(value).__name__, parts]}
    if isinstance(value, set):
        return {"set": _packed(sorted(value), pieces, at)}
    if isinstance(value, tuple):
        return {"tuple": [_packed(item, pieces, at) for item in value]}
    if isinstance(value, list):
        if value and all(type(item) is int for item in value) and max(map(abs, value)) < 2**63:
            return {"ints": _packed(np.array(value, dtype=np.int64), pieces, at)}
        return [_packed(item, pieces, at) for item in value]
    if isinstance(value, np.generic):
        return _packed(value.item(), pieces, at)
    raise TypeError(type(value).__name__)


def _unpacked(tree: Any, pieces: memoryview) -> Any:
    if isinstance(tree, list):
        return [_unpacked(item, pieces) for item in tree]
    if not isinstance(tree, dict):
        return tree
    ((kind, value),) = tree.items()
    if kind == "float":
        return float.fromhex(value)
    if kind == "array":
        dtype, shape, start = value
        if dtype not in _DTYPES:
            raise SnapshotError(f"a snapshot holds no arrays of {dtype}", zh=f"快照中不应有 {dtype} 数组")
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(pieces, dtype=dtype, count=count, offset=start).reshape(shape).copy()
    if kind == "ints":
        return _unpacked(value, pieces).tolist()
    if kind == "set":
        return set(_unpacked(value, pieces))
    if kind == "tuple":
        return tuple(_unpacked(item, pieces) for item in value)
    if kind == "table":
        keys, values, meta = (_unpacked(part, pieces) for part in value[:3])
        return refilled(keys, values, meta, value[3])
    if kind == "dict":
        return dict(zip(_unpacked(value[0], pieces), _unpacked(value[1], pieces), strict=True))
    if kind == "delivered":
        seen = Delivered(max_keys=value[0])
        seen.young, seen.old = _unpacked(value[1], pieces), _unpacked(value[2], pieces)
        return seen
    name, parts = value
    return _KINDS[name](**{field: _unpacked(part, pieces) for field, part in parts.items()})
