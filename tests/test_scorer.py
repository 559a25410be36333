"""The detector: a dump in any shape gives one verdict per row, and the order of the input is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from detector import scorer
from detector.comment import Comment, CommentBatch
from detector.engine import FeatureEngine
from detector.errors import BundleError, InputError, UsageError
from detector.readers import read_comments
from detector.result import Result
from detector.scorer import Detector
from detector.verdict import HEADS, LABELS, RESULT_COLUMNS, VERDICTS, Verdicts
from tests.building import NAN, START_MS, batch, comment
from tests.models import handmade_bundle, handmade_detector, small_fit, small_room, stump, thresholds

LURE = "加微"
HELLO = "你好"
TEXTS = [LURE, HELLO, "微刷", "赞"]
SAID = ["high_risk", "pass", "review", "high_risk"]


def words(result: Result) -> list[str]:
    return [VERDICTS[code] for code in result.verdicts.verdict]


def as_bytes(verdicts: Verdicts) -> tuple[object, ...]:
    """All that verdicts say: not a bit may differ."""
    columns = (
        verdicts.p,
        verdicts.verdict,
        verdicts.label,
        verdicts.organic_wave,
        verdicts.protected,
        verdicts.duplicate,
    )
    return (
        *(column.tobytes() for column in columns),
        verdicts.comment_id,
        verdicts.campaign_id,
        verdicts.reasons,
    )


def a_room(n: int = 300) -> CommentBatch:
    """Comments of the small room, some of them delivered twice."""
    room = small_room().batch.slice(0, n)
    return CommentBatch.concat([room, room.slice(n // 2, n // 2 + 20)])


# --- The shapes of the input -------------------------------------------------------------------------------------


def test_a_list_of_dicts_is_scored_row_by_row() -> None:
    result = handmade_detector().score([{"text": text} for text in TEXTS])
    assert words(result) == SAID
    assert result.frame["label"].tolist() == ["solicitation", "normal", "solicitation", "fake_review"]
    assert result.frame["risk"].tolist() == pytest.approx([0.9526, 0.0474, 0.7760, 0.9526], abs=5e-5)


def test_comments_batches_and_files_are_scored_alike(tmp_path: Path) -> None:
    rows = [comment(text, at_s=n, user_id=f"u{n}", comment_id=f"c{n}") for n, text in enumerate(TEXTS)]
    path = tmp_path / "room.jsonl"
    records = [
        {"comment_id": r.comment_id, "room_id": r.room_id, "session_id": r.session_id, "user_id": r.user_id,
         "user_name": r.user_name, "text": r.text, "ts": int(r.ts_ms), "user_level": int(r.user_level)}
        for r in rows
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    detector = handmade_detector()
    inputs = (rows, iter(rows), batch(*rows), path, str(path), records, pd.DataFrame(records))
    said = [as_bytes(detector.score(given).verdicts) for given in inputs]
    assert said == [said[0]] * len(inputs)


@pytest.mark.parametrize(
    "index", [["b", "a", "d", "c"], [3, 0, 2, 1], [7, 7, 7, 7], [0.5, math.nan, 1.0, 2.0]], ids=["words", "shuffled", "equal", "nan"]
)  # fmt: skip
def test_a_table_comes_back_on_its_own_index_with_its_own_columns_first(index: list[object]) -> None:
    table = pd.DataFrame({"text": TEXTS, "score_of_mine": [1.5, 2.5, 3.5, 4.5]}, index=pd.Index(index))
    frame = handmade_detector().score(table).frame
    assert frame.index.equals(table.index)
    assert list(frame.columns) == ["text", "score_of_mine", "comment_id", *RESULT_COLUMNS]
    assert frame["verdict"].tolist() == SAID
    pd.testing.assert_frame_equal(frame[["text", "score_of_mine"]], table)


def test_the_table_that_was_given_is_left_alone() -> None:
    table = pd.DataFrame({"text": TEXTS})
    handmade_detector().score(table)
    assert list(table.columns) == ["text"]


def test_rows_without_a_text_pass_without_probabilities() -> None:
    table = pd.DataFrame({"text": [LURE, None, "", "  ", HELLO]}, index=list("edcba"))
    result = handmade_detector().score(table)
    frame = result.frame
    assert frame.index.tolist() == list("edcba")
    assert frame["verdict"].tolist() == ["high_risk", "pass", "pass", "pass", "pass"]
    assert frame["risk"].isna().tolist() == [False, True, True, True, False]
    assert result.report is not None
    assert result.report.skipped == {"empty_text": 3}


def test_columns_of_our_names_are_kept_under_another_name() -> None:
    table = pd.DataFrame({"text": TEXTS, "verdict": ["ok"] * 4, "risk": [0, 1, 2, 3]})
    frame = handmade_detector().score(table).frame
    assert frame["verdict_in"].tolist() == ["ok"] * 4
    assert frame["risk_in"].tolist() == [0, 1, 2, 3]
    assert frame["verdict"].tolist() == SAID


def test_a_mapping_tells_which_column_holds_the_text() -> None:
    table = pd.DataFrame({"说了什么": TEXTS})
    with pytest.raises(InputError, match="no column holds the text"):
        handmade_detector().score(table)
    assert words(handmade_detector().score(table, mapping={"说了什么": "text"})) == SAID


@pytest.mark.parametrize("empty", [[], batch(), pd.DataFrame({"text": []})], ids=["list", "batch", "table"])
def test_nothing_in_nothing_out(empty: object) -> None:
    result = handmade_detector().score(empty)  # type: ignore[arg-type]
    assert (len(result.verdicts), len(result.frame), result.groups, result.accounts()) == (0, 0, (), [])


# --- Contracts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 64])
def test_chunks_change_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    detector, room = Detector(small_fit().bundle, profile="sensitive"), a_room(150)
    whole = as_bytes(detector.score(room).verdicts)
    monkeypatch.setattr(scorer, "CHUNK", size)
    assert as_bytes(detector.score(room).verdicts) == whole


def test_a_stream_gives_the_probabilities_of_the_dump() -> None:
    detector, room = Detector(small_fit().bundle), a_room()
    engine = FeatureEngine(wording=detector.bundle.wording, first_look=detector.bundle.first_look)
    streamed = []
    for row in range(len(room)):
        part = room.slice(row, row + 1)
        streamed.append(detector.judge(part, engine.observe(part)))
    dump = detector.score(room).verdicts
    first = ~dump.duplicate
    assert Verdicts.concat(streamed).p[first].tobytes() == dump.p[first].tobytes()


def test_scoring_twice_says_the_same() -> None:
    detector, room = Detector(small_fit().bundle), a_room()
    assert as_bytes(detector.score(room).verdicts) == as_bytes(detector.score(room).verdicts)


def test_the_order_of_the_input_is_kept_and_the_order_of_time_decides() -> None:
    detector = Detector(small_fit().bundle, profile="sensitive")
    room = small_room().batch.slice(0, 250)
    # Distinct times, so that every shuffle has one true order.
    rows = [comment(c.text, at_s=n, user_id=c.user_id, comment_id=c.comment_id, user_level=c.user_level) for n, c in enumerate(room.row(r) for r in range(len(room)))]  # fmt: skip
    shuffle = np.random.default_rng(2).permutation(len(rows))
    sorted_verdicts = detector.score(rows).verdicts
    shuffled = detector.score([rows[place] for place in shuffle])
    assert shuffled.batch.comment_id == [rows[place].comment_id for place in shuffle]
    assert as_bytes(shuffled.verdicts) == as_bytes(sorted_verdicts.take(shuffle))


def test_a_redelivered_comment_gets_its_first_verdict() -> None:
    spoken = [
        comment(LURE, comment_id="c1"),
        comment(HELLO, at_s=1, comment_id="c2"),
        comment(LURE, at_s=2, comment_id="c1"),
    ]
    verdicts = handmade_detector().score(spoken).verdicts
    assert verdicts.duplicate.tolist() == [False, False, True]
    assert [VERDICTS[code] for code in verdicts.verdict] == ["high_risk", "pass", "high_risk"]
    assert verdicts.p[2].tolist() == verdicts.p[0].tolist()
    assert verdicts.reasons[2] == verdicts.reasons[0]


def test_the_same_id_with_another_text_is_a_comment_of_its_own() -> None:
    # Two files may both number their comments from 0.
    spoken = [comment(HELLO, comment_id="0"), comment(LURE, at_s=1, comment_id="0")]
    verdicts = handmade_detector().score(spoken).verdicts
    assert verdicts.duplicate.tolist() == [False, False]
    assert [VERDICTS[code] for code in verdicts.verdict] == ["pass", "high_risk"]


def test_the_same_id_in_another_room_is_another_comment() -> None:
    spoken = [comment(LURE, comment_id="c1", room_id="a"), comment(HELLO, comment_id="c1", room_id="b")]
    verdicts = handmade_detector().score([*spoken, *spoken]).verdicts
    assert verdicts.duplicate.tolist() == [False, False, True, True]
    assert [VERDICTS[code] for code in verdicts.verdict] == ["high_risk", "pass", "high_risk", "pass"]


def test_a_gift_of_the_same_id_is_not_the_first_delivery() -> None:
    gift = comment("", comment_id="c1", kind="gift", user_id="u9")  # from somebody else: givers are protected
    verdicts = (
        handmade_detector()
        .score([gift, comment(LURE, comment_id="c1"), comment(LURE, comment_id="c1")])
        .verdicts
    )
    assert [VERDICTS[code] for code in verdicts.verdict] == ["pass", "high_risk", "high_risk"]


def test_comments_without_an_id_are_never_taken_for_one_another() -> None:
    verdicts = handmade_detector().score([comment(LURE), comment(LURE, at_s=1)]).verdicts
    assert verdicts.duplicate.tolist() == [False, False]


def test_progress_ends_at_the_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorer, "CHUNK", 3)
    seen: list[tuple[int, int]] = []
    handmade_detector().score([{"text": HELLO}] * 7, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 7), (6, 7), (7, 7)]


# --- What a verdict says -----------------------------------------------------------------------------------------


def test_gifts_and_entries_pass_without_a_probability() -> None:
    kinds = ("gift", "like", "enter", "follow")
    result = handmade_detector().score([comment(LURE, kind=kind, at_s=n) for n, kind in enumerate(kinds)])
    assert words(result) == ["pass"] * 4
    assert np.isnan(result.verdicts.p).tolist() == [[True] * len(HEADS)] * 4
    assert {LABELS[code] for code in result.verdicts.label} == {"normal"}


def test_a_threshold_is_met_at_its_very_value() -> None:
    p = handmade_detector().score([comment(LURE)]).verdicts.risk[0]
    at = handmade_detector(rows=thresholds(0.5, p)).score([comment(LURE)])
    above = handmade_detector(rows=thresholds(0.5, np.nextafter(p, 1.0))).score([comment(LURE)])
    assert (words(at), words(above)) == (["high_risk"], ["review"])


def test_the_label_is_a_head_that_reached_the_level() -> None:
    # bot_flood is likelier, but only solicitation has a threshold.
    rows = [row for row in thresholds(0.5, 0.6) if row.head == "solicitation"]
    detector = handmade_detector(rows=rows, trees={"bot_flood": stump("style.length", 0.0, low=0.0, high=5.0)})
    verdict = detector.score([comment("微刷")]).verdicts[0]
    assert (verdict.p_bot_flood > verdict.p_solicitation, verdict.label) == (True, "solicitation")


def test_risk_is_the_largest_probability() -> None:
    verdicts = Detector(small_fit().bundle).score(small_room().batch).verdicts
    assert verdicts.risk.tolist() == verdicts.p.max(axis=1).tolist()
    assert verdicts[0].risk == max(
        verdicts[0].p_solicitation, verdicts[0].p_bot_flood, verdicts[0].p_fake_review
    )


def test_only_flagged_comments_have_reasons() -> None:
    result = handmade_detector().score([{"text": text} for text in TEXTS])
    assert [len(reasons) > 0 for reasons in result.verdicts.reasons] == [True, False, True, True]


@pytest.mark.parametrize(
    "who",
    [{"is_staff": 1.0}, {"paid_marker": "舰长"}, {"paid_marker": "1"}, {"fan_badge_level": 10.0}],
    ids=["staff", "guard", "paid", "badge"],
)
def test_the_host_staff_and_paying_fans_are_never_high_risk_but_their_probability_stands(
    who: dict[str, object],
) -> None:
    anyone = handmade_detector().score([comment(LURE)]).verdicts[0]
    fan = handmade_detector().score([comment(LURE, **who)]).verdicts[0]
    assert (anyone.verdict, anyone.protected) == ("high_risk", False)
    assert (fan.verdict, fan.protected) == ("review", True)
    assert fan.risk == anyone.risk


@pytest.mark.parametrize(
    "who",
    [
        {"is_staff": 0.0},
        {"is_staff": NAN},
        {"paid_marker": "0"},
        {"paid_marker": "否"},
        {"fan_badge_level": 9.0},
    ],
    ids=["not staff", "unknown", "zero", "no", "young badge"],
)
def test_nobody_else_is_protected(who: dict[str, object]) -> None:
    verdict = handmade_detector().score([comment(LURE, **who)]).verdicts[0]
    assert (verdict.verdict, verdict.protected) == ("high_risk", False)


def crowd(text: str, n: int, *, levels: Sequence[float] = (3, 8, 12, 18, 25)) -> list[Comment]:
    """``n`` accounts of mixed levels who have all spoken before, then type one text within a minute."""
    talk = [
        comment(f"随便聊聊{n}", at_s=n, user_id=f"u{n}", user_level=levels[n % len(levels)]) for n in range(n)
    ]
    wave = [comment(text, at_s=600 + n, user_id=f"u{n}", user_level=levels[n % len(levels)]) for n in range(n)]
    return [*talk, *wave]


def test_a_crowd_that_types_one_word_is_a_wave_from_its_twenty_first_on() -> None:
    verdicts = handmade_detector().score(crowd("微", 60)).verdicts
    wave = verdicts.organic_wave[60:]
    assert wave.tolist() == [n >= 20 for n in range(60)]
    # The model would call every one high risk; the crowd may be reviewed, but is not accused.
    assert [VERDICTS[code] for code in verdicts.verdict[60:]] == ["high_risk"] * 20 + ["review"] * 40
    assert len(set(verdicts.risk[60:].tolist())) == 1


def test_a_farm_of_fresh_accounts_is_no_wave() -> None:
    farm = [comment("微", at_s=n, user_id=f"f{n}") for n in range(60)]
    verdicts = handmade_detector().score(farm).verdicts
    assert (int(verdicts.organic_wave.sum()), words(handmade_detector().score(farm))) == (0, ["high_risk"] * 60)


def test_a_crowd_with_a_number_to_call_is_no_wave() -> None:
    verdicts = handmade_detector().score(crowd("微13800138000", 60)).verdicts
    assert int(verdicts.organic_wave.sum()) == 0


def test_one_fan_who_repeats_himself_is_no_wave() -> None:
    verdicts = handmade_detector().score([comment("微", at_s=n) for n in range(60)]).verdicts
    assert int(verdicts.organic_wave.sum()) == 0


def test_explain_gives_the_reasons_of_a_comment_and_refuses_an_unknown_one() -> None:
    result = handmade_detector().score(
        [comment(LURE, comment_id="c1"), comment(HELLO, at_s=1, comment_id="c2")]
    )
    assert result.explain("c1")[0].zh == "用语像引流：“微”"
    assert result.explain("c2") == ()
    with pytest.raises(UsageError, match="no comment with id 'c9'"):
        result.explain("c9")


def test_an_unknown_profile_is_refused_when_the_detector_is_made() -> None:
    with pytest.raises(UsageError, match="balanced"):
        Detector(handmade_bundle(), profile="brave")


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        Detector.load(tmp_path)


def test_any_text_is_scored_to_a_probability_between_zero_and_one() -> None:
    odd = [
        "\ud800",
        "\x00",
        "\u202e\u202d",
        "🧧" * 3000,
        "a" * 10_000,
        "مرحبا",
        "\n\n",
        "１３８",
        "ก็",
        "\U0010ffff",
    ]
    verdicts = (
        Detector(small_fit().bundle).score([comment(text, at_s=n) for n, text in enumerate(odd)]).verdicts
    )
    assert ((verdicts.p > 0) & (verdicts.p < 1)).all(axis=1).tolist() == [True] * len(odd)


def test_times_of_no_calendar_are_scored(tmp_path: Path) -> None:
    odd = [NAN, -1e18, 1e18, 0.0, START_MS]
    verdicts = handmade_detector().score([comment(LURE, ts_ms=ts) for ts in odd]).verdicts
    assert [VERDICTS[code] for code in verdicts.verdict] == ["high_risk"] * 5


def test_reading_a_file_leaves_its_report_with_the_result(tmp_path: Path) -> None:
    path = tmp_path / "room.csv"
    path.write_text("user_id,text\nu1,加微\nu2,\n", encoding="utf-8")
    result = handmade_detector().score(path)
    assert result.report is not None
    assert (result.report.rows_read, result.report.rows_kept, result.report.skipped) == (
        2,
        1,
        {"empty_text": 1},
    )
    assert read_comments(path)[0].text == ["加微"]
