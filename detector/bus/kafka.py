"""Kafka: one partition is one shard; verdicts go to topics named after theirs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from detector.bus.addresses import Address
from detector.bus.ends import Delivery, Message, Owned, gap, made_anew, missing_extra, unreachable
from detector.errors import InputError, ZhenpingError

GROUP: Final = "zhenping"
TIMEOUT_S: Final = 30.0
# Options of an address that are ours; all others go to the client library as they are.
OURS: Final = ("group", "config")


class KafkaTopics:
    """Reads the partitions that the consumer group gives us, each from the offset that its snapshot names.

    ``?group=`` names the group, ``?config=FILE`` a file of ``name=value`` lines for the client library; other options
    of the address go there too. What the group has committed shows how far we are and is never read.
    """

    kind = "kafka"
    ended = False

    def __init__(self, address: Address, *, newest: bool = False, allow_gap: bool = False) -> None:
        try:
            import confluent_kafka
        except ImportError:
            raise missing_extra("kafka", "confluent-kafka") from None
        self._kafka = confluent_kafka
        self._address = address
        self._newest = newest
        self._allow_gap = allow_gap
        # Partition -> the offset to be read next; None while it is wherever we began.
        self._next: dict[tuple[str, int], int | None] = {}
        self._owned: Owned | None = None
        self._trouble: ZhenpingError | None = None
        settings = {
            "group.id": address.options.get("group", GROUP),
            "partition.assignment.strategy": "cooperative-sticky",
            **_settings(address),
            "enable.auto.commit": False,
            # Where an offset is no longer there, jumping on would lose messages without a word.
            "auto.offset.reset": "error",
        }
        self._consumer = confluent_kafka.Consumer({**settings, "error_cb": self._heard}, logger=_log())
        for topic in address.names:
            self._find(topic)
        self._consumer.subscribe(
            [*address.names], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def read(self, most: int, wait_s: float, owned: Owned) -> list[Delivery]:
        """The next messages; partitions come and go meanwhile."""
        self._owned = owned
        try:
            told: list[Any] = self._consumer.consume(most, wait_s)
        except self._kafka.KafkaException as error:
            raise self._trouble or unreachable(str(self._address), error) from error
        if self._trouble is not None:
            raise self._trouble
        found = []
        for message in told:
            if message.error() is not None:
                self._judge(message.error())
                continue
            place = (message.topic(), message.partition())
            # A partition may have gone, or gone and come back, while these messages were on their way.
            if place not in self._next or message.offset() < (self._next[place] or 0):
                continue
            self._next[place] = message.offset() + 1
            payload = message.value() or b""
            found.append(Delivery(_name(*place), message.offset(), payload, self._next[place]))
        return found

    def commit(self, shard: str, resume: Any) -> None:
        """Let the group show how far the shard was read."""
        place = _place(shard)
        if resume is not None and place in self._next:
            at = self._kafka.TopicPartition(*place, resume)
            try:
                self._consumer.commit(offsets=[at], asynchronous=True)
            except self._kafka.KafkaException:
                # The group is about to change; only a display is missing.
                return

    def lag(self) -> int | None:
        """Messages up to the ends of our partitions, as last heard of."""
        waiting = 0
        for place, at in self._next.items():
            try:
                low, high = self._consumer.get_watermark_offsets(
                    self._kafka.TopicPartition(*place), cached=True
                )
            except self._kafka.KafkaException:
                return None
            if high < 0:
                return None
            waiting += max(0, high - (low if at is None else at))
        return waiting

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def _find(self, topic: str) -> None:
        """At the start a broker must answer and know the topic; later the client library waits for it."""
        try:
            about = self._consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
        except self._kafka.KafkaException as error:
            raise unreachable(str(self._address), error.args[0].str()) from error
        if about.error is not None and not topic.startswith("^"):
            raise unreachable(str(self._address), about.error.str())

    def _heard(self, error: Any) -> None:
        if error.fatal() or error.code() == self._kafka.KafkaError._AUTHENTICATION:
            self._trouble = unreachable(str(self._address), error.str())

    def _assigned(self, consumer: Any, partitions: Sequence[Any]) -> None:
        assert self._owned is not None
        try:
            for partition in partitions:
                place = (partition.topic, partition.partition)
                resume = self._owned.take(_name(*place))
                self._next[place] = resume
                if resume is None:
                    partition.offset = self._kafka.OFFSET_END if self._newest else self._kafka.OFFSET_BEGINNING
                else:
                    partition.offset = self._next[place] = self._still_there(consumer, partition, resume)
        except ZhenpingError as error:
            # It is raised again by ``read``: nothing may be raised through the client library.
            self._trouble = error
            return
        except self._kafka.KafkaException as error:
            self._trouble = unreachable(str(self._address), error)
            return
        consumer.incremental_assign(partitions)

    def _still_there(self, consumer: Any, partition: Any, resume: int) -> int:
        low, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_S)
        name = _name(partition.topic, partition.partition)
        if resume > high:
            raise made_anew(name, f"it was read to offset {resume:,} and ends at {high:,}")
        if resume < low:
            if not self._allow_gap:
                raise gap(name, f"offsets {resume:,} to {low - 1:,} were removed before they were read")
            return int(low)
        return resume

    def _revoked(self, consumer: Any, partitions: Sequence[Any]) -> None:
        self._gone(consumer, partitions, lost=False)

    def _lost(self, consumer: Any, partitions: Sequence[Any]) -> None:
        self._gone(consumer, partitions, lost=True)

    def _gone(self, consumer: Any, partitions: Sequence[Any], *, lost: bool) -> None:
        try:
            for partition in partitions:
                place = (partition.topic, partition.partition)
                self._next.pop(place, None)
                if self._owned is not None:
                    self._owned.give_back(_name(*place), lost=lost)
        except ZhenpingError as error:
            self._trouble = error
        consumer.incremental_unassign(partitions)

    def _judge(self, error: Any) -> None:
        """Go on where the client library tries again by itself."""
        code = self._kafka.KafkaError
        if error.code() in (code._AUTO_OFFSET_RESET, code.OFFSET_OUT_OF_RANGE):
            raise gap(str(self._address), f"messages were removed before they were read ({error.str()})")
        lasting = (
            code.UNKNOWN_TOPIC_OR_PART, code._UNKNOWN_TOPIC, code._UNKNOWN_PARTITION,
            code.TOPIC_AUTHORIZATION_FAILED, code.GROUP_AUTHORIZATION_FAILED,
        )  # fmt: skip
        if error.fatal() or error.code() in lasting:
            raise unreachable(str(self._address), error.str())


class KafkaSink:
    """Produces to ``PREFIX.results``, ``.revisions``, ``.alerts``, ``.rooms`` and ``.dead``, with rooms as keys."""

    def __init__(self, address: Address) -> None:
        try:
            import confluent_kafka
        except ImportError:
            raise missing_extra("kafka", "confluent-kafka") from None
        self._kafka = confluent_kafka
        self._address = address
        (self._prefix,) = address.names[:1]
        settings = {
            "compression.type": "lz4",
            "linger.ms": 5,
            **_settings(address),
            "acks": "all",
            "enable.idempotence": True,
        }
        self._producer = confluent_kafka.Producer(settings, logger=_log())
        self._refused: Any = None

    def write(self, messages: Sequence[Message]) -> None:
        """Produce them and wait for the acknowledgement of all in-sync replicas."""
        try:
            for message in messages:
                self._produce(message)
            self._producer.flush()
        except self._kafka.KafkaException as error:
            raise unreachable(str(self._address), error) from error
        if self._refused is not None:
            raise unreachable(str(self._address), self._refused.str())

    def settle(self) -> None:
        """All is acknowledged already."""

    def close(self) -> None:
        """Nothing is left to be sent."""

    def _produce(self, message: Message) -> None:
        while True:
            try:
                self._producer.produce(
                    f"{self._prefix}.{message.topic}",
                    key=message.room_id.encode("utf-8", "replace"),
                    value=message.body,
                    headers=[("id", message.key)],
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                return

    def _delivered(self, error: Any, _: Any) -> None:
        if error is not None:
            self._refused = error


def _settings(address: Address) -> dict[str, Any]:
    """What the client library is told: the brokers, the lines of ``?config=``, the other options."""
    found = {"bootstrap.servers": address.hosts}
    if "config" in address.options:
        path = Path(address.options["config"])
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
            ) from error
        for line in lines:
            name, equals, value = line.partition("=")
            if equals and not name.lstrip().startswith("#"):
                found[name.strip()] = value.strip()
    return found | {name: value for name, value in address.options.items() if name not in OURS}


def _name(topic: str, partition: int) -> str:
    return f"{topic}/{partition}"


def _place(shard: str) -> tuple[str, int]:
    topic, _, partition = shard.rpartition("/")
    return topic, int(partition)


def _log() -> Any:
    """Where the client library talks: as a log of ours, warnings of it reach stderr."""
    import logging

    return logging.getLogger("detector.bus.kafka")
