"""API keys: made once, kept as digests with their scopes, at most two for each caller so that one can be replaced."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detector.errors import UsageError

SCOPES: Final = ("score", "feedback", "admin")
MAX_ACTIVE: Final = 2
DIGEST_BYTES: Final = 32
SECRET_BYTES: Final = 32
SHORT: Final = 8
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LINE = re.compile(r"([A-Za-z0-9_.-]{1,64}):([a-z,]+):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Key:
    """One active key: whose it is, what it may do, and the digest of its secret."""

    name: str
    scopes: frozenset[str]
    digest: str

    @property
    def short(self) -> str:
        """By what it is named when it is to be revoked."""
        return self.digest[:SHORT]

    def may(self, scope: str) -> bool:
        """Whether it may do what ``scope`` covers; an admin may do all."""
        return scope in self.scopes or "admin" in self.scopes


class KeyRing:
    """The keys of a file, read anew when asked to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys = read_keys(path)

    def reread(self) -> None:
        """Take what the file says now. Raises UsageError and keeps the old keys if it cannot be read."""
        self.keys = read_keys(self.path)

    def find(self, secret: str) -> Key | None:
        """The key with this secret; takes as long whether there is one or not."""
        digest = digest_of(secret)
        found = None
        for key in self.keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def digest_of(secret: str) -> str:
    """What is kept of a secret: 256 random bits need no salt."""
    return hashlib.blake2b(secret.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).hexdigest()


def read_keys(path: Path) -> tuple[Key, ...]:
    """The keys of a file, one ``name:scope,scope:digest`` a line; empty lines and ``#`` lines do not count."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the keys file {path} cannot be read: {error}; make one with zhenping keys new",
            zh=f"无法读取密钥文件 {path}：{error}；请用 zhenping keys new 生成",
        ) from error
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        scopes = frozenset(match[2].split(",")) if match else frozenset()
        if not match or not scopes <= set(SCOPES):
            raise UsageError(
                f"{path}, line {number}, is not name:scope,scope:digest with scopes of {', '.join(SCOPES)}",
                zh=f"{path} 第 {number} 行格式不对：应为 名称:权限,权限:摘要，权限可选 {', '.join(SCOPES)}",
            )
        keys.append(Key(match[1], scopes, match[3]))
    for name in {key.name for key in keys}:
        if sum(key.name == name for key in keys) > MAX_ACTIVE:
            raise _too_many(name)
    return tuple(keys)


def new_key(path: Path, name: str, scopes: Sequence[str]) -> str:
    """Make a key, append its digest to the file (made if need be, for its owner only); returns the secret."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"--name {name!r}: letters, digits, _ . - only, 64 at most",
            zh=f"--name {name!r}：只能用字母、数字和 _ . -，最多 64 个",
        )
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong or not scopes:
        raise UsageError(
            f"--scopes: choose from {', '.join(SCOPES)}, separated by commas",
            zh=f"--scopes：可选 {', '.join(SCOPES)}，用逗号分隔",
        )
    keys = read_keys(path) if path.exists() else ()
    if sum(key.name == name for key in keys) >= MAX_ACTIVE:
        raise _too_many(name)
    secret = f"zp_{secrets.token_urlsafe(SECRET_BYTES)}"
    _write(path, [*keys, Key(name, frozenset(scopes), digest_of(secret))])
    return secret


def revoke_key(path: Path, short: str) -> Key:
    """Remove the key whose digest begins with ``short``; returns it."""
    keys = read_keys(path)
    found = [key for key in keys if len(short) >= SHORT and key.digest.startswith(short)]
    if len(found) != 1:
        raise UsageError(
            f"--id {short!r} names {len(found)} keys: see zhenping keys list",
            zh=f"--id {short!r} 对应 {len(found)} 个密钥：请用 zhenping keys list 查看",
        )
    _write(path, [key for key in keys if key is not found[0]])
    return found[0]


def _write(path: Path, keys: Sequence[Key]) -> None:
    lines = [f"{key.name}:{','.join(s for s in SCOPES if s in key.scopes)}:{key.digest}\n" for key in keys]
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", zh=f"无法写入 {path}：{error.strerror}"
        ) from error


def _too_many(name: str) -> UsageError:
    return UsageError(
        f"{name} has {MAX_ACTIVE} active keys, no more are allowed: revoke one with zhenping keys revoke --id ID",
        zh=f"{name} 已有 {MAX_ACTIVE} 个有效密钥，不能再多：请先用 zhenping keys revoke --id ID 吊销一个",
    )
