"""``python -m detector.simulate --out data/sample --seed 7``: write the sample room and reviews."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.simulate import simulate_reviews, simulate_room, write_jsonl, write_reviews_csv

SOURCE: Final = """# Where this sample comes from

`room.jsonl` and `reviews.csv` were written by zhenping's own simulator:

    python -m detector.simulate --out data/sample --seed {seed}

No person wrote any of it. Every text, name, id, time and number is invented; phrases are put together from
the tables in `detector/simulate/phrases/`. Phone-like numbers begin with 10 or 12, which no mobile network
uses; QQ-like and room-like numbers, ids and web hosts are of forms that are given to nobody.
The same seed gives the same bytes with the same version of NumPy.

`room.jsonl` is one live room: chat, host-prompted answers, lottery words, memes, staff, paying fans, a fan
who repeats himself, a lure burst, a slow drip of lures, a templated praise flood, shill praise.

`reviews.csv` holds reviews of a few products with rating, purchase time and review time: honest ones,
negative ones among them, and fakes.

`label` says what a comment is (`solicitation`, `bot_flood`, `fake_review`, `organic_wave`, `normal`),
`attack` which attack wrote it. Without an attack it comes from a genuine viewer; a comment of an attack
labelled `normal` is the harmless chat of its account. Scoring ignores both columns. A sample shows how the
tool works; it does not show how well it works on a real room.

Licence: CC0 1.0 for these three files; the simulator itself is Apache-2.0.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Write room.jsonl, reviews.csv and SOURCE.md into a folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m detector.simulate", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to / 输出目录")
    parser.add_argument("--seed", type=int, default=7, help="same seed, same bytes / 种子相同则输出相同")
    given = parser.parse_args(argv)
    given.out.mkdir(parents=True, exist_ok=True)
    room = simulate_room(
        seed=given.seed,
        viewers=1100,
        share=0.015,
        topic="clothes",
        level_scale="medium",
        attacks=("lure_burst", "templated_praise", "slow_drip", "shill_praise"),
    )
    reviews = simulate_reviews(seed=given.seed, reviews=500, products=5)
    write_jsonl(room, given.out / "room.jsonl")
    write_reviews_csv(reviews, given.out / "reviews.csv")
    (given.out / "SOURCE.md").write_text(SOURCE.format(seed=given.seed), encoding="utf-8")
    print(f"{len(room)} comments, {len(reviews)} reviews -> {given.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
