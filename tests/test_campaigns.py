"""Flagged comments that share a template are a group; its numbers are counted by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detector.campaigns import GRID_MS, MIN_FLAGGED, find_campaigns, summarise_accounts, template
from detector.comment import Comment
from detector.scorer import Result
from tests.building import NAN, START_MS, batch, comment
from tests.models import handmade_detector


def lures(
    n: int, *, text: str = "看片加微信同号", room: str = "r1", start_s: float = 0.0, **over: object
) -> list[Comment]:
    """``n`` accounts post one text with an own number each, ten seconds apart."""
    return [
        comment(
            f"{text}1012345{k:04d}", at_s=start_s + 10 * k, user_id=f"{room}-u{k}", room_id=room,
            comment_id=f"{room}-c{k}", **over,
        )
        for k in range(n)
    ]  # fmt: skip


def scored(*rows: Comment) -> Result:
    return handmade_detector().score(batch(*rows))


def test_a_template_with_changing_numbers_is_one_campaign() -> None:
    result = scored(*lures(4), comment("今天真冷", at_s=5, room_id="r1", user_id="x", comment_id="x1"))
    (group,) = result.groups
    assert (group.comments, group.accounts, group.flagged, group.label) == (4, 4, 4, "solicitation")
    assert (group.room_id, group.session_id) == ("r1", "s1")
    assert (group.first_ts_ms, group.last_ts_ms) == (START_MS, START_MS + 30_000)
    assert group.template == "看片加微信同号{N}"
    assert group.samples == ("r1-c0", "r1-c1", "r1-c2", "r1-c3")
    assert group.score == pytest.approx(float(result.verdicts.risk[:4].mean()))
    assert result.verdicts.campaign_id == [group.campaign_id] * 4 + [""]


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


def test_the_id_stands_on_a_grid_and_not_on_the_first_comment_read() -> None:
    rows = lures(6)
    whole, without_first = scored(*rows).groups[0], scored(*rows[1:]).groups[0]
    assert without_first.campaign_id == whole.campaign_id
    later = scored(*lures(6, start_s=GRID_MS / 1000)).groups[0]
    assert later.campaign_id != whole.campaign_id


def test_an_id_is_the_same_every_time_and_in_every_order() -> None:
    rows = lures(5)
    ids = {scored(*order).groups[0].campaign_id for order in (rows, rows[::-1], rows)}
    assert len(ids) == 1
    assert next(iter(ids)).startswith("C-")


def test_comments_that_passed_belong_to_the_campaign_they_look_like() -> None:
    rows = lures(4)
    result = handmade_detector().score(batch(*rows))
    # The third was not flagged, say because its account is trusted; it shares the template all the same.
    verdict = result.verdicts.verdict.copy()
    verdict[2] = 0
    groups, verdicts = find_campaigns(
        result.batch, dataclasses.replace(result.verdicts, verdict=verdict), np.full(4, 7, dtype=np.int64)
    )
    assert (groups[0].comments, groups[0].flagged) == (4, 3)
    assert verdicts.campaign_id == [groups[0].campaign_id] * 4


def test_accounts_without_an_id_count_one_by_one() -> None:
    rows = [dataclasses.replace(row, user_id="") for row in lures(3)] + lures(1, start_s=60)
    rows = [dataclasses.replace(row, comment_id=f"c{n}") for n, row in enumerate(rows)]
    assert scored(*rows).groups[0].accounts == 4


def test_without_times_a_campaign_has_no_span() -> None:
    group = scored(*lures(3, ts_ms=NAN)).groups[0]
    assert [np.isnan(group.first_ts_ms), np.isnan(group.last_ts_ms)] == [True, True]


def test_the_first_and_the_last_comment_are_among_five_samples() -> None:
    samples = scored(*lures(30)).groups[0].samples
    assert (len(samples), samples[0], samples[-1]) == (5, "r1-c0", "r1-c29")


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["加v13800138000"], "加{ID}"),
        (["加 13800138000"], "加 {N}"),
        (["群 123 456 789 来"], "群 {N} 来"),
        (["看tcc473a", "看tcc473a", "别的"], "看{ID}"),
        (["666"], "666"),
        (["5折", "5折"], "5折"),
        (["好" * 300], "好" * 200),
    ],
)
def test_a_template_shows_slots_for_numbers_and_handles(texts: list[str], shown: str) -> None:
    assert template(texts) == shown


def test_accounts_are_told_by_what_they_did_the_riskiest_first() -> None:
    result = scored(
        *lures(3),
        comment("你好", at_s=1, user_id="r1-u0", room_id="r1", comment_id="x1"),
        comment("今天真冷", at_s=2, user_id="x", user_name="路人", room_id="r1", comment_id="x2"),
        comment("有人吗", at_s=3, user_id="", room_id="r1", comment_id="x3"),
    )
    campaign = result.groups[0].campaign_id
    accounts = result.accounts()
    assert [(a.user_id, a.comments, a.flagged, a.flagged_share, a.campaigns) for a in accounts] == [
        ("r1-u1", 1, 1, 1.0, (campaign,)),
        ("r1-u2", 1, 1, 1.0, (campaign,)),
        ("r1-u0", 2, 1, 0.5, (campaign,)),
        ("x", 1, 0, 0.0, ()),
    ]
    # Shrunk to the mean of the whole input as if by five more comments.
    risk = result.verdicts.risk
    assert accounts[0].score == pytest.approx((risk[1] + 5 * risk.mean()) / 6)
    assert accounts[3].user_name == "路人"


def test_accounts_of_an_empty_input_are_none() -> None:
    result = scored()
    assert summarise_accounts(result.batch, result.verdicts) == []
