"""Redis Streams: one stream is one shard; verdicts go to streams named after their topics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from detector.bus.addresses import Address, only, option
from detector.bus.ends import Delivery, Message, Owned, gap, made_anew, missing_extra, unreachable

# The consumer group in which Redis shows how far we are; nothing is read through it.
GROUP: Final = "zhenping"
FIELD: Final = "data"
TIMEOUT_S: Final = 30


class RedisStreams:
    """Reads streams from the ids that snapshots name; nothing is taken away from them.

    The event is the JSON in the field ``data`` (``?field=``) of an entry; an entry without it is itself the event.
    """

    kind = "redis"
    ended = False

    def __init__(self, address: Address, *, newest: bool = False, allow_gap: bool = False) -> None:
        only(address.options, ("field",))
        self._client = connected(address)
        self._address = address
        self._field = address.options.get("field", FIELD).encode()
        self._newest = newest
        self._allow_gap = allow_gap
        # Stream -> the id last read, and how many entries were read or gone by then.
        self._at: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def read(self, most: int, wait_s: float, owned: Owned) -> list[Delivery]:
        """The next entries of each stream."""
        import redis

        try:
            for shard in self._address.names:
                if shard not in self._at:
                    self._begin(shard, owned.take(shard))
            told = self._client.xread(dict(self._at), count=most, block=max(1, round(wait_s * 1000)))
        except redis.RedisError as error:
            raise unreachable(str(self._address), error) from error
        found = []
        for stream, entries in told or ():
            shard = stream.decode()
            for entry, fields in entries:
                self._at[shard] = entry.decode()
                self._count[shard] += 1
                resume = {"id": self._at[shard], "read": self._count[shard]}
                found.append(Delivery(shard, self._at[shard], self._payload(fields), resume))
        return found

    def commit(self, shard: str, resume: Any) -> None:
        """Let ``XINFO GROUPS`` show how far the shard was read."""
        import redis

        if resume is None:
            return
        try:
            try:
                self._client.xgroup_create(shard, GROUP, resume["id"], entries_read=resume["read"])
            except redis.ResponseError:
                self._client.xgroup_setid(shard, GROUP, resume["id"], entries_read=resume["read"])
        except redis.ResponseError:
            # An older Redis, or no right to do so: only a display is missing.
            return
        except redis.RedisError as error:
            raise unreachable(str(self._address), error) from error

    def lag(self) -> int | None:
        """Entries added that were not read."""
        import redis

        waiting = 0
        try:
            for shard, read in self._count.items():
                added = self._about(shard).get("entries-added")
                if added is None:
                    return None
                waiting += max(0, added - read)
        except redis.RedisError:
            return None
        return waiting

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _begin(self, shard: str, resume: Any) -> None:
        about = self._about(shard)
        length, last = about.get("length", 0), about.get("last-generated-id", b"0-0").decode()
        added = about.get("entries-added", length)
        if resume is None:
            self._at[shard] = last if self._newest else "0-0"
            self._count[shard] = added if self._newest else added - length
            return
        self._at[shard], self._count[shard] = resume["id"], resume["read"]
        if _order(last) < _order(resume["id"]):
            raise made_anew(shard, f"it was read to {resume['id']} and ends at {last}")
        lost = added - length - resume["read"]
        if lost > 0:
            if not self._allow_gap:
                raise gap(shard, f"{lost:,} entries were removed before they were read")
            self._count[shard] += lost

    def _about(self, shard: str) -> dict[str, Any]:
        import redis

        try:
            found: dict[str, Any] = self._client.xinfo_stream(shard)
        except redis.ResponseError as error:
            if "no such key" in str(error):
                return {}
            raise
        return found

    def _payload(self, fields: dict[bytes, bytes]) -> bytes:
        if self._field in fields:
            return fields[self._field]
        try:
            event = {name.decode(): cell.decode() for name, cell in fields.items()}
        except UnicodeDecodeError:
            return b" ".join(part for pair in fields.items() for part in pair)
        return json.dumps(event, ensure_ascii=False).encode()


class RedisSink:
    """Adds verdicts to ``PREFIX:results``, ``:revisions``, ``:alerts``, ``:rooms`` and ``:dead``.

    ``?maxlen=`` keeps about so many entries of each.
    """

    def __init__(self, address: Address) -> None:
        only(address.options, ("maxlen",))
        self._client = connected(address)
        self._address = address
        (self._prefix,) = address.names[:1]
        self._most = option(address.options, "maxlen", 0) or None

    def write(self, messages: Sequence[Message]) -> None:
        """Add them all in one journey."""
        import redis

        pipeline = self._client.pipeline(transaction=False)
        for message in messages:
            fields = {"id": message.id, "room_id": message.room_id, FIELD: message.body}
            pipeline.xadd(f"{self._prefix}:{message.topic}", fields, maxlen=self._most, approximate=True)
        try:
            pipeline.execute()
        except redis.RedisError as error:
            raise unreachable(str(self._address), error) from error

    def settle(self) -> None:
        """When Redis writes to its disk is set in Redis."""

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def connected(address: Address) -> Any:
    """A client that tries again for some seconds where a connection fails."""
    try:
        import redis
        from redis.backoff import ExponentialBackoff
        from redis.retry import Retry
    except ImportError:
        raise missing_extra("redis", "redis") from None
    client = redis.Redis.from_url(
        address.server,
        protocol=2,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(ExponentialBackoff(cap=4, base=0.1), 6),
    )
    try:
        client.ping()
    except redis.RedisError as error:
        client.close()
        raise unreachable(str(address), error) from error
    return client


def _order(entry: str) -> tuple[int, int]:
    first, _, second = entry.partition("-")
    return int(first), int(second or 0)
