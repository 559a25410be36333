"""The model that comes with the project keeps the promises of its card."""

from __future__ import annotations

import json
from itertools import product
from typing import Final

import numpy as np
import pytest

from detector.bundle.storage import CARD, MANIFEST, MODEL, content_digest
from detector.text.ngrams import spell
from detector.verdict import HEADS
from tests.models import ROOT, shipped

FOLDER: Final = ROOT / "models/default"


def test_the_shipped_model_is_under_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 20_000_000


def test_no_ngram_and_no_word_of_the_shipped_model_holds_a_digit() -> None:
    vectorizer = shipped().bundle.vectorizer
    terms = [*map(spell, vectorizer.char_keys.tolist()), *vectorizer.words]
    assert len(terms) > 1000
    assert [term for term in terms if any(char.isdigit() for char in term)] == []


@pytest.mark.parametrize("head", HEADS)
def test_log_odds_of_the_shipped_model_rise_with_the_wording(head: str) -> None:
    calibration = next(h.calibration for h in shipped().bundle.heads if h.name == head)
    a, b, c = calibration.T
    assert (a > 0).tolist() == [True, True]
    assert (b >= 0).tolist() == [True, True]
    assert np.isfinite(c).tolist() == [True, True]


def test_every_threshold_of_the_shipped_model_keeps_within_its_proof() -> None:
    proven = [row for row in shipped().bundle.thresholds.rows if row.p is not None]
    assert len(proven) > 0
    assert [row for row in proven if row.bound > row.target] == []
    # Live comments can be called high_risk in every profile.
    assert {row.profile for row in proven if (row.surface, row.level) == ("comment", "high_risk")} == {
        "balanced", "cautious", "sensitive",
    }  # fmt: skip


def test_high_risk_asks_for_no_less_than_review() -> None:
    cut = shipped().bundle.thresholds.cut
    profiles = shipped().bundle.thresholds.profiles()
    wrong = [
        (profile, surface, head)
        for profile, surface, head in product(profiles, ("comment", "review"), HEADS)
        if cut(profile, surface, head, "high_risk") < cut(profile, surface, head, "review")
    ]
    assert wrong == []


def test_the_manifest_and_the_card_speak_of_this_model() -> None:
    bundle = shipped().bundle
    manifest = json.loads((FOLDER / MANIFEST).read_bytes())
    assert manifest["content_digest"] == content_digest(bundle)
    assert manifest["model_id"] == f"zh-{content_digest(bundle)[:10]}"
    assert (FOLDER / CARD).read_text(encoding="utf-8").splitlines()[0] == f"# {bundle.model_id}"


def test_the_model_file_holds_no_comment() -> None:
    # Everything is numbers and single words: none has the length of a sentence, dots and exclamations aside.
    lengths = [sum(char.isalnum() for char in word) for word in shipped().bundle.vectorizer.words]
    assert max(lengths) < 20
    assert (FOLDER / MODEL).read_bytes()[:2] == b"PK"
