"""Near-duplicates: our index beside datasketch's MinHashLSH, text in, on the same texts.

Texts count that have seven characters or more besides spaces, signs and repeats: shorter ones are no near-duplicates
of anything but themselves. Both are given the originals, then asked with variants of one and two edits (a character replaced, put in or left
out), and with texts that resemble none of them. datasketch is tuned in the run: among the settings that find as many
one-edit variants as ours, or else the best, the fastest is taken, and of equally fast ones the most careful.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from detector.readers.common_characters import COMMON_HANZI
from detector.state.neighbours import new_neighbours, observe_neighbours, prints_of
from detector.text.reading import read_texts

SHORTEST: Final = 7
ORIGINALS: Final = 3_000
TUNED_ON: Final = 800
# Grams, bands, rows of a band.
SETTINGS: Final = (
    (3, 8, 2), (3, 16, 2), (3, 32, 2), (3, 8, 1), (3, 16, 1), (2, 8, 2), (2, 16, 2), (2, 8, 1), (2, 16, 1),
)  # fmt: skip
# Times that differ by less are equal.
AS_FAST: Final = 1.1
# Recall is told for texts of so many characters, each up to the next.
LENGTHS: Final = (7, 8, 10, 13)
# Two texts with fewer bigrams in common resemble one another by chance.
UNRELATED: Final = 0.2
COMMON: Final = sorted(COMMON_HANZI)


@dataclass(frozen=True)
class Trial:
    """Texts to remember, their variants, and texts that resemble none of them."""

    originals: list[str]
    one_edit: list[str]
    two_edits: list[str]
    unrelated: list[str]
    length: list[int]

    @property
    def variants(self) -> tuple[list[str], list[str]]:
        """Of one edit, and of two."""
        return self.one_edit, self.two_edits


def trial(texts: Sequence[str], originals: int = ORIGINALS, seed: int = 0) -> Trial:
    """Of distinct texts that are long enough: the first ``originals`` are remembered, the others may be unrelated."""
    rng = np.random.default_rng(seed)
    distinct = list(dict.fromkeys(texts))
    lengths = read_texts(distinct).prints.length.tolist()
    long = [(text, n) for text, n in zip(distinct, lengths, strict=True) if n >= SHORTEST]
    kept, others = [text for text, _ in long[:originals]], [text for text, _ in long[originals : 5 * originals]]
    one = [edited(text, rng) for text in kept]
    two = [edited(text, rng) for text in one]
    return Trial(kept, one, two, unrelated(others, kept), [n for _, n in long[:originals]])


def edited(text: str, rng: np.random.Generator) -> str:
    """The text with one character replaced, put in, or left out."""
    at, new = int(rng.integers(len(text))), COMMON[int(rng.integers(len(COMMON)))]
    return (text[:at] + new + text[at + 1 :], text[:at] + new + text[at:], text[:at] + text[at + 1 :])[
        int(rng.integers(3))
    ]


def unrelated(texts: Sequence[str], originals: Sequence[str]) -> list[str]:
    """Those of ``texts`` whose bigrams have less than ``UNRELATED`` (Jaccard) in common with any original."""
    vocabulary: dict[str, int] = {}
    for text in (*texts, *originals):
        for gram in grams(text, 2):
            vocabulary.setdefault(gram, len(vocabulary))
    a, b = _bigrams(texts, vocabulary), _bigrams(originals, vocabulary)
    shared = (a @ b.T).tocsr()
    sizes_a, sizes_b = np.diff(a.indptr), np.diff(b.indptr)
    rows = np.repeat(np.arange(len(texts)), np.diff(shared.indptr))
    jaccard = shared.data / (sizes_a[rows] + sizes_b[shared.indices] - shared.data)
    best = np.zeros(len(texts))
    np.maximum.at(best, rows, jaccard)
    return [text for text, likeness in zip(texts, best.tolist(), strict=True) if likeness < UNRELATED]


def _bigrams(texts: Sequence[str], vocabulary: dict[str, int]) -> sp.csr_matrix:
    columns, starts = [], [0]
    for text in texts:
        columns += [vocabulary[gram] for gram in grams(text, 2)]
        starts.append(len(columns))
    return sp.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(texts), len(vocabulary)))


def grams(text: str, n: int) -> set[str]:
    """The distinct n-grams of a text."""
    return {text[at : at + n] for at in range(max(1, len(text) - n + 1))}


def ours(on: Trial, size: int) -> dict[str, Any]:
    """Our index: time a text, recalls, and how often an unrelated text is taken for a copy."""
    memory = new_neighbours()

    def observe(texts: Sequence[str], *, remember: bool = True) -> list[int]:
        reading = read_texts(texts)
        found = observe_neighbours(
            memory, skeleton=reading.prints.skeleton, prints=prints_of(reading), remember=remember
        )
        return [int(group) for group in found]

    def asked(texts: Sequence[str]) -> list[int]:
        return observe(texts, remember=False)

    groups: list[int] = []
    us = _timed(lambda texts: groups.extend(observe(texts)), on.originals, size)
    skeletons = read_texts(on.unrelated).prints.skeleton.tolist()
    answered = sum(a != b for a, b in zip(asked(on.unrelated), skeletons, strict=True))
    return {
        "name": "zhenping", "settings": f"bands of 2, sketch of 16; batches of {size}", "us": us,
        **_recalls(on, *([a == b for a, b in zip(asked(of), groups, strict=True)] for of in on.variants)),
        "random": answered / max(len(on.unrelated),1),
    }  # fmt: skip


def theirs(on: Trial, setting: tuple[int, int, int]) -> dict[str, Any]:
    """datasketch's index with one setting, the same figures. ImportError where it is not installed."""
    from datasketch import MinHash, MinHashLSH

    n, bands, rows = setting
    index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    # Its own hash is SHA-1; that of Python is the fastest there is.
    empty = MinHash(num_perm=bands * rows, hashfunc=lambda gram: hash(gram) & 0xFFFFFFFF)

    def sketch(text: str) -> Any:
        made = empty.copy()
        made.update_batch(grams(text, n))
        return made

    places = iter(range(len(on.originals)))

    def observe(texts: Sequence[str]) -> None:
        made = sketch(texts[0])
        index.query(made)
        index.insert(next(places), made, check_duplication=False)

    us = _timed(observe, on.originals, 1)
    asked = [[row in index.query(sketch(text)) for row, text in enumerate(texts)] for texts in on.variants]
    return {
        "name": "datasketch MinHashLSH", "settings": f"{n}-grams, {bands} bands of {rows}", "us": us,
        **_recalls(on, *asked),
        "random": float(np.mean([bool(index.query(sketch(text))) for text in on.unrelated])),
    }  # fmt: skip


def measured(texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Both on the same texts, in alternating rounds; medians of the times."""
    on = trial(texts)
    sizes = (1, 256)
    ours(trial(texts, 300), 1)
    figures: dict[str, Any] = {"originals": len(on.originals), "unrelated": len(on.unrelated), "left_out": []}
    calls: list[Callable[[], dict[str, Any]]] = [lambda size=size: ours(on, size) for size in sizes]  # type: ignore[misc]
    try:
        figures["tuned"] = [theirs(trial(texts, TUNED_ON), setting) for setting in SETTINGS]
    except ImportError as error:
        figures["left_out"].append(f"datasketch MinHashLSH: {error}")
    else:
        needed = ours(trial(texts, TUNED_ON), 256)["one_edit"]
        best = max(one["one_edit"] for one in figures["tuned"])
        good = [
            number for number, one in enumerate(figures["tuned"]) if one["one_edit"] >= min(needed, best) - 1e-9
        ]
        fastest = min(figures["tuned"][number]["us"] for number in good)
        # Of those that are as fast within the noise, the one that takes the fewest strangers for copies.
        near_fastest = [n for n in good if figures["tuned"][n]["us"] <= AS_FAST * fastest]
        setting = SETTINGS[min(near_fastest, key=lambda n: figures["tuned"][n]["random"])]
        calls.append(lambda: theirs(on, setting))
    all_rounds = [[call() for call in calls] for _ in range(rounds)]
    found = [
        all_rounds[0][at] | {"us": float(np.median([one[at]["us"] for one in all_rounds]))}
        for at in range(len(calls))
    ]
    return figures | {"indexes": found}


def _timed(call: Callable[[Sequence[str]], object], texts: Sequence[str], size: int) -> float:
    pieces = [texts[at : at + size] for at in range(0, len(texts), size)]
    begun = time.perf_counter()
    for piece in pieces:
        call(piece)
    return (time.perf_counter() - begun) / len(texts) * 1e6


def _recalls(on: Trial, one_edit: list[bool], two_edits: list[bool]) -> dict[str, Any]:
    """The shares of variants found: of all, and by the length of the original."""
    at = np.searchsorted(LENGTHS, on.length, side="right") - 1
    found: dict[str, Any] = {}
    for name, hits in (("one_edit", np.array(one_edit)), ("two_edits", np.array(two_edits))):
        found[name] = float(hits.mean())
        found[f"{name}_by_length"] = {
            str(length): float(hits[at == number].mean())
            for number, length in enumerate(LENGTHS)
            if (at == number).any()
        }
    return found
