"""The main job: comment files in, a folder of results out."""

from __future__ import annotations

import contextlib
import gc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector import __version__
from detector.errors import UsageError
from detector.readers import ReadReport, read_comments
from detector.report import write_report
from detector.result import Result
from detector.scorer import Detector
from detector.stream.wire import room_json
from detector.verdict import HIGH_RISK, PASS, REVIEW, AccountSummary, RoomVerdict
from detector.writers import (
    write_accounts_csv,
    write_campaigns_csv,
    write_run_json,
    write_scored_csv,
    write_scored_xlsx,
)  # fmt: skip

# Excel files grow slow and large; beyond this many rows they are written only when asked for.
XLSX_ROWS: Final = 100_000
NO_WORKBOOK: Final = {
    "code": "no_workbook",
    "count": 1,
    "lines": [],
    "en": f"more than {XLSX_ROWS:,} rows: no scored.xlsx was written (--xlsx writes one)",
    "zh": f"超过 {XLSX_ROWS:,} 行，没有写 scored.xlsx（需要时加 --xlsx）",
}

# Rooms in run.json; a report shows fewer.
ROOMS: Final = 1000

# Called with a stage (reading, scoring, writing), the rows done and the rows in all (0: not known).
Progress = Callable[[str, int, int], None]


def score_files(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    model: str | Path | None = None,
    profile: str = "balanced",
    lang: str = "zh",
    mapping: Mapping[str, str] | None = None,
    tz: str = "Asia/Shanghai",
    as_format: str | None = None,
    encoding: str | None = None,
    xlsx: bool | None = None,
    formula_safe: bool = False,
    command: str = "",
    now: datetime,
    clock: Callable[[], float],
    progress: Progress,
    ended: Callable[[], bool] = lambda: False,
    **limits: int,
) -> dict[str, Any]:
    """Score ``files`` as one log into the folder ``out``; returns what run.json holds.

    ``ended`` is asked between chunks of comments: once it says True, the comments scored so far are written out as
    the result, and ``interrupted`` in run.json is true. ``limits`` are those of ``read_comments``: how long a log may be
    to be held in memory. Raises InputError, BundleError or UsageError, each before anything is written.
    """
    out = Path(out)
    # Half a million rows of strings hold no cycles, but the collector would walk them again and again.
    with _without_collector():
        return _score_files(
            files, out, model=model, profile=profile, lang=lang, mapping=mapping, tz=tz,
            as_format=as_format, encoding=encoding, xlsx=xlsx, formula_safe=formula_safe, command=command,
            now=now, clock=clock, progress=progress, ended=ended, **limits,
        )  # fmt: skip


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _score_files(
    files: Sequence[str | Path],
    out: Path,
    *,
    model: str | Path | None,
    profile: str,
    lang: str,
    mapping: Mapping[str, str] | None,
    tz: str,
    as_format: str | None,
    encoding: str | None,
    xlsx: bool | None,
    formula_safe: bool,
    command: str,
    now: datetime,
    clock: Callable[[], float],
    progress: Progress,
    ended: Callable[[], bool],
    **limits: int,
) -> dict[str, Any]:
    if out.exists() and not out.is_dir():
        raise UsageError(f"-o {out} is a file; name a folder", zh=f"-o {out} 是文件，请给一个文件夹")
    times = {"start": clock()}
    detector = Detector.load(model, profile=profile)
    times["load"] = clock()
    batch, report = read_comments(
        files,
        mapping=mapping,
        tz=tz,
        as_format=as_format,
        encoding=encoding,
        progress=partial(progress, "reading"),
        **limits,
    )
    times["read"] = clock()

    def scoring(done: int, total: int) -> None:
        progress("scoring", done, total)
        if ended() and done < total:
            # The detector gives back what it has observed so far.
            raise KeyboardInterrupt

    result = detector.score(batch, progress=scoring)
    rows_read, batch = len(batch), result.batch
    times["score"] = clock()
    files_in_all = 5
    progress("writing", 0, files_in_all)
    write_scored_csv(out / "scored.csv", batch, result.verdicts, lang=lang, formula_safe=formula_safe)
    times["scored_csv"] = clock()
    progress("writing", 1, files_in_all)
    accounts = result.accounts()
    write_campaigns_csv(out / "campaigns.csv", result.groups, tz=tz, formula_safe=formula_safe)
    write_accounts_csv(out / "accounts.csv", accounts, formula_safe=formula_safe)
    progress("writing", 3, files_in_all)
    written = ["scored.csv", "campaigns.csv", "accounts.csv"]
    if xlsx if xlsx is not None else len(batch) <= XLSX_ROWS:
        write_scored_xlsx(out / "scored.xlsx", batch, result.verdicts, lang=lang)
        written.append("scored.xlsx")
    else:
        # What an earlier run left here tells of another input.
        (out / "scored.xlsx").unlink(missing_ok=True)
    run = run_record(result, report, accounts, detector, lang=lang, tz=tz, command=command, now=now)
    run |= {"interrupted": len(batch) < rows_read, "rows_read": rows_read}
    if xlsx is None and "scored.xlsx" not in written:
        run["warnings"] = [*run["warnings"], NO_WORKBOOK]
    write_report(out / "report.html", batch, result.verdicts, result.groups, accounts, run, lang=lang)
    progress("writing", 4, files_in_all)
    times["rest"] = clock()
    stages = list(times)
    run["timings_s"] = {b: round(times[b] - times[a], 3) for a, b in pairwise(stages)}
    run["out"] = str(out)
    run["files"] = [*written, "report.html", "run.json"]
    write_run_json(out / "run.json", run)
    progress("writing", files_in_all, files_in_all)
    return run


def run_record(
    result: Result,
    report: ReadReport,
    accounts: Sequence[AccountSummary],
    detector: Detector,
    *,
    lang: str,
    tz: str,
    command: str,
    now: datetime,
) -> dict[str, Any]:
    """What run.json says: inputs with checksums, model, counts, skips."""
    verdicts = result.verdicts
    read = report.as_dict()
    judged = ~np.isnan(verdicts.p[:, 0]) & ~verdicts.duplicate
    counts = {
        "rows": len(verdicts),
        "comments": int(judged.sum()),
        "redelivered": int(verdicts.duplicate.sum()),
        "pass": int((judged & (verdicts.verdict == PASS)).sum()),
        "review": int((judged & (verdicts.verdict == REVIEW)).sum()),
        "high_risk": int((judged & (verdicts.verdict == HIGH_RISK)).sum()),
        "organic_wave": int((judged & verdicts.organic_wave).sum()),
        "protected": int((judged & verdicts.protected).sum()),
        "campaigns": len(result.groups),
        "accounts": len(accounts),
    }
    inputs = [{**file, "read": read if place == 0 else {}} for place, file in enumerate(report.files)]
    return {
        "zhenping": __version__,
        "created_at": now.isoformat(timespec="seconds"),
        "command": command,
        "inputs": inputs,
        "model": {
            "model_id": verdicts.model_id,
            "profile": detector.profile,
            "tokenizer": detector.bundle.vectorizer.tokenizer.identity,
            "content_digest": detector.bundle.manifest.get("content_digest", ""),
        },
        "counts": counts,
        "skipped": dict(report.skipped),
        "warnings": report.warnings,
        "campaigns": [
            {
                "campaign_id": g.campaign_id,
                "label": g.label,
                "template": g.template,
                "comments": g.comments,
                "accounts": g.accounts,
                "rooms": g.rooms,
                "expected_repeats": _number(g.expected_repeats),
                "repeats": g.repeats,
                "p_value": _number(g.p_value),
                "q_value": _number(g.q_value),
            }
            for g in result.groups[:20]
        ],
        "rooms": [room_json(room) for room in rooms_in_order(result.rooms)[:ROOMS]],
        "lang": lang,
        "tz": tz,
    }


def rooms_in_order(rooms: Sequence[RoomVerdict]) -> list[RoomVerdict]:
    """Those with the most comments that are expected to be inauthentic first."""
    return sorted(rooms, key=lambda room: (-room.share * room.comments, room.room_id, room.session_id))


def _number(value: float) -> float | None:
    """NaN is not JSON."""
    return None if math.isnan(value) else value
