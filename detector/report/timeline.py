"""When the comments came: counts per bin of time, or of order where no clock is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.verdict import HIGH_RISK, REVIEW, Verdicts

MOST_BINS: Final = 120
LEAST_WIDTH: Final = 24  # in bins, so that a handful of them are bars and not blocks
TICKS: Final = 6
SECOND, MINUTE, HOUR, DAY = 1, 60, 3_600, 86_400
STEPS_S: Final = (
    1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY, 730 * DAY,
)  # fmt: skip
# A time that no calendar of people holds is no time (years 1902 to 2100).
FIRST_MS, LAST_MS = -2_145_916_800_000, 4_102_444_800_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bin:
    """One column of the chart: its place from 0, the label of its start, and the comments in it."""

    place: int
    start: str
    comments: int
    review: int
    high_risk: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on the axis where the bin at ``place`` begins."""

    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bins from left to right. ``axis`` is ``clock``, ``recording`` (time from a start) or ``order``.

    ``step`` is the width of a bin in seconds, or in comments for ``order``; ``untimed`` counts the
    comments that have no time and so no place on a time axis.
    """

    axis: str
    step: int
    bins: tuple[Bin, ...]
    ticks: tuple[Tick, ...]
    untimed: int

    @property
    def width(self) -> int:
        """The length of the axis in bins; short ones leave room at the end."""
        return max(len(self.bins), LEAST_WIDTH)

    @property
    def most_comments(self) -> int:
        return max((b.comments for b in self.bins), default=0)

    @property
    def most_flagged(self) -> int:
        return max((b.review + b.high_risk for b in self.bins), default=0)

    @property
    def busiest(self) -> Bin | None:
        """The bin with the most flagged comments, the first of several; None if nothing is flagged."""
        flagged = max(self.bins, key=lambda b: b.review + b.high_risk, default=None)
        return flagged if flagged is not None and flagged.review + flagged.high_risk > 0 else None


def timeline(batch: CommentBatch, verdicts: Verdicts, judged: NDArray[np.bool_], zone: tzinfo) -> Timeline:
    """Count the ``judged`` rows per bin, at most 120 bins; by time if at least half of them have one."""
    rows = np.flatnonzero(judged)
    ts_ms = batch.ts_ms[rows]
    timed = (ts_ms >= FIRST_MS) & (ts_ms < LAST_MS)
    timed &= batch.ts_source[rows] != TS_SOURCE_CODE["order_only"]
    if len(rows) == 0 or timed.sum() * 2 < len(rows):
        return _by_order(verdicts.verdict[rows])
    sources = batch.ts_source[rows][timed]
    in_recording = bool((sources == TS_SOURCE_CODE["video_offset"]).sum() * 2 > len(sources))
    whole_days = bool((sources == TS_SOURCE_CODE["date_only"]).any())
    return _by_time(
        ts_ms[timed],
        verdicts.verdict[rows][timed],
        zone=UTC if in_recording else zone,
        axis="recording" if in_recording else "clock",
        finest_s=DAY if whole_days else SECOND,
        untimed=int(len(rows) - timed.sum()),
    )


def _by_order(verdict: NDArray[np.uint8]) -> Timeline:
    n = len(verdict)
    step = max(1, math.ceil(n / MOST_BINS))
    place = np.arange(n) // step
    count = math.ceil(n / step)
    starts = [f"{i * step + 1:,}" for i in range(count)]
    every = math.ceil(max(count, LEAST_WIDTH) / TICKS)
    ticks = tuple(Tick(i, starts[i]) for i in range(0, count, every))
    return Timeline("order", step, _bins(place, verdict, starts), ticks, 0)


def _by_time(
    ts_ms: NDArray[np.float64],
    verdict: NDArray[np.uint8],
    *,
    zone: tzinfo,
    axis: str,
    finest_s: int,
    untimed: int,
) -> Timeline:
    first_s, last_s = float(ts_ms.min()) / 1000, float(ts_ms.max()) / 1000
    # Bins begin at round wall clock times: the zone's offset at the start stands for the whole axis.
    shift_s = (EPOCH + timedelta(seconds=first_s)).astimezone(zone).utcoffset() or timedelta()
    offset_s = shift_s.total_seconds()
    for step in STEPS_S:
        origin_s = math.floor((first_s + offset_s) / step) * step - offset_s
        count = math.floor((last_s - origin_s) / step) + 1
        if step >= finest_s and count <= MOST_BINS:
            break
    place = np.clip(((ts_ms / 1000 - origin_s) // step).astype(np.intp), 0, count - 1)
    spans_days = last_s - first_s > DAY

    def label(at_s: float) -> str:
        if axis == "recording":
            whole = round(at_s)
            return f"{whole // HOUR}:{whole // MINUTE % 60:02d}:{whole % 60:02d}"
        moment = (EPOCH + timedelta(seconds=at_s)).astimezone(zone)
        if step >= DAY:
            return moment.strftime("%Y-%m-%d")
        clock = moment.strftime("%H:%M:%S" if step < MINUTE else "%H:%M")
        return moment.strftime("%m-%d ") + clock if spans_days else clock

    starts = [label(origin_s + i * step) for i in range(count)]
    ticks = tuple(Tick(i, starts[i]) for i in _round_places(origin_s + offset_s, step, count))
    return Timeline(axis, step, _bins(place, verdict, starts), ticks, untimed)


def _round_places(first_s: float, step: int, count: int) -> list[int]:
    """The bins that begin at a round time, at most ``TICKS`` of them; the first bin if none does."""
    for every in STEPS_S:
        if every % step == 0 and max(count, LEAST_WIDTH) * step / every <= TICKS:
            places = [i for i in range(count) if (first_s + i * step) % every == 0]
            return places or [0]
    return [0]


def _bins(place: NDArray[np.intp], verdict: NDArray[np.uint8], starts: list[str]) -> tuple[Bin, ...]:
    total = np.bincount(place, minlength=len(starts))
    review = np.bincount(place[verdict == REVIEW], minlength=len(starts))
    high = np.bincount(place[verdict == HIGH_RISK], minlength=len(starts))
    return tuple(
        Bin(at, start, int(total[at]), int(review[at]), int(high[at])) for at, start in enumerate(starts)
    )
