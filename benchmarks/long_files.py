"""Long files to measure with: simulated rooms repeated with new ids and times.

    python benchmarks/long_files.py csv 5000000 FILE
    python benchmarks/long_files.py ndjson 2GB FILE

Texts repeat as they do in live rooms: every round says what the rooms said, to other people at another time.
Nothing but one round of rooms is held in memory.
"""

from __future__ import annotations

import csv
import itertools
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from detector.comment import CommentBatch
from detector.simulate import simulate_room

ROOMS = 8
HEADER = (
    "comment_id",
    "room_id",
    "session_id",
    "user_id",
    "user_name",
    "time",
    "text",
    "user_level",
    "badge_level",
)
ROUND_MS = 6 * 3_600_000
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


def rounds(*, rooms: int = ROOMS, shuffled: bool = False) -> Iterator[tuple[object, ...]]:
    """Rows without end in time order, round by round; ids and times differ from round to round."""
    batches = [simulate_room(seed=seed, minutes=120, viewers=3_000).batch for seed in range(rooms)]
    rows = [(batch, number, row) for number, batch in enumerate(batches) for row in range(len(batch))]
    rows.sort(key=lambda at: at[0].ts_ms[at[2]])
    if shuffled:
        # Rooms one after the other, as a folder of exports is.
        rows.sort(key=lambda at: at[1])
    for turn in itertools.count():
        for batch, number, row in rows:
            yield _row(batch, row, turn=turn, room=number)


def _row(batch: CommentBatch, row: int, *, turn: int, room: int) -> tuple[object, ...]:
    level, badge = float(batch.user_level[row]), float(batch.fan_badge_level[row])
    return (
        f"{turn:04d}-{room:02d}-{batch.comment_id[row]}",
        f"room-{room}",
        f"session-{turn}",
        f"{batch.user_id[row]}-{turn % 4}" if batch.user_id[row] else "",
        batch.user_name[row],
        int(batch.ts_ms[row]) + turn * ROUND_MS,
        batch.text[row],
        "" if math.isnan(level) else int(level),
        "" if math.isnan(badge) else int(badge),
    )


def write_csv(file: TextIO, rows: int, *, shuffled: bool) -> None:
    """``rows`` comments as CSV."""
    writer = csv.writer(file)
    writer.writerow(HEADER)
    writer.writerows(itertools.islice(rounds(shuffled=shuffled), rows))


def write_ndjson(file: TextIO, size: int, *, shuffled: bool) -> None:
    """At least ``size`` characters of comments, one JSON object per line, with the nested extras of a crawler."""
    written = 0
    for number, row in enumerate(rounds(shuffled=shuffled)):
        extra = {"client": "android" if number % 3 else "ios", "ip_region": f"R{number % 31}", "seq": number}
        line = json.dumps(dict(zip(HEADER, row, strict=True)) | extra, ensure_ascii=False) + "\n"
        file.write(line)
        written += len(line.encode())
        if written >= size:
            return


def main(argv: Sequence[str]) -> int:
    """Write the file asked for; returns the exit code."""
    shuffled = "--rooms-in-turn" in argv
    words = [word for word in argv if not word.startswith("--")]
    if len(words) != 3 or words[0] not in ("csv", "ndjson"):
        print(__doc__, file=sys.stderr)
        return 2
    form, amount, path = words
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        if form == "csv":
            write_csv(file, int(amount), shuffled=shuffled)
        else:
            write_ndjson(file, int(float(amount[:-2]) * UNITS[amount[-2:].upper()]), shuffled=shuffled)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
