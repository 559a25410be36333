"""Events in one schema, whatever they were read from: every field of ``Comment``, as Parquet or as JSON lines."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detector.comment import COMMENT_FIELDS, ID_QUALITIES, KINDS, NUMBER_FIELDS, TS_SOURCES, CommentBatch
from detector.errors import UsageError
from detector.writers.whole_file import whole_file

FORMATS: Final = (".parquet", ".jsonl")
# The time for people stands before the exact one.
EVENT_COLUMNS: Final = tuple(
    column for name in COMMENT_FIELDS for column in (("ts", "ts_ms") if name == "ts_ms" else (name,))
)
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ts_source": TS_SOURCES,
    "kind": KINDS,
    "user_id_quality": ID_QUALITIES,
}
SCHEMA: Final = pa.schema(
    [
        (
            name,
            pa.timestamp("ms", "UTC") if name == "ts"
            else pa.float64() if name in NUMBER_FIELDS
            else pa.string(),
        )
        for name in EVENT_COLUMNS
    ]
)  # fmt: skip
# Outside the years 2000 to 2100 a time counts from the start of a recording, or is no time at all.
FIRST_DATE_MS: Final = 946_684_800_000
LAST_DATE_MS: Final = 4_102_444_800_000


def events_format(path: str | Path) -> str:
    """``.parquet`` or ``.jsonl``, told by the name; ``UsageError`` for any other."""
    suffix = Path(path).suffix.casefold()
    if suffix not in FORMATS:
        raise UsageError(
            f"-o {path}: name a file that ends in {' or '.join(FORMATS)}",
            zh=f"-o {path}：请用以 {' 或 '.join(FORMATS)} 结尾的文件名",
        )
    return suffix


def write_events(path: str | Path, batches: Iterable[CommentBatch]) -> int:
    """Write all comments batch by batch, so that one is in memory at a time; returns how many rows were written.

    The columns are ``EVENT_COLUMNS``: the fields of ``Comment`` and ``ts``, the time in UTC for people (empty
    where ``ts_ms`` counts from the start of a recording). Unknown numbers are null, unknown strings empty.
    ``detector.readers`` reads the file back as the same comments; the input's own further columns are left out.
    ``UsageError`` for another ending than ``.parquet`` and ``.jsonl``.
    """
    suffix = events_format(path)
    rows = 0
    with whole_file(path) as part, _written(part, suffix) as write:
        for batch in batches:
            write(batch)
            rows += len(batch)
    return rows


@contextlib.contextmanager
def _written(part: Path, suffix: str) -> Iterator[Any]:
    """A function that appends a batch to the file."""
    if suffix == ".parquet":
        with pq.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
            yield lambda batch: writer.write_table(_table(batch))
    else:
        with part.open("wb") as file:
            yield lambda batch: file.writelines(_lines(batch))


def _table(batch: CommentBatch) -> pa.Table:
    columns = []
    for name in EVENT_COLUMNS:
        if name == "ts":
            ms = _dates(batch.ts_ms)
            cells = pa.array(np.where(np.isnan(ms), 0, ms).astype(np.int64), pa.int64(), mask=np.isnan(ms))
            columns.append(cells.cast(pa.timestamp("ms", "UTC")))
        elif name in NUMBER_FIELDS:
            numbers = getattr(batch, name)
            columns.append(pa.array(numbers, pa.float64(), mask=np.isnan(numbers)))
        elif name in WORDS:
            columns.append(pa.array(WORDS[name], pa.string()).take(pa.array(getattr(batch, name))))
        else:
            columns.append(_texts(getattr(batch, name)))
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _texts(column: list[str]) -> pa.Array:
    try:
        return pa.array(column, pa.string())
    except UnicodeEncodeError:
        # Half a surrogate pair: UTF-8 cannot hold it.
        whole = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in column]
        return pa.array(whole, pa.string())


def _lines(batch: CommentBatch) -> Iterator[bytes]:
    columns: list[list[Any]] = []
    for name in EVENT_COLUMNS:
        if name == "ts":
            columns.append(_iso(batch.ts_ms))
        elif name in NUMBER_FIELDS:
            columns.append([_number(value) for value in getattr(batch, name).tolist()])
        elif name in WORDS:
            columns.append([WORDS[name][code] for code in getattr(batch, name).tolist()])
        else:
            columns.append(getattr(batch, name))
    for row in zip(*columns, strict=True):
        line = json.dumps(dict(zip(EVENT_COLUMNS, row, strict=True)), ensure_ascii=False, allow_nan=False)
        yield line.encode("utf-8", "backslashreplace") + b"\n"


def _number(value: float) -> float | int | None:
    """As JSON has it: null for unknown, 12 for 12.0, and the sign of zero kept."""
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() and math.copysign(1.0, value) > 0 else value


def _dates(ts_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The times that are dates, in whole milliseconds; the others NaN."""
    with np.errstate(invalid="ignore"):
        return np.where((ts_ms >= FIRST_DATE_MS) & (ts_ms < LAST_DATE_MS), np.floor(ts_ms), np.nan)


def _iso(ts_ms: NDArray[np.float64]) -> list[str | None]:
    ms = _dates(ts_ms)
    known = ~np.isnan(ms)
    moments = np.where(known, ms, 0).astype(np.int64).astype("datetime64[ms]")
    written = np.datetime_as_string(moments, timezone="UTC").tolist()
    return [text if is_known else None for text, is_known in zip(written, known.tolist(), strict=True)]
