"""What is counted for Prometheus; never by room, session or account, whose names have no end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from detector.stream import Pushed
from detector.verdict import VERDICTS

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._comments = self._counter("comments", "Comments scored.", ["verdict"])
        self._rejected = self._counter("rejected", "Events that could not be taken.", ["code"])
        self._unclear = self._counter(
            "unclear", "Values that could not be read and count as unknown.", ["code"]
        )
        self._duplicates = self._counter("duplicates", "Comments that were delivered again.")
        self._late = self._counter("late", "Comments older than the lateness allowed.")
        self._revisions = self._counter("revisions", "Earlier verdicts that were changed.")
        self._alerts = self._counter("alerts", "Alerts.", ["kind"])
        self._requests = self._counter("requests", "Requests.", ["route", "method", "status"])
        self._seconds = Histogram(
            "zhenping_request_seconds", "Time from request to answer.", ["route"], buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._refused = self._counter("refused", "Requests refused for now.", ["code"])
        self._sessions = self._gauge("sessions_open", "Sessions remembered.")
        self._charged = self._gauge("state_bytes", "Memory charged for sessions, an upper bound.")
        self._evicted = self._gauge("sessions_evicted", "Sessions that were forgotten to make room.")
        self._clients = self._gauge("websockets_open", "Clients on /v1/stream.")
        self._slow = self._counter("websockets_too_slow", "Clients sent away for being too slow.")
        self._feedback = self._counter("feedback", "Feedback kept.", ["kind"])
        self._snapshot_s = self._gauge("snapshot_seconds", "How long the last snapshot took.")
        self._snapshot_failures = self._counter("snapshot_failures", "Snapshots that could not be written.")
        self._compared = self._counter(
            "shadow_comments", "Comments scored by both models.", ["verdict", "shadow_verdict"]
        )
        self._disagreements = self._counter(
            "shadow_disagreements", "Comments of which the second model would say something else."
        )
        self._shadow_failures = self._counter("shadow_failures", "Batches the second model failed on.")
        self._models = self._gauge("model", "The models in use: always 1.", ["model_id", "role"])
        for verdict in VERDICTS:
            self._comments.labels(verdict)

    def text(self) -> bytes:
        """All of it in the format of Prometheus."""
        return generate_latest(self.registry)

    def watch_depth(self, depth: Callable[[], int]) -> None:
        """Ask ``depth`` how much waits, each time the metrics are read."""
        self._gauge("queue_depth", "What waits to be scored or looked up.").set_function(depth)

    def uses(self, model_id: str, role: str) -> None:
        """A model in use, ``role`` main or shadow."""
        self._models.labels(model_id, role).set(1)

    def pushed(self, pushed: Pushed) -> None:
        """Count what a push said."""
        results = pushed.results
        for code, count in enumerate(np.bincount(results.verdict, minlength=len(VERDICTS)).tolist()):
            self._comments.labels(VERDICTS[code]).inc(count)
        self._duplicates.inc(int(results.duplicate.sum()))
        self._late.inc(int(results.late.sum()))
        self._revisions.inc(len(pushed.revisions))
        _each(self._rejected, (one.code for one in pushed.rejected))
        for one in pushed.unclear:
            self._unclear.labels(one.code).inc(one.n)
        _each(self._alerts, (one.kind for one in pushed.alerts))

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request; ``route`` is its template, not its path."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, code: str) -> None:
        """A request that may come again later."""
        self._refused.labels(code).inc()

    def remembered(self, *, sessions: int, charged: int, evicted: int) -> None:
        """How much is remembered now."""
        self._sessions.set(sessions)
        self._charged.set(charged)
        self._evicted.set(evicted)

    def client(self, change: int) -> None:
        """A WebSocket client came (1) or went (-1)."""
        self._clients.inc(change)

    def too_slow(self) -> None:
        """A client was sent away."""
        self._slow.inc()

    def kept_feedback(self, kind: str) -> None:
        """Feedback was written."""
        self._feedback.labels(kind).inc()

    def snapshot_took(self, seconds: float) -> None:
        """A snapshot was written."""
        self._snapshot_s.set(seconds)

    def snapshot_failed(self) -> None:
        """A snapshot was not written."""
        self._snapshot_failures.inc()

    def compared(self, verdict: str, shadow_verdict: str) -> None:
        """A comment was scored by both models."""
        self._compared.labels(verdict, shadow_verdict).inc()
        if verdict != shadow_verdict:
            self._disagreements.inc()

    def shadow_failed(self) -> None:
        """The second model failed on a batch."""
        self._shadow_failures.inc()

    def _counter(self, name: str, meaning: str, labels: Iterable[str] = ()) -> Counter:
        return Counter(f"zhenping_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: Iterable[str] = ()) -> Gauge:
        return Gauge(f"zhenping_{name}", meaning, labels, registry=self.registry)


def _each(counter: Counter, codes: Iterable[str]) -> None:
    for code in codes:
        counter.labels(code).inc()
