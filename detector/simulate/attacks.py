"""The attacks: what each writes, in what rhythm, from which accounts, and how it is labelled.

Lures are ``solicitation``. Machine floods of a live room are ``bot_flood``, whatever they praise or smear.
Shills who praise slowly in a live room, and every fake of a review log, are ``fake_review``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from detector.simulate import texts
from detector.simulate.texts import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One kind of attack. Ranges are (low, high); a campaign draws its own values from them.

    ``span_s`` is how long it lasts, in days for reviews; NaN is the whole log. ``who`` are account types
    (see ``inject``), one drawn per campaign. ``strength`` is how often a post is edited.
    """

    write: Writer
    label: str
    posts_per_account: tuple[float, float]
    span_s: tuple[float, float]
    rhythms: tuple[str, ...]
    who: tuple[str, ...]
    strength: tuple[float, float] = (0.0, 1.0)
    chatty: tuple[float, float] = (0.001, 0.3)
    reviews: bool = False
    rating: float = 5.0

    @property
    def borrows(self) -> bool:
        """Whether its posts may say what the room says: a lure has to name its contact, a review fits a product."""
        return not self.reviews and self.label != "solicitation"


_WHOLE: Final = (float("nan"), float("nan"))
_DAY_S: Final = 86_400.0
FRESH, MIXED, ANY, AGED = "fresh", "mixed", "any", "aged"
_FAST: Final = ("rush", "even", "timer", "pulses")

ATTACKS: Final[Mapping[str, Attack]] = {
    "lure_burst": Attack(
        write=texts.write_lures,
        label="solicitation",
        posts_per_account=(1, 6),
        span_s=(15, 400),
        rhythms=_FAST,
        who=(FRESH, FRESH, FRESH, MIXED, ANY),
    ),
    "slow_drip": Attack(
        write=texts.write_lures,
        label="solicitation",
        posts_per_account=(1, 12),
        span_s=_WHOLE,
        rhythms=("even", "timer", "random"),
        who=(FRESH, FRESH, MIXED, ANY),
    ),
    "warm_up": Attack(
        write=texts.write_lures,
        label="solicitation",
        posts_per_account=(1, 3),
        span_s=(60, 1800),
        rhythms=("random", "pulses", "even"),
        who=(FRESH, MIXED, ANY),
        chatty=(0.9, 1.0),
    ),
    "templated_praise": Attack(
        write=texts.write_praise,
        label="bot_flood",
        posts_per_account=(1, 8),
        span_s=(20, 900),
        rhythms=_FAST,
        who=(FRESH, MIXED, MIXED, ANY),
    ),
    "paraphrase": Attack(
        write=texts.write_paraphrase,
        label="bot_flood",
        posts_per_account=(1, 8),
        span_s=(20, 600),
        rhythms=_FAST,
        who=(FRESH, MIXED, ANY),
    ),
    "short_flood": Attack(
        write=texts.write_short,
        label="bot_flood",
        posts_per_account=(3, 25),
        span_s=(20, 400),
        rhythms=("even", "timer", "timer", "rush"),
        who=(FRESH, MIXED, ANY),
    ),
    "emoji_flood": Attack(
        write=texts.write_emoji,
        label="bot_flood",
        posts_per_account=(3, 25),
        span_s=(20, 400),
        rhythms=("even", "timer", "timer", "rush"),
        who=(FRESH, MIXED, ANY),
    ),
    "copy_others": Attack(
        write=texts.write_copies,
        label="bot_flood",
        posts_per_account=(3, 25),
        span_s=(60, 1500),
        rhythms=("even", "timer", "pulses"),
        who=(FRESH, MIXED, ANY),
        chatty=(0.001, 0.01),
    ),
    "smear": Attack(
        write=texts.write_smear,
        label="bot_flood",
        posts_per_account=(1, 8),
        span_s=(20, 900),
        rhythms=_FAST,
        who=(FRESH, FRESH, MIXED, ANY),
    ),
    "vote_wall": Attack(
        write=texts.write_votes,
        label="bot_flood",
        posts_per_account=(1, 10),
        span_s=(20, 900),
        rhythms=_FAST,
        who=(FRESH, MIXED, ANY),
    ),
    "aged_accounts": Attack(
        write=texts.write_any_flood,
        label="bot_flood",
        posts_per_account=(1, 10),
        span_s=(20, 900),
        rhythms=_FAST,
        who=(AGED,),
    ),
    "shill_praise": Attack(
        write=texts.write_shill,
        label="fake_review",
        posts_per_account=(2, 15),
        span_s=_WHOLE,
        rhythms=("random", "even"),
        who=(FRESH, MIXED, ANY),
        strength=(0.0, 0.5),
    ),
    "shill_sheet": Attack(
        write=texts.write_review_sheet,
        label="fake_review",
        posts_per_account=(2, 15),
        span_s=_WHOLE,
        rhythms=("random", "even"),
        who=(FRESH, MIXED, ANY),
        strength=(0.0, 0.5),
    ),
    "review_brushing": Attack(
        write=texts.write_review_sheet,
        label="fake_review",
        posts_per_account=(1, 3),
        span_s=(0.3 * _DAY_S, 6 * _DAY_S),
        rhythms=("random", "rush", "even", "pulses"),
        who=(FRESH, ANY),
        strength=(0.0, 0.4),
        reviews=True,
    ),
    "review_padding": Attack(
        write=texts.write_padding,
        label="fake_review",
        posts_per_account=(1, 6),
        span_s=(1 * _DAY_S, 20 * _DAY_S),
        rhythms=("random", "pulses"),
        who=(ANY,),
        strength=(0.0, 0.3),
        reviews=True,
    ),
    "review_filler": Attack(
        write=texts.write_filler,
        label="fake_review",
        posts_per_account=(2, 12),
        span_s=(1 * _DAY_S, 20 * _DAY_S),
        rhythms=("random", "pulses"),
        who=(ANY,),
        strength=(0.0, 0.3),
        reviews=True,
    ),
    "review_mash": Attack(
        write=texts.write_mash,
        label="fake_review",
        posts_per_account=(1, 8),
        span_s=(1 * _DAY_S, 20 * _DAY_S),
        rhythms=("random", "pulses"),
        who=(ANY,),
        strength=(0.0, 0.3),
        reviews=True,
    ),
    "review_copy": Attack(
        write=texts.write_copies,
        label="fake_review",
        posts_per_account=(1, 4),
        span_s=(0.5 * _DAY_S, 10 * _DAY_S),
        rhythms=("random", "pulses", "even"),
        who=(FRESH, ANY),
        strength=(0.0, 0.5),
        reviews=True,
    ),
    "review_smear": Attack(
        write=texts.write_review_smear,
        label="fake_review",
        posts_per_account=(1, 2),
        span_s=(0.2 * _DAY_S, 4 * _DAY_S),
        rhythms=("rush", "random", "pulses"),
        who=(FRESH, ANY),
        strength=(0.0, 0.4),
        reviews=True,
        rating=1.0,
    ),
}
LIVE_ATTACKS: Final = tuple(name for name, attack in ATTACKS.items() if not attack.reviews)
REVIEW_ATTACKS: Final = tuple(name for name, attack in ATTACKS.items() if attack.reviews)
