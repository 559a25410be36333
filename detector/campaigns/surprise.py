"""How surprising is a campaign in its own room?

Three questions, each answered from the same session:

1. *Repeats.* How many other accounts repeat a template within as many comments of the room? Every template of the
   session that is in no campaign is one observation: the distinct other accounts in the window of w comments after its
   first post (w rounded up to a power of two, so that the window is never too short for chance). Mean and variance
   of these counts, one imagined template with one repeat added so that a quiet room does not mean certainty, give
   a negative binomial: in a room that chants, thirty repeats are nothing; in a room that talks, five are a lot.
   A campaign's repeats, accounts less one for each of its templates, are held against it.
2. *Fresh accounts.* Of all posts in its span, how many are the first words of their account? The share among the
   campaign's accounts (each by its first post in it) is held against theirs by Fisher's exact test, one-sided.
3. *Shared accounts.* Of a campaign of several templates: how likely is it that two of them share so many accounts
   (``linking``), given how many pairs of flagged templates the session has (Bonferroni)?

The p-values are joined by Fisher's method. They are independent if a genuine crowd is as fresh as its room, which a
host's call to new viewers can break; so this is evidence for a person and never touches a verdict.

The window of a campaign ends with its last post, so it is chosen with hindsight; rounding it up pays for that.
Counting how often such a cluster comes by chance follows the scan statistic (Naus, 1965; Kulldorff, 1997); counts
that vary more than Poisson, Greenwood & Yule (1920).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.campaigns.chance import overlap_tail, repeats_tail, together
from detector.campaigns.linking import Linked
from detector.campaigns.posts import Ints, Posts

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Surprise:
    """What was seen, what chance would do, and its probability; NaN where accounts cannot be told apart.

    ``repeats`` and ``expected_repeats`` count posts of a template by accounts other than its first, ``span_c``
    comments of the room; ``shared_accounts`` posted more than one of the templates.
    """

    repeats: float = NAN
    expected_repeats: float = NAN
    fresh_share: float = NAN
    room_fresh_share: float = NAN
    shared_accounts: int = 0
    span_c: float = NAN
    p: float = NAN

    @property
    def score(self) -> float:
        """How many powers of ten rarer than certain it is by chance; NaN where ``p`` is."""
        return 0.0 if self.p == 1 else -math.log10(self.p)


class _Room:
    """Repeats among the genuine-looking templates of one session; windows are asked for again and again."""

    def __init__(self, offset: Ints, template: Ints, templates: int) -> None:
        self._offset = offset
        self._template = template
        self._templates = templates
        self._moments: dict[int, tuple[float, float]] = {}

    def moments(self, span_c: int) -> tuple[float, float]:
        """Mean and variance of the repeats of one template within a window of ``span_c`` comments or more."""
        scale = 1 << (span_c - 1).bit_length()
        if scale not in self._moments:
            counts = np.bincount(self._template[self._offset < scale])
            n = self._templates + 1
            mean = (int(counts.sum()) + 1) / n
            self._moments[scale] = mean, (int((counts * counts).sum()) + 1) / n - mean * mean
        return self._moments[scale]


def surprises(posts: Posts, campaigns: Sequence[Linked]) -> list[Surprise]:
    """How surprising each of ``campaigns`` is, in their order."""
    genuine = np.ones(posts.templates, dtype=np.bool_)
    for campaign in campaigns:
        genuine[list(campaign.core + campaign.joined)] = False
    begin = np.zeros(posts.templates, dtype=np.int64)
    # Written from the last to the first, the first stays.
    begin[posts.template[posts.first][::-1]] = posts.place[posts.first][::-1]
    rooms: dict[int, _Room] = {}
    core = np.full(posts.templates, -1, dtype=np.int64)
    for number, campaign in enumerate(campaigns):
        core[list(campaign.core)] = number
    mine = np.flatnonzero(core[posts.template] >= 0)
    mine = mine[np.argsort(core[posts.template[mine]], kind="stable")]
    cuts = np.searchsorted(core[posts.template[mine]], np.arange(1, len(campaigns)))
    out = []
    for campaign, at in zip(campaigns, np.split(mine, cuts), strict=True):
        session = int(posts.session[at[0]])
        if session not in rooms:
            rooms[session] = _room(posts, session, genuine, begin)
        out.append(_surprise(posts, at, rooms[session], campaign.shared_p))
    return out


def _room(posts: Posts, session: int, genuine: NDArray[np.bool_], begin: Ints) -> _Room:
    start, stop = posts.session_starts[session : session + 2]
    at = np.flatnonzero(posts.first[start:stop] & genuine[posts.template[start:stop]]) + start
    template = posts.template[at]
    _, lead, dense = np.unique(template, return_index=True, return_inverse=True)
    others = np.ones(len(at), dtype=np.bool_)
    # The first post of a template repeats nothing.
    others[lead] = False
    offset = posts.place[at] - begin[template]
    return _Room(offset[others], dense[others], len(lead))


def _surprise(posts: Posts, at: Ints, room: _Room, shared_p: float) -> Surprise:
    """Of one campaign, whose core posts are ``at``, in the order of the session."""
    place, template = posts.place[at], posts.template[at]
    low_place, high_place = int(place.min()), int(place.max())
    span_c = high_place - low_place + 1
    first = at[posts.first[at]]
    if not len(first):
        return Surprise(span_c=float(span_c))
    repeats, mean, variance = 0, 0.0, 0.0
    for one in np.unique(template).tolist():
        own = at[template == one]
        its_mean, its_variance = room.moments(int(np.ptp(posts.place[own])) + 1)
        repeats += max(0, int(posts.first[own].sum()) - 1)
        mean += its_mean
        variance += its_variance
    _, entry, templates = np.unique(posts.account[first], return_index=True, return_counts=True)
    drawn, fresh = len(entry), int(posts.fresh[first[entry]].sum())
    start, stop = posts.session_starts[posts.session[at[0]] :][:2]
    low = start + np.searchsorted(posts.place[start:stop], low_place, side="left")
    high = start + np.searchsorted(posts.place[start:stop], high_place, side="right")
    around = posts.first[low:high]
    # Its accounts count once each on both sides.
    n_around = int(around.sum()) - (len(first) - drawn)
    fresh_around = int((around & posts.fresh[low:high]).sum()) - int(posts.fresh[first].sum()) + fresh
    p_repeats = repeats_tail(repeats, mean=mean, variance=variance)
    p_fresh = overlap_tail(fresh, drawn=drawn, marked=fresh_around, population=n_around)
    return Surprise(
        repeats=float(repeats),
        expected_repeats=mean,
        fresh_share=fresh / drawn,
        room_fresh_share=fresh_around / n_around,
        shared_accounts=int((templates > 1).sum()),
        span_c=float(span_c),
        p=together([p_repeats, p_fresh, shared_p]),
    )
