"""Addresses are read once, and what is wrong with them is said."""

from __future__ import annotations

import pytest

from detector.bus.addresses import address, option
from detector.bus.connect import sink_of, source_of
from detector.errors import UsageError


def test_an_address_has_hosts_names_and_options() -> None:
    kafka = address("kafka://a:9092,b:9092/live?group=g&session.timeout.ms=6000")
    assert (kafka.hosts, kafka.names) == ("a:9092,b:9092", ("live",))
    assert kafka.options == {"group": "g", "session.timeout.ms": "6000"}
    redis = address("redis://user:pw@h:6379/2/comments:0,comments:1")
    assert (redis.server, redis.names) == ("redis://user:pw@h:6379/2", ("comments:0", "comments:1"))
    assert address("redis://h/2").names == ("2",)
    assert address("nats://h:4222/live.comments.*").names == ("live.comments.*",)
    assert address("dir/log.ndjson").scheme == "file"


def test_a_password_is_never_shown() -> None:
    assert str(address("redis://user:pw@h/comments")) == "redis://h/comments"
    with pytest.raises(UsageError) as told:
        address("redis://user:pw@h/")
    assert "pw" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("amqp://h/q", "amqp:// is not known; use kafka://"),
        ("kafka://h:9092/", "names no topic or stream"),
        ("kafka:///topic", "names no host"),
        ("redis://h/a,a", "a name stands twice"),
    ],
)
def test_what_is_no_address_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        address(text)


def test_an_option_nobody_reads_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\?feild= is not known here; known: field"):
        source_of(address("redis://h/a?feild=x"))
    with pytest.raises(UsageError, match="known: maxlen"):
        sink_of(address("redis://h/a?field=x"))
    with pytest.raises(UsageError, match="known: none"):
        source_of(address("nats://h/a?x=1"))
    with pytest.raises(UsageError, match="no whole number"):
        option({"maxlen": "many"}, "maxlen", 0)


def test_a_sink_has_one_name() -> None:
    with pytest.raises(UsageError, match="--to takes one name, not a,b"):
        sink_of(address("redis://h/a,b"))
