"""True lures are disguised once more, and nothing but their text changes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detector.engine import SCHEMA
from detector.errors import InputError
from detector.simulate.disguise import SLY_EDITS
from detector.text.tokenize import load_tokenizer
from detector.training.augment import Augmentation, disguised, text_values
from detector.training.heads import fit_wording
from detector.training.logs import LabelledLog, fold_by_session
from detector.training.matrix import as_scipy, build_matrix, fit_vectorizer
from tests.building import batch, comment

LURE = "加微信 13800138000 免费领"


def log(*, proof: bool) -> LabelledLog:
    rows = batch(comment("好看"), comment(LURE, user_id="u2"), comment("多少钱", user_id="u3"))
    label = np.array([3, 0, 3], dtype=np.int8)
    return LabelledLog("room", rows, label, fold_by_session(rows), proof=proof)


def test_every_lure_is_copied_with_another_text_in_the_same_place() -> None:
    matrix = build_matrix(
        [log(proof=True)], augmentation=Augmentation(copies=3, weight=0.25), progress=lambda _: None
    )
    assert matrix.augmented.tolist() == [False] * 3 + [True] * 3
    assert matrix.label.tolist() == [3, 0, 3, 0, 0, 0]
    assert matrix.weight[:, 0].tolist() == [1.0] * 3 + [0.25] * 3
    assert matrix.names == ("room", "augmented")
    assert matrix.proof.tolist() == [True] * 3 + [False] * 3
    assert len(set(matrix.text.tolist())) == 6
    of_text = [name.startswith(("style.", "contact.")) or name == "rating.polarity" for name in SCHEMA.names]
    behaviour = matrix.values[:, ~np.array(of_text)]
    assert {row.tobytes() for row in behaviour[3:]} == {behaviour[1].tobytes()}


def test_lures_of_a_made_up_room_are_not_copied() -> None:
    matrix = build_matrix([log(proof=False)], augmentation=Augmentation(), progress=lambda _: None)
    assert matrix.augmented.tolist() == [False] * 3


def test_a_copy_reads_as_its_text_would() -> None:
    matrix = build_matrix([log(proof=True)], progress=lambda _: None)
    again = text_values(["好看", LURE, "多少钱"], matrix.values)
    assert again.tobytes() == matrix.values.tobytes()


@pytest.mark.parametrize("trick", sorted(SLY_EDITS))
def test_every_trick_changes_a_lure(trick: str) -> None:
    rng = np.random.default_rng(3)
    texts = disguised([LURE + " vx abc 来买东西"] * 30, tricks=[trick], rng=rng)
    # Chance may leave one or the other as it was.
    assert sum(text != LURE + " vx abc 来买东西" for text in texts) >= 20


def test_a_recipe_names_the_tricks_to_leave_out() -> None:
    given = Augmentation.of({"copies": 1, "without": ["spread", "marks"]})
    assert (given.copies, set(SLY_EDITS) - set(given.tricks)) == (1, {"spread", "marks"})
    assert dataclasses.astuple(Augmentation.of({}))[:2] == (2, 0.2)
    with pytest.raises(InputError, match=r"knows no tricks \['shout'\]"):
        Augmentation.of({"without": ["shout"]})


def test_rows_that_teach_behaviour_alone_teach_no_words() -> None:
    rows = [comment(f"好看{n}", user_id=f"u{n}") for n in range(30)]
    rows += [comment(f"刷屏{n}", user_id=f"x{n}") for n in range(30)]
    label = np.array([3] * 30 + [1] * 30, dtype=np.int8)
    batch_ = batch(*rows)
    taught = {}
    for words in (True, False):
        log = LabelledLog("room", batch_, label, fold_by_session(batch_), words=words)
        matrix = build_matrix([log], progress=lambda _: None)
        x = as_scipy(fit_vectorizer(matrix, load_tokenizer()).transform(matrix.reading), 1 << 20)
        taught[words] = fit_wording(matrix, x, jobs=1, progress=lambda _: None).weights[:, 1].any()
    assert taught == {True: True, False: False}


def test_copies_of_one_text_support_its_words_once() -> None:
    # Five accounts, but only four texts: their copies make many more, and prove nothing.
    rows = [comment(f"加微信{'甲乙丙丁丁'[n]}", user_id=f"u{n}") for n in range(5)]
    lures = batch(*rows)
    log = LabelledLog("room", lures, np.zeros(5, dtype=np.int8), fold_by_session(lures), proof=True)
    matrix = build_matrix([log], augmentation=Augmentation(copies=5), progress=lambda _: None)
    assert len(matrix.reading) > 10
    assert sorted(set(matrix.source.tolist())) == [0, 1, 2, 3]
    assert fit_vectorizer(matrix, load_tokenizer()).n_columns == 0
