"""Campaigns: who acts together in a scored input, with evidence."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.campaigns.chance import false_discovery
from detector.campaigns.linking import MIN_FLAGGED, Linked, link
from detector.campaigns.posts import Ints, Posts, read_posts
from detector.campaigns.slots import template
from detector.campaigns.surprise import Surprise, surprises
from detector.comment import CommentBatch
from detector.text.reading import read_texts
from detector.verdict import LABELS, NORMAL, PASS, Campaign, Verdicts

# Ids stand on a fixed grid of windows, so that they do not move with the clock of one comment.
GRID_MS: Final = 600_000
SAMPLES: Final = 5
TEMPLATES: Final = 8
# A template is read off so many of its texts, from all over the session.
TEXTS: Final = 500


def find_campaigns(
    batch: CommentBatch, verdicts: Verdicts, group: NDArray[np.int64]
) -> tuple[list[Campaign], Verdicts]:
    """The campaigns of a scored batch in event order, largest first, and the verdicts with their campaign ids.

    ``group`` int64 (n,) is the near-duplicate group of each row. A campaign is one or more such groups of one
    session: flagged ones (at least ``MIN_FLAGGED`` comments, at least ``MIN_FLAGGED_SHARE`` of each) whose accounts
    are the same far beyond chance, and what those accounts posted in lockstep besides. Nothing but ``campaign_id``
    changes in the verdicts.
    """
    names = [""] * len(batch)
    posts = read_posts(batch, verdicts, group)
    linked = link(posts)
    if not linked:
        return [], replace(verdicts, campaign_id=names)
    places = _places_by_template(posts, linked)
    linked, ids = _identified(batch, posts, linked, places)
    campaigns = []
    for number, (found, surprise) in enumerate(zip(linked, surprises(posts, linked), strict=True)):
        campaigns.append(_campaign(batch, verdicts, posts, found, places, ids[number], surprise))
        for t in found.core + found.joined:
            for row in posts.row[places[t]].tolist():
                names[row] = ids[number][0]
    campaigns = _with_q_values(campaigns)
    return in_order(campaigns), replace(verdicts, campaign_id=names)


def in_order(campaigns: Sequence[Campaign]) -> list[Campaign]:
    """The campaigns, largest first."""
    return sorted(campaigns, key=lambda c: (-c.flagged, -c.comments, c.campaign_id))


def across_rooms(
    campaigns: Sequence[Campaign], said: Mapping[str, Collection[int]], heard: Mapping[str, Sequence[Ints]]
) -> list[Campaign]:
    """The same campaigns, each with the number of rooms in which what it said was said by anyone.

    ``said`` gives the skeletons of each campaign id, ``heard`` arrays of the skeletons of each room.
    """
    if len(heard) < 2:
        return list(campaigns)
    skeletons = np.array(sorted(set[int]().union(*said.values())), dtype=np.int64)
    rooms: dict[int, set[str]] = defaultdict(set)
    for room, columns in heard.items():
        for column in columns:
            for key in skeletons[np.isin(skeletons, column)].tolist():
                rooms[key].add(room)
    return [
        replace(c, rooms=len({c.room_id}.union(*(rooms[key] for key in said.get(c.campaign_id, ())))))
        for c in campaigns
    ]


def _places_by_template(posts: Posts, linked: list[Linked]) -> dict[int, Ints]:
    """For each template of a campaign where its posts stand, in event order."""
    wanted = np.zeros(posts.templates, dtype=np.bool_)
    for found in linked:
        wanted[list(found.core + found.joined)] = True
    at = np.flatnonzero(wanted[posts.template])
    at = at[np.argsort(posts.template[at], kind="stable")]
    starts = np.flatnonzero(np.diff(posts.template[at], prepend=-1))
    return {int(posts.template[part[0]]): part for part in np.split(at, starts[1:]) if len(part)}


def _identified(
    batch: CommentBatch, posts: Posts, linked: list[Linked], places: dict[int, Ints]
) -> tuple[list[Linked], list[tuple[str, ...]]]:
    """The campaigns with the id of each, and after it the ids that were merged into it.

    A template that is a campaign by itself has an id of its own; the earliest of them is the id of the whole, so
    that it stays while templates join.
    """
    known: dict[int, tuple[int, int, str]] = {}
    wanted = [t for found in linked for t in found.core]
    earliest = [at[posts.place[at] == posts.place[at[0]]] for at in map(places.__getitem__, wanted)]
    texts = [{batch.text[row] for row in posts.row[at].tolist()} for at in earliest]
    skeletons = _skeletons(set().union(*texts))
    for t, at, said in zip(wanted, earliest, texts, strict=True):
        row, key = int(posts.row[at[0]]), min(map(skeletons.__getitem__, said))
        name = campaign_id(batch.room_id[row], batch.session_id[row], key, float(batch.ts_ms[row]))
        known[t] = (int(posts.place[at[0]]), key, name)
    by_id: dict[str, tuple[Linked, tuple[str, ...]]] = {}
    for found in linked:
        alone = [t for t in found.core if int(posts.flagged[places[t]].sum()) >= MIN_FLAGGED]
        first, *merged = dict.fromkeys(name for *_, name in sorted(known[t] for t in alone or found.core))
        if not alone:
            merged = []
        # The same words at the same time, forgotten in between: one campaign after all.
        before, names = by_id.get(first, (Linked(()), ()))
        p = float(np.fmin(before.shared_p, found.shared_p))
        whole = Linked(before.core + found.core, before.joined + found.joined, p)
        by_id[first] = whole, (first, *names[1:], *merged)
    return [found for found, _ in by_id.values()], [names for _, names in by_id.values()]


def campaign_id(room_id: str, session_id: str, skeleton: int, first_ms: float) -> str:
    """The id of a campaign whose first comment has this skeleton and time (UTC milliseconds, NaN unknown)."""
    window = int(first_ms // GRID_MS) if np.isfinite(first_ms) else 0
    name = f"{room_id}\n{session_id}\n{skeleton}\n{window}"
    return "C-" + hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def _skeletons(texts: Collection[str]) -> dict[str, int]:
    return dict(zip(texts, read_texts(list(texts)).prints.skeleton.tolist(), strict=True))


def _campaign(
    batch: CommentBatch,
    verdicts: Verdicts,
    posts: Posts,
    found: Linked,
    places: dict[int, Ints],
    ids: tuple[str, ...],
    surprise: Surprise,
) -> Campaign:
    at = np.sort(np.concatenate([places[t] for t in found.core + found.joined]))
    rows, hits = posts.row[at].tolist(), posts.row[at[posts.flagged[at]]].tolist()
    times = batch.ts_ms[rows]
    known = times[np.isfinite(times)]
    labels = Counter(LABELS[verdicts.label[row]] for row in hits if verdicts.label[row] != NORMAL)
    picks = np.unique(np.linspace(0, len(hits) - 1, min(SAMPLES, len(hits))).astype(int))
    templates = Counter[str]()
    for t in found.core:
        flagged = posts.row[places[t][posts.flagged[places[t]]]]
        read = (
            flagged if len(flagged) <= TEXTS else flagged[np.linspace(0, len(flagged) - 1, TEXTS).astype(int)]
        )
        templates[template([batch.text[row] for row in read.tolist()])] += len(flagged)
    ranked = sorted(templates, key=lambda text: (-templates[text], text))
    return Campaign(
        campaign_id=ids[0],
        room_id=batch.room_id[rows[0]],
        session_id=batch.session_id[rows[0]],
        label=max(sorted(labels), key=lambda label: labels[label]) if labels else LABELS[NORMAL],
        template=ranked[0],
        comments=len(rows),
        accounts=len({batch.user_id[row] for row in rows} - {""}) + sum(not batch.user_id[row] for row in rows),
        flagged=int((verdicts.verdict[rows] != PASS).sum()),
        first_ts_ms=float(known.min()) if len(known) else float("nan"),
        last_ts_ms=float(known.max()) if len(known) else float("nan"),
        score=surprise.score,
        samples=tuple(batch.comment_id[hits[pick]] for pick in picks),
        templates=tuple(ranked[:TEMPLATES]),
        merged_ids=ids[1:],
        span_c=surprise.span_c,
        repeats=surprise.repeats,
        expected_repeats=surprise.expected_repeats,
        fresh_share=surprise.fresh_share,
        room_fresh_share=surprise.room_fresh_share,
        shared_accounts=surprise.shared_accounts,
        p_value=surprise.p,
    )


def _with_q_values(campaigns: list[Campaign]) -> list[Campaign]:
    """The same with false-discovery rates among the campaigns of each session."""
    sessions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, campaign in enumerate(campaigns):
        sessions[campaign.room_id, campaign.session_id].append(number)
    out = list(campaigns)
    for numbers in sessions.values():
        q_values = false_discovery([campaigns[number].p_value for number in numbers]).tolist()
        for number, q in zip(numbers, q_values, strict=True):
            out[number] = replace(campaigns[number], q_value=q)
    return out
