"""Parquet files, read in batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from detector.errors import InputError
from detector.readers.cells import SAMPLE_CELLS, repeats
from detector.readers.family import Family, Order, RawTable
from detector.readers.header import fields_of, located_mapping, no_text_column, unique_names
from detector.readers.report import ReadReport
from detector.readers.source import Source

MAGIC: Final = b"PAR1"


def claims(source: Source) -> str:
    """``parquet`` by its first four bytes."""
    return "parquet" if source.head.startswith(MAGIC) else ""


def tables(source: Source, order: Order, report: ReadReport) -> Iterator[RawTable]:
    """The rows as columns of Python values; whole numbers stay whole."""
    arrow, parquet = _pyarrow()
    try:
        with source.seekable() as stream, parquet.ParquetFile(stream) as file:
            names = unique_names([str(name) for name in file.schema_arrow.names])
            mapping = located_mapping(names, order.mapping)
            if "text" not in fields_of(names, mapping):
                raise no_text_column(names, path=str(source.path))
            total = max(file.metadata.num_rows, 1)
            row = 1
            for batch in file.iter_batches(batch_size=order.chunk_rows):
                lines = range(row, row + batch.num_rows)
                row += batch.num_rows
                columns = {
                    name: _cells(arrow, column) for name, column in zip(names, batch.columns, strict=True)
                }
                del batch
                yield RawTable(columns, lines, mapping, source.size * (row - 1) // total)
    except (arrow.ArrowException, OSError) as error:
        raise InputError(
            f"{source.path} is a damaged Parquet file: {error}",
            zh=f"{source.path} 是损坏的 Parquet 文件：{error}",
        ) from error


def _cells(arrow: Any, column: Any) -> list[object]:
    if arrow.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's own datetime ends at microseconds; a comment's time does not need more.
        column = column.cast(arrow.timestamp("us", column.type.tz), safe=False)
    types = arrow.types
    if types.is_string(column.type) or types.is_large_string(column.type):
        # Live chat repeats itself: each distinct text becomes one Python string, however often it stands here.
        if repeats(column[:: len(column) // SAMPLE_CELLS + 1].to_pylist()):
            return _shared(arrow, column.dictionary_encode())
    elif types.is_dictionary(column.type) and types.is_string(column.type.value_type):
        return _shared(arrow, column)
    cells: list[object] = column.to_pylist()
    return cells


def _shared(arrow: Any, column: Any) -> list[object]:
    distinct = np.array([*column.dictionary.to_pylist(), None], dtype=np.object_)
    places = column.indices.cast(arrow.int64()).fill_null(len(distinct) - 1).to_numpy()
    cells: list[object] = distinct[places].tolist()
    return cells


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            "reading Parquet needs pyarrow, which is not installed here: pip install pyarrow",
            zh="读取 Parquet 需要 pyarrow，当前环境没有安装：pip install pyarrow",
        ) from error
    return pyarrow, pyarrow.parquet


FAMILY: Final = Family(formats=("parquet",), is_text=False, claims=claims, tables=tables)
