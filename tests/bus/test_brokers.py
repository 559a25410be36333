"""Real brokers: what comes out is what the library says, and a killed stream goes on as if it had not been."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.bus.addresses import address
from detector.bus.connect import source_of
from detector.bus.ends import Delivery
from detector.bus.shard import Shard
from detector.errors import InputError
from tests.bus.brokers import Broker, Redis, kafka_cluster, nats_server, redis_server, there
from tests.bus.crashing import Collected, Outcome, begun, carried_out, compared, simulated
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
brokers_by_name = pytest.mark.parametrize("kind", [pytest.param(k, marks=needs.get(k, ())) for k in KINDS])
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


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_partitions_move_between_processes_with_what_is_remembered_of_them(
    broker: Broker, tmp_path: Path
) -> None:
    shards = [f"comments/{number}" for number in range(4)]
    feed = simulated(1200, shards)
    thirds = [{name: part[at * 100 : at * 100 + 100] for name, part in feed.items()} for at in range(3)]
    reader, found = broker.reader("out"), Collected()

    def until(results: int) -> None:
        while found.count("results") < results:
            for topic, body in reader.more():
                found.add(topic, body)

    broker.feed(thirds[0])
    with begun(broker, "out", tmp_path) as first, begun(broker, "out", tmp_path) as second:
        until(400)
        # Two each, and the second one owns nothing before the first one has saved and let go.
        while [len(open_locks(one.pid)) for one in (first, second)] != [2, 2]:
            assert (first.poll(), second.poll()) == (None, None)
            time.sleep(0.05)
        broker.feed(thirds[1])
        until(800)
        assert (found.resent, found.unlike) == (0, 0)
        # One is killed: the other takes its partitions over and repeats what was not saved.
        first.kill()
        first.wait()
        broker.feed(thirds[2])
        until(1200)
        second.send_signal(signal.SIGTERM)
        assert second.wait() == 0
    reader.close()
    assert (found.count("results"), found.resent > 0, found.unlike) == (1200, True, 0)
    assert set(found.comments.values()) == {1}


def open_locks(process: int) -> set[str]:
    """The locks of shards that a process has open."""
    try:
        names = {str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()}
    except OSError:
        return set()
    return {name for name in names if name.endswith("/lock")}


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
    state = tmp_path / "state"
    with begun(broker, "out", state) as first:
        while not open_locks(first.pid):
            time.sleep(0.05)
        with begun(broker, "out", state, "--lang", "en") as second:
            assert second.stderr is not None
            assert "another process owns the shard comments" in second.stderr.read().decode()
            assert second.wait() == 2
        first.send_signal(signal.SIGTERM)
        assert first.wait() == 0


@redis_only
def test_a_broker_that_is_not_there_is_an_input_error(broker: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redis.retry.sleep", lambda _: None)
    with pytest.raises(InputError, match="Check the address, the rights and whether the broker runs"):
        source_of(address("redis://127.0.0.1:1/comments"))
    broker.client.set("comments", "no stream")
    with pytest.raises(InputError, match="WRONGTYPE"):
        read(broker, None, 1)


def test_a_cluster_that_is_not_there_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.bus.kafka.TIMEOUT_S", 0.5)
    with pytest.raises(InputError, match=r"^kafka://127\.0\.0\.1:1/comments: "):
        source_of(address("kafka://127.0.0.1:1/comments?log_level=0"))
    monkeypatch.setattr("detector.bus.nats_jetstream.RECONNECTS", 1)
    with pytest.raises(InputError, match=r"^nats://127\.0\.0\.1:1/comments: "):
        source_of(address("nats://127.0.0.1:1/comments"))


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
