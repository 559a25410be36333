"""Recipes: which logs a model is trained on, as a TOML file."""

from __future__ import annotations

import dataclasses
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.errors import InputError
from detector.evaluation.judged import session_rows
from detector.simulate import ATTACKS, LIVE_ATTACKS, SimulatedLog, inject, simulate_reviews, simulate_room
from detector.training.logs import FOLDS, LEFT_OUT, LabelledLog, head_weights, label_codes, read_source
from detector.training.matrix import Progress
from detector.verdict import HEADS, LABELS, NORMAL

# One injected campaign for so many comments; how many posts it has, and no more than this share of the log.
COMMENTS_PER_CAMPAIGN: Final = 5_000
LEAST_POSTS: Final = 24
MOST_POSTS: Final = 240
MOST_SHARE: Final = 0.05
LABEL_NAMES: Final = {LEFT_OUT: "unsure", **dict(enumerate(LABELS))}


def read_recipe(path: str | Path) -> dict[str, Any]:
    """A recipe file's content. Raises InputError if it is not TOML."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not a readable recipe: {error}", zh=f"配方 {path} 读不了：{error}"
        ) from error


def on_first_sessions(recipe: Mapping[str, Any], source: str, sessions: int) -> dict[str, Any]:
    """The same recipe with only the first ``sessions`` of one source: to measure on later ones."""
    sources = [
        {**given, "first_sessions": sessions} if given["name"] == source else given
        for given in recipe["source"]
    ]
    return {**recipe, "source": sources}


def recipe_logs(recipe: Mapping[str, Any], root: str | Path, *, progress: Progress) -> list[LabelledLog]:
    """All logs of a recipe, its files taken from below ``root``."""
    logs = []
    for source in recipe.get("source", []):
        progress(f"read {source['file']}")
        logs.append(read_source(Path(root), source))
    if recipe.get("injected"):
        logs += injected_logs(recipe["injected"], {log.name: log for log in logs}, progress=progress)
    settings = recipe.get("simulated")
    if settings:
        progress(f"simulate {settings.get('rooms', 0)} rooms, {settings.get('reviews', 0)} review logs")
        logs += simulated_logs(settings)
    return logs


def injected_logs(
    settings: Mapping[str, Any], sources: Mapping[str, LabelledLog], *, progress: Progress
) -> Iterator[LabelledLog]:
    """Every session of a real log with campaigns put in, ``copies`` times, each a log of its own in its session's fold.

    A simulated crowd is easily told from a simulated attack; a real crowd is what floods hide in. What carries over
    to kinds of attack never seen is how many different campaigns there were. The labels speak for ``heads`` alone,
    as the real log itself speaks for the others; of the genuine comments, which the real log holds already, a share
    of ``genuine`` teaches.

    What is known of a room grows with it, so attacks have to come at every hour of a session: where they stood in short
    stretches alone, trees learned that whoever comes later is genuine. Every other copy begins in the midst of the
    session, as a dump may. There is one campaign for ``comments_per_campaign``, of ``LEAST_POSTS`` to ``MOST_POSTS`` posts.
    """
    source = sources.get(str(settings["source"]))
    if source is None:
        raise InputError(
            f"[injected] source {settings['source']!r} is none of {sorted(sources)}",
            zh=f"[injected] 的 source {settings['source']!r} 不在 {sorted(sources)} 中",
        )
    kinds = [name for name in LIVE_ATTACKS if name not in settings.get("without", ())]
    rng = np.random.default_rng(int(settings.get("seed", 0)))
    sessions = list(enumerate(session_rows(source.batch)))
    every = int(settings.get("comments_per_campaign", COMMENTS_PER_CAMPAIGN))
    most, genuine = float(settings.get("borrowed", 0.0)), float(settings.get("genuine", 1.0))
    for copy, (number, rows) in itertools.product(range(int(settings.get("copies", 1))), sessions):
        stretch = rows[int(rng.integers(3 * len(rows) // 4 + 1)) if copy % 2 else 0 :]
        names = [LABEL_NAMES[code] for code in source.label[stretch].tolist()]
        log = SimulatedLog(source.batch.take(stretch), names, [""] * len(stretch))
        campaigns = max(1, round(len(stretch) / every))
        progress(f"inject {campaigns} campaigns into session {number + 1}")
        for _ in range(campaigns):
            kind = kinds[int(rng.integers(len(kinds)))]
            log = inject(
                log.batch,
                seed=int(rng.integers(2**31)),
                attack=kind,
                share=min(float(rng.uniform(LEAST_POSTS, MOST_POSTS)) / len(log.batch), MOST_SHARE),
                # Every other campaign says nothing of the room's own.
                borrowed=max(0.0, float(rng.uniform(-most, most))) if ATTACKS[kind].borrows else 0.0,
                # Half of them look like anybody: a flood must not be told by its levels.
                accounts_like="any" if rng.random() < 0.5 else None,
                labels=log.label,
            )
        label = label_codes(log.label, where="injected")
        label[(label == NORMAL) & (rng.random(len(label)) >= genuine)] = LEFT_OUT
        yield LabelledLog(
            f"injected_{copy * len(sessions) + number:03d}",
            log.batch,
            label,
            np.full(len(log.batch), source.fold[rows[0]], dtype=np.int8),
            heads=tuple(settings.get("heads", HEADS)),
            weight=head_weights(settings.get("weight", 1.0)),
            # The words of an attack on a shop are rare in a game room: they would become the mark of a flood.
            words=False,
            rate=float(settings.get("rate", 1.0)),
        )


def simulated_logs(settings: Mapping[str, Any]) -> Iterator[LabelledLog]:
    """Simulated rooms and review logs, each a log of its own, dealt to the folds in turn."""
    first, proof = int(settings.get("seed", 0)) * 10_000, bool(settings.get("proof", False))
    # How often anybody attacks a room that was made up says nothing of rooms.
    rate = float(settings.get("rate", 0.0))
    weight, without = head_weights(settings.get("weight", 1.0)), tuple(settings.get("without", ()))
    for number in range(int(settings.get("rooms", 0))):
        log = simulate_room(seed=first + number, without=without)
        # A quarter as if only the order were known, so that unknown seconds never mean "real".
        batch = _order_only(log.batch) if number % 4 == 0 else log.batch
        name = f"simulated_room_{number:03d}"
        fold = np.full(len(batch), number % FOLDS, dtype=np.int8)
        label = label_codes(log.label, where=name)
        yield LabelledLog(name, batch, label, fold, proof=proof, weight=weight, rate=rate)
    for number in range(int(settings.get("reviews", 0))):
        log = simulate_reviews(seed=first + 5_000 + number, without=without)
        name = f"simulated_reviews_{number:03d}"
        yield LabelledLog(
            name,
            log.batch,
            label_codes(log.label, where=name),
            np.zeros(len(log.batch), dtype=np.int8),
            heads=("fake_review", "solicitation"),
            by_text=True,
            weight=weight,
            rate=rate,
        )


def _order_only(batch: CommentBatch) -> CommentBatch:
    return dataclasses.replace(
        batch, ts_source=np.full(len(batch), TS_SOURCE_CODE["order_only"], dtype=np.uint8)
    )
