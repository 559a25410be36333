"""The genuine side of a review log: who bought what, when they wrote, what they thought."""

from __future__ import annotations

from typing import Final

import numpy as np

from detector.comment import Comment
from detector.simulate.crowd import draw_id
from detector.simulate.grammar import Phrasebook, between, chance, phrasebook, pick
from detector.simulate.keyboard import draw_habits, typed
from detector.simulate.room import SHOPS

DAY_S: Final = 86_400.0
MAX_CHARS: Final = 500
# Share of ratings 1 to 5 of a middling product; a product shifts them towards either end.
_RATINGS: Final = (0.06, 0.04, 0.06, 0.14, 0.7)


def draw_products(n: int, rng: np.random.Generator) -> dict[str, Phrasebook]:
    """Product ids, each with the phrasebook of its topic and one good."""
    products: dict[str, Phrasebook] = {}
    while len(products) < n:
        book = phrasebook().about(pick(rng, SHOPS))
        products[str(int(rng.integers(10**9, 10**12)))] = book.with_words({"good": [book.say("good", rng)]})
    return products


def _write(book: Phrasebook, rating: int, rng: np.random.Generator) -> str:
    text = book.say(f"review_{rating}", rng)
    while chance(rng, 0.12) and len(text) > 6:
        text += book.say("r_point" if rating > 3 else "r_bad", rng)
    return text.rstrip("，")


def genuine_reviews(
    products: dict[str, Phrasebook], *, reviews: int, days: float, start_ms: float, rng: np.random.Generator
) -> list[Comment]:
    """``reviews`` honest reviews in time order over ``days``; times to the second, in UTC milliseconds."""
    ids = list(products)
    popular = rng.dirichlet(np.full(len(ids), 1.5))
    liking = {product: between(rng, 0.5, 2.0) for product in ids}
    form = pick(rng, ("hex", "number", "prefixed"))
    # Some rooms of buyers have levels; a platform without them has them nowhere.
    has_levels = chance(rng, 0.5)
    lag_days = between(rng, 2.5, 6.0)
    rows: list[Comment] = []
    while len(rows) < reviews:
        user_id, name, habits = (
            draw_id(form, rng),
            phrasebook().about("clothes").say("name", rng),
            draw_habits(rng),
        )
        level = float(1 + rng.binomial(6, 0.45)) if has_levels else float("nan")
        for _ in range(min(int(rng.geometric(0.8)), 6, reviews - len(rows))):
            product = ids[int(rng.choice(len(ids), p=popular))]
            weights = np.array(_RATINGS) * np.array([1 / liking[product]] * 3 + [1.0, liking[product]])
            rating = int(rng.choice(5, p=weights / weights.sum())) + 1
            text = typed(_write(products[product], rating, rng), habits, rng)[:MAX_CHARS]
            written_s = (
                start_ms / 1000 + days * DAY_S * float(rng.beta(1.3, 1.0)) + float(rng.normal(0, 4 * 3600))
            )
            lag_s = DAY_S * float(rng.lognormal(np.log(lag_days), 0.75))
            rows.append(
                Comment(
                    text=text,
                    user_id=user_id,
                    user_name=name,
                    kind="review",
                    ts_ms=float(int(written_s) * 1000),
                    user_level=level,
                    product_id=product,
                    rating=float(rating),
                    verified_purchase=float(chance(rng, 0.97)),
                    purchased_at_ms=float(int(written_s - lag_s) * 1000),
                )
            )
    return sorted(rows, key=lambda row: row.ts_ms)
