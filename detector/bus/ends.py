"""The two ends of the bus: where comments come from and where verdicts go, whatever carries them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from detector.errors import InputError

TOPICS: Final = ("results", "revisions", "alerts", "rooms", "dead")
# A longer message is no event; it is read no further.
MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of a source; ``offset`` names it in its shard, ``resume`` (JSON) is where to go on after it."""

    shard: str
    offset: int | str
    payload: bytes
    resume: Any


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a sink: its topic, the room it is about, an id by which a second sending is known, its JSON."""

    topic: str
    room_id: str
    id: str
    body: bytes

    @property
    def key(self) -> str:
        """The id as 32 hexadecimal digits, fit for any header."""
        return hashlib.blake2b(self.id.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Owned(Protocol):
    """The shards of this process, as a source takes and gives them back."""

    def take(self, shard: str) -> Any:
        """Own a shard from now on; where to go on in it, None at its beginning."""

    def give_back(self, shard: str, *, lost: bool = False) -> None:
        """Own it no more; what it remembers is saved, unless somebody else may own it already (``lost``)."""


class Source(Protocol):
    """Where comments come from; ``ended`` is True once nothing more can come."""

    kind: str
    ended: bool

    def read(self, most: int, wait_s: float, owned: Owned) -> list[Delivery]:
        """At most ``most`` messages of each shard in their order; none if nothing came in ``wait_s`` seconds."""

    def commit(self, shard: str, resume: Any) -> None:
        """Tell the broker how far a shard was read, for its displays of lag only."""

    def lag(self) -> int | None:
        """Messages that wait to be read in all shards, None if that is not known."""

    def close(self) -> None:
        """Let go of the connection."""


class Sink(Protocol):
    """Where verdicts go."""

    def write(self, messages: Sequence[Message]) -> None:
        """Send them all and come back when all are acknowledged. ``InputError`` if that cannot be had."""

    def settle(self) -> None:
        """Make what was written last a crash of the machine, as far as that is ours to do."""

    def close(self) -> None:
        """Let go of the connection."""


def unreachable(what: str, error: object) -> InputError:
    """The error for a broker that does not answer, or refuses."""
    return InputError(
        f"{what}: {error}. Check the address, the rights and whether the broker runs; started again, all goes on "
        "from the last snapshot",
        zh=f"{what}：{error}。请检查地址、权限以及服务是否在运行；重新启动后会从最近的快照继续",
    )


def gap(shard: str, lost: str) -> InputError:
    """The error for messages that are no longer there although they were never read."""
    return InputError(
        f"{shard}: {lost}. Go on without them with --allow-gap",
        zh=f"{shard}：{lost}（未读取的消息已不在）。如接受缺失，请加 --allow-gap 继续",
    )


def made_anew(shard: str, told: str) -> InputError:
    """The error for a source that is not the one a snapshot was taken from."""
    return InputError(
        f"{shard}: {told}; it was made anew. Use another --state to read it from its beginning",
        zh=f"{shard}：{told}；来源已被重建。请换一个 --state 从头读取",
    )


def missing_extra(extra: str, library: str) -> InputError:
    """The error for a client library that is not installed."""
    return InputError(
        f"{library} is not installed: pip install 'zhenping[{extra}]'",
        zh=f"没有安装 {library}：pip install 'zhenping[{extra}]'",
    )
