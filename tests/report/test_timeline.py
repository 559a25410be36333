"""The timeline: which axis, how wide a bin, what is in it."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.report.timeline import Bin, Tick, Timeline, timeline
from detector.verdict import Verdicts

Judge = Callable[..., tuple[CommentBatch, Verdicts]]
SHANGHAI = ZoneInfo("Asia/Shanghai")
START_MS = 1_794_398_400_000.0


def drawn(judge: Judge, times_ms: list[float], source: str = "event") -> Timeline:
    rows = [
        (Comment(text="好", comment_id=str(n), ts_ms=ts, ts_source=source), "pass", "normal", 0.1)
        for n, ts in enumerate(times_ms)
    ]
    batch, verdicts = judge(rows)
    return timeline(batch, verdicts, np.ones(len(rows), dtype=bool), SHANGHAI)


def test_a_minute_and_a_half_is_counted_per_second(room: tuple[CommentBatch, Verdicts]) -> None:
    batch, verdicts = room
    chart = timeline(batch, verdicts, ~np.isnan(verdicts.risk), SHANGHAI)
    assert (chart.axis, chart.step, chart.untimed, len(chart.bins)) == ("clock", 1, 0, 91)
    assert [b for b in chart.bins if b.comments] == [
        Bin(0, "20:00:00", 1, 0, 0),
        Bin(30, "20:00:30", 1, 0, 1),
        Bin(60, "20:01:00", 1, 0, 1),
        Bin(90, "20:01:30", 1, 1, 0),
    ]
    assert chart.busiest == Bin(30, "20:00:30", 1, 0, 1)
    assert chart.ticks == (
        Tick(0, "20:00:00"),
        Tick(30, "20:00:30"),
        Tick(60, "20:01:00"),
        Tick(90, "20:01:30"),
    )


def test_three_hours_get_bins_of_two_minutes_that_begin_at_round_times(judge: Judge) -> None:
    chart = drawn(judge, [START_MS + 61_000, START_MS + 3 * 3_600_000])
    assert (chart.step, len(chart.bins)) == (120, 91)
    assert (chart.bins[0].start, chart.bins[-1].start) == ("20:00", "23:00")


def test_days_are_cut_at_midnight_of_the_zone(judge: Judge) -> None:
    chart = drawn(judge, [START_MS, START_MS + 100 * 86_400_000], source="date_only")
    assert (chart.step, len(chart.bins), chart.bins[0].start) == (86_400, 101, "2026-11-11")


def test_a_recording_is_labelled_from_its_start(judge: Judge) -> None:
    chart = drawn(judge, [1_500.0, 3_723_000.0], source="video_offset")
    assert (chart.axis, chart.step, chart.bins[-1].start) == ("recording", 60, "1:02:00")


def test_without_times_the_axis_is_the_order(judge: Judge) -> None:
    chart = drawn(judge, [float("nan")] * 250, source="order_only")
    assert (chart.axis, chart.step, len(chart.bins)) == ("order", 3, 84)
    assert (chart.bins[0], chart.bins[-1]) == (Bin(0, "1", 3, 0, 0), Bin(83, "250", 1, 0, 0))


def test_comments_without_a_time_are_counted_beside_the_axis(judge: Judge) -> None:
    chart = drawn(judge, [START_MS, START_MS + 1_000, float("nan"), 1e300])
    assert (chart.axis, chart.untimed, sum(b.comments for b in chart.bins)) == ("clock", 2, 2)


@pytest.mark.parametrize("span_ms", [0.0, 999.0, 119_999.0, 120_000.0, 86_400_000.0, 190 * 365 * 86_400_000.0])
def test_no_span_has_more_bins_than_fit(judge: Judge, span_ms: float) -> None:
    first_ms = -2_100_000_000_000.0
    chart = drawn(judge, [first_ms, first_ms + span_ms])
    assert sum(b.comments for b in chart.bins) == 2
    assert len(chart.bins) in range(1, 121)


def test_no_comments_draw_nothing(judge: Judge) -> None:
    assert drawn(judge, []) == Timeline("order", 1, (), (), 0)
