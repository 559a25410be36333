"""Real brokers: what comes out is what the library says, and a killed stream goes on as if it had not been."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.bus.addresses import address
from detector.bus.cli import source_of
from detector.bus.ends import Delivery
from detector.bus.shard import Shard
from detector.errors import InputError
from tests.bus.brokers import Broker, Redis, kafka_cluster, nats_server, redis_server, there
from tests.bus.crashing import Collected, Outcome, begin, carried_out, compared, simulated
from tests.bus.test_files import Alone
from tests.models import shipped

KINDS = ("redis", "kafka", "nats")
COMMENTS = 1500
needs = {
    "redis": pytest.mark.skipif(not there("redis-server"), reason="redis-server is not installed"),
    "nats": pytest.mark.skipif(not there("nats-server"), reason="nats-server is not installed"),
}
brokers = pytest.mark.parametrize(
    "broker", [pytest.param(k, marks=needs.get(k, ())) for k in KINDS], indirect=True
)
redis_only = pytest.mark.parametrize("broker", [pytest.param("redis", marks=needs["redis"])], indirect=True)


@pytest.fixture
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """One broker of each kind, with one shard."""
    if request.param == "redis":
        with redis_server(tmp_path) as redis:
            yield redis
    elif request.param == "nats":
        with nats_server(tmp_path) as nats:
            yield nats
    else:
        with kafka_cluster() as kafka:
            yield kafka


def shard_of(broker: Broker) -> str:
    """The shard that messages are fed into."""
    return "comments/0" if broker.source.startswith("kafka") else "comments"


@pytest.mark.slow
@brokers
def test_killed_again_and_again_nothing_is_lost_doubled_or_said_differently(
    broker: Broker, tmp_path: Path
) -> None:
    shard = shard_of(broker)
    feed = simulated(COMMENTS, [shard])
    broker.feed(feed)
    options = ("--save-events", "300", "--save-every", "1s")
    whole = Outcome(in_one_go(broker, len(feed[shard])), 0, 0.0)
    options = ("--save-events", "300", "--save-every", "1s")
    killed = carried_out(broker, "killed", tmp_path / "killed", feed, kills=2, options=options)
    found = compared(feed, whole, killed)
    for name in ("lost", "doubled", "resent_unlike", "verdicts_differing"):
        assert (name, found[name]) == (name, 0)
    assert set(found["differing"].values()) == {0}
    assert (found["comments"], found["messages"]["rooms"], found["messages"]["dead"]) == (COMMENTS, 1, 1)

    # And the library says the same of the same comments.
    comments = [json.loads(body) for body in feed[shard] if body.endswith(b"}") and b'"close"' not in body]
    verdicts = shipped().score(comments).verdicts
    first = ~verdicts.duplicate
    expected = dict(
        zip(
            np.array(verdicts.comment_id)[first].tolist(),
            [("pass", "review", "high_risk")[code] for code in verdicts.first_verdict[first]],
            strict=True,
        )
    )
    assert killed.collected.verdicts == expected


@brokers
def test_a_source_goes_on_where_it_is_told(broker: Broker) -> None:
    shard = shard_of(broker)
    broker.feed({shard: [f"m{n}".encode() for n in range(10)]})
    whole = read(broker, None, 10)
    assert [one.payload.decode() for one in whole] == [f"m{n}" for n in range(10)]
    assert {one.shard for one in whole} == {shard}
    assert len({str(one.offset) for one in whole}) == 10
    rest = read(broker, whole[3].resume, 6)
    assert rest == whole[4:]


@brokers
def test_a_source_that_was_made_anew_is_refused(broker: Broker) -> None:
    broker.feed({shard_of(broker): [b"m"]})
    (one,) = read(broker, None, 1)
    beyond = {"id": "9" * 15 + "-0", "read": 9} if isinstance(one.resume, dict) else 99
    with pytest.raises(InputError, match="it was made anew"):
        read(broker, beyond, 1)


@redis_only
def test_entries_removed_before_they_were_read_are_not_passed_over_silently(broker: Redis) -> None:
    broker.feed({"comments": [f"m{n}".encode() for n in range(10)]})
    whole = read(broker, None, 10)
    broker.client.xtrim("comments", maxlen=4, approximate=False)
    # All that is gone had been read.
    assert read(broker, whole[5].resume, 4) == whole[6:]
    with pytest.raises(InputError, match="2 entries were removed before they were read"):
        read(broker, whole[3].resume, 4)
    allowed = read(broker, whole[3].resume, 4, allow_gap=True)
    assert [one.payload for one in allowed] == [b"m6", b"m7", b"m8", b"m9"]


@redis_only
def test_redis_shows_how_far_a_stream_was_read(broker: Redis) -> None:
    broker.feed({"comments": [b"m"] * 10})
    source = source_of(address(broker.source))
    found = source.read(6, 0.1, At("comments", None))
    assert source.lag() == 4
    for one in (found[2], found[5]):
        source.commit("comments", one.resume)
    source.close()
    (group,) = broker.client.xinfo_groups("comments")
    assert (group["name"], group["lag"]) == (b"zhenping", 4)


@redis_only
def test_the_fields_of_an_entry_may_be_the_event(broker: Redis) -> None:
    broker.client.xadd("comments", {"text": "好", "user_id": "u"})
    broker.client.xadd("comments", {"text": b"\xff"})
    broker.client.xadd("comments", {"data": "{}", "text": "x"})
    assert [one.payload for one in read(broker, None, 3)] == [
        '{"text": "好", "user_id": "u"}'.encode(), b"text \xff", b"{}",
    ]  # fmt: skip


@redis_only
def test_a_second_process_on_the_same_state_is_refused(broker: Redis, tmp_path: Path) -> None:
    broker.feed({"comments": [b'{"text": "a"}']})
    first = begin(broker, "out", tmp_path / "state")
    reader, found = broker.reader("out"), Collected()
    while not found.count("results"):
        for topic, body in reader.more():
            found.add(topic, body)
    second = begin(broker, "out", tmp_path / "state", "--lang", "en")
    _, words = second.communicate()
    assert second.returncode == 2
    assert "another process owns the shard comments" in words.decode()
    first.send_signal(signal.SIGTERM)
    first.communicate()
    assert first.returncode == 0


@redis_only
def test_a_broker_that_is_not_there_is_an_input_error(broker: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(InputError, match="Check the address, the rights and whether the broker runs"):
        source_of(address("redis://127.0.0.1:1/comments"))
    broker.client.set("comments", "no stream")
    with pytest.raises(InputError, match="WRONGTYPE"):
        read(broker, None, 1)


class At(Alone):
    """Owns all shards; goes on at ``resume`` in one of them."""

    def __init__(self, shard: str, resume: Any) -> None:
        super().__init__(resume)
        self.shard = shard

    def take(self, shard: str) -> Any:
        """Where to go on."""
        return self.resume if shard == self.shard else None


def in_one_go(broker: Broker, messages: int) -> Collected:
    """What a shard says that is never interrupted."""
    found = Collected()
    shard = Shard(shard_of(broker), lambda _: shipped().stream(), kind="test")
    for letter in shard.take(read(broker, None, messages)):
        found.add(letter.topic, letter.body)
    return found


def read(broker: Broker, resume: Any, wanted: int, *, allow_gap: bool = False) -> list[Delivery]:
    """So many messages of a fresh source that goes on at ``resume``."""
    source = source_of(address(broker.source), allow_gap=allow_gap)
    found: list[Delivery] = []
    try:
        while len(found) < wanted:
            found += source.read(wanted, 0.2, At(shard_of(broker), resume))
    finally:
        source.close()
    return found
