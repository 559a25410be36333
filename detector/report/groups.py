"""Campaigns as the page lists them, with what chance would do in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.report.evidence import ID_LIMIT, TEXT_LIMIT, moment
from detector.report.shown import Shown, shown, shown_template
from detector.verdict import Campaign

SAMPLES: Final = 4
OTHER_TEMPLATES: Final = 4
MERGED: Final = 4
# Shares of false finds at which a group is called far beyond chance, and beyond chance.
FAR_BEYOND_Q: Final = 0.001
BEYOND_Q: Final = 0.05
# Rarer than this is said in words: nobody has seen so many rooms.
RAREST_P: Final = 1e-9


@dataclass(frozen=True, slots=True)
class CampaignShown:
    """A campaign as the page lists it; ``number`` counts from 1 in the order shown.

    ``chance`` are sentences that weigh it against its room, ``beyond`` the short word for them.
    """

    number: int
    campaign_id: Shown
    label: str
    template: Shown
    others: tuple[Shown, ...]
    comments: int
    accounts: int
    flagged: int
    first: str
    span: str
    score: str
    beyond: str
    chance: tuple[str, ...]
    merged: tuple[Shown, ...]
    samples: tuple[Shown, ...]


def sample_texts(batch: CommentBatch, campaigns: Sequence[Campaign]) -> dict[str, str]:
    """Comment id -> text of the sample comments; of several comments with one id the first."""
    wanted = {comment_id for campaign in campaigns for comment_id in campaign.samples}
    rows: dict[str, int] = {}
    for row, name in enumerate(batch.comment_id):
        if name in wanted:
            rows.setdefault(name, row)
    return {name: batch.text[row] for name, row in rows.items()}


def campaigns_shown(
    texts: Mapping[str, str],
    campaigns: Sequence[Campaign],
    *,
    zone: tzinfo,
    span: Callable[[float], str],
    t: Mapping[str, str],
) -> list[CampaignShown]:
    """Campaigns in the order given, numbered from 1, with their samples' ``texts`` by comment id;
    ``t`` are the words."""
    return [
        CampaignShown(
            number=number,
            campaign_id=shown(c.campaign_id, limit=ID_LIMIT, marks=2),
            label=c.label,
            template=shown_template(c.template, limit=TEXT_LIMIT),
            others=tuple(
                shown_template(text, limit=TEXT_LIMIT // 2)
                for text in [text for text in c.templates if text != c.template][:OTHER_TEMPLATES]
            ),
            comments=c.comments,
            accounts=c.accounts,
            flagged=c.flagged,
            first=moment(c.first_ts_ms, TS_SOURCE_CODE["event"], zone),
            span=span((c.last_ts_ms - c.first_ts_ms) / 1000),
            score="" if math.isnan(c.score) else f"{c.score:.1f}",
            beyond=beyond(c, t),
            chance=tuple(chance(c, t)),
            merged=tuple(shown(name, limit=ID_LIMIT, marks=2) for name in c.merged_ids[:MERGED]),
            samples=tuple(
                shown(text, limit=TEXT_LIMIT // 2, marks=6)
                for text in list(dict.fromkeys(texts[i] for i in c.samples if i in texts))[:SAMPLES]
            ),
        )
        for number, c in enumerate(campaigns, start=1)
    ]


def beyond(campaign: Campaign, t: Mapping[str, str]) -> str:
    """How far beyond chance a campaign is, in a word or two; empty if that is not known."""
    if math.isnan(campaign.q_value):
        return ""
    if campaign.q_value <= FAR_BEYOND_Q:
        return t["far_beyond"]
    return t["beyond"] if campaign.q_value <= BEYOND_Q else t["by_chance"]


def chance(campaign: Campaign, t: Mapping[str, str]) -> list[str]:
    """Sentences that weigh a campaign against its room: repeats, new accounts, odds, other rooms."""
    said = []
    if math.isnan(campaign.p_value):
        said.append(t["chance_unknown"])
    else:
        span_c = f"{campaign.span_c:,.0f}"
        if campaign.repeats == 0:
            said.append(t["chance_one"].format(span=span_c))
        else:
            said.append(
                t["chance_repeats"].format(
                    span=span_c, expected=_few(campaign.expected_repeats), n=f"{campaign.repeats:,.0f}"
                )
            )
        said.append(
            t["chance_fresh"].format(fresh=_whole(campaign.fresh_share), room=_whole(campaign.room_fresh_share))
        )
        if campaign.shared_accounts:
            said.append(t["chance_shared"].format(n=f"{campaign.shared_accounts:,}"))
        said.append(
            t["chance_odds"].format(
                odds=odds(campaign.p_value, t), p=f"{campaign.p_value:.2g}", q=f"{campaign.q_value:.2g}"
            )
        )
    if campaign.rooms > 1:
        said.append(t["other_rooms"].format(n=f"{campaign.rooms - 1:,}"))
    return said


def odds(p: float, t: Mapping[str, str]) -> str:
    """A probability as one in so many, to two digits; in percent from one in ten on."""
    if p >= 0.1:
        return f"{math.floor(100 * p + 0.5)}%"
    if p < RAREST_P:
        return t["odds_least"]
    digits = math.floor(-math.log10(p)) - 1
    return t["odds"].format(n=f"{round(1 / p, -max(0, digits)):,.0f}")


def _few(value: float) -> str:
    return "<0.1" if value < 0.1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _whole(share: float) -> str:
    return f"{100 * share:.0f}%"
