"""A simulated log: comments, what each one is, and who wrote it; and how it is written to a file."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from detector.comment import ID_QUALITIES, KINDS, NUMBER_FIELDS, STRING_FIELDS, TS_SOURCES, CommentBatch

LABELS: Final = ("solicitation", "bot_flood", "fake_review", "organic_wave", "normal")

# Field of a comment -> name in the file.
COLUMNS: Final = {
    **{name: name for name in (*STRING_FIELDS, *NUMBER_FIELDS, "ts_source", "kind")},
    "ts_ms": "ts",
    "account_created_ms": "account_created",
    "purchased_at_ms": "purchased_at",
}
_TIMES: Final = frozenset({"ts_ms", "account_created_ms", "purchased_at_ms"})
_CODES: Final = {"ts_source": TS_SOURCES, "kind": KINDS, "user_id_quality": ID_QUALITIES}
_SHANGHAI: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class SimulatedLog:
    """Comments in event order with, row by row, what each is.

    ``label`` is one of ``LABELS``. ``kind_of_attack`` names the attack that wrote the row, ``""`` for genuine
    people; a row of an attack with the label ``normal`` is the harmless chat of an account that attacks.
    """

    batch: CommentBatch
    label: list[str]
    kind_of_attack: list[str]

    def __len__(self) -> int:
        return len(self.label)


def _cells(batch: CommentBatch, field: str) -> list[Any]:
    """A column as JSON values: None is unknown, whole numbers have no point."""
    if field in STRING_FIELDS:
        return [value or None for value in getattr(batch, field)]
    if field in NUMBER_FIELDS:
        numbers = getattr(batch, field).tolist()
        return [None if math.isnan(v) else int(v) if v.is_integer() else v for v in numbers]
    return [_CODES[field][code] for code in getattr(batch, field)]


def _records(log: SimulatedLog) -> Iterator[dict[str, Any]]:
    columns = {field: _cells(log.batch, field) for field in COLUMNS}
    for r, (label, kind) in enumerate(zip(log.label, log.kind_of_attack, strict=True)):
        record = {name: columns[field][r] for field, name in COLUMNS.items()}
        yield {name: value for name, value in record.items() if value is not None} | {
            "label": label,
            "attack": kind,
        }


def write_jsonl(log: SimulatedLog, path: str | Path) -> None:
    """One JSON object per comment, UTF-8; times are UTC milliseconds; unknown fields are left out."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for record in _records(log):
            # The defaults of every reader need not be spelled out a few thousand times.
            if record["ts_source"] == "event":
                del record["ts_source"]
            if record["kind"] == "comment":
                del record["kind"]
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def _clock(ms: int | float) -> str:
    moment = datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)
    return moment.astimezone(_SHANGHAI).isoformat(sep=" ", timespec="seconds")


def write_reviews_csv(log: SimulatedLog, path: str | Path) -> None:
    """One review per row, UTF-8 with BOM; times to the second with their offset (+08:00).

    Only the columns that are known in some row are written, then ``label`` and ``attack``; what is unknown
    is an empty cell.
    """
    columns: dict[str, list[str]] = {}
    for field, name in COLUMNS.items():
        cells = _cells(log.batch, field)
        if all(cell is None for cell in cells) or field == "ts_source":
            continue
        show = _clock if field in _TIMES else str
        columns[name] = ["" if cell is None else show(cell) for cell in cells]
    columns["label"] = log.label
    columns["attack"] = log.kind_of_attack
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
