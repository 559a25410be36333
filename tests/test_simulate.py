"""Simulated rooms and reviews: labels keep their promise; only content and conduct give an attack away."""

import csv
import dataclasses
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from detector.comment import NUMBER_FIELDS, STRING_FIELDS, Comment, CommentBatch
from detector.errors import UsageError
from detector.simulate import (
    ATTACKS,
    LABELS,
    LIVE_ATTACKS,
    REVIEW_ATTACKS,
    TOPICS,
    SimulatedLog,
    inject,
    simulate_reviews,
    simulate_room,
    write_jsonl,
    write_reviews_csv,
)
from detector.simulate.__main__ import main
from detector.simulate.contacts import KINDS, TRICKS, draw_contact
from detector.simulate.grammar import Phrasebook, parse_phrases, phrasebook

SHARED_LOG = Path(__file__).parents[2] / "shared" / "data" / "douyu_live_dev.parquet"


def written_by_attack(log: SimulatedLog) -> np.ndarray:
    return np.array([kind != "" for kind in log.kind_of_attack])


def form(identity: str) -> str:
    """An id with every digit and every letter replaced: what kind of id it is."""
    return re.sub(r"[a-z]+|\d+", "x", identity)


def known(log: SimulatedLog, rows: np.ndarray) -> dict[str, bool]:
    """For each field whether any of ``rows`` knows it, but for badge and marker: not everybody has them."""
    found = {name: any(getattr(log.batch, name)[r] for r in np.flatnonzero(rows)) for name in STRING_FIELDS}
    found |= {name: bool((~np.isnan(getattr(log.batch, name)[rows])).any()) for name in NUMBER_FIELDS}
    return {name: value for name, value in found.items() if name not in {"fan_badge_name", "paid_marker"}}


@pytest.fixture(scope="module")
def rooms() -> list[SimulatedLog]:
    return [simulate_room(seed=seed, viewers=1500, level_scale="long") for seed in range(6)]


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["--out", str(tmp_path / name), "--seed", "7"]) == 0
    for file in ("room.jsonl", "reviews.csv", "SOURCE.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_sample_in_the_repository_has_every_label_and_names_its_source(tmp_path: Path) -> None:
    # Its bytes are not compared: another version of NumPy may draw other numbers from the same seed.
    sample = Path(__file__).parents[1] / "data" / "sample"
    main(["--out", str(tmp_path), "--seed", "7"])
    assert (sample / "SOURCE.md").read_text(encoding="utf-8") == (tmp_path / "SOURCE.md").read_text(
        encoding="utf-8"
    )
    assert (sample / "room.jsonl").stat().st_size < 2_000_000
    with (sample / "room.jsonl").open(encoding="utf-8") as file:
        assert {json.loads(line)["label"] for line in file} == set(LABELS)
    with (sample / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {record["label"] for record in csv.DictReader(file)} == {"fake_review", "normal"}


def test_another_seed_makes_another_room() -> None:
    assert simulate_room(seed=1, viewers=60).batch.text != simulate_room(seed=2, viewers=60).batch.text


def test_a_room_has_the_shape_of_a_real_one(rooms: list[SimulatedLog]) -> None:
    one_comment, top_hundredth, duplicates, no_badge, newest, levels = [], [], [], [], [], []
    for log in rooms:
        batch, n = log.batch, len(log)
        posts = sorted(Counter(batch.user_id).values(), reverse=True)
        one_comment.append(posts.count(1) / len(posts))
        top_hundredth.append(sum(posts[: len(posts) // 100]) / n)
        duplicates.append(1 - len(set(batch.text)) / n)
        no_badge.append(np.mean([name == "" for name in batch.fan_badge_name]))
        newest.append(np.mean(batch.user_level == 1))
        levels.append(np.median(batch.user_level))
    assert 0.38 < np.mean(one_comment) < 0.56
    assert 0.12 < np.mean(top_hundredth) < 0.25
    assert 0.35 < np.mean(duplicates) < 0.56
    assert 0.55 < np.mean(no_badge) < 0.85
    assert 0.02 < np.mean(newest) < 0.09
    assert 9 <= np.mean(levels) <= 15


def test_attacks_are_a_small_part_of_a_room(rooms: list[SimulatedLog]) -> None:
    for log in rooms:
        hostile = sum(label in {"solicitation", "bot_flood", "fake_review"} for label in log.label)
        assert 0.001 < hostile / len(log) <= 0.085


def test_a_wave_is_hundreds_of_accounts_with_the_same_word(rooms: list[SimulatedLog]) -> None:
    for log in rooms:
        waves = [r for r, label in enumerate(log.label) if label == "organic_wave"]
        word, _ = Counter(log.batch.text[r] for r in waves).most_common(1)[0]
        people = {log.batch.user_id[r] for r in waves if log.batch.text[r] == word}
        assert len(people) > 100


def test_a_room_is_in_time_order_with_ids_of_its_own(rooms: list[SimulatedLog]) -> None:
    for log in rooms:
        assert (np.diff(log.batch.ts_ms) >= 0).all()
        assert len(set(log.batch.comment_id)) == len(log)
        assert len({form(i) for i in log.batch.comment_id}) == 1
        assert all(text.strip() for text in log.batch.text)
        assert set(log.label) <= set(LABELS)
        for name in ("room_id", "session_id"):
            assert len(set(getattr(log.batch, name))) == 1
        assert "" not in log.batch.user_id


@pytest.mark.parametrize("name", LIVE_ATTACKS)
def test_a_live_attack_is_labelled_and_looks_like_the_rest_of_the_room(name: str) -> None:
    log = simulate_room(seed=11, viewers=300, attacks=[name], share=0.05)
    hostile = written_by_attack(log)
    assert {log.kind_of_attack[r] for r in np.flatnonzero(hostile)} == {name}
    assert {log.label[r] for r in np.flatnonzero(hostile)} - {"normal"} == {ATTACKS[name].label}
    assert known(log, hostile) == known(log, ~hostile)
    for ids in (log.batch.user_id, log.batch.user_name):
        lengths = {len(ids[r]) for r in np.flatnonzero(~hostile)}
        assert {len(ids[r]) for r in np.flatnonzero(hostile)} - lengths == set()
    assert {form(log.batch.user_id[r]) for r in np.flatnonzero(hostile)} == {
        form(log.batch.user_id[r]) for r in np.flatnonzero(~hostile)
    }
    accounts = {log.batch.user_id[r] for r in np.flatnonzero(hostile)}
    assert accounts.isdisjoint(log.batch.user_id[r] for r in np.flatnonzero(~hostile))


@pytest.mark.parametrize("name", REVIEW_ATTACKS)
def test_a_review_attack_is_a_fake_review_with_a_product_a_rating_and_a_purchase(name: str) -> None:
    log = simulate_reviews(seed=5, reviews=200, attacks=[name], share=0.08)
    hostile = written_by_attack(log)
    assert {log.label[r] for r in np.flatnonzero(hostile)} == {"fake_review"}
    assert known(log, hostile) == known(log, ~hostile)
    assert (log.batch.purchased_at_ms[hostile] < log.batch.ts_ms[hostile]).all()
    assert {log.batch.product_id[r] for r in np.flatnonzero(hostile)} <= set(log.batch.product_id)


def test_every_attack_has_the_documented_label() -> None:
    assert {name: attack.label for name, attack in ATTACKS.items()} == {
        **dict.fromkeys(("lure_burst", "slow_drip", "warm_up"), "solicitation"),
        **dict.fromkeys(("templated_praise", "paraphrase", "short_flood", "emoji_flood"), "bot_flood"),
        **dict.fromkeys(("copy_others", "smear", "vote_wall", "aged_accounts"), "bot_flood"),
        **dict.fromkeys(("shill_praise", "shill_sheet"), "fake_review"),
        **dict.fromkeys(REVIEW_ATTACKS, "fake_review"),
    }


def test_old_accounts_have_higher_levels_than_new_ones() -> None:
    def median_level(accounts_like: str) -> float:
        room = simulate_room(seed=3, viewers=400, level_scale="long", attacks=[]).batch
        log = inject(room, seed=1, attack="paraphrase", share=0.05, accounts=40, accounts_like=accounts_like)
        return float(np.median(log.batch.user_level[written_by_attack(log)]))

    assert median_level("fresh") < 5 < median_level("aged")


def test_a_room_without_levels_has_none_for_attackers_either() -> None:
    log = simulate_room(seed=4, viewers=200, level_scale="none", attacks=["lure_burst"], share=0.05)
    assert np.isnan(log.batch.user_level).all()


def five_comments() -> CommentBatch:
    return CommentBatch.from_comments(
        Comment(
            text=f"第{i}条",
            comment_id=f"c-{i}",
            user_id=f"0{i}7",
            room_id="1",
            session_id="s",
            ts_ms=1000.0 * i,
        )
        for i in range(5)
    )


def test_injection_keeps_the_old_rows_as_they_are_and_in_order() -> None:
    before = five_comments()
    for name in LIVE_ATTACKS:
        log = inject(before, seed=3, attack=name, share=2.0, labels=["normal"] * 4 + ["organic_wave"])
        old = np.flatnonzero(~written_by_attack(log))
        assert [log.batch.row(r).comment_id for r in old] == before.comment_id
        assert [log.batch.text[r] for r in old] == before.text
        assert log.batch.ts_ms[old].tolist() == before.ts_ms.tolist()
        assert [log.label[r] for r in old] == ["normal"] * 4 + ["organic_wave"]
        assert sum(label == ATTACKS[name].label for label in log.label) == 10


def test_injected_rows_stand_between_their_neighbours_and_never_reuse_an_id() -> None:
    log = inject(five_comments(), seed=8, attack="lure_burst", share=2.0)
    assert (np.diff(log.batch.ts_ms) >= 0).all()
    assert (log.batch.ts_ms % 1000 == 0).all()
    assert len(set(log.batch.comment_id)) == len(log)
    assert {len(user) for user in log.batch.user_id} == {3}


def test_a_log_without_times_stays_without_times() -> None:
    before = dataclasses.replace(five_comments(), ts_ms=np.full(5, np.nan))
    log = inject(before, seed=8, attack="smear", share=1.0)
    assert np.isnan(log.batch.ts_ms).all()
    old = ~written_by_attack(log)
    assert [text for text, keep in zip(log.batch.text, old, strict=True) if keep] == before.text


def test_knobs_are_obeyed() -> None:
    room = simulate_room(seed=9, viewers=300, attacks=[], topic="game").batch
    log = inject(room, seed=2, attack="vote_wall", share=0.05, accounts=7, span_s=30, strength=0, chatty=0)
    hostile = np.flatnonzero(written_by_attack(log))
    assert len({log.batch.user_id[r] for r in hostile}) == 7
    assert np.ptp(log.batch.ts_ms[hostile]) <= 30_000
    assert len(hostile) == round(0.05 * len(room))


def test_wrong_names_are_told_with_the_right_ones() -> None:
    with pytest.raises(UsageError, match="lure_burst"):
        inject(five_comments(), seed=1, attack="lure")
    with pytest.raises(UsageError, match="jewellery"):
        simulate_room(seed=1, topic="weapons")
    with pytest.raises(UsageError, match="review_mash"):
        simulate_reviews(seed=1, attacks=["lure_burst"])
    with pytest.raises(UsageError, match="needs a log of reviews"):
        inject(five_comments(), seed=1, attack="review_mash")
    with pytest.raises(UsageError, match="no comments"):
        inject(five_comments(), seed=1, attack="smear", session="elsewhere")


def test_jsonl_gives_back_text_times_and_labels(tmp_path: Path) -> None:
    log = simulate_room(seed=6, viewers=80)
    write_jsonl(log, tmp_path / "room.jsonl")
    records = [
        json.loads(line) for line in (tmp_path / "room.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    ]
    assert [record["text"] for record in records] == log.batch.text
    assert [record["ts"] for record in records] == log.batch.ts_ms.tolist()
    assert [record["user_id"] for record in records] == log.batch.user_id
    assert [record["label"] for record in records] == log.label
    assert [record["attack"] for record in records] == log.kind_of_attack


def test_review_csv_gives_back_text_times_and_labels(tmp_path: Path) -> None:
    log = simulate_reviews(seed=6, reviews=120)
    write_reviews_csv(log, tmp_path / "reviews.csv")
    with (tmp_path / "reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    assert [record["text"] for record in records] == log.batch.text
    assert [record["label"] for record in records] == log.label
    assert [float(record["rating"]) for record in records] == log.batch.rating.tolist()
    assert records[0]["ts"].endswith("+08:00")
    assert {"purchased_at", "product_id", "verified_purchase"} <= set(records[0])


def test_made_up_contacts_belong_to_nobody() -> None:
    rng = np.random.default_rng(0)
    for kind in KINDS:
        for _ in range(200):
            plain = draw_contact(kind, rng).plain
            if kind in {"phone", "wechat_phone"}:
                assert re.fullmatch(r"1[02][1-9]\d{8}", plain)
            elif kind == "wechat_id":
                # A real one has six characters or more and begins with a letter.
                assert len(plain) < 6 or not plain[0].isalpha()
            elif kind in {"qq", "group"}:
                assert re.fullmatch(r"0\d{8}|[789]\d{9}", plain)
            elif kind == "url":
                assert plain.endswith(".example")


def test_every_trick_leaves_something_to_read() -> None:
    assert len(TRICKS) >= 12
    for name, trick in TRICKS.items():
        changed = {trick("10987kq", np.random.default_rng(seed)) for seed in range(20)}
        assert "" not in changed, name
        assert len(changed - {"10987kq"}) >= 1, name


@pytest.mark.parametrize("topic", TOPICS)
def test_every_phrase_can_be_said_in_every_kind_of_room(topic: str) -> None:
    book = phrasebook().about(topic)
    rng = np.random.default_rng(0)
    for slot in book.sections:
        if "." in slot and not slot.startswith(f"{topic}."):
            continue
        for phrase in book.sections[slot]:
            if slot not in {"look_alike", "ornament"}:
                said = book.fill(phrase, rng)
                assert re.search(r"[{}]", said) is None, phrase


def test_phrases_are_parsed_with_weights_and_filled_innermost_first() -> None:
    sections = parse_phrases("# a remark\n[greet]\n2| {a|b}好\n\n[shop.good]\n茶\n[good]\n{1-1}号{茶|茶}\n")
    assert sections == {"greet": ("{a|b}好", "{a|b}好"), "shop.good": ("茶",), "good": ("{1-1}号{茶|茶}",)}
    book = Phrasebook(sections)
    assert book.fill("{{good}|{good}}", np.random.default_rng(0)) == "1号茶"
    assert book.about("shop").say("good", np.random.default_rng(0)) == "茶"
    with pytest.raises(UsageError, match="cup"):
        book.fill("{cup}", np.random.default_rng(0))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_LOG.exists(), reason="the development data is not here")
def test_an_attack_in_a_real_log_takes_the_looks_of_the_log() -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(SHARED_LOG).slice(0, 20_000).to_pydict()
    names = ("comment_id", "room_id", "session_id", "user_id", "text", "ts_ms", "user_level", "fan_badge_name")
    before = CommentBatch.from_columns(20_000, {name: table[name] for name in names})
    log = inject(before, seed=1, attack="slow_drip", share=0.01, topic="game")
    hostile = written_by_attack(log)
    assert [text for text, added in zip(log.batch.text, hostile, strict=True) if not added] == before.text
    assert set(log.batch.ts_ms[hostile]) <= set(before.ts_ms)
    assert all(re.fullmatch(r"[0-9a-f]{16}", user) for user in log.batch.user_id)
    assert max(len(text) for text in log.batch.text) == max(len(text) for text in before.text)
