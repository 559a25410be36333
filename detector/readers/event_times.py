"""When it was said, and how far that time can be trusted."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE
from detector.readers.cells import texts
from detector.readers.field_cells import FieldCells
from detector.readers.report import ReadReport
from detector.readers.times import Times, times

OTHER_TIMES: Final = ("account_created", "purchased_at")
# People do not write like a metronome: so many times with one and the same short gap were made up.
EVEN_ROWS: Final = 100
EVEN_SHARE: Final = 0.995
EVEN_GAP_MS: Final = 2_000


def event_times(
    found: FieldCells, *, zone: tzinfo, report: ReadReport
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """UTC milliseconds (NaN unknown) and the source code of each row's time."""
    if "ts" not in found:
        if len(found):
            report.note_once("no_time", "ts")
        source = np.full(len(found), TS_SOURCE_CODE["order_only"], dtype=np.uint8)
        return np.full(len(found), np.nan), source
    words = _source_words(found)
    midnights = report.midnight_is_date is not False
    ts = times(found.cells["ts"], zone=zone, unit_ms=found.unit_ms("ts"), midnights=midnights)
    moments = ts.ms
    if "video_offset" in words:
        is_offset = np.array([word == "video_offset" for word in words])
        ts = _with_offsets(ts, np.flatnonzero(is_offset), found, zone)
        # An offset is no date: only moments tell from when to when a file goes.
        moments = ts.ms[~is_offset]
    if ts.unparsed.any():
        unread = np.flatnonzero(ts.unparsed).tolist()
        report.time_unparsed += len(unread)
        found.note_unread("time_unparsed", "ts", unread, report)
    report.note("time_missing", n=int(ts.missing.sum()))
    moments = moments[~np.isnan(moments)]
    if len(moments):
        report.first_ts_ms = float(np.fmin(report.first_ts_ms, moments.min()))
        report.last_ts_ms = float(np.fmax(report.last_ts_ms, moments.max()))
    source = _sources(ts, words, found, report)
    return ts.ms, source


def other_times(found: FieldCells, *, zone: tzinfo, report: ReadReport) -> dict[str, NDArray[np.float64]]:
    """Times of purchase and registration in UTC milliseconds, under the names of ``CommentBatch``."""
    columns = {}
    for name in OTHER_TIMES:
        if name in found:
            parsed = times(found.cells[name], zone=zone, unit_ms=found.unit_ms(name))
            found.note_unread("other_time_unparsed", name, np.flatnonzero(parsed.unparsed).tolist(), report)
            columns[f"{name}_ms"] = parsed.ms
    return columns


def _source_words(found: FieldCells) -> list[str]:
    """What each row says of its time's source; empty where the table does not say."""
    if "ts_source" not in found:
        return []
    return [word.strip().casefold() for word in texts(found.cells["ts_source"])[0]]


def _with_offsets(ts: Times, rows: NDArray[np.intp], found: FieldCells, zone: tzinfo) -> Times:
    """The times, with those of ``rows`` read as milliseconds into a video: small or negative, but no epoch."""
    cells = found.cells["ts"]
    offsets = times([cells[r] for r in rows.tolist()], zone=zone, unit_ms=found.unit_ms("ts") or 1.0)
    for name in ("ms", "has_clock", "at_midnight", "unparsed", "missing"):
        getattr(ts, name)[rows] = getattr(offsets, name)
    return ts


def _sources(ts: Times, words: list[str], found: FieldCells, report: ReadReport) -> NDArray[np.uint8]:
    known = ~np.isnan(ts.ms)
    if report.midnight_is_date is None and known.sum() > 1:
        # One comment at midnight is a comment at midnight; a whole column of them is a column of dates.
        report.midnight_is_date = bool((ts.at_midnight | ~ts.has_clock)[known].all())
    dates = ~ts.has_clock | ts.at_midnight if report.midnight_is_date else ~ts.has_clock
    source = np.full(len(found), TS_SOURCE_CODE["event"], dtype=np.uint8)
    source[dates] = TS_SOURCE_CODE["date_only"]
    if words:
        for r, word in enumerate(words):
            source[r] = TS_SOURCE_CODE.get(word, source[r])
        unknown = [r for r, word in enumerate(words) if word and word not in TS_SOURCE_CODE]
        found.note_unread("unknown_ts_source", "ts_source", unknown, report)
    if report.evenly_spaced is None and known.sum() >= EVEN_ROWS:
        report.evenly_spaced = _evenly_spaced(ts.ms[known])
        if report.evenly_spaced:
            report.note_once("evenly_spaced", "ts")
    if report.evenly_spaced:
        source[:] = TS_SOURCE_CODE["order_only"]
    # Without a time there is still the order.
    source[~known] = TS_SOURCE_CODE["order_only"]
    return source


def _evenly_spaced(ts_ms: NDArray[np.float64]) -> bool:
    gaps, counts = np.unique(np.diff(ts_ms), return_counts=True)
    commonest = int(np.argmax(counts))
    return bool(0 < gaps[commonest] <= EVEN_GAP_MS and counts[commonest] >= EVEN_SHARE * counts.sum())
