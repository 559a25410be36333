"""Who acts together: groups of flagged comments, counted by hand."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from detector.campaigns import GRID_MS, MIN_FLAGGED, find_campaigns
from detector.comment import Comment
from detector.result import Result
from detector.stream.outcome import apply_revisions
from detector.verdict import PASS, Verdicts
from tests.building import NAN, START_MS, batch, comment
from tests.campaigns.stories import TEMPLATES, chat, crowd, farm, lures, scored
from tests.models import handmade_detector


def with_verdicts(result: Result, code: int, rows: range) -> list[int]:
    """How many comments the campaigns have once ``rows`` get the verdict ``code``; one group for all rows."""
    verdict = result.verdicts.verdict.copy()
    verdict[list(rows)] = code
    changed = dataclasses.replace(result.verdicts, verdict=verdict)
    groups, verdicts = find_campaigns(result.batch, changed, np.full(len(verdict), 7, dtype=np.int64))
    assert verdicts.verdict.tolist() == verdict.tolist()
    return [group.comments for group in groups]


def test_a_template_with_changing_numbers_is_one_campaign() -> None:
    result = scored(*lures(4), comment("今天真冷", at_s=5, room_id="r1", user_id="x", comment_id="x1"))
    (group,) = result.groups
    assert (group.comments, group.accounts, group.flagged, group.label) == (4, 4, 4, "solicitation")
    assert (group.room_id, group.session_id) == ("r1", "s1")
    assert (group.first_ts_ms, group.last_ts_ms) == (START_MS, START_MS + 30_000)
    assert (group.template, group.templates) == ("看片加微信同号{N}", ("看片加微信同号{N}",))
    assert group.samples == tuple(f"r1-看0-{k}" for k in range(4))
    assert result.verdicts.campaign_id == [group.campaign_id] * 4 + [""]
    assert (group.merged_ids, group.rooms) == ((), 1)


def test_it_takes_three_flagged_comments() -> None:
    assert MIN_FLAGGED == 3
    assert scored(*lures(2)).groups == ()
    assert len(scored(*lures(3)).groups) == 1


def test_a_redelivered_comment_does_not_make_a_third() -> None:
    result = scored(*lures(2), *lures(1))
    assert (result.verdicts.duplicate.tolist(), result.groups) == ([False, False, True], ())


def test_every_room_has_its_own_campaigns_the_largest_first() -> None:
    groups = scored(*lures(3, room="r1"), *lures(5, room="r2")).groups
    assert [(group.room_id, group.comments) for group in groups] == [("r2", 5), ("r1", 3)]
    assert groups[0].campaign_id != groups[1].campaign_id


def test_the_rooms_with_a_template_are_counted_whether_it_was_flagged_there_or_not() -> None:
    rows = [
        *lures(3, room="r1"), *lures(3, room="r2"), *lures(1, room="r3"), *chat(room="r4"),
        *lures(3, room="r4", text=TEMPLATES[1]),
    ]  # fmt: skip
    groups = scored(*rows).groups
    assert sorted((group.room_id, group.rooms) for group in groups) == [("r1", 3), ("r2", 3), ("r4", 1)]


def test_a_farm_of_twelve_accounts_with_three_templates_is_one_campaign() -> None:
    result = scored(*farm(12), *crowd(40, start_s=5))
    (group,) = result.groups
    assert (group.comments, group.accounts, group.flagged, group.shared_accounts) == (36, 12, 36, 12)
    assert group.templates == tuple(sorted(f"{text}{{N}}" for text in TEMPLATES))
    # Each template was a campaign of its own; the earliest gave its id to the whole.
    alone = [scored(*farm(12)[start : start + 12]).groups[0].campaign_id for start in (0, 12, 24)]
    assert (group.campaign_id, group.merged_ids) == (alone[0], tuple(alone[1:]))


def test_two_hundred_templates_of_one_farm_are_one_campaign() -> None:
    # Each of 200 texts says another of these words in another place, so that no two are near-identical.
    words = ["".join(chr(0x4E00 + (7919 * (9 * n + k)) % 20_000) for k in range(9)) for n in range(200)]
    groups = scored(*farm(4, templates=tuple(f"微{word}" for word in words)), *crowd(40)).groups
    assert [(group.comments, group.accounts, len(group.templates)) for group in groups] == [(800, 4, 8)]


def test_two_farms_stay_two() -> None:
    rows = [
        *farm(12, name="a", templates=TEMPLATES[:1]),
        *farm(12, name="b", start_s=30, templates=TEMPLATES[1:]),
        *crowd(40),
    ]
    groups = scored(*rows).groups
    assert [(group.comments, group.accounts) for group in groups] == [(24, 12), (12, 12)]
    # One account that works for both does not make them one.
    rows[12] = dataclasses.replace(rows[12], user_id="a-0")
    assert [(group.comments, group.accounts) for group in scored(*rows).groups] == [(24, 13), (12, 12)]


def test_a_lottery_word_of_three_hundred_is_no_campaign() -> None:
    result = scored(*crowd(300, text="福气满满"), *lures(3, start_s=400))
    assert [group.comments for group in result.groups] == [3]
    # Not even if the model shies at it: viewers who spoke before, of all levels, are marked as a crowd.
    wary = scored(*crowd(300, text="晚上好", start_s=-400), *crowd(300, text="微笑福气"))
    assert (int((wary.verdicts.verdict != PASS).sum()), wary.groups) == (300, ())


def test_a_crowd_with_a_few_flagged_by_mistake_is_no_campaign() -> None:
    result = scored(*crowd(12, text="福气满满"))
    assert with_verdicts(result, 1, range(2)) == []
    assert with_verdicts(result, 1, range(3)) == [12]
    assert with_verdicts(scored(*crowd(13, text="福气满满")), 1, range(3)) == []


def test_what_a_farm_says_in_lockstep_besides_belongs_to_it() -> None:
    rows = [*lures(6), *lures(6, text="主播讲得真仔细啊", start_s=300, every_s=1.0), *crowd(40, start_s=310)]
    result = scored(*rows)
    (group,) = result.groups
    assert (group.comments, group.flagged, group.accounts) == (12, 6, 6)
    # What was not flagged shows in the ids alone: neither in the template nor in a verdict.
    assert group.templates == ("看片加微信同号{N}",)
    assert result.verdicts.campaign_id[6:12] == [group.campaign_id] * 6
    assert result.verdicts.verdict[6:12].tolist() == [PASS] * 6


@pytest.mark.parametrize(
    "beside",
    [
        # The same accounts, but a minute apart.
        lures(6, text="主播讲得真仔细啊", start_s=300, every_s=60.0),
        # A word of the whole room, in which the six join.
        [*lures(6, text="主播讲得真仔细啊", start_s=300, every_s=1.0), *crowd(40, text="主播讲得真仔细啊10123450001")],
        # Other accounts in lockstep.
        crowd(6, text="主播讲得真仔细啊"),
    ],
)  # fmt: skip
def test_what_others_say_too_or_at_leisure_does_not(beside: list[Comment]) -> None:
    (group,) = scored(*lures(6), *beside, *chat(start_s=200)).groups
    assert group.comments == 6


def test_where_there_are_no_seconds_lockstep_is_counted_in_comments() -> None:
    rows = [*lures(6), *lures(6, text="主播讲得真仔细啊", start_s=300), *crowd(40, start_s=310)]
    in_order = [dataclasses.replace(row, ts_source="order_only") for row in rows]
    assert [group.comments for group in scored(*in_order).groups] == [12]


def test_the_id_stands_on_a_grid_and_not_on_the_first_comment_read() -> None:
    rows = lures(6)
    whole, without_first = scored(*rows).groups[0], scored(*rows[1:]).groups[0]
    assert without_first.campaign_id == whole.campaign_id
    later = scored(*lures(6, start_s=GRID_MS / 1000)).groups[0]
    assert later.campaign_id != whole.campaign_id


def test_equal_times_in_any_order_give_the_same_id() -> None:
    texts = ("加微信领红包福利多多", "加微信领红包福利真多", "加微信领红包福利很多")
    rows = [comment(text, room_id="r1", user_id=f"u{k}", comment_id=f"c{k}") for k, text in enumerate(texts)]
    found = [scored(*order).groups for order in itertools.permutations(rows)]
    assert [len(groups) for groups in found] == [1] * 6
    assert len({(groups[0].campaign_id, groups[0].p_value, groups[0].template) for groups in found}) == 1


def test_an_id_is_the_same_in_every_order_of_the_input() -> None:
    rows = farm(5) + crowd(40)
    ids = {scored(*order).groups[0].campaign_id for order in (rows, rows[::-1], rows)}
    assert len(ids) == 1
    assert next(iter(ids)).startswith("C-")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunking_changes_nothing(size: int) -> None:
    rows = sorted(farm(12) + crowd(40, start_s=5) + lures(3, room="r2"), key=lambda row: row.ts_ms)
    detector, whole = handmade_detector(), batch(*rows)
    stream = detector.stream()
    pushed = [stream.push(whole.slice(start, start + size)) for start in range(0, len(whole), size)]
    closed = stream.close_all()
    at_once = detector.score(whole)
    found = [campaign for end in closed for campaign in end.campaigns]
    assert {campaign.campaign_id for campaign in found} == {group.campaign_id for group in at_once.groups}
    verdicts = Verdicts.concat([part.results for part in pushed])
    for part in (*pushed, *closed):
        apply_revisions(verdicts, np.arange(len(whole)), part.revisions)
    assert list(verdicts.campaign_id) == list(at_once.verdicts.campaign_id)
    assert verdicts.verdict.tolist() == at_once.verdicts.verdict.tolist()


def test_comments_that_passed_belong_to_the_campaign_they_look_like() -> None:
    # The third was not flagged, say because its account is trusted; it shares the template all the same.
    assert with_verdicts(scored(*lures(4)), PASS, range(2, 3)) == [4]


def test_accounts_without_an_id_count_one_by_one_and_prove_nothing() -> None:
    rows = [dataclasses.replace(row, user_id="") for row in lures(4)]
    group = scored(*rows).groups[0]
    assert group.accounts == 4
    assert [np.isnan(value) for value in (group.score, group.repeats, group.p_value, group.q_value)] == [
        True
    ] * 4
    assert group.span_c == 4


def test_masked_names_are_not_one_account() -> None:
    group = scored(*lures(4, user_id="小***鱼", user_id_quality="masked")).groups[0]
    assert [group.comments, np.isnan(group.p_value)] == [4, True]


def test_without_times_a_campaign_has_no_span() -> None:
    group = scored(*lures(3, ts_ms=NAN)).groups[0]
    assert [np.isnan(group.first_ts_ms), np.isnan(group.last_ts_ms)] == [True, True]
    assert group.span_c == 3


def test_the_first_and_the_last_comment_are_among_five_samples() -> None:
    samples = scored(*lures(30)).groups[0].samples
    assert (len(samples), samples[0], samples[-1]) == (5, "r1-看0-0", "r1-看0-29")


def test_a_broken_character_in_a_name_is_a_name() -> None:
    rows = [dataclasses.replace(row, user_id=f"\ud83d{k}") for k, row in enumerate(lures(4))]
    assert [group.accounts for group in scored(*rows).groups] == [4]


def test_where_nothing_is_flagged_there_is_no_campaign() -> None:
    result = scored(*chat())
    assert (result.groups, result.verdicts.campaign_id) == ((), [""] * 9)
    assert scored().groups == ()
