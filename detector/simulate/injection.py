"""Put an attack into a log: new rows between the old ones, from accounts like those of the log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import (
    CODE_FIELDS,
    KIND_CODE,
    NUMBER_FIELDS,
    STRING_FIELDS,
    CommentBatch,
)
from detector.errors import UsageError
from detector.simulate.attacks import ATTACKS
from detector.simulate.grammar import Phrasebook, between, chance, phrasebook, pick
from detector.simulate.log import SimulatedLog
from detector.simulate.plan import Ground, Knobs, Post, clock_of, plan, survey
from detector.simulate.room import TOPICS
from detector.simulate.texts import Scene
from detector.verdict import HEADS

ACCOUNT_TYPES: Final = ("fresh", "mixed", "any", "aged")
DAY_MS: Final = 86_400_000.0


def _donors(ground: Ground, who: str, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """For each new account the row of an account of the log whose looks it takes."""
    everyone = len(ground.accounts)
    newest = max(1, int(0.1 * everyone))
    if who == "fresh":
        at = rng.integers(0, newest, n)
    elif who == "aged":
        at = rng.integers(int(0.6 * everyone), everyone, n)
    elif who == "mixed":
        at = np.where(rng.random(n) < 0.6, rng.integers(0, newest, n), rng.integers(0, everyone, n))
    else:
        at = rng.integers(0, everyone, n)
    return ground.accounts[at]


def _like(sample: str, rng: np.random.Generator) -> str:
    """A new id of the same form as ``sample``: digits for digits, letters for letters."""
    is_hex = all(c in "0123456789abcdef" for c in sample) and not sample.isdigit()
    out = []
    for i, c in enumerate(sample):
        if is_hex:
            out.append("0123456789abcdef"[int(rng.integers(16))])
        elif c.isdigit():
            out.append(str(int(rng.integers(1 if i == 0 and c != "0" else 0, 10))))
        elif "a" <= c <= "z" and len(sample) > 10:
            out.append(chr(97 + int(rng.integers(26))))
        else:
            out.append(c)
    return "".join(out)


def _new_id(sample: str, taken: set[str], rng: np.random.Generator) -> str:
    if not sample:
        return ""
    found = _like(sample, rng)
    while found in taken:
        found = _like(sample, rng) + str(int(rng.integers(10))) if chance(rng, 0.2) else _like(sample, rng)
    taken.add(found)
    return found


def _other_name(names: Sequence[str], taken: set[str], rng: np.random.Generator) -> str:
    """A name that nobody of the log has, where the name is all that tells accounts apart."""
    name = pick(rng, names)
    while name in taken:
        name += str(int(rng.integers(10)))
    taken.add(name)
    return name


def _seen_at(batch: CommentBatch, after: NDArray[np.intp], at_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """The time each new row shows: between its neighbours, as coarse as the log's, NaN if that has none."""
    ts = batch.ts_ms
    known = ts[~np.isnan(ts)]
    if not len(known):
        return np.full(len(after), np.nan)
    before = clock_of(batch)[after]
    fine = batch.in_seconds()
    steps = np.unique(np.diff(known[:10_000]))
    if not fine.any() or (len(known) > 2 and len(steps) == 1):
        return before
    grain = 1000.0 if np.all(known % 1000 == 0) else 1.0
    return np.asarray(np.maximum(np.floor(at_ms / grain) * grain, before), dtype=np.float64)


def _rows(
    batch: CommentBatch,
    posts: Sequence[Post],
    donors: NDArray[np.intp],
    after: NDArray[np.intp],
    *,
    home: int,
    names: Sequence[str],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Columns of the new rows: looks from ``donors``, place from the row ``home``, ids of the log's form."""
    n = len(posts)
    account = np.array([post.account for post in posts], dtype=np.intp)
    donor = donors[account]
    columns: dict[str, Any] = {name: [getattr(batch, name)[r] for r in donor] for name in STRING_FIELDS}
    columns |= {name: getattr(batch, name)[donor] for name in (*NUMBER_FIELDS, *CODE_FIELDS)}
    users, comments = set(batch.user_id), set(batch.comment_id)
    new_names, new_users = [], []
    for r in donors:
        by_name = batch.user_id[r] != "" and batch.user_id[r] == batch.user_name[r]
        name = _other_name(names, users, rng) if by_name else pick(rng, names) if names else ""
        new_names.append(name if batch.user_name[r] else "")
        new_users.append(name if by_name else _new_id(batch.user_id[r], users, rng))
    return columns | {
        "comment_id": [_new_id(batch.comment_id[r], comments, rng) for r in after],
        "room_id": [batch.room_id[home]] * n,
        "session_id": [batch.session_id[home]] * n,
        "user_id": [new_users[a] for a in account],
        "user_name": [new_names[a] for a in account],
        "text": [post.text for post in posts],
        "reply_to": [""] * n,
        "ts_ms": _seen_at(batch, after, np.array([post.at_ms for post in posts])),
        "ts_source": batch.ts_source[after],
        "kind": np.full(n, KIND_CODE["comment"], dtype=np.uint8),
    }


def _as_reviews(
    columns: dict[str, Any], *, products: Sequence[str], rating: float, rng: np.random.Generator
) -> dict[str, Any]:
    """The same rows with a product, a rating and a purchase, each as known as it is in the log."""
    n = len(columns["text"])
    aims = [pick(rng, products) for _ in range(1 if chance(rng, 0.6) else 4)]
    own = columns["rating"]
    off = rng.random(n) < 0.08
    lag_ms = DAY_MS * rng.lognormal(math.log(between(rng, 0.4, 5.0)), between(rng, 0.2, 0.9), n)
    bought_ms = np.floor((columns["ts_ms"] - lag_ms) / 1000.0) * 1000.0
    return columns | {
        "kind": np.full(n, KIND_CODE["review"], dtype=np.uint8),
        "product_id": [pick(rng, aims) for _ in range(n)],
        "rating": np.where(off | np.isnan(own), own, rating),
        "purchased_at_ms": np.where(np.isnan(columns["purchased_at_ms"]), np.nan, bought_ms),
    }


def inject(
    batch: CommentBatch,
    *,
    seed: int,
    attack: str,
    share: float = 0.01,
    topic: str | None = None,
    session: str | None = None,
    accounts: int | None = None,
    accounts_like: str | None = None,
    span_s: float | None = None,
    jitter: float | None = None,
    strength: float | None = None,
    chatty: float | None = None,
    borrowed: float | None = None,
    labels: Sequence[str] | None = None,
) -> SimulatedLog:
    """Put one campaign of ``attack`` into one session of a log; the old rows stay as they are and in order.

    ``share``: new comments per comment of the session (at least one comes in). ``topic``: what the room is
    about, one of ``TOPICS``. ``session``: a session id of the log. ``accounts``: how many new accounts.
    ``accounts_like``: whose looks they take, ``fresh`` (the newest of the log), ``mixed``, ``any`` or ``aged``.
    ``span_s``: seconds it lasts. ``jitter``: 0 is clockwork. ``strength``: share of posts edited, 0 is
    verbatim. ``chatty``: share of accounts that also chat harmlessly. ``borrowed``: share of posts whose text is
    one of a few of the room's own, by default none. What else is not given is drawn from ``seed``.
    ``labels`` are those of ``batch``, by default all ``normal``. Raises UsageError for an unknown name, a log
    without comments, or a review attack in a log without reviews.
    """
    _check(attack=(attack, ATTACKS), topic=(topic, TOPICS), accounts_like=(accounts_like, ACCOUNT_TYPES))
    rng = np.random.default_rng(seed)
    return join_attack(
        SimulatedLog(batch, list(labels or ["normal"] * len(batch)), [""] * len(batch)),
        attack,
        book=phrasebook().about(topic or pick(rng, TOPICS)),
        names=[name for name in dict.fromkeys(batch.user_name) if name],
        share=share,
        session=session,
        knobs=Knobs(
            accounts=accounts,
            accounts_like=accounts_like,
            span_s=span_s,
            jitter=jitter,
            strength=strength,
            chatty=chatty,
            borrowed=borrowed,
        ),
        rng=rng,
    )


def _check(**given: tuple[str | None, Any]) -> None:
    for what, (value, known) in given.items():
        if value is not None and value not in known:
            raise UsageError(
                f"unknown {what} {value!r}; choose from {', '.join(known)}",
                zh=f"{what} 没有 {value!r} 这一项，可选：{', '.join(known)}",
            )


def join_attack(
    log: SimulatedLog,
    name: str,
    *,
    book: Phrasebook,
    names: Sequence[str],
    share: float,
    session: str | None = None,
    knobs: Knobs | None = None,
    simulated: bool = False,
    rng: np.random.Generator,
) -> SimulatedLog:
    """The log with one campaign of the attack ``name`` put in, by accounts called some of ``names``.

    In a ``simulated`` log their harmless chat is made up, in a real one it is taken from the log.
    """
    attack, batch, knobs = ATTACKS[name], log.batch, knobs or Knobs()
    ground = survey(batch, session, rng)
    if attack.reviews and not ground.is_reviews:
        raise UsageError(f"{name} needs a log of reviews with ratings", zh=f"{name} 需要带评分的评价数据")
    scene = _scene(log, ground, book, simulated)
    posts = plan(attack, scene, ground, n=max(1, round(share * len(ground.rows))), knobs=knobs, rng=rng)
    # A new row stands behind the last row of the whole log that is not later.
    after = np.searchsorted(clock_of(batch), [post.at_ms for post in posts], side="right") - 1
    who = knobs.accounts_like or pick(rng, attack.who)
    donors = _donors(ground, who, max(post.account for post in posts) + 1, rng)
    columns = _rows(batch, posts, donors, after, home=int(ground.rows[0]), names=names, rng=rng)
    # The platform cuts long texts; so does the log.
    longest = max(8, *(len(batch.text[r]) for r in ground.rows))
    columns["text"] = [text[:longest] for text in columns["text"]]
    if ground.is_reviews:
        products = sorted({batch.product_id[r] for r in ground.rows})
        columns = _as_reviews(columns, products=products, rating=attack.rating, rng=rng)
    order = np.argsort(np.concatenate([np.arange(len(batch)), after + 0.5]), kind="stable")
    labels = log.label + ["normal" if post.harmless else attack.label for post in posts]
    kinds = log.kind_of_attack + [name] * len(posts)
    joined = CommentBatch.concat([batch, CommentBatch.from_columns(len(posts), columns)]).take(order)
    return SimulatedLog(joined, [labels[i] for i in order], [kinds[i] for i in order])


def _scene(log: SimulatedLog, ground: Ground, book: Phrasebook, simulated: bool) -> Scene:
    """What the attackers can copy: what genuine viewers said, not the staff."""
    batch = log.batch
    heard = [
        at
        for at, r in enumerate(ground.rows)
        if batch.is_staff[r] != 1.0 and not log.kind_of_attack[r] and log.label[r] not in HEADS
    ]
    said = [batch.text[ground.rows[at]] for at in heard]
    return Scene(book, said, ground.clock_ms[heard], simulated)
