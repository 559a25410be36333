"""What each account did, counted by hand."""

from __future__ import annotations

import pytest

from detector.campaigns import summarise_accounts
from tests.building import comment
from tests.campaigns.stories import lures, scored


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


def test_accounts_are_looked_up_like_a_list() -> None:
    result = scored(*lures(3), comment("你好", at_s=9, user_id="x", room_id="r1", comment_id="x1"))
    accounts = result.accounts()
    listed = list(accounts)
    assert [a.user_id for a in listed] == ["r1-u0", "r1-u1", "r1-u2", "x"]
    assert (len(accounts), accounts[-1], accounts[1:3]) == (4, listed[3], listed[1:3])
    assert (accounts[::2], accounts[3:1]) == (listed[::2], [])
    with pytest.raises(IndexError, match="account 4 of 4"):
        accounts[4]


def test_the_score_of_an_account_of_many_comments_is_exact() -> None:
    texts = [f"{n}号链接" if n % 3 else "加微" for n in range(300)]
    result = scored(
        *(comment(text, at_s=n, user_id=f"u{n % 2}", comment_id=f"c{n}") for n, text in enumerate(texts))
    )
    risk = result.verdicts.risk
    base = float(risk.mean())
    expected = {f"u{n}": (float(risk[n::2].sum()) + 5 * base) / 155 for n in (0, 1)}
    assert {a.user_id: a.score for a in result.accounts()} == expected
