"""Why: the sentences behind a verdict, ordered by how much each signal moved it.

Each signal in turn is put back to what is typical of genuine comments, and the fall of the log-odds is its
weight. So the order of reasons is the model's own, and their words are facts that can be checked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle.model import Bundle
from detector.compiled import array_kernel
from detector.engine import ALL_SIGNALS, SCHEMA, input_spans
from detector.signals.signal import Sentence
from detector.text.evidence import contact_spans, rewritten
from detector.text.ngrams import spell
from detector.text.reading import TextReading, read_texts
from detector.text.shape import readable
from detector.verdict import HEADS, LABEL_ZH, Reason

MAX_REASONS: Final = 4
# A signal that moved the log-odds by less than this is not a reason.
MIN_WEIGHT: Final = 0.05
MAX_TERMS: Final = 3
MAX_PAIRS: Final = 6
MAX_SHOWN: Final = 4_096
PIECE_ROWS: Final = 1_024
# Signals whose sentence tells how the text was disguised: the first of them that is a reason lists it.
OF_DISGUISE: Final = frozenset({"contact", "style"})
NAMES: Final = SCHEMA.names
SPANS: Final = tuple(input_spans(len(HEADS)).values())
BOUNDS: Final = np.array([(span.start, span.stop) for span in SPANS], dtype=np.intp)
Spans = list[tuple[int, int]]
Pairs = list[tuple[str, str]]
# Signals whose sentences make no sense on a product page, and words of the others that do not.
LIVE_ONLY: Final = frozenset({"burst"})
REVIEW_WORDS_ZH: Final = (
    ("本房间最近", "最近"),
    ("本房间每", "每"),
    ("本场首次发言", "首次评价"),
    ("本场", "此前"),
    ("发言", "评价"),
)
REVIEW_WORDS_EN: Final = (
    (" this session", " before"),
    ("the room's last", "the last"),
    ("first comment", "first review"),
)


def explain_rows(
    bundle: Bundle,
    inputs: NDArray[np.float64],
    surface: NDArray[np.intp],
    label: NDArray[np.uint8],
    texts: Sequence[str],
    shown: Shown | None = None,
) -> list[tuple[Reason, ...]]:
    """The reasons of n rows for their head ``label`` (< number of heads), most telling first.

    ``inputs`` as ``FeatureFrame.inputs``; ``texts`` as they were written. ``shown`` remembers what was found in them.
    """
    shown = shown or Shown(bundle)
    found: list[tuple[Reason, ...]] = []
    # Each row is looked at in a dozen variants: not all rows at once.
    for start in range(0, len(inputs), PIECE_ROWS):
        part = slice(start, start + PIECE_ROWS)
        found += _explained(bundle, inputs[part], surface[part], label[part], texts[part], shown)
    return found


def _explained(
    bundle: Bundle,
    inputs: NDArray[np.float64],
    surface: NDArray[np.intp],
    label: NDArray[np.uint8],
    texts: Sequence[str],
    shown: Shown,
) -> list[tuple[Reason, ...]]:
    falls = np.zeros((len(inputs), len(SPANS)))
    for head in np.unique(label).tolist():
        rows = np.flatnonzero(label == head)
        own = inputs[rows]
        variants = np.empty((len(rows) * len(SPANS), own.shape[1]))
        of_row = np.empty(len(variants), dtype=np.intp)
        of_span = np.empty(len(variants), dtype=np.intp)
        n = _put_back(own, bundle.typical, BOUNDS, variants, of_row, of_span)
        of_row, of_span = of_row[:n], of_span[:n]
        as_is = bundle.log_odds_of(head, own, surface[rows])
        changed = bundle.log_odds_of(head, variants[:n], surface[rows][of_row])
        falls[rows[of_row], of_span] = as_is[of_row] - changed
    found = shown.of(label, texts)
    return [_reasons(inputs[r], HEADS[label[r]], falls[r], *found[r]) for r in range(len(inputs))]


@array_kernel
def _put_back(
    inputs: NDArray[np.float64], typical: NDArray[np.float64], bounds: NDArray[np.intp],
    variants: NDArray[np.float64], of_row: NDArray[np.intp], of_span: NDArray[np.intp],
) -> int:  # fmt: skip
    """The rows with each signal in turn put back to what is typical, where that changes anything; how many."""
    n = 0
    for r in range(inputs.shape[0]):
        for span in range(bounds.shape[0]):
            first, last = bounds[span]
            differs = False
            for k in range(first, last):
                v, w = inputs[r, k], typical[k]
                differs |= v != w and not (np.isnan(v) and np.isnan(w))
            if differs:
                variants[n] = inputs[r]
                variants[n, first:last] = typical[first:last]
                of_row[n], of_span[n] = r, span
                n += 1
    return n


class Shown:
    """What a person is shown of a text: its telling terms, its contacts, its disguises. Floods repeat themselves, so at
    most ``MAX_SHOWN`` answers are remembered."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._known: dict[tuple[str, int], tuple[list[str], Spans, Pairs]] = {}

    def of(self, label: NDArray[np.uint8], texts: Sequence[str]) -> list[tuple[list[str], Spans, Pairs]]:
        """Of n texts, each flagged by its head ``label``."""
        keys = list(zip(texts, label.tolist(), strict=True))
        known = self._known
        fresh = [key for key in dict.fromkeys(keys) if key not in known]
        if fresh and len(known) + len(fresh) > MAX_SHOWN:
            known = self._known = {}
            fresh = list(dict.fromkeys(keys))
        if fresh:
            reading = read_texts([text for text, _ in fresh])
            terms = _telling_terms(self._bundle, np.array([head for _, head in fresh]), reading)
            for row, key in enumerate(fresh):
                known[key] = terms[row], contact_spans(reading, row), rewritten(reading, row, key[0])
        return [known[key] for key in keys]


def _reasons(
    values: NDArray[np.float64],
    head: str,
    falls: NDArray[np.float64],
    terms: Sequence[str],
    spans: Spans,
    pairs: Pairs,
) -> tuple[Reason, ...]:
    known = values.tolist()
    named = dict(zip(NAMES, known[len(HEADS) :], strict=True))
    found: list[Reason] = []
    weights = falls.tolist()
    # The first of equals stays first.
    for place in sorted(range(len(weights)), key=weights.__getitem__, reverse=True):
        weight = weights[place]
        if weight < MIN_WEIGHT or len(found) == MAX_REASONS:
            break
        if place == 0:
            if terms:
                found.append(_wording(head, terms, weight))
            continue
        signal = ALL_SIGNALS[place - 1]
        if named["rating.is_review"] and signal.name in LIVE_ONLY:
            continue
        sentence = signal.explain(named)
        if sentence:
            span = SPANS[place]
            names = NAMES[span.start - len(HEADS) : span.stop - len(HEADS)]
            evidence: dict[str, Any] = {
                name: value for name, value in zip(names, known[span], strict=True) if not math.isnan(value)
            }
            zh, en = _of_reviews(sentence) if named["rating.is_review"] else sentence
            if signal.name == "contact" and spans:
                evidence["spans"] = [list(span) for span in spans]
            if signal.name in OF_DISGUISE and pairs:
                zh, en = _with_rewriting((zh, en), pairs)
                evidence["rewritten"] = [list(pair) for pair in pairs]
                pairs = []
            found.append(Reason(signal.name, zh, en, weight, evidence))
    return tuple(found)


def _with_rewriting(sentence: Sentence, pairs: Pairs) -> Sentence:
    """The sentence, and what was undone: l→1, О→0."""
    zh, en = sentence
    listed = [f"{raw}→{plain}" for raw, plain in pairs[:MAX_PAIRS]]
    return f"{zh}（改写：{'、'.join(listed)}）", f"{en} (rewritten: {', '.join(listed)})"


def _of_reviews(sentence: Sentence) -> Sentence:
    """A product page has neither a room nor a session."""
    zh, en = sentence
    for live, review in REVIEW_WORDS_ZH:
        zh = zh.replace(live, review)
    for live, review in REVIEW_WORDS_EN:
        en = en.replace(live, review)
    return zh, en


def _wording(head: str, terms: Sequence[str], weight: float) -> Reason:
    zh = f"用语像{LABEL_ZH[head]}：" + "、".join(f"“{term}”" for term in terms)
    en = f"worded like {head.replace('_', ' ')}: " + ", ".join(f'"{term}"' for term in terms)
    return Reason("wording", zh, en, weight=weight, evidence={"terms": list(terms)})


def _telling_terms(bundle: Bundle, label: NDArray[Any], reading: TextReading) -> list[list[str]]:
    """Per text, the words and characters that speak most for its head ``label``, the strongest first."""
    rows = bundle.vectorizer.transform(reading)
    found = []
    for r, head in enumerate(label.tolist()):
        columns = rows.columns[rows.starts[r] : rows.starts[r + 1]]
        pulls = rows.values[rows.starts[r] : rows.starts[r + 1]] * bundle.weights[columns, head]
        found.append(_strongest(bundle, columns, pulls))
    return found


def _strongest(bundle: Bundle, columns: NDArray[np.int32], pulls: NDArray[np.float64]) -> list[str]:
    chars, words = bundle.vectorizer.char_keys, bundle.vectorizer.words
    terms: list[str] = []
    for place in np.argsort(-pulls, kind="stable").tolist():
        if pulls[place] <= 0 or len(terms) == MAX_TERMS:
            break
        column = int(columns[place])
        spelled = spell(int(chars[column])) if column < len(chars) else words[column - len(chars)]
        term = readable(spelled).strip("^$ ")
        # A lone Latin letter tells a person nothing, nor do signs.
        if (
            term
            and not (term.isascii() and (len(term) == 1 or not any(map(str.isalnum, term))))
            and not any(term in other or other in term for other in terms)
        ):
            terms.append(term)
    return terms
