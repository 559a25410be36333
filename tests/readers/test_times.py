"""Times in all the ways in which files write them."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import numpy as np
import pytest

from detector.comment import TS_SOURCES
from detector.errors import UsageError
from detector.readers import ReadReport, to_batch
from detector.readers.times import times, zone_of

# 2026-11-11 20:21:03 in Shanghai, worked by hand: 20,768 days from 1970-01-01 to 2026-11-11,
# 20768 * 86400 = 1,794,355,200 s at midnight UTC, plus 12:21:03 = 44,463 s.
MOMENT_S = 1_794_399_663
MOMENT = MOMENT_S * 1000.0
MIDNIGHT = (1_794_355_200 - 8 * 3600) * 1000.0


def read(cells, header="ts", **options):
    report = ReadReport()
    return to_batch({"text": ["好"] * len(cells), header: cells}, report=report, **options), report


@pytest.mark.parametrize(
    "cell",
    [
        MOMENT_S, str(MOMENT_S), float(MOMENT_S), f"{MOMENT_S}.0", MOMENT_S * 10**3, str(MOMENT_S * 10**3),
        MOMENT_S * 10**6, MOMENT_S * 10**9, str(MOMENT_S * 10**9), np.int64(MOMENT_S * 10**3),
        "2026-11-11 20:21:03", "2026-11-11T20:21:03", "2026-11-11T12:21:03Z", "2026-11-11T20:21:03+08:00",
        "2026-11-11T20:21:03.000+0800", "2026-11-11T20:21:03.0000000+08:00", "2026/11/11 20:21:03",
        "2026.11.11 20:21:03", "2026年11月11日 20时21分03秒", "2026年11月11日20:21:03",
        "2026-11-11 12:21:03 UTC",
        "2026-11-11 下午8:21:03", "2026/11/11 8:21:03 PM", " 2026-11-11 20:21:03 ",
        "２０２６-11-11 20：21：03",
        "20261111202103", datetime(2026, 11, 11, 20, 21, 3), datetime(2026, 11, 11, 12, 21, 3, tzinfo=UTC),
        datetime(2026, 11, 11, 7, 21, 3, tzinfo=timezone(timedelta(hours=-5))),
        np.datetime64("2026-11-11T20:21:03"),
        b"2026-11-11 20:21:03",
    ],
)  # fmt: skip
def test_one_moment_written_in_many_ways(cell):
    batch, report = read([cell])
    assert batch.ts_ms.tolist() == [MOMENT]
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["event"]
    assert report.time == {
        "from": "2026-11-11T20:21:03.000+08:00",
        "to": "2026-11-11T20:21:03.000+08:00",
        "source": "event",
        "unparsed": 0,
    }


def test_minutes_without_seconds():
    batch, _ = read(["2026/11/11 20:21", "2026-1-5 8:03"])
    # 2026-01-05 08:03 in Shanghai is 2026-01-05 00:03 UTC; 20,458 days.
    assert batch.ts_ms.tolist() == [MOMENT - 3000, (20458 * 86400 + 180) * 1000.0]


def test_milliseconds_survive():
    batch, _ = read(
        ["2026-11-11 20:21:03.250", MOMENT_S + 0.25, MOMENT_S * 1000 + 250, "2026年11月11日 20:21:03.25"]
    )
    assert batch.ts_ms.tolist() == [MOMENT + 250] * 4


@pytest.mark.parametrize(
    "cell", ["20:21:03", "昨天 20:21", "0000-00-00", "1970-01-01 08:00:00", 0, "0", 12.5, "2026-13-01",
             "2026-02-30 10:00", "9999-12-31", True, time(20, 21), timedelta(1), "-", "\ufffd", 10**30]
)  # fmt: skip
def test_what_is_no_moment_is_kept_without_a_time_and_counted(cell):
    batch, report = read([cell, MOMENT_S])
    assert np.isnan(batch.ts_ms[0])
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["order_only", "event"]
    assert (report.rows_kept, report.time["unparsed"]) == (2, 1)


def test_an_empty_time_is_missing_not_unreadable():
    batch, report = read([None, "", float("nan"), "  ", MOMENT_S])
    assert np.isnan(batch.ts_ms).tolist() == [True, True, True, True, False]
    assert report.time["unparsed"] == 0
    assert {w["code"]: w["count"] for w in report.warnings}["time_missing"] == 4


def test_days_without_a_clock_are_date_only():
    batch, _ = read(["2026-11-11", "2026.11.11", "2026年11月11日", "20261111", 20261111, date(2026, 11, 11)])
    assert batch.ts_ms.tolist() == [MIDNIGHT] * 6
    assert {TS_SOURCES[code] for code in batch.ts_source} == {"date_only"}


def test_a_column_that_is_always_midnight_has_no_clock():
    batch, _ = read(["2026-11-11 00:00:00", datetime(2026, 11, 12)])
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["date_only", "date_only"]


def test_one_midnight_among_other_times_is_a_clock():
    batch, _ = read(["2026-11-11 00:00:00", "2026-11-11 00:00:01"])
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["event", "event"]


def test_without_a_time_column_there_is_only_order():
    report = ReadReport()
    batch = to_batch({"text": ["好"]}, report=report)
    assert np.isnan(batch.ts_ms).tolist() == [True]
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["order_only"]
    assert report.time == {"from": None, "to": None, "source": "order_only", "unparsed": 0}


def test_a_header_that_names_its_unit_is_believed():
    batch, _ = read([0, "1500", 3600000.0], header="ts_ms")
    assert batch.ts_ms.tolist() == [0.0, 1500.0, 3600000.0]
    mapped, _ = read([1500], header="t", mapping={"t": "ts_ms"})
    assert mapped.ts_ms.tolist() == [1500.0]


def test_the_zone_is_for_times_that_name_none():
    batch, _ = read(["2026-11-11 12:21:03", "2026-11-11T20:21:03+08:00"], tz="UTC")
    assert batch.ts_ms.tolist() == [MOMENT, MOMENT]
    batch, _ = read(["2026-11-11 20:21:03"], tz="+08:00")
    assert batch.ts_ms.tolist() == [MOMENT]


def test_an_unknown_zone_is_a_usage_error():
    with pytest.raises(UsageError, match="unknown time zone 'Mars'"):
        zone_of("Mars")


def test_the_input_may_say_where_its_times_come_from():
    report = ReadReport()
    batch = to_batch(
        {"text": ["好"] * 3, "ts": [MOMENT_S] * 3, "ts_source": ["arrival", "", "月球"]}, report=report
    )
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["arrival", "event", "event"]
    assert {w["code"]: w["count"] for w in report.warnings}["unknown_ts_source"] == 1


def test_purchase_and_registration_times_are_read_too():
    batch, report = read(["2026-11-11 20:21:03", "去年"], header="购买时间")
    np.testing.assert_array_equal(batch.purchased_at_ms, [MOMENT, np.nan])
    batch, _ = read([MOMENT_S], header="account_created")
    assert batch.account_created_ms.tolist() == [MOMENT]
    assert {w["code"]: w["count"] for w in report.warnings}["other_time_unparsed"] == 1


def test_times_made_up_from_the_order_count_for_nothing_but_the_order() -> None:
    metronome = [MOMENT + 300 * row for row in range(120)]
    batch, report = read(metronome)
    assert {TS_SOURCES[code] for code in batch.ts_source} == {"order_only"}
    assert batch.ts_ms.tolist() == metronome
    assert [warning["code"] for warning in report.warnings if warning["code"] == "evenly_spaced"] == [
        "evenly_spaced"
    ]


def test_a_busy_second_with_whole_second_times_is_not_a_metronome() -> None:
    # Three comments in each second: the commonest gap is 0.
    batch, _ = read([MOMENT + 1000 * (row // 3) for row in range(120)])
    assert {TS_SOURCES[code] for code in batch.ts_source} == {"event"}


def test_a_stated_source_does_not_make_even_times_real() -> None:
    report = ReadReport()
    cells = {
        "text": ["好"] * 120,
        "ts": [MOMENT + 300 * row for row in range(120)],
        "ts_source": ["server"] * 120,
    }
    assert {TS_SOURCES[code] for code in to_batch(cells, report=report).ts_source} == {"order_only"}


def test_an_offset_into_a_video_is_kept_however_small_and_even_before_the_start():
    report = ReadReport()
    columns = {"text": ["好"] * 4, "ts": [9400, "-1500", 0, None], "ts_source": ["video_offset"] * 4}
    batch = to_batch(columns, report=report)
    np.testing.assert_array_equal(batch.ts_ms, [9400.0, -1500.0, 0.0, np.nan])
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["video_offset"] * 3 + ["order_only"]
    assert report.time == {"from": None, "to": None, "source": "video_offset", "unparsed": 0}


def test_moments_beside_offsets_are_told_by_their_size_as_ever():
    report = ReadReport()
    columns = {"text": ["好"] * 3, "ts": [MOMENT_S, 9400, 9400], "ts_source": ["", "video_offset", "event"]}
    batch = to_batch(columns, report=report)
    np.testing.assert_array_equal(batch.ts_ms, [MOMENT, 9400.0, np.nan])
    assert [TS_SOURCES[code] for code in batch.ts_source] == ["event", "video_offset", "order_only"]
    assert (report.time_unparsed, report.first_ts_ms) == (1, MOMENT)


def test_what_python_takes_for_a_number_is_none_with_underscores_wherever_it_stands() -> None:
    for column in (["1700000000", "1_700_000_000"], ["1_700_000_000", "1700000000"]):
        ms = times(column, zone=UTC).ms
        assert ms[column.index("1700000000")] == 1_700_000_000_000
        assert np.isnan(ms[column.index("1_700_000_000")])
