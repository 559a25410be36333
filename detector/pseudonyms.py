"""Names and ids replaced by others that only the holder of a key can make, and that still tell accounts apart."""

from __future__ import annotations

import dataclasses
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from detector.comment import CommentBatch
from detector.errors import UsageError

# Who wrote it, and what leads to it on the platform. Rooms, sessions and products are no persons and stay.
REPLACED: Final = ("user_id", "user_name", "comment_id", "reply_to")
DIGEST_BYTES: Final = 16
LEAST_KEY_BYTES: Final = 16
MOST_KEY_BYTES: Final = 1 << 20
# BLAKE2b takes no longer key; of a longer file its digest is the key.
LONGEST_KEY_BYTES: Final = 64


def key_of(path: str | Path) -> bytes:
    """The key in a file: its bytes as they are, up to a line end that editors add included.

    ``UsageError`` if the file cannot be read, is shorter than 16 bytes or longer than 1 MiB.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_KEY_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"the key file {path} cannot be read: {error.strerror}",
            zh=f"无法读取密钥文件 {path}：{error.strerror}",
        ) from error
    if not LEAST_KEY_BYTES <= len(content) <= MOST_KEY_BYTES:
        raise UsageError(
            f"the key file {path} holds {len(content):,} bytes: it must hold {LEAST_KEY_BYTES} to "
            f"{MOST_KEY_BYTES:,}. Make one: head -c 32 /dev/urandom > {path}",
            zh=f"密钥文件 {path} 有 {len(content):,} 字节：应为 {LEAST_KEY_BYTES} 至 {MOST_KEY_BYTES:,} 字节。"
            f"生成方法：head -c 32 /dev/urandom > {path}",
        )
    return content if len(content) <= LONGEST_KEY_BYTES else blake2b(content).digest()


def pseudonym(value: str, key: bytes) -> str:
    """The keyed BLAKE2b-128 of a text as 32 hex digits; ``""`` stays ``""``.

    >>> pseudonym("", bytes(16)), pseudonym("小明", bytes(16)) == pseudonym("小明", bytes(16))
    ('', True)
    """
    if not value:
        return ""
    return blake2b(value.encode("utf-8", "backslashreplace"), digest_size=DIGEST_BYTES, key=key).hexdigest()


def pseudonymised(batch: CommentBatch, key: bytes) -> CommentBatch:
    """The batch without the input's own columns and with account ids, names and comment ids replaced.

    Equal values become equal values, in every field and every file under one key, so accounts and replies
    still meet; the quality of an id stays. Texts stay as they are, with the names people mention in them
    (``@小明``) and whatever they say about themselves: this is no anonymisation.
    """
    known: dict[str, str] = {}

    def replaced(column: list[str]) -> list[str]:
        for value in set(column) - known.keys():
            known[value] = pseudonym(value, key)
        return list(map(known.__getitem__, column))

    columns: dict[str, Any] = {name: replaced(getattr(batch, name)) for name in REPLACED}
    bare = batch.slice(0, len(batch))
    return dataclasses.replace(bare, **columns)
