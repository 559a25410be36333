"""What an attack writes: lures, praise, smears, filler, one text per post."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.simulate.contacts import draw_contact, draw_tricks, written
from detector.simulate.disguise import disguise, draw_edits
from detector.simulate.grammar import Phrasebook, chance, phrasebook, pick

_PLACE: Final = re.compile(r"<(c|search|room|name|n|who)>")
_CONTACT_KINDS: Final = (
    ("wechat_phone",) * 5 + ("wechat_id",) * 5 + ("qq",) * 4 + ("group",) * 2 + ("phone", "url")
)
_LABEL_OF_KIND: Final = {"wechat_phone": "wechat", "wechat_id": "wechat"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What an attacker sees: the phrases of the room, and what was said before, with its clock in ms."""

    book: Phrasebook
    said: list[str]
    clock_ms: NDArray[np.float64]
    simulated: bool

    def said_before(self, at_ms: float, rng: np.random.Generator) -> str:
        """Something that was said before ``at_ms``; ``""`` if nothing was."""
        n = int(np.searchsorted(self.clock_ms, at_ms, side="left"))
        return self.said[int(rng.integers(n))] if n else ""

    def small_talk(self, at_ms: float, rng: np.random.Generator) -> str:
        """Something harmless: new in a simulated room, in a real one a short thing that others say too."""
        if self.simulated:
            return self.book.say("chat", rng)
        tries = [self.said_before(at_ms, rng) for _ in range(8)]
        return min(tries, key=len)

    def borrowing(
        self, texts: list[str], at_ms: NDArray[np.float64], share: float, rng: np.random.Generator
    ) -> list[str]:
        """``texts``, of which a ``share`` gives way to a few things that viewers said before the first."""
        sheet = [self.said_before(float(at_ms[0]), rng) for _ in range(int(rng.integers(1, 9)))]
        return [(pick(rng, sheet) or text) if chance(rng, share) else text for text in texts]


# Writes one text per time, in the order of the times.
Writer = Callable[[Scene, NDArray[np.float64], float, np.random.Generator], list[str]]


def _campaign_edits(rng: np.random.Generator, *, sly: float, readable: bool = True) -> tuple[str, ...]:
    return () if chance(rng, 0.12) else draw_edits(rng, sly=sly, readable=readable)


def write_lures(
    scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator
) -> list[str]:
    """One to four sentences with one contact, disguised anew in each post."""
    book = scene.book
    style = pick(rng, book.section("lure"))
    n_sheets = int(rng.choice(4, p=(0.55, 0.25, 0.12, 0.08))) + 1
    sheets = [book.fill(style, rng) for _ in range(n_sheets)]
    contacts = {"c": draw_contact(pick(rng, _CONTACT_KINDS), rng)}
    contacts |= {
        place: draw_contact("search" if place == "name" else place, rng) for place in ("search", "room", "name")
    }
    labels = {place: _lure_labels(place, contact.kind, rng) for place, contact in contacts.items()}
    tricks = {place: draw_tricks(rng, contact) for place, contact in contacts.items()}
    edits = _campaign_edits(rng, sly=0.55, readable=False)
    # Names to be searched for change from post to post in some campaigns, numbers in few.
    fresh = 0.5 if chance(rng, 0.35) else 0.0

    def contact_text(found: re.Match[str]) -> str:
        place = found.group(1)
        contact = contacts[place]
        if fresh and contact.kind in {"search", "room"} and chance(rng, fresh):
            contact = draw_contact(contact.kind, rng)
        return written(contact, pick(rng, labels[place]), tricks[place], rng)

    texts = []
    for _ in at_ms:
        # The words first: a contact that is disguised twice would be of no use to anyone.
        parts = _PLACE.split(pick(rng, sheets))
        plain_words = len(parts) > 1
        text = "".join(
            f"<{part}>" if i % 2 else disguise(part, edits, 0.5 * strength, rng) for i, part in enumerate(parts)
        )
        text = _PLACE.sub(contact_text, text)
        if not plain_words or chance(rng, 0.7):
            text = disguise(
                text, tuple(e for e in edits if e not in {"spread", "marks", "look_alike"}), strength, rng
            )
        texts.append(text)
    return texts


def _lure_labels(place: str, kind: str, rng: np.random.Generator) -> list[str]:
    if place == "name" or (place == "c" and chance(rng, 0.08)):
        return [""]
    known = phrasebook().section(f"label.{_LABEL_OF_KIND.get(kind, kind)}")
    return [pick(rng, known).replace("{ }", "") for _ in range(int(rng.integers(1, 4)))]


def _numbers(text: str, book: Phrasebook, rng: np.random.Generator) -> str:
    """Fill what a template leaves to each account: a count, a relative."""
    return _PLACE.sub(
        lambda found: str(int(rng.integers(2, 10))) if found.group(1) == "n" else book.say("who", rng), text
    )


def _sheet_writer(section: str, *, sly: float, anew: float) -> Writer:
    """A sheet of a few templates handed to all accounts; with ``anew`` each account fills the slots itself."""

    def write(scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator) -> list[str]:
        book = scene.book.with_words(
            {"good": [scene.book.say("good", rng) for _ in range(int(rng.integers(1, 3)))]}
        )
        raw = [pick(rng, book.section(section)) for _ in range(int(rng.integers(1, 9)))]
        by_each = chance(rng, anew)
        sheet = raw if by_each else [book.fill(phrase, rng) for phrase in raw]
        edits = _campaign_edits(rng, sly=sly)
        texts = []
        for _ in at_ms:
            phrase = pick(rng, sheet)
            text = _numbers(book.fill(phrase, rng) if by_each else phrase, book, rng)
            texts.append(disguise(text, edits, strength, rng))
        return texts

    return write


def _free_writer(section: str, *, sly: float = 0.1) -> Writer:
    """Every post is a new sentence of the grammar."""

    def write(scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator) -> list[str]:
        book = scene.book
        edits = _campaign_edits(rng, sly=sly)
        return [
            disguise(_numbers(book.say(section, rng), book, rng), edits, 0.4 * strength, rng) for _ in at_ms
        ]

    return write


def write_short(
    scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator
) -> list[str]:
    """One to three very short words, over and over."""
    words = [scene.book.say("short_word", rng) for _ in range(int(rng.integers(1, 4)))]
    edits = _campaign_edits(rng, sly=0.1)
    longest = int(rng.integers(1, 5))
    return [
        disguise(pick(rng, words) * int(rng.integers(1, longest + 1)), edits, 0.6 * strength, rng)
        for _ in at_ms
    ]


def write_emoji(
    scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator
) -> list[str]:
    """Rows of a few emoji."""
    signs = [scene.book.say("emoji", rng) for _ in range(int(rng.integers(1, 5)))]
    longest = int(rng.integers(2, 12))
    same_length = chance(rng, 0.4)
    texts = []
    for _ in at_ms:
        n = longest if same_length else int(rng.integers(1, longest + 1))
        mixed = chance(rng, 0.5 * strength)
        texts.append("".join(pick(rng, signs) for _ in range(n)) if mixed else pick(rng, signs) * n)
    return texts


def write_copies(
    scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator
) -> list[str]:
    """What other people said before, again; longer things by preference."""
    edits = _campaign_edits(rng, sly=0.15)
    wanted = int(rng.integers(3, 8))
    texts = []
    for at in at_ms:
        tries = [scene.said_before(float(at), rng) for _ in range(6)]
        text = next((t for t in tries if len(t) >= wanted), tries[0]) or scene.book.say("short_word", rng)
        texts.append(disguise(text, edits, 0.4 * strength, rng))
    return texts


def write_any_flood(
    scene: Scene, at_ms: NDArray[np.float64], strength: float, rng: np.random.Generator
) -> list[str]:
    """One of the text floods."""
    floods = (write_praise, write_paraphrase, write_short, write_smear, write_votes, write_copies)
    return floods[int(rng.integers(len(floods)))](scene, at_ms, strength, rng)


write_praise: Final = _sheet_writer("template_praise", sly=0.2, anew=0.5)
write_paraphrase: Final = _free_writer("paraphrase")
write_smear: Final = _sheet_writer("smear", sly=0.25, anew=0.5)
write_votes: Final = _sheet_writer("vote", sly=0.15, anew=0.4)
write_shill: Final = _free_writer("shill", sly=0.0)
write_review_sheet: Final = _sheet_writer("sheet", sly=0.05, anew=0.7)
write_review_smear: Final = _sheet_writer("sheet_bad", sly=0.05, anew=0.7)
write_filler: Final = _free_writer("filler", sly=0.0)
write_mash: Final = _free_writer("mash", sly=0.0)
write_padding: Final = _sheet_writer("padding", sly=0.0, anew=0.3)
