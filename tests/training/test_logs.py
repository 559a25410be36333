"""Labelled files and recipes become logs; what is unclear is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.engine import FeatureEngine
from detector.errors import InputError, UsageError
from detector.simulate import LIVE_ATTACKS, simulate_reviews, simulate_room
from detector.training.logs import (
    FOLDS,
    LEFT_OUT,
    LabelledLog,
    dealt,
    fold_by_session,
    fold_of_keys,
    head_weights,
    label_codes,
    read_labelled,
    read_source,
)
from detector.training.recipe import injected_logs, read_recipe, simulated_logs
from detector.verdict import NORMAL
from tests.building import batch, comment


def test_every_label_has_its_code() -> None:
    names = [
        "solicitation",
        "bot_flood",
        "fake_review",
        "normal",
        "organic_wave",
        "self_flood",
        "unlabelled",
        "unsure",
    ]
    assert label_codes(names, where="x").tolist() == [0, 1, 2, *[NORMAL] * 4, LEFT_OUT]


def test_an_unknown_label_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        InputError, match=r"day.csv: unknown labels \['广告'\]; use solicitation, bot_flood"
    ) as caught:
        label_codes(["normal", "广告"], where="day.csv")
    assert "未知标签" in caught.value.zh


def test_a_weight_is_one_number_or_one_by_head() -> None:
    assert head_weights(0.5) == (0.5, 0.5, 0.5)
    assert head_weights({"bot_flood": 0.25}) == (1.0, 0.25, 1.0)


def test_whole_sessions_are_dealt_to_the_folds_in_turn() -> None:
    sessions = [f"s{n}" for n in range(FOLDS + 1)]
    rows = [comment(session_id=session) for session in sessions for _ in range(2)]
    assert fold_by_session(batch(*rows)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0]


def test_texts_of_one_template_share_a_fold() -> None:
    one = batch(*(comment(text) for text in ("加微信13800138000", "加微信13900139000", "加微信13800138000")))
    assert len(set(fold_of_keys(FeatureEngine().observe(one).group).tolist())) == 1
    texts = [f"{a}{b}" for a in "天地人你我他" for b in "上下左右前后"]
    many = batch(*(comment(text) for text in texts))
    assert len(set(fold_of_keys(FeatureEngine().observe(many).group).tolist())) == FOLDS


def test_a_labelled_file_is_put_in_the_order_of_its_times(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text(
        "text,time,session_id,label\n后,2026-11-11 20:00:02,s1,solicitation\n先,2026-11-11 20:00:01,s1,\n"
        "中,2026-11-11 20:00:01,s2,unsure\n",
        encoding="utf-8",
    )
    log = read_labelled(path)
    assert log.batch.text == ["先", "中", "后"]
    # An empty cell is an unlabelled comment: genuine, as far as anybody knows.
    assert log.label.tolist() == [NORMAL, LEFT_OUT, 0]
    assert log.fold.tolist() == [0, 1, 0]
    assert (log.name, log.proof) == ("day.csv", True)


def test_a_file_of_one_session_is_split_by_text(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    texts = [f"{a}{b}" for a in "天地人你我他" for b in "上下左右前后"]
    path.write_text("text,label\n" + "".join(f"{text},normal\n" for text in texts), encoding="utf-8")
    assert [log.by_text for log in dealt([read_labelled(path)])] == [True]


def test_files_of_one_session_each_are_held_out_as_sessions(tmp_path: Path) -> None:
    logs = []
    for day in ("monday", "tuesday"):
        path = tmp_path / f"{day}.csv"
        path.write_text("text,label\n好看,normal\n好吃,normal\n", encoding="utf-8")
        logs.append(read_labelled(path))
    assert [(log.fold.tolist(), log.by_text) for log in dealt(logs)] == [([0, 0], False), ([1, 1], False)]


def test_a_file_without_the_label_column_is_answered_with_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("text,judged\n好,normal\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no column 'label'; its columns are text, judged"):
        read_labelled(path)
    assert read_labelled(path, label_column="judged").label.tolist() == [NORMAL]


def test_a_source_of_a_recipe_is_read_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(
        "text,user_masked,when,product,fake\n很好,a***b,2026-11-11 20:00:00,7,1\n很好,a***b,2026-11-11 20:00:00,8,1\n"
        ",c***d,2026-11-11 20:00:01,8,0\n一般,c***d,2026-11-11 20:00:02,8,0\n",
        encoding="utf-8",
    )
    source = {
        "name": "reviews", "file": "r.csv", "label_column": "fake", "labels": {"1": "fake_review", "0": "normal"},
        "constants": {"kind": "review"}, "map": {"when": "ts", "user_masked": "user_name"}, "ignore": ["product"],
        "drop_duplicates": ["text", "user_masked", "when"], "fold_by": "text", "heads": ["fake_review"], "weight": 0.5,
    }  # fmt: skip
    log = read_source(tmp_path, source)
    # The copy is dropped; the row without a text is left out, and its label with it.
    assert log.batch.text == ["很好", "一般"]
    assert log.label.tolist() == [2, NORMAL]
    assert (log.heads, log.proof, log.weight, log.rate) == (("fake_review",), False, (0.5, 0.5, 0.5), 1.0)
    # Loose texts do not tell how often something happens, unless they are said to.
    assert read_source(tmp_path, source | {"replayed": False}).rate == 0.0
    assert read_source(tmp_path, source | {"replayed": False, "rate": 0.5}).rate == 0.5


def test_a_recipe_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.csv is not there"):
        read_source(tmp_path, {"name": "x", "file": "gone.csv", "label": "normal"})


@pytest.mark.parametrize("body", [b"name = ", b"\xff\xfe\xfa"], ids=["half a line", "bytes"])
def test_a_recipe_that_is_not_toml_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "r.toml"
    path.write_bytes(body)
    with pytest.raises(InputError, match=r"r.toml is not a readable recipe") as caught:
        read_recipe(path)
    assert "读不了" in caught.value.zh


def test_simulated_rooms_are_logs_of_their_own_and_one_in_four_knows_only_the_order() -> None:
    logs = list(simulated_logs({"rooms": 2, "reviews": 1, "seed": 3, "weight": {"bot_flood": 0.5}}))
    assert [log.name for log in logs] == ["simulated_room_000", "simulated_room_001", "simulated_reviews_000"]
    assert [set(log.batch.ts_source.tolist()) for log in logs[:2]] == [{7}, {0}]
    assert [set(log.fold.tolist()) for log in logs[:2]] == [{0}, {1}]
    assert logs[2].heads == ("fake_review", "solicitation")
    assert logs[0].weight == (1.0, 0.5, 1.0)
    # How often a made-up room is attacked says nothing of rooms.
    assert [log.rate for log in logs] == [0.0, 0.0, 0.0]
    assert [log.rate for log in simulated_logs({"rooms": 1, "reviews": 1, "rate": 0.5})] == [0.5, 0.5]


def two_sessions() -> tuple[list[CommentBatch], LabelledLog]:
    """Two simulated rooms as two sessions of one genuine log."""
    sessions = [simulate_room(seed=seed, minutes=6, viewers=150, attacks=[]).batch for seed in (1, 2)]
    batch = CommentBatch.concat(
        [dataclasses.replace(part, session_id=[f"s{n}"] * len(part)) for n, part in enumerate(sessions)]
    )
    normal = np.full(len(batch), NORMAL, dtype=np.int8)
    return sessions, LabelledLog("real", batch, normal, fold_by_session(batch))


def test_campaigns_are_put_into_every_session_and_stay_in_its_fold() -> None:
    sessions, real = two_sessions()
    settings = {
        "source": "real",
        "comments_per_campaign": 200,
        "seed": 5,
        "heads": ["bot_flood", "fake_review"],
        "rate": 0.25,
    }
    logs = list(injected_logs(settings, {"real": real}, progress=lambda _: None))
    assert [(log.name, log.fold.tolist()) for log in logs] == [
        ("injected_000", [0] * len(logs[0].batch)),
        ("injected_001", [1] * len(logs[1].batch)),
    ]
    for log, part in zip(logs, sessions, strict=True):
        assert (log.heads, log.words, log.rate) == (("bot_flood", "fake_review"), False, 0.25)
        # All of the session's own comments, and of each campaign one in twenty of them at most.
        assert set(part.comment_id) < set(log.batch.comment_id)
        posts = np.count_nonzero(log.label != NORMAL)
        assert 0 < posts <= round(len(part) / 200) * 0.06 * len(log.batch)


def test_every_other_copy_of_a_session_begins_in_its_midst_as_a_dump_may() -> None:
    sessions, real = two_sessions()
    settings = {"source": "real", "comments_per_campaign": 200, "copies": 2, "seed": 5}
    logs = list(injected_logs(settings, {"real": real}, progress=lambda _: None))
    for whole, later, part in zip(logs[:2], logs[2:], sessions, strict=True):
        own = set(later.batch.comment_id) & set(part.comment_id)
        assert set(part.comment_id) < set(whole.batch.comment_id)
        assert len(part) // 4 <= len(own) < len(part)
        assert own == set(part.comment_id[-len(own) :])


def test_attacks_that_are_left_out_appear_in_no_log() -> None:
    kinds = [name for name in LIVE_ATTACKS if name != "smear"]
    room = simulate_room(seed=1, minutes=5, viewers=100, without=kinds)
    assert set(room.kind_of_attack) <= {"", "smear"}
    reviews = simulate_reviews(seed=1, products=2, reviews=80, days=20, without=["review_copy"])
    assert "review_copy" not in reviews.kind_of_attack
    assert "review_mash" in reviews.kind_of_attack


def test_injecting_into_a_log_that_the_recipe_does_not_read_says_which_there_are() -> None:
    with pytest.raises(InputError, match=r"'other' is none of \[\]"):
        list(injected_logs({"source": "other"}, {}, progress=lambda _: None))
