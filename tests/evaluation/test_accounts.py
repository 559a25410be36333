"""Accounts judged by all they posted: rhythm and likeness by hand, and no account in two folds."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.errors import InputError, UsageError
from detector.evaluation import Mistakes
from detector.evaluation.accounts import (
    FOLDS,
    LIKENESS,
    RHYTHM,
    account_figures,
    account_traits,
    cross_fitted_accounts,
    likeness,
    rhythm,
)
from detector.trial import Trial, render_page, run_trial, trial_table
from detector.trial.results import results_page
from tests.building import START_MS, batch, comment, nearly
from tests.models import quiet

ACCOUNTS = 40
# What anybody says; a few characters differ from account to account.
TALK = ("今天的天气真好", "晚饭吃了面条", "周末去爬山看日出", "电影很好看推荐")


def timed(*at_s: float) -> dict[str, float]:
    return dict(zip(RHYTHM, rhythm(START_MS + 1000.0 * np.array(at_s)).tolist(), strict=True))


def posts(*, ticking: bool = True, selling: bool = False) -> tuple[CommentBatch, np.ndarray]:
    """Forty accounts of six posts; every second is a spammer that posts by a timer or sells, the others live."""
    rng = np.random.default_rng(7)
    rows: list[tuple[Comment, bool]] = []
    for account in range(ACCOUNTS):
        spammer = account % 2 == 1
        gap_s = np.full(6, 600.0) if spammer and ticking else rng.lognormal(6.0, 1.5, size=6)
        for post, at_s in enumerate(np.cumsum(gap_s)):
            text = "厂家直销批发" if spammer and selling else TALK[int(rng.integers(len(TALK)))]
            rows.append((
                comment(f"{text}{chr(0x4E00 + account * 6 + post)}", at_s=at_s, user_id=f"u{account:02}"), spammer,
            ))  # fmt: skip
    rows.sort(key=lambda row: row[0].ts_ms)
    return batch(*(row for row, _ in rows)), np.array([spammer for _, spammer in rows])


# --- rhythm -------------------------------------------------------------------------------------------------------


def test_a_timer_of_ten_minutes_has_one_gap() -> None:
    log_gap = math.log1p(600.0)
    assert timed(0, 600, 1200, 1800, 2400) == nearly({
        "rhythm.log_gap_q5%": log_gap, "rhythm.log_gap_q25%": log_gap, "rhythm.log_gap_q50%": log_gap,
        "rhythm.log_gap_q75%": log_gap, "rhythm.log_gap_q95%": log_gap, "rhythm.log_gap_mean": log_gap,
        "rhythm.log_gap_spread": 0.0,
        # A gap of just ten minutes is not below ten minutes.
        "rhythm.share_below_60s": 0.0, "rhythm.share_below_600s": 0.0, "rhythm.share_below_3600s": 1.0,
        "rhythm.share_below_86400s": 1.0,
        # No spread at all is the least bursty there is; nothing varies, so one gap says nothing of the next.
        "rhythm.burstiness": -1.0, "rhythm.same_gap_share": 1.0, "rhythm.repeated_gap_share": 0.75,
        "rhythm.whole_minute_share": 1.0, "rhythm.gap_memory": math.nan,
        "rhythm.posts_per_day": 5.0, "rhythm.busiest_day_share": 1.0,
    })  # fmt: skip


def test_a_person_comes_and_goes() -> None:
    # Two posts within half a minute, then three days of silence, then one more.
    found = timed(0, 30, 30 + 3 * 86_400)
    assert found["rhythm.share_below_60s"] == 0.5
    assert found["rhythm.share_below_86400s"] == 0.5
    assert found["rhythm.whole_minute_share"] == 0.5
    assert found["rhythm.posts_per_day"] == 1.5
    assert found["rhythm.busiest_day_share"] == pytest.approx(2 / 3)
    assert found["rhythm.same_gap_share"] == 0.0


def test_the_order_of_posts_and_missing_times_do_not_change_the_rhythm() -> None:
    assert timed(2400, 0, 600, math.nan, 1800, 1200) == nearly(timed(0, 600, 1200, 1800, 2400))


def test_two_posts_have_no_rhythm() -> None:
    assert timed(0, 600) == nearly(dict.fromkeys(RHYTHM, math.nan))


def test_posts_in_one_instant_are_no_division_by_zero() -> None:
    found = timed(5, 5, 5)
    assert (found["rhythm.share_below_60s"], found["rhythm.log_gap_mean"]) == (1.0, 0.0)
    assert math.isnan(found["rhythm.burstiness"])


# --- likeness -----------------------------------------------------------------------------------------------------


def test_one_post_is_like_nothing() -> None:
    assert np.isnan(likeness(["只有这一条"])).tolist() == [True] * len(LIKENESS)


def test_the_same_post_over_and_over_is_one_template() -> None:
    # Three posts: the nearest is the same, one template and one opening for three.
    assert likeness(["这款面膜真的太好用了"] * 3).tolist() == pytest.approx([1.0, 1.0, 1 / 3, 1 / 3])


def test_a_number_filled_in_leaves_the_template_but_not_the_opening() -> None:
    found = likeness([f"编号{number}今天全场包邮欢迎选购" for number in (10231, 20845, 39977, 41002)])
    assert found.tolist() == pytest.approx([1.0, 1.0, 1 / 4, 1.0])


def test_very_many_posts_are_compared_by_a_sample() -> None:
    # 200 of 50,000, evenly spaced: all the same, so one template among 200.
    assert likeness(["每天都是同一句话呀"] * 50_000)[2] == 1 / 200


# --- traits -------------------------------------------------------------------------------------------------------


def test_an_account_is_one_row_in_the_order_of_its_id() -> None:
    rows = batch(
        comment("早", at_s=0, user_id="b"), comment("今天好", at_s=60, user_id="a"),
        comment("今天很好啊", at_s=180, user_id="a"), comment("你们好呀今天", at_s=420, user_id="a"),
    )  # fmt: skip
    names, traits = account_traits(rows)
    a, b = (dict(zip(names, row.tolist(), strict=True)) for row in traits)
    # Lengths 3, 5 and 6: mean 14/3, variance 14/9; the gaps before the posts: none, 120 s and 240 s.
    assert (a["style.length mean"], a["style.length spread"]) == pytest.approx((14 / 3, math.sqrt(14 / 9)))
    assert (a["timing.gap_s mean"], a["timing.gap_s spread"]) == pytest.approx((180.0, 60.0))
    assert a["rhythm.log_gap_mean"] == pytest.approx((math.log(121) + math.log(241)) / 2)
    assert (b["style.length mean"], b["style.length spread"]) == (1.0, 0.0)
    assert [
        name for name in ("timing.gap_s mean", "rhythm.burstiness", LIKENESS[0]) if b[name] == b[name]
    ] == []


def test_a_clock_that_only_orders_gives_no_rhythm() -> None:
    rows = batch(*(comment("早上好", at_s=60 * n, ts_source="order_only") for n in range(4)))
    names, traits = account_traits(rows)
    assert np.isnan(traits[0, [names.index(name) for name in RHYTHM]]).tolist() == [True] * len(RHYTHM)


def test_the_hour_and_the_day_posts_were_gathered_are_no_trait() -> None:
    rows, _ = posts()
    later = CommentBatch.from_comments(
        # Forty days and five hours on; whole days apart stay whole days apart only where no day is crossed.
        [comment(text, at_s=(ts - START_MS) / 1000 + 3_474_000, user_id=user)
         for text, ts, user in zip(rows.text, rows.ts_ms.tolist(), rows.user_id, strict=True)]
    )  # fmt: skip
    names, here = account_traits(rows)
    _, there = account_traits(later)
    # Which posts share a calendar day may change; nothing else may.
    keep = [
        n for n, name in enumerate(names) if name not in {"rhythm.posts_per_day", "rhythm.busiest_day_share"}
    ]
    np.testing.assert_allclose(here[:, keep], there[:, keep], rtol=1e-6)


# --- held-out figures ---------------------------------------------------------------------------------------------


def test_a_timer_is_found_where_words_say_nothing() -> None:
    found = account_figures(*posts(), repeats=1)
    assert (found.accounts, found.spammers, found.folds, found.repeats) == (40, 20, FOLDS, 1)
    assert found.words_and_signals.value > 0.95
    assert found.words.value < 0.8
    assert found.gain.value == pytest.approx(found.words_and_signals.value - found.words.value)
    assert found.gain.low <= found.gain.value <= found.gain.high


def test_words_are_found_without_a_timer() -> None:
    assert account_figures(*posts(ticking=False, selling=True), repeats=1).words.value == 1.0


def test_the_figure_is_the_mean_over_deals_and_every_deal_repeats() -> None:
    rows, spammer = posts(ticking=False)
    one, other, both = (
        account_figures(rows, spammer, seed=seed, repeats=repeats) for seed, repeats in ((3, 1), (4, 1), (3, 2))
    )
    gains = (one.gain.value + other.gain.value) / 2
    assert both.words.value == pytest.approx((one.words.value + other.words.value) / 2)
    assert both.gain.value == pytest.approx(gains)


def test_an_account_is_never_judged_by_a_model_that_saw_its_label() -> None:
    # Labels by lot: a leak of an account's own label would show as a figure far above one half.
    rng = np.random.default_rng(0)
    target = np.arange(200) % 2 == 0
    texts = ["".join(chr(c) for c in rng.integers(0x4E00, 0x4F00, size=30)) for _ in range(200)]
    words, both = cross_fitted_accounts(texts, rng.normal(size=(200, 8)), target, seed=0)
    for score in (words, both):
        above = (score[target][:, None] > score[~target][None]).mean()
        assert 0.35 < above < 0.65


def test_an_account_with_both_labels_is_refused_and_counted() -> None:
    rows, spammer = posts()
    spammer[rows.user_id.index("u00")] = True
    with pytest.raises(InputError, match="21 spammers, 19 others, 1 with both labels"):
        account_figures(rows, spammer)


def test_too_few_accounts_of_a_kind_are_refused() -> None:
    with pytest.raises(InputError, match="at least 20 accounts of each kind") as refused:
        account_figures(batch(comment(user_id="a"), comment(user_id="b")), np.array([True, False]))
    assert "水军 1，其他 1" in refused.value.zh


# --- the command --------------------------------------------------------------------------------------------------


def written(folder: Path, *, label: dict[bool, str]) -> Path:
    rows, spammer = posts()
    lines = [
        {"user_id": user, "text": text, "ts": int(ts), "label": label[bool(flag)]}
        for user, text, ts, flag in zip(rows.user_id, rows.text, rows.ts_ms.tolist(), spammer, strict=True)
    ]
    lines.append({"user_id": "nobody", "text": "没有标签", "ts": int(START_MS), "label": ""})
    path = folder / "posts.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_trial_gives_the_figures_and_counts_what_it_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, label={True: "1", False: "0"})
    found = run_trial(
        Trial(files=(path,), accounts=True, jobs=1), out=tmp_path / "out", lang="en", progress=quiet
    )
    assert {name: found["accounts"][name] for name in ("accounts", "spammers", "posts", "left_out")} == {
        "accounts": 40, "spammers": 20, "posts": 240, "left_out": 1,
    }  # fmt: skip
    words = f"{found['accounts']['words']['value']:.4f}"
    kept = json.loads((tmp_path / "out/metrics.json").read_text(encoding="utf-8"))
    pages = (
        trial_table(found, "en"), trial_table(found, "zh"), render_page(found, Mistakes((), ()), lang="en"),
        results_page({"accounts": kept}), (tmp_path / "out/report.html").read_text(encoding="utf-8"),
    )  # fmt: skip
    assert [page.count(words) > 0 for page in pages] == [True] * len(pages)
    assert [text for text in TALK if any(text in page for page in pages)] == []


def test_a_label_that_is_neither_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, label={True: "1", False: "good"})
    with pytest.raises(InputError, match="'good'; a spammer's posts are 1"):
        run_trial(Trial(files=(path,), accounts=True), progress=quiet)


def test_accounts_are_judged_without_a_model_or_folds(tmp_path: Path) -> None:
    path = written(tmp_path, label={True: "1", False: "0"})
    for over in ({"folds": 5}, {"model": tmp_path}, {"attacks": True}, {"ts_source": "order_only"}):
        with pytest.raises(UsageError, match="--accounts"):
            run_trial(Trial(files=(path,), accounts=True, **over), progress=quiet)  # type: ignore[arg-type]
