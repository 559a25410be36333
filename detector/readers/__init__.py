"""Files and tables -> (CommentBatch, ReadReport)."""

from detector.readers.describe import describe
from detector.readers.dump import read_comments
from detector.readers.events import records_to_columns
from detector.readers.formats import listing
from detector.readers.reading import ReadOptions, inspect, read_chunks
from detector.readers.report import ReadReport
from detector.readers.sniff import FORMATS
from detector.readers.table import to_batch

__all__ = [
    "FORMATS",
    "ReadOptions",
    "ReadReport",
    "describe",
    "inspect",
    "listing",
    "read_chunks",
    "read_comments",
    "records_to_columns",
    "to_batch",
]
