"""What is found of attacks and tricks of disguise that the training never saw?

    python benchmarks/left_out.py DATA_ROOT --out metrics.json [--sessions 5]

For each of four groups a model is trained by the recipe on the first sessions of the real log, without the group's
kinds of attack and tricks of disguise. Then those attacks, one kind at a time, are put into the later sessions, and
the true lures there are rewritten by those tricks. The figures can stand in docs/results.md: see detector/trial/results.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.scorer import Detector
from detector.training.recipe import on_first_sessions, read_recipe
from detector.training.train import fit_recipe
from detector.trial.attacks import attacks_found
from detector.trial.logs import earlier_sessions, read_recipe_source
from detector.trial.tricks import tricks_found

RECIPE: Final = Path(__file__).resolve().parents[1] / "recipes" / "default.toml"
SOURCE: Final = "douyu_live_dev"
# Kinds of one nature stand in different groups: each model has seen something of the sort, but not this.
GROUPS: Final = (
    (("lure_burst", "templated_praise", "emoji_flood", "shill_sheet"), ("look_alike", "marks", "digits")),
    (("slow_drip", "paraphrase", "copy_others"), ("faces_between", "ornament", "letters")),
    (("warm_up", "short_flood", "shill_praise"), ("invisible", "traditional", "spread")),
    (("smear", "vote_wall", "aged_accounts"), ("random_word", "digit_in_front")),
)


def recipe_without(kinds: tuple[str, ...], tricks: tuple[str, ...], sessions: int) -> dict[str, Any]:
    """The shipped recipe on the first ``sessions``, without these kinds and tricks."""
    recipe = on_first_sessions(read_recipe(RECIPE), SOURCE, sessions)
    recipe["injected"]["without"] = recipe["simulated"]["without"] = list(kinds)
    recipe["augmented"] = {**recipe.get("augmented", {}), "without": list(tricks)}
    return recipe


def main() -> None:
    """Train, measure and write the figures of all groups."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_root", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sessions", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    begun = time.monotonic()

    def progress(text: str) -> None:
        print(f"[{time.monotonic() - begun:6.0f} s] {text}", file=sys.stderr)

    named = read_recipe_source(RECIPE, SOURCE, given.data_root)
    later = named.take(~earlier_sessions(named.log.batch, given.sessions))
    batch, label = later.log.batch, later.log.label
    attacks: dict[str, Any] = {}
    tricks: dict[str, Any] = {}
    for kinds, names in GROUPS:
        recipe = recipe_without(kinds, names, given.sessions)
        detector = Detector(fit_recipe(recipe, given.data_root, jobs=given.jobs, progress=progress).bundle)
        found = attacks_found(detector, batch, label, kinds=kinds, progress=progress)
        attacks |= {kind: asdict(row) for kind, row in found.items()}
        rewritten = tricks_found(detector, batch, label, tricks=names, progress=progress)
        tricks |= {name: asdict(row) for name, row in rewritten.tricks.items()}
        for kind, row in found.items():
            progress(f"{kind:18} recall {row.recall.value:.3f} [{row.recall.low:.3f}, {row.recall.high:.3f}]")
        for name, row in rewritten.tricks.items():
            progress(f"{name:18} lost {row.lost.value:+.3f} of {rewritten.recall.value:.3f}")
        given.out.parent.mkdir(parents=True, exist_ok=True)
        figures = {
            "model_id": f"{len(GROUPS)} models, each trained without what it is tested on",
            "log": SOURCE,
            "train_sessions": given.sessions,
            "heads": {},
            "attacks": attacks,
            "tricks": asdict(rewritten) | {"tricks": tricks},
        }
        given.out.write_text(json.dumps(figures, indent=1, default=dict), encoding="utf-8")
    worst = np.array([row["recall"]["value"] for row in attacks.values()])
    progress(
        f"recall of attacks: {(worst >= 0.85).sum()} of {len(worst)} at .85 or more, least {worst.min():.3f}"
    )


if __name__ == "__main__":
    main()
