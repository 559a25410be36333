"""What the first looks at other comments say of one, worked by hand."""

import math
import random
from math import exp

import numpy as np
import pytest

from detector.engine import SCHEMA
from detector.signals.company import Company
from detector.state.arrivals import BLOCK_C
from detector.state.company import FOLLOWED, LOOKS, RECENT_C, RING, SHORT_C, USUAL_C
from detector.text.phrases import phrases
from detector.text.reading import read_texts
from tests.building import NAN, batch, comment, last_two, looking_engine, named, nearly, values_of

# Texts of 4, 9 and 1 characters: their first looks are .8, .9 and .5, and those for lures .64, .81 and .25.
FOUR, NINE, ONE = "送货很快", "主播推荐的面膜真好", "好"
QUIET = {
    "account_mean": 0, "account_most": 0, "copies_mean": NAN, "copies_most": NAN, "copiers_mean": NAN, "group_mean": NAN,
}  # fmt: skip


def seen(*comments, **options) -> list[dict[str, float]]:
    """What the company of each comment says, by quantity; what is said of phrases, arrivals and lures stands apart."""
    return [
        {name: value for name, value in row.items() if not name.startswith(("phrases_", "arrivals_", "lure_"))}
        for row in all_seen(*comments, **options)
    ]


def all_seen(*comments, **options) -> list[dict[str, float]]:
    """The same with what is said of its phrases and of who came with its account."""
    rows = named(looking_engine(**options).observe(batch(*comments)))
    return [
        {name.removeprefix("company."): row[name] for name in row if name.startswith("company.")}
        for row in rows
    ]


def room(mean: float) -> dict[str, float]:
    """While a room is young all three are the mean of all its first looks."""
    return {"room_50c": mean, "room_500c": mean, "room_usual": mean}


def test_an_account_is_known_by_what_it_said_before_and_a_text_by_who_else_said_it() -> None:
    rows = seen(
        comment(FOUR, user_id="a"), comment(NINE, user_id="a"), comment(NINE, user_id="b"), comment(NINE, user_id="a"),
    )  # fmt: skip
    assert rows == [
        nearly(expected)
        for expected in (
            QUIET | room(0),
            QUIET | {"account_mean": 0.8 / 2, "account_most": 0.8} | room(0.8),
            # One copy by a, whose two comments looked .85 on average; shrunk by one that looks genuine.
            QUIET
            | {"copies_mean": 0.9 / 2, "copies_most": 0.9, "copiers_mean": 0.85 / 2, "group_mean": 0.9 / 2}
            | room(1.7 / 2),
            # Its own copy counts for the group, but only that of b is one by another.
            {"account_mean": 1.7 / 3, "account_most": 0.9, "copies_mean": 0.9 / 2, "copies_most": 0.9,
             "copiers_mean": 0.9 / 2, "group_mean": 1.8 / 3} | room(2.6 / 3),
        )
    ]  # fmt: skip


def test_who_is_not_known_has_no_past_and_copies_as_others_do() -> None:
    first, second = seen(comment(FOUR, user_id=""), comment(FOUR, user_id=""))
    assert first == nearly(QUIET | {"account_mean": NAN, "account_most": NAN} | room(0))
    assert [second["account_mean"], second["copies_mean"]] == near(NAN, 0.4)


def near(*values: float) -> object:
    return pytest.approx(list(values), rel=2e-7, nan_ok=True)


def test_what_was_said_in_the_same_phrases_is_looked_at() -> None:
    # Of so few phrases none loses its seat to others.
    draw = random.Random(7)
    room = [
        comment("".join(draw.choice("好用") for _ in range(draw.randint(1, 6))), user_id=draw.choice(["a", "b", ""]))
        for _ in range(60)
    ]  # fmt: skip
    said = [[key for key in row if key][:FOLLOWED] for row in phrases(read_texts([one.text for one in room]).shaped).tolist()]  # fmt: skip
    looks = [len(one.text) / (len(one.text) + 1) for one in room]
    for i, row in enumerate(all_seen(*room)):
        means = []
        for key in said[i]:
            uses = [j for j in range(i) if key in said[j]]
            who = [room[j].user_id for j in uses]
            # Who used it last, and who before that, do not count again.
            counted = [j for k, j in enumerate(uses) if not who[k] or who[k] not in last_two(who[:k])]
            weight = [exp(-(i - j) / RECENT_C) for j in counted]
            means.append(sum(w * looks[j] for w, j in zip(weight, counted, strict=True)) / (sum(weight) + 1))
        assert [row["phrases_mean"], row["phrases_most"]] == near(sum(means) / (len(means) + 1), max(means))


def test_accounts_that_came_at_about_the_same_time_are_looked_at() -> None:
    draw = random.Random(9)
    # New ones come all the time, and some of those who came before go on talking.
    who = [str(n) if draw.random() < 0.3 else str(draw.randint(0, n)) for n in range(RING + 200)]
    who[17] = who[RING + 90] = ""
    room = [comment("好" * draw.randint(1, 9), user_id=user_id) for user_id in who]
    looks = [len(one.text) / (len(one.text) + 1) for one in room]
    came = {user_id: i for i, user_id in reversed(list(enumerate(who))) if user_id}
    for i, row in enumerate(all_seen(*room)):
        first = came[who[i]] if who[i] else i
        of_others = [j for j in range(i) if who[j] and who[j] != who[i]]
        together = [j for j in of_others if first // BLOCK_C - 1 <= came[who[j]] // BLOCK_C <= first // BLOCK_C]
        total = sum(looks[j] for j in together)
        others = len({who[j] for j in together})
        # While the room is young everybody came at about the same time; of nobody it is not known when he came.
        told = i >= RING and who[i]
        expected = [total / (len(together) + 1), total / (others + 1)] if told else [NAN, NAN]
        assert [row["arrivals_mean"], row["arrivals_each"]] == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_first_looks_for_lures_are_gathered_in_the_same_way() -> None:
    draw = random.Random(11)
    room = [
        comment("".join(draw.choice("好用") for _ in range(draw.randint(1, 6))), user_id=draw.choice("abc"))
        for _ in range(RING + 60)
    ]
    column = SCHEMA.names.index("style.length")
    lure = lambda inputs: (inputs[:, column] / (inputs[:, column] + 1.0)) ** 2  # noqa: E731
    # The same numbers as an engine gives that has no other look.
    alone = all_seen(*room, first_look=lambda inputs: np.stack([lure(inputs), lure(inputs)], axis=1))
    for both, one in zip(all_seen(*room), alone, strict=True):
        of_lures = {name: value for name, value in both.items() if name.startswith("lure_")}
        assert len(of_lures) == 11
        assert of_lures == nearly({f"lure_{name}": one[name] for name in one if f"lure_{name}" in of_lures})
        assert both["group_mean"] != both["lure_group_mean"] or math.isnan(both["group_mean"])


def test_the_room_forgets() -> None:
    rows = seen(comment(NINE), *(comment(ONE, user_id=f"u{n}") for n in range(RING + 1)))
    # The first comment looked .9, all others .5.
    assert [rows[n]["room_50c"] for n in (SHORT_C, SHORT_C + 1)] == near(0.5 + 0.4 / SHORT_C, 0.5)
    assert [rows[n]["room_500c"] for n in (RING, RING + 1)] == near(0.5 + 0.4 / RING, 0.5)
    assert rows[RING + 1]["room_usual"] == pytest.approx(0.5 + 0.4 / (RING + 1), rel=2e-7)
    # Copies are looked for among the comments that the ring holds: the newest 48 of them, each looking .5.
    assert rows[RING + 1]["copies_mean"] == pytest.approx(0.5 * 48 / 49, rel=2e-7)


def test_what_is_usual_in_an_old_room_moves_slowly() -> None:
    company, memory = Company(), Company().new_memory()
    looks = np.concatenate([np.full(USUAL_C, 0.2), np.ones(2)])
    looks = np.stack([looks, looks], axis=1)
    rows = company.kept(
        memory, account=np.zeros(len(looks), dtype=np.int64), group=np.arange(1, len(looks) + 1), look=looks,
        phrases=np.zeros((1, FOLLOWED), dtype=np.int64), text=np.zeros(len(looks), dtype=np.intp), first_index=0,
        remember=True,
    )  # fmt: skip
    usual = [feature.name.endswith("room_usual") for feature in company.features]
    assert sum(usual) == LOOKS
    assert rows[-2:, usual].T.ravel().tolist() == near(*[0.2, 0.2 + 0.8 / USUAL_C] * LOOKS)


def test_a_copy_that_left_the_ring_still_counts_for_its_group() -> None:
    others = [comment(f"第{n}位观众", user_id=f"x{n}") for n in range(RING)]
    last = seen(comment(NINE, user_id="a"), *others, comment(NINE, user_id="b"))[-1]
    assert [last["copies_mean"], last["group_mean"]] == near(NAN, 0.45)


def test_reviews_keep_no_company() -> None:
    review, live = seen(comment(NINE, user_id="a", kind="review"), comment(NINE, user_id="b"))
    assert set(map(np.isnan, review.values())) == {True}
    # The review is not remembered, though it took a place in the room.
    assert live == nearly(QUIET | room(0))


def test_without_a_first_look_nothing_is_known() -> None:
    assert {
        bool(np.isnan(value)) for row in seen(comment(FOUR), first_look=None) for value in row.values()
    } == {True}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"copies_mean": 0.2}, "其他账号最近发的近似内容也可疑"),
        ({"copies_mean": 0.1, "lure_copies_mean": 0.2}, "其他账号最近发的近似内容也可疑"),
        ({"copies_mean": 0.19, "account_mean": 0.2}, "该账号本场此前的发言也可疑"),
        ({"account_mean": 0.19, "phrases_mean": 0.2}, "近来用同样说法的发言也可疑"),
        ({"phrases_mean": 0.19, "arrivals_mean": 0.2}, "与该账号差不多同时进场的账号，发言也可疑"),
        (
            {"arrivals_mean": 0.19, "room_50c": 0.1, "room_usual": 0.03},
            "最近 50 条里约有 10% 看着可疑，多于平时",
        ),
        ({"room_50c": 0.1, "room_usual": 0.03}, "最近 50 条里约有 10% 看着可疑，多于平时"),
        ({"room_50c": 0.1, "room_usual": 0.04}, None),
        ({"room_50c": 0.09, "room_usual": 0.01}, None),
    ],
)
def test_it_says_whose_company_it_is(values: dict[str, float], said: str | None) -> None:
    sentence = Company().explain(values_of(Company(), **values))
    assert (sentence and sentence[0]) == said
