"""Kill the stream again and again: is anything lost, doubled, or said differently?

    python benchmarks/crash.py redis --comments 300000 --kills 20
    python benchmarks/crash.py kafka --comments 60000 --kills 20
    python benchmarks/crash.py nats --comments 60000 --kills 20

Simulated comments go through a real Redis (redis-server) or NATS (nats-server), or through Kafka's protocol, answered by
the mock cluster of its client library in a process of its own. ``zhenping stream`` runs once to the end; then, with
other outputs and another state, it is killed with SIGKILL at random points and started again. What came out is compared.
The exit code is 1 if anything is lost, doubled or different.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.bus.brokers import Broker, kafka_cluster, nats_server, redis_server
from tests.bus.crashing import carried_out, compared, simulated

SHARDS = {
    "redis": ("comments:0", "comments:1"),
    "kafka": tuple(f"comments/{number}" for number in range(4)),
    "nats": ("comments.0", "comments.1"),
}


def started(kind: str, folder: Path) -> AbstractContextManager[Broker]:
    """The broker."""
    if kind == "redis":
        return redis_server(folder, SHARDS[kind])
    return kafka_cluster() if kind == "kafka" else nats_server(folder, SHARDS[kind])


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("broker", choices=sorted(SHARDS))
    parser.add_argument("--comments", type=int, default=60_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    begun = time.monotonic()

    def progress(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.0f} s] {text}", file=sys.stderr, flush=True)

    feed = simulated(given.comments, SHARDS[given.broker])
    progress(f"{sum(map(len, feed.values())):,} messages")
    # Several snapshots between two kills, so that some kills fall into one.
    options = ("--save-events", str(max(1000, given.comments // given.kills // 4)), "--save-every", "5s")
    with tempfile.TemporaryDirectory() as folder, started(given.broker, Path(folder)) as broker:
        broker.feed(feed)
        progress("fed")
        whole = carried_out(broker, "whole", Path(folder) / "whole", feed, kills=0, options=options)
        progress(f"uninterrupted: {whole.took_s:.0f} s")
        kafka_group = broker.source
        if given.broker == "kafka":
            # Another group: the cluster remembers the members of the first one.
            broker.source = f"{kafka_group}&group=killed"
        killed = carried_out(
            broker, "killed", Path(folder) / "killed", feed, kills=given.kills, seed=given.seed, options=options
        )
        progress(f"killed: {killed.took_s:.0f} s")
    found = compared(feed, whole, killed)
    print(json.dumps(found, indent=2))
    bad = [found[name] for name in ("lost", "doubled", "resent_unlike", "verdicts_differing")]
    raise SystemExit(1 if any(bad) or any(found["differing"].values()) else 0)


if __name__ == "__main__":
    main()
