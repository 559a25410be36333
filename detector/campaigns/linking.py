"""Which templates belong together: those of one set of accounts, far beyond chance.

A template that a crowd repeats shares accounts with every other; that is what the hypergeometric tail expects of
it, so 666 links nothing. The more people say a thing, the less it proves that two both said it: the idea of
weighing columns by their degree in Hooi et al., FRAUDAR (KDD 2016); acting on the same things within one short
time is the lockstep of Beutel et al., CopyCatch (WWW 2013).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.campaigns.chance import overlap_tail
from detector.campaigns.posts import Ints, Posts

# A group counts as a campaign from so many flagged comments on.
MIN_FLAGGED: Final = 3
# A crowd of which a few were flagged by mistake is no campaign.
MIN_FLAGGED_SHARE: Final = 0.25
# Two templates are one campaign if by chance so many shared accounts were rarer than this.
LINK_P: Final = 1e-6
MIN_SHARED: Final = 2
# Of what an account posted, each template is compared with so many of the next commoner: linear, not quadratic.
NEIGHBOURS: Final = 16
# Most of an audience is silent: fewer speakers than this are taken for a part of so many.
LEAST_AUDIENCE: Final = 100
# In lockstep: so many accounts, each so near to another account of the campaign; in comments of the room where seconds are unknown.
MIN_LOCKSTEP: Final = 3
LOCKSTEP_S: Final = 10.0
LOCKSTEP_C: Final = 50


@dataclass(frozen=True, slots=True)
class Linked:
    """The templates of one campaign: ``core`` was flagged, ``joined`` was not but came from the same accounts.

    ``shared_p`` is how likely it is by chance that, of all pairs of flagged templates in the session, the two of
    its core that share accounts most surprisingly do so; NaN for a single template.
    """

    core: tuple[int, ...]
    joined: tuple[int, ...] = ()
    shared_p: float = math.nan


def link(posts: Posts) -> list[Linked]:
    """The campaigns among ``posts``; no template is in two."""
    hits, size = posts.per_template(posts.flagged), np.bincount(posts.template, minlength=posts.templates)
    core = (hits > 0) & (hits >= MIN_FLAGGED_SHARE * size)
    voices = posts.per_template(posts.first)
    audience = np.maximum(_accounts_per_session(posts), LEAST_AUDIENCE)
    cores = np.flatnonzero(core)
    in_session = np.bincount(posts.in_session[cores], minlength=len(audience))
    parent = {template: template for template in cores.tolist()}
    links: list[tuple[int, float]] = []
    for one, other, shared in _shared_accounts(posts, core, voices):
        drawn, marked = int(voices[one]), int(voices[other])
        session = int(posts.in_session[one])
        p = overlap_tail(shared, drawn=drawn, marked=marked, population=int(audience[session]))
        if p <= LINK_P:
            parent[_root(parent, one)] = _root(parent, other)
            links.append((one, min(1.0, p * math.comb(int(in_session[session]), 2))))
    shared_p: dict[int, float] = {}
    for one, p in links:
        shared_p[_root(parent, one)] = min(p, shared_p.get(_root(parent, one), 1.0))
    together: dict[int, list[int]] = defaultdict(list)
    for template in parent:
        together[_root(parent, template)].append(template)
    found = {root: templates for root, templates in together.items() if hits[templates].sum() >= MIN_FLAGGED}
    joined = _lockstep(posts, list(found.values()), core, voices, audience)
    return [
        Linked(tuple(templates), tuple(besides), shared_p.get(root, math.nan))
        for (root, templates), besides in zip(found.items(), joined, strict=True)
    ]


def _accounts_per_session(posts: Posts) -> Ints:
    known = np.flatnonzero(posts.account >= 0)
    session = np.zeros(int(posts.account.max(initial=-1)) + 1, dtype=np.int64)
    session[posts.account[known]] = posts.session[known]
    return np.bincount(session, minlength=len(posts.session_starts) - 1)


def _shared_accounts(posts: Posts, core: NDArray[np.bool_], voices: Ints) -> list[tuple[int, int, int]]:
    """Pairs of core templates near in popularity, and how many accounts posted both, if ``MIN_SHARED`` or more."""
    at = np.flatnonzero(posts.first & core[posts.template])
    template, account = posts.template[at], posts.account[at]
    order = np.lexsort((template, voices[template], account))
    template, account = template[order], account[order]
    pairs = [np.zeros(0, dtype=np.int64)]
    for step in range(1, NEIGHBOURS + 1):
        same = account[step:] == account[:-step]
        if not same.any():
            break
        one, other = template[:-step][same], template[step:][same]
        pairs.append(np.minimum(one, other) * posts.templates + np.maximum(one, other))
    pair, shared = np.unique(np.concatenate(pairs), return_counts=True)
    often = shared >= MIN_SHARED
    one, other = np.divmod(pair[often], max(posts.templates, 1))
    return list(zip(one.tolist(), other.tolist(), shared[often].tolist(), strict=True))


def _root(parent: dict[int, int], template: int) -> int:
    while parent[template] != template:
        parent[template] = parent[parent[template]]
        template = parent[template]
    return template


def _lockstep(
    posts: Posts, found: list[list[int]], core: NDArray[np.bool_], voices: Ints, audience: Ints
) -> list[list[int]]:
    """For each campaign the rare templates, not flagged, that at least half came from its accounts in lockstep."""
    number = np.full(posts.templates, -1, dtype=np.int64)
    for n, templates in enumerate(found):
        number[templates] = n
    mine = np.flatnonzero(posts.first & (number[posts.template] >= 0))
    campaign = np.full(int(posts.account.max(initial=-1)) + 1, -1, dtype=np.int64)
    campaign[posts.account[mine[::-1]]] = number[posts.template[mine[::-1]]]
    accounts = np.bincount(campaign[campaign >= 0], minlength=len(found))
    mostly_wave = 2 * posts.per_template(posts.wave) > np.bincount(posts.template, minlength=posts.templates)
    wanted = ~core & ~mostly_wave & (voices >= MIN_LOCKSTEP)
    at = np.flatnonzero(posts.first & wanted[posts.template])
    at = at[campaign[posts.account[at]] >= 0]
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    keys = zip(posts.template[at].tolist(), campaign[posts.account[at]].tolist(), strict=True)
    for row, key in zip(at.tolist(), keys, strict=True):
        rows[key].append(row)
    joined: list[list[int]] = [[] for _ in found]
    for (template, n), shared in rows.items():
        if 2 * len(shared) < max(voices[template], 2 * MIN_LOCKSTEP):
            continue
        close = _in_lockstep(posts, np.array(shared))
        if close < MIN_LOCKSTEP or 2 * close < voices[template]:
            continue
        population = int(audience[posts.in_session[template]])
        p = overlap_tail(close, drawn=int(accounts[n]), marked=int(voices[template]), population=population)
        if p <= LINK_P:
            joined[n].append(template)
    return joined


def _in_lockstep(posts: Posts, at: Ints) -> int:
    """How many of the posts ``at`` have another of them close by."""
    when, near = posts.second[at], LOCKSTEP_S
    if np.isnan(when).any():
        when, near = posts.place[at].astype(np.float64), float(LOCKSTEP_C)
    gap = np.diff(np.sort(when), prepend=-np.inf, append=np.inf)
    return int((np.minimum(gap[:-1], gap[1:]) <= near).sum())
