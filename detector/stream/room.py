"""One session as the stream remembers it after judging: its ledger, hindsight, floods and campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.campaigns import campaign_id, find_campaigns
from detector.comment import CommentBatch
from detector.engine import FeatureFrame
from detector.state.floods import FloodEvent, Floods, new_floods, observe_floods, open_flood
from detector.state.hindsight import (
    CAUSE,
    TARGET,
    TO_LABEL,
    TO_VERDICT,
    Hindsight,
    Seen,
    look_back,
    new_hindsight,
)
from detector.state.sessions import place_of
from detector.stream.ledger import BLOCK_COMMENTS, Block, Ledger, told
from detector.stream.outcome import Alert, Closed, Revision, Revisions
from detector.verdict import (
    HIGH_RISK,
    LABEL_ZH,
    LABELS,
    PASS,
    VERDICTS,
    Campaign,
    FloodWindow,
    Reason,
    RoomVerdict,
    Verdicts,
)

# A campaign is told of when it is formed, and each time it has grown to so many flagged comments.
GROWN: Final = np.array([3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000])
MAX_FLOODS: Final = 256
MAX_SAID: Final = 256


@dataclass(frozen=True, slots=True)
class Taken:
    """What some comments changed: revisions of earlier ones, and alerts."""

    revisions: Revisions
    alerts: list[Alert]


@dataclass(slots=True)
class Room:
    """The memory of one session; ``sums`` are comments, flagged, high risk, expected inauthentic, its variance."""

    room_id: str
    session_id: str
    model_id: str
    ledger: Ledger = field(default_factory=Ledger)
    hindsight: Hindsight = field(default_factory=new_hindsight)
    floods: Floods = field(default_factory=new_floods)
    # Group -> the id of its campaign, and of how many alerts were given for it.
    formed: dict[int, str] = field(default_factory=dict)
    alerted: dict[int, int] = field(default_factory=dict)
    windows: list[FloodWindow] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(5))
    # Campaign id -> the skeletons of what it said, by which it is found in other rooms.
    said: dict[str, set[int]] = field(default_factory=dict)

    def comments_left(self) -> int:
        """How many comments the block takes; a full one is settled first."""
        return BLOCK_COMMENTS - self.ledger.block.n or BLOCK_COMMENTS

    def take(
        self,
        batch: CommentBatch,
        frame: FeatureFrame,
        verdicts: Verdicts,
        rows: NDArray[np.intp],
        event: NDArray[np.int64],
    ) -> Taken:
        """Take judged comments in; their campaign ids are written into ``verdicts``."""
        revisions: list[Revision] = []
        events: list[int] = []
        if self.ledger.block.n == BLOCK_COMMENTS:
            self._settle(revisions, events)
            self.ledger.turn()
        place = place_of(rows)
        verdict, label, wave = verdicts.verdict[place], verdicts.label[place], verdicts.organic_wave[place]
        seen = look_back(
            self.hindsight,
            group=frame.group[place],
            ts_ms=frame.clock_ms[place],
            posted_ms=batch.ts_ms[place],
            verdict=verdict,
            label=label,
            wave=wave,
            protected=verdicts.protected[place],
        )
        self._write(batch, frame, verdicts, rows, event)
        alerts = self._note_campaigns(frame, verdicts, rows, seen)
        for change in seen.changes.tolist():
            self._revise(change, batch.comment_id[int(rows[change[CAUSE]])], seen, revisions, events)
        found = observe_floods(
            self.floods,
            verdict=verdict,
            label=label,
            wave=wave,
        )
        alerts += [self._note_flood(flood) for flood in found]
        return Taken(Revisions(np.array(events, dtype=np.int64), tuple(revisions)), alerts)

    def repeat(self, row: int, verdicts: Verdicts) -> None:
        """Give a redelivered comment what was said of its first delivery, as of now."""
        place = self.ledger.delivered(verdicts.comment_id[row])
        if place is None:
            return
        block, at = place
        verdict, label, p, wave, protected, campaign, why = told(place)
        verdicts.verdict[row], verdicts.first_verdict[row] = verdict, block.columns["first_verdict"][at]
        verdicts.label[row], verdicts.p[row] = label, p
        verdicts.provisional[row] = True
        verdicts.organic_wave[row], verdicts.protected[row] = wave, protected
        verdicts.campaign_id[row] = campaign
        verdicts.reasons[row] = why  # type: ignore[index]

    def closed(self) -> Closed:
        """The end of the session."""
        revisions: list[Revision] = []
        events: list[int] = []
        self._settle(revisions, events)
        flood = open_flood(self.floods)
        if flood is not None:
            self.windows.append(self._window(flood, still_open=False))
        return Closed(
            self.verdict(),
            tuple(self.campaigns),
            Revisions(np.array(events, dtype=np.int64), tuple(revisions)),
            {name: frozenset(said) for name, said in self.said.items()},
        )

    def verdict(self) -> RoomVerdict:
        """The room as far as its blocks are settled."""
        n, flagged, high, expected, variance = self.sums.tolist()
        share = expected / n if n else float("nan")
        margin = 1.96 * variance**0.5 / n if n else float("nan")
        return RoomVerdict(
            self.room_id, self.session_id, int(n), int(flagged), int(high),
            share, max(0.0, share - margin), min(1.0, share + margin), tuple(self.windows),
        )  # fmt: skip

    def so_far(self) -> RoomVerdict:
        """The room as of now, an open flood included."""
        now = Room(self.room_id, self.session_id, self.model_id, sums=self.sums.copy(), windows=[*self.windows])
        now.sums += _sums(self.ledger.block)
        flood = open_flood(self.floods)
        if flood is not None:
            now.windows.append(self._window(flood, still_open=True))
        return now.verdict()

    def _write(
        self, batch: CommentBatch, frame: FeatureFrame, verdicts: Verdicts, rows: NDArray[np.intp],
        event: NDArray[np.int64],
    ) -> None:  # fmt: skip
        place = place_of(rows)
        if isinstance(place, slice):
            comment_id, text = batch.comment_id[place], batch.text[place]
        else:
            listed = rows.tolist()
            comment_id, text = [batch.comment_id[r] for r in listed], [batch.text[r] for r in listed]
        verdict = verdicts.verdict[place]
        flagged = (verdict != PASS).nonzero()[0].tolist()
        self.ledger.block.add(
            comment_id=comment_id,
            text=text,
            p=verdicts.p[place],
            reasons=[(at, verdicts.reasons[int(rows[at])]) for at in flagged],
            event=event[place],
            skeleton=frame.skeleton[place],
            group=frame.group[place],
            account=frame.account[place],
            ts_ms=batch.ts_ms[place],
            ts_source=batch.ts_source[place],
            verdict=verdict,
            first_verdict=verdicts.first_verdict[place],
            label=verdicts.label[place],
            organic_wave=verdicts.organic_wave[place],
            protected=verdicts.protected[place],
            late=verdicts.late[place],
        )

    def _note_campaigns(
        self, frame: FeatureFrame, verdicts: Verdicts, rows: NDArray[np.intp], seen: Seen
    ) -> list[Alert]:
        """Write campaign ids beside the comments of groups that are campaigns in the making."""
        alerts = []
        block = self.ledger.block
        start = block.n - len(rows)
        for at in seen.formed.nonzero()[0].tolist():
            row, group = int(rows[at]), int(frame.group[rows[at]])
            name = self.formed.get(group)
            if name is None:
                name = campaign_id(self.room_id, self.session_id, group, float(seen.first_ms[at]))
                self.formed[group] = name
            verdicts.campaign_id[row] = block.campaigns[start + at] = name
            grown = int(np.searchsorted(GROWN, seen.flagged[at], side="right"))
            known = self.alerted.get(group, 0)
            if verdicts.verdict[row] != PASS and grown > known:
                self.alerted[group] = grown
                alerts.append(
                    Alert(
                        "campaign_grown" if known else "campaign_formed",
                        self.room_id, self.session_id, float(frame.clock_ms[row]),
                        LABELS[verdicts.label[row]], int(seen.flagged[at]), name, verdicts.comment_id[row],
                    )
                )  # fmt: skip
        return alerts

    def _revise(
        self, change: list[int], cause: str, seen: Seen, revisions: list[Revision], events: list[int]
    ) -> None:
        place = self.ledger.place(change[TARGET])
        if place is None:
            return
        block, row = place
        verdict, label = change[TO_VERDICT], change[TO_LABEL]
        old = int(block.columns["verdict"][row])
        block.columns["verdict"][row] = verdict
        n = int(seen.flagged[change[CAUSE]])
        wave = bool(block.columns["organic_wave"][row])
        if old == PASS:
            why = Reason(
                "hindsight",
                f"随后的近似内容被判为{LABEL_ZH[LABELS[label]]}（已有 {n} 条）",
                f"near-copies that came after it were flagged as {LABELS[label]} ({n} so far)",
            )
        else:
            why = Reason("organic_wave", "随后看出是许多观众在跟读", "later comments show a crowd repeating it")
            block.columns["organic_wave"][row] = wave = True
        self._tell(block, row, cause, label, wave, (why, *block.reasons.get(row, ())), old, revisions, events)

    def _tell(
        self, block: Block, row: int, cause: str, label: int, wave: bool, why: tuple[Reason, ...], old: int,
        revisions: list[Revision], events: list[int],
    ) -> None:  # fmt: skip
        old_label = LABELS[block.columns["label"][row]]
        block.columns["label"][row] = label
        block.reasons[row] = why
        name = block.campaigns.get(row, "")
        events.append(int(block.columns["event"][row]))
        revisions.append(
            Revision(
                self.room_id, self.session_id, block.comment_id[row], VERDICTS[block.columns["verdict"][row]],
                LABELS[label], wave, name, VERDICTS[old], old_label, name, cause, why,
            )
        )  # fmt: skip

    def _settle(self, revisions: list[Revision], events: list[int]) -> None:
        """Find the campaigns of the block; comments whose campaign is another than was told are revised."""
        block = self.ledger.block
        if not block.n:
            return
        self.sums += _sums(block)
        verdicts = block.verdicts(self.model_id)
        found, named = find_campaigns(
            block.batch(self.room_id, self.session_id), verdicts, block.columns["group"][: block.n]
        )
        self.campaigns += found
        skeleton = block.columns["skeleton"]
        in_one = {row for row, name in enumerate(named.campaign_id) if name}
        for row in sorted(in_one.union(block.campaigns)):
            old, new = verdicts.campaign_id[row], named.campaign_id[row]
            if new and len(said := self.said.setdefault(new, set())) < MAX_SAID:
                said.add(int(skeleton[row]))
            if old == new:
                continue
            verdict, label = VERDICTS[verdicts.verdict[row]], LABELS[verdicts.label[row]]
            events.append(int(block.columns["event"][row]))
            revisions.append(
                Revision(
                    self.room_id, self.session_id, block.comment_id[row], verdict, label,
                    bool(verdicts.organic_wave[row]), new, verdict, label, old, "", (),
                )
            )  # fmt: skip
            block.campaigns[row] = new

    def _note_flood(self, flood: FloodEvent) -> Alert:
        window = self._window(flood, still_open=False)
        if not flood.opened:
            self.windows = [*self.windows, window][-MAX_FLOODS:]
        return Alert(
            "flood_opened" if flood.opened else "flood_closed",
            self.room_id, self.session_id, window.last_ts_ms, window.label, window.flagged,
            comment_id=window.first_comment_id,
        )  # fmt: skip

    def _window(self, flood: FloodEvent, *, still_open: bool) -> FloodWindow:
        first, last = self.ledger.place(flood.since), self.ledger.place(flood.until)
        return FloodWindow(
            LABELS[flood.label],
            first[0].comment_id[first[1]] if first else "",
            last[0].comment_id[last[1]] if last else "",
            float(first[0].columns["ts_ms"][first[1]]) if first else float("nan"),
            float(last[0].columns["ts_ms"][last[1]]) if last else float("nan"),
            flood.until - flood.since + 1,
            flood.flagged,
            still_open,
        )


def _sums(block: Block) -> NDArray[np.float64]:
    """Of a block: comments, flagged, high risk, expected inauthentic ones and the variance of their number.

    Near-copies are taken to be right or wrong together; waves are genuine.
    """
    n = block.n
    verdict, wave = block.columns["verdict"][:n], block.columns["organic_wave"][:n]
    risk = np.where(wave, 0.0, block.p[:n].max(axis=1, initial=0.0))
    _, group, size = np.unique(block.columns["group"][:n], return_inverse=True, return_counts=True)
    mean = np.bincount(group, weights=risk, minlength=len(size)) / np.maximum(size, 1)
    variance = float((size.astype(np.float64) ** 2 * mean * (1 - mean)).sum())
    return np.array(
        [n, (verdict != PASS).sum(), (verdict == HIGH_RISK).sum(), risk.sum(), variance], dtype=np.float64
    )
