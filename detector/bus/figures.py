"""What a run of the bus has done so far: one line for a terminal, metrics for Prometheus. No rooms, no users."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from detector.bus.ends import TOPICS, missing_extra


@dataclass(slots=True)
class Figures:
    """Counts since the start; ``lag`` is None where it is not known, ``snapshot_s`` how long the last one took."""

    events: int = 0
    rejected: int = 0
    # Of the rejected, those that were not even JSON.
    unread: int = 0
    # Values of events that could not be read, by what was wrong with them.
    unclear: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(TOPICS, 0)))
    snapshots: int = 0
    snapshot_s: float = 0.0
    lag: int | None = None
    told: tuple[float, int] = field(default_factory=lambda: (time.monotonic(), 0))

    def line(self, lang: str) -> str:
        """Events so far and per second since the last line, lag, rejected."""
        before_s, before = self.told
        now_s = time.monotonic()
        self.told = (now_s, self.events)
        rate = (self.events - before) / max(now_s - before_s, 1e-9)
        lag = "?" if self.lag is None else f"{self.lag:,}"
        if lang == "zh":
            return f"事件 {self.events:,} · 每秒 {rate:,.0f} · 积压 {lag} · 拒收 {self.rejected:,}"
        return f"events {self.events:,} · {rate:,.0f}/s · lag {lag} · rejected {self.rejected:,}"


def serve_figures(figures: Figures, port: int, host: str) -> None:
    """Serve the figures to Prometheus on ``host:port``. InputError if its library is not installed."""
    try:
        from prometheus_client import CollectorRegistry, start_http_server
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    except ImportError:
        raise missing_extra("bus", "prometheus-client") from None

    class Collected:
        """Reads the figures when it is asked."""

        def collect(self) -> Iterator[Any]:
            """The figures as metrics."""
            yield CounterMetricFamily("zhenping_events", "Messages read from the source.", value=figures.events)
            yield CounterMetricFamily(
                "zhenping_rejected", "Messages that held no event.", value=figures.rejected
            )
            unclear = CounterMetricFamily(
                "zhenping_unclear", "Values that could not be read and count as unknown.", labels=["code"]
            )
            for code, count in figures.unclear.items():
                unclear.add_metric([code], count)
            yield unclear
            sent = CounterMetricFamily(
                "zhenping_messages", "Messages acknowledged by the sink.", labels=["topic"]
            )
            for topic, count in figures.messages.items():
                sent.add_metric([topic], count)
            yield sent
            yield CounterMetricFamily("zhenping_snapshots", "Snapshots written.", value=figures.snapshots)
            yield GaugeMetricFamily(
                "zhenping_snapshot_seconds", "Time that the last snapshot took.", value=figures.snapshot_s
            )
            lag = float("nan") if figures.lag is None else figures.lag
            yield GaugeMetricFamily("zhenping_lag", "Messages that wait to be read.", value=lag)

    registry = CollectorRegistry()
    registry.register(Collected())
    start_http_server(port, addr=host, registry=registry)
