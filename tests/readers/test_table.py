"""Raw columns become comments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.comment import ID_QUALITIES, KINDS, TS_SOURCES
from detector.errors import InputError, UsageError
from detector.readers import ReadReport, records_to_columns, to_batch
from detector.readers.aliases import FIELDS


def batch_of(columns, **options):
    report = ReadReport()
    return to_batch(columns, report=report, **options), report


def codes(report):
    return {warning["code"]: warning["count"] for warning in report.warnings}


def test_chinese_headers_find_their_fields():
    batch, report = batch_of(
        {
            "评论内容": ["买它"], "用户ID": ["0012345"], "昵称": ["小明"], "发言时间": ["2026-11-11 20:21:03"],
            "粉丝团等级": ["13"], "粉丝牌": ["真爱"], "房间号": ["687423"], "备注": ["x"],
        }
    )  # fmt: skip
    row = batch.row(0)
    assert (row.text, row.user_id, row.user_name, row.room_id) == ("买它", "0012345", "小明", "687423")
    assert (row.fan_badge_level, row.fan_badge_name) == (13.0, "真爱")
    # 20:21:03 in Shanghai is 12:21:03 UTC.
    assert row.ts_ms == 1794399663000.0
    assert report.columns == {
        "text": "评论内容", "user_id": "用户ID", "user_name": "昵称", "ts": "发言时间",
        "fan_badge_level": "粉丝团等级", "fan_badge_name": "粉丝牌", "room_id": "房间号",
    }  # fmt: skip
    assert report.other_columns == ["备注"]


def test_the_canonical_name_wins_over_an_alias_and_the_reader_says_so():
    batch, report = batch_of({"content": ["错"], "text": ["对"]})
    assert batch.text == ["对"]
    assert codes(report) == {"double_header": 1, "derived_ids": 1, "anonymous": 1, "no_time": 1}
    assert batch.source.headers == ("content", "text")


def test_a_mapping_overrides_the_aliases():
    batch, report = batch_of({"content": ["对"], "text": ["错"]}, mapping={"content": "text"})
    assert batch.text == ["对"]
    assert "double_header" not in codes(report)


def test_an_unknown_field_in_a_mapping_names_the_choices():
    with pytest.raises(UsageError, match="unknown field 'txt'; use one of comment_id, room_id"):
        batch_of({"a": ["好"]}, mapping={"a": "txt"})


def test_a_missing_header_in_a_mapping_names_the_columns():
    with pytest.raises(UsageError, match=r"there is no column '评语'\. Columns: 内容, 昵称"):
        batch_of({"内容": ["好"], "昵称": ["a"]}, mapping={"评语": "text"})


def test_without_a_text_column_the_error_shows_the_call_to_make():
    with pytest.raises(InputError, match=r"Columns: 昵称, 说了啥\. Name it: --map 说了啥=text") as error:
        batch_of({"昵称": ["a"], "说了啥": ["好"]})
    assert "请指定：--map 说了啥=text" in error.value.zh


def test_a_comment_NA_stays_text():
    words = ["NA", "null", "None", "nan", "N/A", "#N/A"]
    batch, report = batch_of({"text": words})
    assert batch.text == words
    assert report.skipped == {}


def test_rows_without_text_are_skipped_and_counted_with_their_lines():
    batch, report = batch_of({"text": ["好", None, "", "  \t", float("nan"), "　", "买"]}, first_row=10)
    assert batch.text == ["好", "买"]
    assert batch.comment_id == ["row-10", "row-16"]
    assert (report.rows_read, report.rows_kept, report.skipped) == (7, 2, {"empty_text": 5})
    assert report.skipped_lines == {"empty_text": [11, 12, 13, 14, 15]}


def test_rows_left_out_are_missing_from_every_column_and_not_from_the_caller_s():
    columns = {
        "text": ["好", "", None, "买"],
        "content": ["x", "y", "丙", "z"],
        "user_id": ["a", "b", "c", "d"],
        "user_level": [1, 2, 3, 4],
    }
    batch, report = batch_of(columns, first_row=1)
    # The third row has its text in the second best column.
    assert (batch.text, batch.user_id) == (["好", "丙", "买"], ["a", "c", "d"])
    assert batch.user_level.tolist() == [1.0, 3.0, 4.0]
    assert batch.source.columns == (["好", "", "买"], ["x", "丙", "z"], ["a", "c", "d"], ["1", "3", "4"])
    assert (report.skipped_lines, batch.comment_id) == ({"empty_text": [2]}, ["row-1", "row-3", "row-4"])
    assert columns["text"] == ["好", "", None, "买"]


def test_whole_numbers_are_written_whole_whether_they_repeat_or_not():
    ids = [7234567890123456789 + n for n in range(2000)]
    levels = [None if n % 3 else n % 7 for n in range(2000)]
    batch, _ = batch_of({"text": ["好"] * 2000, "user_id": ids, "user_level": levels})
    assert (batch.source.columns[1], batch.user_id) == ([str(n) for n in ids], [str(n) for n in ids])
    assert batch.source.columns[2] == ["" if level is None else str(level) for level in levels]
    np.testing.assert_array_equal(batch.user_level, np.array(levels, dtype=np.float64))


def test_a_gift_needs_no_text():
    batch, report = batch_of({"text": ["", ""], "kind": ["gift", "comment"]})
    assert [KINDS[code] for code in batch.kind] == ["gift"]
    assert report.skipped == {"empty_text": 1}


def test_an_object_in_the_text_cell_is_not_a_comment():
    batch, report = batch_of({"content": ["好", {"cmd": "INTERACT_WORD"}, ["a"]]})
    assert batch.text == ["好"]
    assert report.skipped == {"text_is_not_text": 2}


def test_an_unknown_kind_becomes_other_and_is_counted():
    batch, report = batch_of({"text": ["好", "啊", "6", "赞"], "kind": ["弹幕", "戳一戳", "", "评价"]})
    assert [KINDS[code] for code in batch.kind] == ["comment", "other", "comment", "review"]
    assert codes(report)["unknown_kind"] == 1


def test_a_table_with_stars_and_no_room_is_reviews():
    batch, _ = batch_of({"评价内容": ["好用", "一般"], "星级": ["5星", ""]})
    assert [KINDS[code] for code in batch.kind] == ["review", "review"]
    with_room, _ = batch_of({"评价内容": ["好用"], "星级": ["5"], "房间号": ["1"]})
    assert [KINDS[code] for code in with_room.kind] == ["comment"]


def test_numbers_as_people_write_them():
    cells = ["1.2w", "4.2万", "13万+", "1,234", "Lv.12", "等级12", "LV 7", "3级", 8, 9.0, "", None, "-1", "高"]
    batch, report = batch_of({"text": ["好"] * len(cells), "等级": cells})
    np.testing.assert_array_equal(
        batch.user_level,
        [12000, 42000, 130000, 1234, 12, 12, 7, 3, 8, 9, np.nan, np.nan, np.nan, np.nan],
    )
    assert codes(report)["number_unparsed"] == 1


def test_yes_and_no_in_many_words():
    cells = ["true", "1", "是", "Y", True, 1, "False", "0", "否", "no", 0, False, "", None, "也许"]
    batch, report = batch_of({"text": ["好"] * len(cells), "verified_purchase": cells})
    np.testing.assert_array_equal(batch.verified_purchase, [1] * 6 + [0] * 6 + [np.nan] * 3)
    assert codes(report)["flag_unparsed"] == 1


def test_ids_never_lose_digits():
    cells = ["0012345", 7234567890123456789, 7.0, np.int64(7234567890123456789), " 42 ", b"u1"]
    batch, report = batch_of({"text": ["好"] * len(cells), "user_id": cells})
    assert batch.user_id == ["0012345", "7234567890123456789", "7", "7234567890123456789", "42", "u1"]
    assert report.id_quality == {"real": 6}
    assert "damaged_ids" not in codes(report)


def test_ids_that_went_through_a_spreadsheet_are_kept_and_reported():
    cells = ["7.23E+18", 7.234567890123457e18, "7e12", "abcE+12"]
    batch, report = batch_of({"text": ["好"] * 4, "user_id": cells})
    # Three digits are left of the first: it could be anybody's.
    assert batch.user_id == ["", "7.234567890123457e+18", "7e12", "abcE+12"]
    assert codes(report)["damaged_ids"] == 2


def test_long_ids_in_zeros_are_excel_s_work():
    damaged = [f"72345678901234{n:02}000" for n in range(3)]
    whole = [f"723456789012345{n:03}1" for n in range(60)]
    _, report = batch_of({"text": ["好"] * 63, "user_id": damaged + whole})
    assert codes(report)["ids_end_in_zeros"] == 3
    _, report = batch_of({"text": ["好"] * 62, "user_id": damaged[:2] + whole})
    assert "ids_end_in_zeros" not in codes(report)


@pytest.mark.parametrize(
    ("user_id", "user_name", "expected"),
    [
        ("88", "小明", ("88", "real")),
        ("0", "", ("", "none")),
        ("111111", "", ("", "none")),
        ("", "", ("", "none")),
        (None, None, ("", "none")),
        (0, "", ("", "none")),
        ("0", "张***", ("", "masked")),
        ("", "小明", ("小明", "name_only")),
        ("j***c", "", ("", "masked")),
        ("", "匿名用户", ("", "masked")),
    ],
)
def test_who_can_be_told_apart(user_id, user_name, expected):
    batch, _ = batch_of({"text": ["好"], "user_id": [user_id], "user_name": [user_name]})
    assert (batch.user_id[0], ID_QUALITIES[batch.user_id_quality[0]]) == expected


def test_every_name_under_user_masked_is_a_mask():
    batch, report = batch_of({"text": ["好", "赞"], "user_masked": ["ljwz", "高***姐"]})
    assert (batch.user_id, batch.user_name) == (["", ""], ["ljwz", "高***姐"])
    assert report.id_quality == {"masked": 2}


def test_a_hash_is_a_hash_only_when_told():
    batch, report = batch_of(
        {"text": ["好"] * 3, "user_id": ["4c3e9da1"] * 3, "user_id_quality": ["hash", "", "谁知道"]}
    )
    assert [ID_QUALITIES[code] for code in batch.user_id_quality] == ["hash", "real", "real"]
    assert codes(report)["unknown_id_quality"] == 1


def test_no_badge_and_no_payment_are_empty():
    batch, _ = batch_of(
        {"text": ["好"] * 3, "fan_badge_name": ["NONE", "真爱", ""], "大航海": [0, "舰长", None]}
    )
    assert batch.fan_badge_name == ["", "真爱", ""]
    assert batch.paid_marker == ["", "舰长", ""]


def test_a_very_long_text_is_cut_for_judging_and_whole_in_the_source():
    long = "好" * 10_001
    batch, report = batch_of({"text": [long]})
    assert (len(batch.text[0]), batch.source.columns[0]) == (10_000, [long])
    assert codes(report)["text_cut"] == 1


def test_half_characters_become_writable():
    batch, report = batch_of({"text": ["好\ud83d", "ok"], "user_name": ["\udc00", "b"]})
    assert batch.text == ["好\ufffd", "ok"]
    assert batch.user_name == ["\ufffd", "b"]
    assert batch.source.columns == (["好\ufffd", "ok"], ["\ufffd", "b"])
    assert codes(report)["broken_characters"] == 2


def test_half_a_character_far_down_a_column_is_found():
    words = ["好"] * 9_000 + ["\ud83d"]
    batch, report = batch_of({"text": words})
    assert batch.text == ["好"] * 9_000 + ["\ufffd"]
    assert codes(report)["broken_characters"] == 1


def test_nested_values_are_kept_as_compact_json():
    batch, _ = batch_of({"text": ["好"], "medal": [{"名": "真爱", "级": [1, 2]}]})
    assert batch.source.columns[1] == ['{"名":"真爱","级":[1,2]}']


def test_duplicate_ids_are_kept():
    batch, _ = batch_of({"text": ["好", "好"], "comment_id": ["c1", "c1"]})
    assert batch.comment_id == ["c1", "c1"]


def test_columns_of_different_length_are_a_slip_of_the_caller():
    with pytest.raises(UsageError, match="text: 2, ts: 1"):
        batch_of({"text": ["好", "买"], "ts": [1]})


def test_nothing_in_nothing_out():
    batch, report = batch_of({})
    assert (len(batch), report.rows_read) == (0, 0)
    batch, report = batch_of({"text": []})
    assert (len(batch), report.rows_read) == (0, 0)


def test_a_pandas_frame_goes_in_as_columns():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "text": ["好", "NA", None],
            "user_id": pandas.array([7, None, 9], dtype="Int64"),
            "ts": pandas.to_datetime(["2026-11-11 20:00:00", None, "2026-11-11 20:00:01"]),
            "rating": [5.0, float("nan"), 4.0],
        }
    )
    batch, report = batch_of({name: frame[name] for name in frame.columns})
    assert batch.text == ["好", "NA"]
    assert batch.user_id == ["7", ""]
    np.testing.assert_array_equal(batch.ts_ms, [1794398400000.0, np.nan])
    assert batch.source.columns == (["好", "NA"], ["7", ""], ["2026-11-11 20:00:00", ""], ["5", ""])
    assert report.skipped == {"empty_text": 1}


def test_records_become_columns_under_the_union_of_their_keys():
    records = [{"text": "好"}, {"user_id": 7, "text": "买"}, {}, {3: "x", "3": "y"}]
    assert records_to_columns(records) == {
        "text": ["好", "买", None, None],
        "user_id": [None, 7, None, None],
        "3": [None, None, None, "x"],
    }
    assert records_to_columns([]) == {}


def test_where_a_record_lacks_the_best_key_the_next_best_speaks():
    batch, _ = batch_of(records_to_columns([{"content": "甲"}, {"text": "乙", "content": "丙"}]))
    assert batch.text == ["甲", "乙"]


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=8),
    st.datetimes(), st.dates(), st.times(), st.timedeltas(), st.decimals(),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.integers(-(2**63), 2**63 - 1).map(np.int64), st.floats(width=32).map(np.float32),
    st.sampled_from(["2026-11-11", "9999-12-31T23:59:59+14:00", "0001-01-01", "1e400", "-0", "١٢", "+99:99"]),
    st.sampled_from([10**5000, -(10**400), "\ud800", "1" * 70, "2026-11-11 20:21 +99:99"]),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Nd", "Lo"]), max_size=8),
)  # fmt: skip
HEADER = st.one_of(st.sampled_from([*FIELDS, "ts_ms", "内容", "_Name", ""]), st.text(max_size=5))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_cell_crashes_the_reader_and_no_row_is_lost(data):
    n = data.draw(st.integers(0, 5))
    rows = st.lists(CELL, min_size=n, max_size=n)
    columns = data.draw(st.dictionaries(HEADER, rows, max_size=6)) | {"text": data.draw(rows)}
    batch, report = batch_of(columns)
    assert report.rows_read == n
    assert report.rows_kept == len(batch)
    assert report.rows_kept + sum(report.skipped.values()) == n
    assert sum(report.id_quality.values()) == len(batch)
    assert sum(report.ts_sources.values()) == len(batch)
    assert {name: TS_SOURCES.index(name) for name in report.ts_sources}.keys() == report.ts_sources.keys()
    assert not np.isinf(batch.ts_ms).any()
    for column in (*batch.source.columns, batch.text, batch.user_id, batch.user_name, batch.comment_id):
        assert "".join(column).encode().decode() == "".join(column)
    assert report.as_dict()["rows_read"] == n


def test_a_column_called_id_that_names_accounts_is_not_taken_for_comment_ids() -> None:
    report = ReadReport()
    cells = {"id": ["7", "8"] * 15, "text": [f"第{row}条" for row in range(30)]}
    batch = to_batch(cells, report=report)
    assert batch.comment_id == [f"row-{row}" for row in range(30)]
    assert "ids_repeat" in [warning["code"] for warning in report.warnings]


def test_a_page_fetched_twice_keeps_its_comment_ids() -> None:
    cells = {"id": [str(row % 15) for row in range(30)], "text": [f"第{row % 15}条" for row in range(30)]}
    batch = to_batch(cells, report=ReadReport())
    assert batch.comment_id == [str(row % 15) for row in range(30)]
