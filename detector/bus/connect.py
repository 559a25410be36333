"""The source and the sink at an address; a broker's library is only needed where that broker is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.bus.addresses import Address
from detector.bus.files import PIPE, Folder, Lines, Pipe
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.bus.ends import Sink, Source


def source_of(told: Address, *, newest: bool = False, allow_gap: bool = False) -> Source:
    """The source at an address."""
    if told.scheme == "file":
        return Lines(told.names[0], newest=newest)
    if told.scheme.startswith("redis"):
        from detector.bus.redis_streams import RedisStreams

        return RedisStreams(told, newest=newest, allow_gap=allow_gap)
    if told.scheme == "kafka":
        from detector.bus.kafka import KafkaTopics

        return KafkaTopics(told, newest=newest, allow_gap=allow_gap)
    from detector.bus.nats_jetstream import JetStream

    return JetStream(told, newest=newest, allow_gap=allow_gap)


def sink_of(told: Address) -> Sink:
    """The sink at an address. UsageError if it names more than one prefix."""
    if len(told.names) > 1:
        raise UsageError(f"--to takes one name, not {','.join(told.names)}", zh=f"--to 只接受一个名称：{told}")
    if told.scheme == "file":
        return Pipe() if told.names[0] == PIPE else Folder(told.names[0])
    if told.scheme.startswith("redis"):
        from detector.bus.redis_streams import RedisSink

        return RedisSink(told)
    if told.scheme == "kafka":
        from detector.bus.kafka import KafkaSink

        return KafkaSink(told)
    from detector.bus.nats_jetstream import JetStreamSink

    return JetStreamSink(told)
