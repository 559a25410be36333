"""The report as one page: no script, no request, readable offline, on paper and in the dark."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2
import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.errors import UsageError
from detector.report.evidence import (
    PER_CAMPAIGN,
    Flagged,
    accounts_shown,
    code_name,
    count_accounts,
    flagged_texts,
    moment,
    percent,
    top_evidence,
)  # fmt: skip
from detector.report.groups import campaigns_shown, sample_texts
from detector.report.inputs import inputs_shown
from detector.report.rooms import rooms_shown
from detector.report.shown import shown
from detector.report.timeline import timeline
from detector.report.wording import duration, label_words, method, verdict_words, words
from detector.verdict import HIGH_RISK, REVIEW, AccountSummary, Campaign, Verdicts
from detector.writers import write_text

MOST_BYTES: Final = 1_000_000
# Evidence, campaigns and accounts shown: fewer when the texts would make the page too large.
AMOUNTS: Final = ((200, 60, 50), (100, 30, 50), (50, 15, 25), (20, 6, 10))


@dataclass(frozen=True, slots=True)
class Counted:
    """What takes a walk over all rows: those that were judged, the flagged ones, accounts, texts of samples by id."""

    judged: NDArray[np.bool_]
    flagged: Flagged
    accounts: int
    samples: Mapping[str, str]


def render_report(
    batch: CommentBatch,
    verdicts: Verdicts,
    campaigns: Sequence[Campaign],
    accounts: Sequence[AccountSummary],
    run: Mapping[str, Any],
    *,
    lang: str = "zh",
    now: datetime | None = None,
    key: bytes | None = None,
) -> str:
    """The report as HTML of at most 1 MB.

    ``run`` is the record of the run; any of its keys may be missing. ``now`` is the time shown as the time
    of making, by default the one in ``run``. Account names are derived with ``key``, by default a fresh
    random one, so that two reports cannot be joined. ``UsageError`` for another language than ``zh`` and
    ``en`` or an unknown time zone; ``ValueError`` if verdicts and comments differ in number.
    """
    if lang not in ("zh", "en"):
        raise UsageError(f"unknown language {lang!r}: use zh or en", zh=f"未知语言 {lang!r}：请用 zh 或 en")
    if len(batch) != len(verdicts):
        raise ValueError(f"{len(batch)} comments but {len(verdicts)} verdicts: they must stand row by row")
    secret = secrets.token_bytes(32) if key is None else key
    accounts = [account for account in accounts if account.flagged > 0]
    judged = ~np.isnan(verdicts.risk) & ~verdicts.duplicate
    counted = Counted(
        judged,
        flagged_texts(batch, verdicts, judged),
        count_accounts(batch, judged),
        sample_texts(batch, campaigns[: AMOUNTS[0][1]]),
    )
    page = ""
    for amounts in AMOUNTS:
        context = _context(
            batch, verdicts, campaigns, accounts, run, counted, lang=lang, now=now, key=secret, amounts=amounts
        )
        page = _template().render(context)
        if len(page.encode("utf-8", "backslashreplace")) <= MOST_BYTES:
            break
    return page


def write_report(
    path: str | Path,
    batch: CommentBatch,
    verdicts: Verdicts,
    campaigns: Sequence[Campaign],
    accounts: Sequence[AccountSummary],
    run: Mapping[str, Any],
    *,
    lang: str = "zh",
    now: datetime | None = None,
    key: bytes | None = None,
) -> None:
    """Write ``render_report`` to ``path``, whole or not at all; the same errors."""
    write_text(path, render_report(batch, verdicts, campaigns, accounts, run, lang=lang, now=now, key=key))


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("detector.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda n: f"{n:,}"
    return environment.get_template("page.html.j2")


def _context(
    batch: CommentBatch,
    verdicts: Verdicts,
    campaigns: Sequence[Campaign],
    flagged_accounts: Sequence[AccountSummary],
    run: Mapping[str, Any],
    counted: Counted,
    *,
    lang: str,
    now: datetime | None,
    key: bytes,
    amounts: tuple[int, int, int],
) -> dict[str, Any]:
    """Everything the template shows, as plain values."""
    t = words(lang)
    tz = str(run.get("tz") or "Asia/Shanghai")
    zone = _zone(tz)
    judged = counted.judged
    comments = int(judged.sum())
    review = int((verdicts.verdict[judged] == REVIEW).sum())
    high = int((verdicts.verdict[judged] == HIGH_RISK).sum())

    def name(user_id: str) -> str:
        return code_name(user_id, key=key, prefix=t["account_prefix"], unknown=t["account_unknown"])

    def span(seconds: float) -> str:
        return duration(seconds, lang)

    chosen = campaigns[: amounts[1]]
    numbers = {campaign.campaign_id: number for number, campaign in enumerate(chosen, start=1)}
    evidence, evidence_total, crowded = top_evidence(
        batch, verdicts, counted.flagged,
        limit=amounts[0], lang=lang, zone=zone, name=name, campaign_numbers=numbers,
    )  # fmt: skip
    chart = timeline(batch, verdicts, judged, zone)
    given = run.get("model")
    model: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return {
        "t": t,
        "lang": lang,
        "tz": tz,
        "verdict_words": verdict_words(lang),
        "label_words": label_words(lang),
        "inputs": inputs_shown(run, lang),
        "time_span": _time_span(batch, judged, zone) if chart.axis != "order" else "",
        "made": _made(now, run, zone),
        "model_id": shown(str(model.get("model_id") or verdicts.model_id), limit=80),
        "profile": str(model.get("profile") or "")[:40],
        "tokenizer": str(model.get("tokenizer") or "")[:80],
        "version": str(run.get("zhenping") or "")[:40],
        "command": shown(str(run.get("command") or ""), limit=2000),
        "timings": _timings(run),
        "headline": _headline(t, comments, review=review, high=high),
        "comments": comments,
        "passed": comments - review - high,
        "review": review,
        "high": high,
        "share": lambda n: percent(n / comments) if comments else "",
        "not_judged": int((np.isnan(verdicts.risk) & ~verdicts.duplicate).sum()),
        "repeated": int(verdicts.duplicate.sum()),
        "organic": int(verdicts.organic_wave[judged].sum()),
        "protected": int(verdicts.protected[judged].sum()),
        "rooms": rooms_shown(run, lang=lang, zone=zone),
        "rooms_total": len(run.get("rooms") or ()),
        "campaigns_total": len(campaigns),
        "accounts_total": counted.accounts,
        "accounts_flagged": len(flagged_accounts),
        "chart": chart,
        "chart_step": span(chart.step) if chart.axis != "order" else f"{chart.step:,}",
        "campaigns": campaigns_shown(counted.samples, chosen, zone=zone, span=span, t=t),
        "evidence": evidence,
        "evidence_total": evidence_total,
        "campaign_cut": PER_CAMPAIGN if crowded else 0,
        "accounts": accounts_shown(flagged_accounts, limit=amounts[2], name=name, campaign_numbers=numbers),
        "method": method(lang),
    }


def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"unknown time zone {tz!r}: use a name such as Asia/Shanghai",
            zh=f"未知时区 {tz!r}：请用 Asia/Shanghai 这样的名称",
        ) from error


def _time_span(batch: CommentBatch, judged: np.ndarray[Any, np.dtype[np.bool_]], zone: ZoneInfo) -> str:
    """First and last time of the judged comments; the caller knows that most have one."""
    rows = np.flatnonzero(judged & ~np.isnan(batch.ts_ms) & (batch.ts_source != TS_SOURCE_CODE["order_only"]))
    ends = (rows[np.argmin(batch.ts_ms[rows])], rows[np.argmax(batch.ts_ms[rows])])
    first, last = (moment(float(batch.ts_ms[row]), int(batch.ts_source[row]), zone, year=True) for row in ends)
    day = first.split(" ")[0]
    return f"{first} – {last.removeprefix(day + ' ')}" if last != first else first


def _headline(t: Mapping[str, str], comments: int, *, review: int, high: int) -> list[str]:
    """The main result in clauses, so that a narrow page breaks the line between them."""
    if not comments:
        return [t["headline_empty"]]
    words_of = t["headline"] if review or high else t["headline_clean"]
    sentence = words_of.format(n=f"{comments:,}", high=f"{high:,}", review=f"{review:,}")
    return re.split(r"(?<=，)|(?<=[:,]) ", sentence)


def _made(now: datetime | None, run: Mapping[str, Any], zone: ZoneInfo) -> str:
    """When the report was made, as wall clock; as it stands in ``run`` if that is no ISO time."""
    if now is None:
        given = str(run.get("created_at") or "")[:40]
        try:
            now = datetime.fromisoformat(given)
        except ValueError:
            return given
    return (now.astimezone(zone) if now.tzinfo else now).strftime("%Y-%m-%d %H:%M")


def _timings(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = run.get("timings_s")
    if not isinstance(given, Mapping):
        return []
    return [
        (str(name)[:40], f"{value:.1f} s") for name, value in given.items() if isinstance(value, int | float)
    ][:20]
