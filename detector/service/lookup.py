"""What is known of a session, a campaign or a comment, as JSON values; to be asked on the stream's thread."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from detector.service.problems import Problem
from detector.state.sessions import SessionKey
from detector.stream import Closed, Stream
from detector.stream.ledger import Block, told
from detector.stream.room import Room
from detector.stream.wire import campaign_json, reasons_json, room_json, verdict_json
from detector.verdict import LABELS, PASS, VERDICTS, Verdict

MAX_CLOSED: Final = 1_000
MAX_CLOSED_CAMPAIGNS: Final = 10_000
SAMPLES: Final = 3
# The session of comments that name none cannot be written in a path.
NAMELESS: Final = "-"


class Archive:
    """The ends of the last sessions, at most so many sessions and campaigns."""

    def __init__(self) -> None:
        self.ends: OrderedDict[SessionKey, Closed] = OrderedDict()
        self.campaigns = 0

    def keep(self, closed: Iterable[Closed]) -> None:
        """Remember how sessions ended; what is older goes if there are too many."""
        for end in closed:
            if not end.room.comments:
                continue
            key = (end.room.room_id, end.room.session_id)
            self._drop(key)
            self.ends[key] = Closed(end.room, end.campaigns)
            self.campaigns += len(end.campaigns)
            while len(self.ends) > 1 and (len(self.ends) > MAX_CLOSED or self.campaigns > MAX_CLOSED_CAMPAIGNS):
                self._drop(next(iter(self.ends)))

    def _drop(self, key: SessionKey) -> None:
        old = self.ends.pop(key, None)
        self.campaigns -= len(old.campaigns) if old else 0


def find_session(stream: Stream, archive: Archive, session_id: str, room_id: str | None) -> Room | Closed:
    """The session of this name, open or ended. Problems ``unknown_session``, ``ambiguous_session``."""
    for name in (session_id, "") if session_id == NAMELESS else (session_id,):
        for known in (stream.rooms, archive.ends):
            found: list[Room | Closed] = [
                what for key, what in known.items() if key[1] == name and room_id in (None, key[0])
            ]
            if len(found) > 1:
                raise Problem("ambiguous_session")
            if found:
                return found[0]
    raise Problem("unknown_session")


def session_json(found: Room | Closed) -> dict[str, Any]:
    """The verdict on the room so far, or as it ended."""
    if isinstance(found, Room):
        return room_json(found.so_far()) | {"open": True}
    return room_json(found.room) | {"open": False}


def campaigns_json(found: Room | Closed) -> list[dict[str, Any]]:
    """The campaigns of a session: those that are settled, then those in the making."""
    settled = [campaign_json(campaign) | {"settled": True} for campaign in found.campaigns]
    return settled + (forming_json(found) if isinstance(found, Room) else [])


def find_campaign(stream: Stream, archive: Archive, name: str) -> dict[str, Any]:
    """One campaign, as it is now if it goes on. Problem ``unknown_campaign``."""
    for room in reversed(stream.rooms.values()):
        if name in room.formed.values():
            forming = [one for one in forming_json(room) if one["campaign_id"] == name]
            if forming:
                return forming[0]
    known: list[Room | Closed] = [*reversed(stream.rooms.values()), *reversed(archive.ends.values())]
    for found in known:
        for campaign in found.campaigns:
            if name == campaign.campaign_id or name in campaign.merged_ids:
                return campaign_json(campaign) | {"settled": True}
    raise Problem("unknown_campaign")


def forming_json(room: Room) -> list[dict[str, Any]]:
    """Campaigns in the making: what is known of them before the session is settled."""
    block = room.ledger.block
    members: dict[str, list[int]] = {}
    for row, name in block.campaigns.items():
        members.setdefault(name, []).append(row)
    return [_forming(room, block, name, rows) for name, rows in members.items()]


def _forming(room: Room, block: Block, name: str, members: list[int]) -> dict[str, Any]:
    rows = np.array(sorted(members))
    flagged = rows[block.columns["verdict"][rows] != PASS]
    labels = Counter(block.columns["label"][flagged if len(flagged) else rows].tolist())
    ts_ms = block.columns["ts_ms"][rows]
    account = block.columns["account"][rows]
    known_ms = ts_ms[~np.isnan(ts_ms)]
    texts = dict.fromkeys(block.text[row] for row in rows[: 10 * SAMPLES].tolist())
    return {
        "campaign_id": name,
        "room_id": room.room_id,
        "session_id": room.session_id,
        "label": LABELS[labels.most_common(1)[0][0]],
        "comments": len(rows),
        "accounts": len(np.unique(account[account != 0])),
        "flagged": len(flagged),
        "first_ts_ms": float(known_ms.min()) if len(known_ms) else None,
        "last_ts_ms": float(known_ms.max()) if len(known_ms) else None,
        "samples": list(texts)[:SAMPLES],
        "settled": False,
    }


def find_comment(
    stream: Stream, comment_id: str, *, session_id: str | None, room_id: str | None
) -> tuple[Room, Block, int]:
    """Where a comment stands. Problems ``unknown_comment``, ``ambiguous_comment``."""
    found = [
        (room, *place)
        for (room_name, session), room in stream.rooms.items()
        if session_id in (None, session) and room_id in (None, room_name)
        if (place := room.ledger.delivered(comment_id)) is not None
    ]
    if len(found) > 1:
        raise Problem("ambiguous_comment")
    if not found:
        raise Problem("unknown_comment")
    return found[0]


def comment_verdict(room: Room, block: Block, row: int) -> Verdict:
    """What is said of a comment now."""
    verdict, label, p, wave, protected, campaign, why = told((block, row))
    return Verdict(
        comment_id=block.comment_id[row],
        verdict=VERDICTS[verdict],
        label=LABELS[label],
        risk=float(np.fmax(np.fmax(p[0], p[1]), p[2])),
        p_solicitation=float(p[0]),
        p_bot_flood=float(p[1]),
        p_fake_review=float(p[2]),
        organic_wave=wave,
        protected=protected,
        campaign_id=campaign,
        reasons=why,
        model_id=room.model_id,
        first_verdict=VERDICTS[block.columns["first_verdict"][row]],
        late=bool(block.columns["late"][row]),
        provisional=True,
    )


def comment_json(room: Room, block: Block, row: int, *, lang: str) -> dict[str, Any]:
    """The verdict on a comment now, and what was said first where that was another."""
    now = comment_verdict(room, block, row)
    ts_ms = float(block.columns["ts_ms"][row])
    history: list[dict[str, Any]] = [{"verdict": now.first_verdict, "reasons": []}]
    said = {"verdict": now.verdict, "reasons": reasons_json(now.reasons, lang=lang)}
    if now.verdict == now.first_verdict:
        history = [said]
    else:
        history.append(said)
    return verdict_json(now, lang=lang) | {
        "room_id": room.room_id,
        "session_id": room.session_id,
        "ts_ms": None if math.isnan(ts_ms) else ts_ms,
        "history": history,
    }
