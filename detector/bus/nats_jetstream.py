"""NATS JetStream: one subject is one shard; verdicts go to subjects named after their topics."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from detector.bus.addresses import Address, only
from detector.bus.ends import TOPICS, Delivery, Message, Owned, gap, made_anew, missing_extra, unreachable

TIMEOUT_S: Final = 30.0
# The server forgets a consumer of ours so long after we are gone.
IDLE_S: Final = 600.0
RECONNECTS: Final = 10
T = TypeVar("T")


class Connection:
    """A connection to NATS, whose client lives in an event loop of its own thread."""

    def __init__(self, address: Address) -> None:
        try:
            import nats
        except ImportError:
            raise missing_extra("nats", "nats-py") from None
        self._address = address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()
        servers = [f"{address.scheme}://{host}" for host in address.hosts.split(",")]
        try:
            self._client = self.wait(
                nats.connect(
                    servers=servers, connect_timeout=5, max_reconnect_attempts=RECONNECTS, error_cb=_quiet
                )
            )
        except BaseException:
            self._end()
            raise
        self.stream = self._client.jetstream(timeout=TIMEOUT_S)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Its outcome; InputError for what NATS cannot or will not do. TimeoutError passes."""
        import nats.errors
        import nats.js.errors

        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except (TimeoutError, nats.js.errors.NotFoundError):
            raise
        except (nats.errors.Error, OSError) as error:
            raise unreachable(str(self._address), str(error) or type(error).__name__) from error

    def close(self) -> None:
        """Close it and end its thread."""
        try:
            self.wait(self._client.close())
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class JetStream:
    """Reads subjects from the stream sequences that snapshots name, through consumers that acknowledge nothing."""

    kind = "nats"
    ended = False

    def __init__(self, address: Address, *, newest: bool = False, allow_gap: bool = False) -> None:
        only(address.options, ())
        self._nats = Connection(address)
        self._address = address
        self._newest = newest
        self._allow_gap = allow_gap
        self._pulls: dict[str, Any] = {}
        # Subject -> the sequence to go on from, how many messages its consumer gave, and how many wait.
        self._next: dict[str, int] = {}
        self._given: dict[str, int] = {}
        self._waiting: dict[str, int] = {}

    def read(self, most: int, wait_s: float, owned: Owned) -> list[Delivery]:
        """The next messages of each subject."""
        for shard in self._address.names:
            if shard not in self._pulls:
                self._begin(shard, owned.take(shard))
        found: list[Delivery] = []
        for shard in self._address.names:
            found += self._fetched(shard, most, wait_s / len(self._address.names))
        return found

    def commit(self, shard: str, resume: Any) -> None:
        """Sequences are kept in snapshots alone; the server shows what waits for the consumer by itself."""

    def lag(self) -> int | None:
        """Messages that wait, as the last ones told."""
        return sum(self._waiting.values())

    def close(self) -> None:
        """Close the connection; the server forgets its consumers."""
        for pull in self._pulls.values():
            self._nats.wait(pull.unsubscribe())
        self._nats.close()

    def _fetched(self, shard: str, most: int, wait_s: float) -> list[Delivery]:
        try:
            told = self._nats.wait(self._pulls[shard].fetch(most, timeout=max(0.05, wait_s)))
        except TimeoutError:
            self._waiting[shard] = 0
            return []
        found = []
        for message in told:
            meta = message.metadata
            if meta.sequence.consumer != self._given[shard] + 1:
                # A message was lost on its way: ask for all from there again.
                self._follow(shard, self._next[shard])
                break
            self._given[shard] += 1
            self._waiting[shard] = meta.num_pending
            self._next[shard] = meta.sequence.stream + 1
            found.append(Delivery(shard, meta.sequence.stream, message.data, self._next[shard]))
        return found

    def _begin(self, shard: str, resume: Any) -> None:
        import nats.js.errors

        try:
            stream = self._nats.wait(self._nats.stream.find_stream_name_by_subject(shard))
        except nats.js.errors.NotFoundError as error:
            raise unreachable(str(self._address), f"no JetStream stream holds the subject {shard}") from error
        state = self._nats.wait(self._nats.stream.stream_info(stream)).state
        at = resume
        if resume is None:
            at = state.last_seq + 1 if self._newest else 1
        elif resume > state.last_seq + 1:
            raise made_anew(shard, f"it was read to {resume - 1:,} and ends at {state.last_seq:,}")
        elif resume < state.first_seq and not self._allow_gap:
            raise gap(
                shard, f"sequences {resume:,} to {state.first_seq - 1:,} were removed before they were read"
            )
        self._follow(shard, at)

    def _follow(self, shard: str, sequence: int) -> None:
        """A new consumer from ``sequence`` on."""
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        before = self._pulls.pop(shard, None)
        if before is not None:
            self._nats.wait(before.unsubscribe())
        wanted = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=sequence,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=IDLE_S,
        )
        self._pulls[shard] = self._nats.wait(self._nats.stream.pull_subscribe(shard, config=wanted))
        self._next[shard], self._given[shard], self._waiting[shard] = sequence, 0, 0


class JetStreamSink:
    """Publishes to ``PREFIX.results``, ``.revisions``, ``.alerts``, ``.rooms`` and ``.dead``.

    Where no stream holds these subjects one is made. Messages carry ``Nats-Msg-Id``: within the duplicate window of
    the stream the server itself drops what is sent again.
    """

    def __init__(self, address: Address) -> None:
        only(address.options, ())
        self._nats = Connection(address)
        self._address = address
        (self._prefix,) = address.names[:1]
        self._ready = False

    def write(self, messages: Sequence[Message]) -> None:
        """Publish them and wait for the acknowledgement of each."""
        if not self._ready:
            self._have_stream()
            self._ready = True
        try:
            self._nats.wait(self._publish(messages))
        except TimeoutError as error:
            raise unreachable(str(self._address), "no acknowledgement in time") from error

    def settle(self) -> None:
        """All is acknowledged already."""

    def close(self) -> None:
        """Close the connection."""
        self._nats.close()

    async def _publish(self, messages: Sequence[Message]) -> None:
        stream = self._nats.stream
        await asyncio.gather(
            *(
                stream.publish(
                    f"{self._prefix}.{message.topic}", message.body, headers={"Nats-Msg-Id": message.key}
                )
                for message in messages
            )
        )

    def _have_stream(self) -> None:
        import nats.js.errors

        for topic in TOPICS:
            try:
                self._nats.wait(self._nats.stream.find_stream_name_by_subject(f"{self._prefix}.{topic}"))
            except nats.js.errors.NotFoundError:
                break
        else:
            return
        name = "".join(sign if sign.isalnum() else "_" for sign in self._prefix)
        subjects = [f"{self._prefix}.{topic}" for topic in TOPICS]
        self._nats.wait(self._nats.stream.add_stream(name=name, subjects=subjects))


async def _quiet(_: Exception) -> None:
    """What cannot be had is raised where it is waited for."""
