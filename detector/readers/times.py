"""Cells -> UTC milliseconds: epochs of any unit, ISO, Chinese dates, datetime objects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from detector.comment import LARGEST_NUMBER
from detector.errors import UsageError
from detector.readers.cells import blocks, is_missing, plain

NAN: Final = float("nan")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Outside of these years a number or a date is a placeholder or a mistake (0, 1970-01-01, 9999-12-31).
FIRST_YEAR, LAST_YEAR = 1990, 2100
FIRST_S: Final = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
LAST_S: Final = datetime(LAST_YEAR, 1, 1, tzinfo=UTC).timestamp()
LARGEST: Final = 10**25
MILLISECOND: Final = timedelta(milliseconds=1)

_OFFSET = re.compile(r"^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$", re.I)
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$", re.I)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$")
_WRITTEN = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
    r"(?:[T\s]*(上午|下午|晚上|凌晨|中午|早上|am|pm)?\s*(\d{1,2})\s*[:时時点點]\s*(\d{1,2})"
    r"(?:\s*[:分]\s*(\d{1,2})(?:[.,](\d+))?)?\s*[分秒]?\s*(am|pm)?)?"
    r"\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?$",
    re.I,
)
_NO_CLOCK: Final = (NAN, False)


@dataclass(frozen=True, slots=True)
class Times:
    """Parsed times of n cells: ``ms`` UTC milliseconds (NaN unknown), ``has_clock`` where the time of day
    was given, ``at_midnight`` where it was given as 00:00:00, and which rows could not be read or are missing.
    """

    ms: NDArray[np.float64]
    has_clock: NDArray[np.bool_]
    at_midnight: NDArray[np.bool_]
    unparsed: NDArray[np.bool_]
    missing: NDArray[np.bool_]


def zone_of(tz: str) -> tzinfo:
    """The time zone named ``Asia/Shanghai`` or ``+08:00``; ``UsageError`` if there is none."""
    if tz.upper() in ("Z", "UTC", "GMT"):
        return UTC
    offset = _OFFSET.match(tz.strip())
    if offset:
        sign = -1 if offset[1] == "-" else 1
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if span < timedelta(hours=24):
            return timezone(sign * span)
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"unknown time zone {tz!r}: use a name such as Asia/Shanghai or an offset such as +08:00",
            zh=f"未知时区 {tz!r}：请用 Asia/Shanghai 这样的名称或 +08:00 这样的偏移",
        ) from error


def times(cells: Sequence[object], *, zone: tzinfo, unit_ms: float = 0.0, midnights: bool = True) -> Times:
    """Parse n cells; times without a zone are in ``zone``.

    Numbers are seconds, milliseconds, microseconds or nanoseconds by their size, unless ``unit_ms``
    (milliseconds per unit) is known. Without ``midnights`` nobody asks which times are at midnight: none is.
    """
    n = len(cells)
    known: dict[object, tuple[float, bool]] = {}
    ms = np.full(n, NAN)
    has_clock = np.zeros(n, dtype=np.bool_)
    missing = np.zeros(n, dtype=np.bool_)
    numeric = _numeric_column(cells)
    if numeric is not None:
        missing = np.isnan(numeric)
        ms = numeric * unit_ms if unit_ms else epoch_ms(numeric)
        has_clock = ~np.isnan(ms)
    for r in np.flatnonzero(np.isnan(ms) & ~missing).tolist():
        cell = cells[r]
        if type(cell) is str:
            found = known.get(cell)
            if found is None:
                found = known[cell] = _time_of_text(cell, zone=zone, unit_ms=unit_ms)
        else:
            found = _time_of(cell, zone=zone, unit_ms=unit_ms)
        ms[r], has_clock[r] = found
        # A cell that was read is not missing; the question costs time, so ask it only of the others.
        missing[r] = np.isnan(found[0]) and is_missing(cell)
    # What no comment can hold is no time.
    ms[~(np.abs(ms) <= LARGEST_NUMBER)] = NAN
    unknown = np.isnan(ms)
    return Times(
        ms=ms,
        has_clock=has_clock & ~unknown,
        at_midnight=_at_midnight(ms, zone) if midnights else np.zeros(n, dtype=np.bool_),
        unparsed=unknown & ~missing,
        missing=missing,
    )


def epoch_ms(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers since 1970 -> milliseconds, the unit told by the size; NaN where no unit gives a likely year."""
    ms = np.full(len(values), NAN)
    # Milliseconds first: mostly that is all.
    for per_second in (1e3, 1.0, 1e6, 1e9):
        fits = (values >= FIRST_S * per_second) & (values < LAST_S * per_second)
        scaled = values[fits] * (1e3 / per_second)
        ms[fits] = np.rint(scaled) if per_second <= 1e3 else np.floor(scaled)
        if len(scaled) == len(values):
            break
    return ms


def _numeric_column(cells: Sequence[object]) -> NDArray[np.float64] | None:
    """The column as floats if all of it is numbers (as numbers or as text), which is the common case."""
    kinds = set(map(type, cells))
    try:
        if kinds <= {int, float}:
            return np.asarray(cells, dtype=np.float64)
        if kinds <= {int, float, type(None)}:
            return np.asarray([NAN if cell is None else cell for cell in cells], dtype=np.float64)
        # Python's float also takes "1_700", which nobody means as a time.
        if (
            kinds == {str}
            and _NUMBER.match(str(cells[0]).strip())
            and not any("_" in text for text in blocks(cast("Sequence[str]", cells)))
        ):
            return np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None
    return None


def _time_of(cell: object, *, zone: tzinfo, unit_ms: float) -> tuple[float, bool]:
    cell = plain(cell)
    if isinstance(cell, datetime):
        return _moment_ms(cell, zone), True
    if isinstance(cell, date):
        return _moment_ms(datetime(cell.year, cell.month, cell.day), zone), False  # noqa: DTZ001
    if isinstance(cell, bool) or cell is None or (isinstance(cell, int) and abs(cell) > LARGEST):
        return _NO_CLOCK
    if isinstance(cell, int | float | str | bytes):
        text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
        return _time_of_text(text, zone=zone, unit_ms=unit_ms)
    return _NO_CLOCK


def _time_of_text(text: str, *, zone: tzinfo, unit_ms: float) -> tuple[float, bool]:
    text = text.strip()
    if len(text) > 64 or not text:
        return _NO_CLOCK
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if _NUMBER.match(text):
        value = np.array([float(text)])
        ms = float(value[0] * unit_ms if unit_ms else epoch_ms(value)[0])
        if not np.isnan(ms):
            return ms, True
        return _written(_COMPACT.match(text), zone, compact=True)
    if len(text) > 10 and text[4] == "-":
        try:
            return _moment_ms(datetime.fromisoformat(text), zone), True
        except ValueError:
            pass
    return _written(_WRITTEN.match(text), zone, compact=False)


def _written(match: re.Match[str] | None, zone: tzinfo, *, compact: bool) -> tuple[float, bool]:
    if match is None:
        return _NO_CLOCK
    if compact:
        year, month, day, hour, minute, second = match.groups()
        half = fraction = late = offset = None
    else:
        year, month, day, half, hour, minute, second, fraction, late, offset = match.groups()
    clock_hour = int(hour or 0)
    half = (half or late or "").lower()
    if half in ("下午", "晚上", "pm") and clock_hour < 12:
        clock_hour += 12
    elif half in ("上午", "凌晨", "am") and clock_hour == 12:
        clock_hour = 0
    microsecond = int(((fraction or "") + "000000")[:6])
    clock = (clock_hour, int(minute or 0), int(second or 0), microsecond)
    try:
        where = zone_of(offset) if offset else zone
        moment = datetime(int(year), int(month), int(day), *clock, tzinfo=where)
    except (ValueError, UsageError):
        return _NO_CLOCK
    return _moment_ms(moment, zone), hour is not None


def _moment_ms(moment: datetime, zone: tzinfo) -> float:
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        return NAN
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return float((moment - EPOCH) // MILLISECOND)


def _at_midnight(ms: NDArray[np.float64], zone: tzinfo) -> NDArray[np.bool_]:
    """Where the wall clock in ``zone`` shows exactly 00:00:00.000."""
    found = np.zeros(len(ms), dtype=np.bool_)
    # Every zone's offset is a multiple of a quarter hour today: only such moments can be midnight.
    with np.errstate(invalid="ignore"):
        candidates = np.flatnonzero(ms % 900_000 == 0)
    for r in candidates:
        try:
            local = (EPOCH + timedelta(milliseconds=float(ms[r]))).astimezone(zone)
        except OverflowError:
            continue
        found[r] = local.hour == local.minute == local.second == 0
    return found
