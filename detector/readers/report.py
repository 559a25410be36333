"""What was found while reading: what was kept, what was left out and why, what cannot be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from detector.readers.remarks import REMARKS, in_number, shown
from detector.readers.signals_off import signals_off
from detector.readers.times import zone_of

EXAMPLES: Final = 5
SAMPLES: Final = 3
SAMPLE_LENGTH: Final = 100
# Of healthy ids one in a thousand ends in 000; a file saved by Excel has far more.
DAMAGED_SHARE: Final = 0.01


@dataclass(slots=True)
class Note:
    """One kind of remark: how often, the first lines, the first examples."""

    n: int = 0
    lines: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReadReport:
    """The report of one read; it fills up while the input is read.

    ``rows_read`` is always ``rows_kept`` plus all ``skipped``. ``columns`` is field -> header.
    Of several files ``path``, ``format`` and ``encoding`` are joined and ``files`` holds each one.
    """

    format: str = ""
    encoding: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    id_quality: dict[str, int] = field(default_factory=dict)
    path: str = ""
    bytes: int = 0
    sha256: str = ""
    skipped_lines: dict[str, list[int]] = field(default_factory=dict)
    other_columns: list[str] = field(default_factory=list)
    delimiter: str = ""
    tz: str = "Asia/Shanghai"
    files: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    first_ts_ms: float = math.nan
    last_ts_ms: float = math.nan
    time_unparsed: int = 0
    ts_sources: dict[str, int] = field(default_factory=dict)
    scored_rows: int = 0
    # The first texts of each file that are to be judged, for people to look at: never written into any record.
    samples: list[list[str]] = field(default_factory=list)
    # Kind -> rows; what is counted by ``signals_off.lacks_of``.
    kinds: dict[str, int] = field(default_factory=dict)
    lacks: dict[str, int] = field(default_factory=dict)
    long_ids: int = 0
    long_ids_in_zeros: int = 0
    # Whether midnight in this file means "no clock"; decided once, so that later chunks agree.
    midnight_is_date: bool | None = None
    # Whether the times are made up from the order; decided once for the same reason.
    evenly_spaced: bool | None = None
    # Whether what looked like comment ids are shared by many comments.
    ids_repeat: bool | None = None

    def begin_file(self, *, path: str, size: int, sha256: str, format: str, encoding: str) -> None:  # noqa: A002
        """A further file starts: remember what it is."""
        self.files.append(
            {"path": path, "bytes": size, "sha256": sha256, "format": format, "encoding": encoding}
        )
        self.samples.append([])
        self.path = ", ".join(str(file["path"]) for file in self.files)
        self.name_format(format)
        self.encoding = ", ".join(
            dict.fromkeys(str(file["encoding"]) for file in self.files if file["encoding"])
        )
        self.sha256 = ", ".join(str(file["sha256"]) for file in self.files)
        self.bytes += size
        self.midnight_is_date = None
        self.evenly_spaced = None
        self.ids_repeat = None

    def name_format(self, name: str) -> None:
        """The file begun last is of the format ``name``."""
        self.files[-1]["format"] = name
        self.format = ", ".join(dict.fromkeys(str(file["format"]) for file in self.files))

    def restore(self, before: ReadReport) -> None:
        """Become what ``before``, a copy, remembers: a file that was tried turned out to be none of ours."""
        for place in fields(self):
            setattr(self, place.name, getattr(before, place.name))

    def show(self, texts: Iterable[str]) -> None:
        """Keep the first texts of the file begun last, cut where they are long."""
        kept = self.samples[-1]
        kept.extend(text[:SAMPLE_LENGTH] for text in islice(texts, max(0, SAMPLES - len(kept))))

    def skip(self, reason: str, lines: Sequence[int]) -> None:
        """Count rows that were read and left out."""
        if not lines:
            return
        self.rows_read += len(lines)
        self.skipped[reason] = self.skipped.get(reason, 0) + len(lines)
        first = self.skipped_lines.setdefault(reason, [])
        first.extend(lines[: EXAMPLES - len(first)])

    def note(self, code: str, *, n: int = 1, lines: Sequence[int] = (), examples: Sequence[str] = ()) -> None:
        """Remark ``n`` occurrences of ``code`` (a key of ``REMARKS``)."""
        if n == 0:
            return
        note = self.notes.setdefault(code, Note())
        note.n += n
        note.lines.extend(lines[: EXAMPLES - len(note.lines)])
        for example in examples:
            if len(note.examples) < EXAMPLES and example not in note.examples:
                note.examples.append(example)

    def note_once(self, code: str, example: str) -> None:
        """Remark something about the file as a whole, however often it is seen."""
        if code not in self.notes or example not in self.notes[code].examples:
            self.note(code, examples=(example,))

    @property
    def time(self) -> dict[str, Any]:
        """``from`` and ``to`` (ISO 8601 in ``tz``, None if unknown), ``source`` of most rows, ``unparsed``."""
        source = max(self.ts_sources, key=lambda name: self.ts_sources[name], default="order_only")
        return {
            "from": _iso(self.first_ts_ms, self.tz),
            "to": _iso(self.last_ts_ms, self.tz),
            "source": source,
            "unparsed": self.time_unparsed,
        }

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The remarks as ``code``, ``count``, ``lines`` and one sentence each in ``en`` and ``zh``.

        They stand in the order of ``REMARKS``, however the input was cut into chunks.
        """
        notes = dict(self.notes)
        if self.long_ids_in_zeros >= 3 and self.long_ids_in_zeros >= DAMAGED_SHARE * self.long_ids:
            notes["ids_end_in_zeros"] = Note(self.long_ids_in_zeros)
        if self.rows_kept and not self.scored_rows:
            notes["nothing_to_score"] = Note(self.rows_kept)
        found = []
        for code, (en, zh) in REMARKS.items():
            if code not in notes:
                continue
            note = notes[code]
            detail = "; ".join(shown(example, most=120) for example in note.examples)
            found.append(
                {
                    "code": code,
                    "count": note.n,
                    "lines": list(note.lines),
                    "en": in_number(en, note.n).format(n=f"{note.n:,}", detail=detail),
                    "zh": zh.format(n=f"{note.n:,}", detail=detail),
                }
            )
        return found

    def as_dict(self) -> dict[str, Any]:
        """The report ready for JSON."""
        return {
            "format": self.format,
            "encoding": self.encoding,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "skipped": dict(self.skipped),
            "columns": dict(self.columns),
            "time": self.time,
            "id_quality": dict(self.id_quality),
            "warnings": self.warnings,
            "kinds": dict(self.kinds),
            "signals_off": signals_off(self.lacks),
            "path": self.path,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "skipped_lines": {reason: list(lines) for reason, lines in self.skipped_lines.items()},
            "other_columns": list(self.other_columns),
            "delimiter": self.delimiter,
            "tz": self.tz,
            "files": [dict(file) for file in self.files],
        }


def _iso(ts_ms: float, tz: str) -> str | None:
    if math.isnan(ts_ms):
        return None
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ts_ms)
        return moment.astimezone(zone_of(tz)).isoformat(timespec="milliseconds")
    except OverflowError:
        return None
