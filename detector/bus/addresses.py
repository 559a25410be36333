"""Addresses of brokers and files, as they are written on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from detector.errors import UsageError

SCHEMES: Final = ("kafka", "redis", "rediss", "nats", "tls")
EXAMPLES: Final = (
    "kafka://host:9092/topic, redis://host:6379/stream, nats://host:4222/subject, - or a path"
)  # fmt: skip
_SECRET = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Address:
    """``scheme://hosts/names?options``; a file or a pipe has the scheme ``file`` and one name, ``-`` for a pipe."""

    scheme: str
    hosts: str
    names: tuple[str, ...]
    options: Mapping[str, str]
    database: str = ""

    @property
    def server(self) -> str:
        """The address of the broker alone, as its client takes it."""
        return f"{self.scheme}://{self.hosts}" + (f"/{self.database}" if self.database else "")

    def __str__(self) -> str:
        if self.scheme == "file":
            return self.names[0]
        # Passwords stay out of what is said.
        return _SECRET.sub("//", self.server) + "/" + ",".join(self.names)


def address(text: str) -> Address:
    """Read an address. ``UsageError`` says what one looks like.

    >>> address("redis://localhost:6379/2/comments:1,comments:2?field=event").names
    ('comments:1', 'comments:2')
    >>> address("redis://localhost/2/comments").database
    '2'
    """
    if "://" not in text:
        return Address("file", "", (text,), {})
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise UsageError(
            f"{parts.scheme}:// is not known; use {EXAMPLES}", zh=f"不支持 {parts.scheme}://；可用 {EXAMPLES}"
        )
    path, database = parts.path.strip("/"), ""
    first, slash, rest = path.partition("/")
    if parts.scheme.startswith("redis") and slash and first.isdecimal():
        path, database = rest, first
    names = tuple(name for name in map(unquote, path.split(",")) if name)
    if not names or not parts.netloc:
        raise UsageError(
            f"{_SECRET.sub('//', text)} names no {'host' if names else 'topic or stream'}; use {EXAMPLES}",
            zh=f"{_SECRET.sub('//', text)} 缺少{'主机' if names else '主题或流的名称'}；可用 {EXAMPLES}",
        )
    if len(set(names)) < len(names):
        raise UsageError(f"{','.join(names)}: a name stands twice", zh=f"{','.join(names)}：名称重复")
    return Address(parts.scheme, parts.netloc, names, dict(parse_qsl(parts.query)), database)


def option(given: Mapping[str, str], name: str, default: int) -> int:
    """A whole number among the options of an address. ``UsageError`` if it is none."""
    text = given.get(name, str(default))
    if not text.isdecimal():
        raise UsageError(f"?{name}={text} is no whole number", zh=f"?{name}={text} 不是整数")
    return int(text)


def only(given: Mapping[str, str], known: tuple[str, ...]) -> None:
    """``UsageError`` for an option nobody reads."""
    for name in given:
        if name not in known:
            said = ", ".join(known) or "none"
            raise UsageError(
                f"?{name}= is not known here; known: {said}", zh=f"此处不支持 ?{name}=；可用：{said}"
            )
