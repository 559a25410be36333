"""Real brokers for tests and measurements: each started, fed and read to its end through its own client library."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from detector.bus.ends import TOPICS

# Shard -> its messages, in their order.
Feed = dict[str, Sequence[bytes]]
# Kafka's protocol, answered by the client library itself: in a process of its own, until its stdin ends.
MOCK_CLUSTER: Final = """
import sys
from confluent_kafka import Producer
cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none"})
brokers = cluster.list_topics(timeout=30).brokers.values()
print(",".join(f"{broker.host}:{broker.port}" for broker in brokers), flush=True)
sys.stdin.read()
"""


class Broker(Protocol):
    """A running broker: ``source`` and ``sink(prefix)`` are addresses for ``zhenping stream``."""

    source: str

    def sink(self, prefix: str) -> str:
        """Where verdicts go."""

    def feed(self, messages: Feed) -> None:
        """Put messages into the source."""

    def reader(self, prefix: str) -> Reader:
        """Reads what came out below ``prefix``, from its beginning."""


class Reader(Protocol):
    """Reads all topics of one prefix."""

    def more(self) -> list[tuple[str, bytes]]:
        """Topic and body of what has come since; none if there is nothing now."""

    def close(self) -> None:
        """Done."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], port: int) -> Iterator[None]:
    """A server, from when it listens until the end of the block."""
    server = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def there(program: str) -> str:
    """Where a program is; empty if it is not installed."""
    return shutil.which(program) or ""


class Redis:
    """Redis Streams: the source is one stream for each shard."""

    def __init__(self, port: int, shards: Sequence[str]) -> None:
        import redis

        self.client: Any = redis.Redis(port=port)
        self.address = f"redis://127.0.0.1:{port}"
        self.source = f"{self.address}/{','.join(shards)}"

    def sink(self, prefix: str) -> str:
        """Where verdicts go."""
        return f"{self.address}/{prefix}"

    def feed(self, messages: Feed) -> None:
        """Add messages to the streams."""
        for shard, bodies in messages.items():
            for start in range(0, len(bodies), 1000):
                pipeline = self.client.pipeline(transaction=False)
                for body in bodies[start : start + 1000]:
                    pipeline.xadd(shard, {"data": body})
                pipeline.execute()

    def reader(self, prefix: str) -> Reader:
        """Reads what came out."""
        return RedisReader(self.client, prefix)


class RedisReader:
    """Reads the streams of one prefix."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.client = client
        self.at = {f"{prefix}:{topic}": "0-0" for topic in TOPICS}

    def more(self) -> list[tuple[str, bytes]]:
        """What has come since."""
        found = []
        told = self.client.xread(self.at, count=5000) or {}
        for stream, entries in told.items() if isinstance(told, dict) else told:
            name = stream.decode()
            # A protocol of Redis wraps the entries of a stream once more.
            for entry, fields in entries[0] if entries and isinstance(entries[0], list) else entries:
                self.at[name] = entry.decode()
                found.append((name.rpartition(":")[2], fields[b"data"]))
        return found

    def close(self) -> None:
        """Nothing to close."""


@contextmanager
def redis_server(folder: Path, shards: Sequence[str] = ("comments",)) -> Iterator[Redis]:
    """A Redis of our own, in memory only."""
    port = free_port()
    command = [there("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    with running(command, port):
        broker = Redis(port, shards)
        yield broker
        broker.client.close()


class Kafka:
    """Kafka's protocol: one topic, whose partitions are the shards ``comments/0`` and so on."""

    def __init__(self, hosts: str, options: str = "session.timeout.ms=6000") -> None:
        self.hosts = hosts
        self.source = f"kafka://{hosts}/comments?{options}"

    def sink(self, prefix: str) -> str:
        """Where verdicts go."""
        return f"kafka://{self.hosts}/{prefix}"

    def feed(self, messages: Feed) -> None:
        """Produce messages to their partitions."""
        import confluent_kafka

        producer = confluent_kafka.Producer(
            {"bootstrap.servers": self.hosts, "compression.type": "lz4", "linger.ms": 50}
        )
        for shard, bodies in messages.items():
            for body in bodies:
                producer.produce("comments", body, partition=int(shard.rpartition("/")[2]))
                if len(producer) > 5000:
                    producer.flush()
        assert producer.flush() == 0

    def reader(self, prefix: str) -> Reader:
        """Reads what came out."""
        return KafkaReader(self.hosts, prefix)


class KafkaReader:
    """Reads all partitions of the topics of one prefix."""

    def __init__(self, hosts: str, prefix: str) -> None:
        import confluent_kafka as kafka

        self.consumer = kafka.Consumer(
            {
                "bootstrap.servers": hosts,
                # The cluster may end first.
                "log_level": 0,
                "group.id": "reader",
                "auto.offset.reset": "error",
                "allow.auto.create.topics": True,
            }
        )
        places: list[Any] = []
        for topic in (f"{prefix}.{topic}" for topic in TOPICS):
            numbers: Any = ()
            while not numbers:
                # The cluster makes a topic when it is first asked about.
                numbers = self.consumer.list_topics(topic, timeout=30).topics[topic].partitions
            places += [kafka.TopicPartition(topic, number, kafka.OFFSET_BEGINNING) for number in numbers]
        self.consumer.assign(places)

    def more(self) -> list[tuple[str, bytes]]:
        """What has come since."""
        found = []
        for message in self.consumer.consume(5000, 0.2):
            assert message.error() is None, message.error()
            found.append((message.topic().rpartition(".")[2], message.value()))
        return found

    def close(self) -> None:
        """Close the connection."""
        self.consumer.close()


@contextmanager
def kafka_cluster(options: str = "session.timeout.ms=6000") -> Iterator[Kafka]:
    """A cluster in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-c", MOCK_CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        assert cluster.stdout is not None
        try:
            yield Kafka(cluster.stdout.readline().strip(), options)
        finally:
            cluster.kill()


class Nats:
    """NATS JetStream: one stream of input, whose subjects are the shards."""

    def __init__(self, port: int, shards: Sequence[str]) -> None:
        self.address = f"nats://127.0.0.1:{port}"
        self.shards = shards
        self.source = f"{self.address}/{','.join(shards)}"

    def sink(self, prefix: str) -> str:
        """Where verdicts go."""
        return f"{self.address}/{prefix}"

    def feed(self, messages: Feed) -> None:
        """Publish messages on their subjects."""

        async def publish() -> None:
            import nats

            client = await nats.connect(self.address)
            stream = client.jetstream()
            await stream.add_stream(name="COMMENTS", subjects=list(self.shards))
            for shard, bodies in messages.items():
                for start in range(0, len(bodies), 200):
                    part = bodies[start : start + 200]
                    await asyncio.gather(*(stream.publish(shard, body) for body in part))
            await client.close()

        asyncio.run(publish())

    def reader(self, prefix: str) -> Reader:
        """Reads what came out."""
        return NatsReader(self.address, prefix)


class NatsReader:
    """Reads the subjects of one prefix."""

    def __init__(self, address: str, prefix: str) -> None:
        import nats

        self.loop = asyncio.new_event_loop()
        self.client = self.loop.run_until_complete(nats.connect(address))
        self.prefix = prefix
        self.pull: Any = None

    def more(self) -> list[tuple[str, bytes]]:
        """What has come since."""
        return self.loop.run_until_complete(self._more())

    async def _more(self) -> list[tuple[str, bytes]]:
        import nats.js.errors

        if self.pull is None:
            try:
                self.pull = await self.client.jetstream().pull_subscribe(f"{self.prefix}.*")
            except nats.js.errors.NotFoundError:
                return []
        try:
            told = await self.pull.fetch(1000, timeout=0.2)
        except TimeoutError:
            return []
        for message in told:
            await message.ack()
        return [(message.subject.rpartition(".")[2], message.data) for message in told]

    def close(self) -> None:
        """Close the connection."""
        self.loop.run_until_complete(self.client.close())
        self.loop.close()


@contextmanager
def nats_server(folder: Path, shards: Sequence[str] = ("comments",)) -> Iterator[Nats]:
    """A NATS of our own with JetStream in ``folder``."""
    port = free_port()
    with running([there("nats-server"), "-js", "-sd", folder, "-a", "127.0.0.1", "-p", str(port)], port):
        yield Nats(port, shards)
