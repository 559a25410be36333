"""What a stream answers as plain JSON values: the one form that HTTP, the bus and files speak."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from detector.stream.outcome import Alert, Closed, Pushed, Rejected, Revision
from detector.verdict import Campaign, Reason, RoomVerdict, Verdict, Verdicts


def results_json(verdicts: Verdicts, *, lang: str = "zh") -> list[dict[str, Any]]:
    """One object for every verdict, in order."""
    return [verdict_json(verdicts[row], lang=lang) for row in range(len(verdicts))]


def verdict_json(verdict: Verdict, *, lang: str = "zh") -> dict[str, Any]:
    """A verdict; probabilities are null where nothing was judged."""
    return verdict.as_dict(lang)


def revision_json(revision: Revision, *, lang: str = "zh") -> dict[str, Any]:
    """A revision with the old verdict."""
    return _plain(revision) | {"reasons": reasons_json(revision.reasons, lang=lang)}


def reasons_json(reasons: tuple[Reason, ...], *, lang: str = "zh") -> list[dict[str, Any]]:
    """Reasons as code, sentence and weight in logits."""
    return [{"code": reason.code, "text": reason.text(lang), "weight": reason.weight} for reason in reasons]


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert."""
    return _plain(alert)


def rejected_json(rejected: Rejected, *, lang: str = "zh") -> dict[str, Any]:
    """A rejected event: its place, a code, and a sentence."""
    return {
        "index": rejected.index,
        "code": rejected.code,
        "message": rejected.zh if lang == "zh" else rejected.en,
    }


def campaign_json(campaign: Campaign) -> dict[str, Any]:
    """A campaign."""
    return _plain(campaign)


def room_json(room: RoomVerdict) -> dict[str, Any]:
    """The room as a whole, its floods among it."""
    return _plain(room) | {"floods": [_plain(flood) for flood in room.floods]}


def closed_json(closed: Closed, *, lang: str = "zh") -> dict[str, Any]:
    """The end of a session."""
    return {
        "room": room_json(closed.room),
        "campaigns": [campaign_json(campaign) for campaign in closed.campaigns],
        "revisions": [revision_json(revision, lang=lang) for revision in closed.revisions],
    }


def pushed_json(pushed: Pushed, *, lang: str = "zh") -> dict[str, Any]:
    """The whole answer to a push."""
    return {
        "results": results_json(pushed.results, lang=lang),
        "revisions": [revision_json(revision, lang=lang) for revision in pushed.revisions],
        "rejected": [rejected_json(one, lang=lang) for one in pushed.rejected],
        "unclear": [_plain(one) | {"index": list(one.index)} for one in pushed.unclear],
        "alerts": [alert_json(alert) for alert in pushed.alerts],
        "closed": [closed_json(end, lang=lang) for end in pushed.closed],
    }


def _plain(value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    for name, part in row.items():
        if isinstance(part, float) and not math.isfinite(part):
            row[name] = None
        elif isinstance(part, tuple):
            row[name] = list(part)
        elif isinstance(part, Mapping):
            row[name] = dict(part)
    return row
