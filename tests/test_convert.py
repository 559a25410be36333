"""One file of events from any file, and back; names replaced by what only the key can make."""

from __future__ import annotations

import json
import math
from hashlib import blake2b

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.comment import CODE_FIELDS, COMMENT_FIELDS, NUMBER_FIELDS, STRING_FIELDS, CommentBatch
from detector.convert import convert
from detector.errors import InputError, UsageError
from detector.pseudonyms import key_of, pseudonym
from detector.readers import ReadReport, read_chunks, read_comments, to_batch
from detector.writers import write_events
from tests.strategies import any_text

KEY = b"0123456789abcdef"
ROOM = (
    '{"cid": "7234567890123456789", "uid": "10001", "昵称": "小满", "弹幕内容": "这个多少钱", "时间": 1794399663123, "等级": 7}\n'
    '{"cid": "7234567890123456790", "uid": "0", "昵称": "阿***吉", "弹幕内容": "@小满 99", "时间": 1794399664000, "等级": null}\n'
    '{"cid": "7234567890123456791", "uid": "", "昵称": "过路人", "弹幕内容": "666", "时间": null, "等级": 0.5}\n'
    '{"kind": "gift", "uid": "10001", "昵称": "小满", "弹幕内容": "", "时间": 1794399665000, "回复对象": "7234567890123456789"}\n'
)  # fmt: skip


@pytest.fixture
def room(tmp_path):
    path = tmp_path / "room.jsonl"
    path.write_text(ROOM, encoding="utf-8")
    return path


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(KEY)
    return path


def assert_same(a: CommentBatch, b: CommentBatch) -> None:
    for name in STRING_FIELDS:
        assert getattr(a, name) == getattr(b, name), name
    for name in (*NUMBER_FIELDS, *CODE_FIELDS):
        one, other = getattr(a, name), getattr(b, name)
        # NaN is one unknown like another; everything else to the last bit, the sign of zero too.
        assert np.isnan(one).tolist() == np.isnan(other).tolist(), name
        known = ~np.isnan(one)
        assert one[known].tobytes() == other[known].tobytes(), name


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_events_come_back_as_the_comments_they_were(room, tmp_path, ending):
    batch, _ = read_comments(room)
    report = convert([room], tmp_path / f"events{ending}")
    again, read = read_comments(tmp_path / f"events{ending}")
    assert_same(batch, again)
    assert (report.rows_kept, read.rows_kept) == (4, 4)
    assert "zhenping-events" in read.format
    assert read.warnings == [
        w for w in read.warnings if w["code"] in ("anonymous", "name_only", "time_missing")
    ]


def test_the_lines_hold_every_field_and_null_for_unknown_numbers(room, tmp_path):
    convert([room], tmp_path / "events.jsonl")
    first, _, third, _ = map(json.loads, (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {
        "text": "这个多少钱", "comment_id": "7234567890123456789", "room_id": "", "session_id": "",
        "user_id": "10001", "user_id_quality": "real", "user_name": "小满",
        "ts": "2026-11-11T12:21:03.123Z", "ts_ms": 1794399663123, "ts_source": "event", "kind": "comment",
        "user_level": 7, "fan_badge_name": "", "fan_badge_level": None, "paid_marker": "", "is_staff": None,
        "account_created_ms": None, "product_id": "", "rating": None, "verified_purchase": None,
        "purchased_at_ms": None, "reply_to": "",
    }  # fmt: skip
    assert (third["ts"], third["ts_ms"], third["ts_source"], third["user_level"]) == (
        None,
        None,
        "order_only",
        0.5,
    )
    assert set(first) == {"ts", *COMMENT_FIELDS}


def test_parquet_holds_times_as_times_and_is_written_batch_by_batch(room, tmp_path):
    parts = read_chunks(room, chunk_rows=3, report=ReadReport())
    assert write_events(tmp_path / "events.parquet", parts) == 4
    table = pyarrow.parquet.read_table(tmp_path / "events.parquet")
    assert str(table.schema.field("ts").type) == "timestamp[ms, tz=UTC]"
    assert table.column("ts").to_pylist()[0].isoformat() == "2026-11-11T12:21:03.123000+00:00"
    assert table.column("user_level").to_pylist() == [7.0, None, 0.5, None]
    assert pyarrow.parquet.ParquetFile(tmp_path / "events.parquet").num_row_groups == 2


def test_seconds_into_a_recording_are_no_date_and_still_come_back(tmp_path):
    report = ReadReport()
    columns = {"text": ["好", "好"], "ts_ms": [1500.25, -3.0], "ts_source": ["video_offset", "video_offset"]}
    batch = to_batch(columns, report=report)
    for ending in (".jsonl", ".parquet"):
        write_events(tmp_path / f"a{ending}", [batch])
        assert_same(batch, read_comments(tmp_path / f"a{ending}")[0])
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(json.loads(line)["ts"], json.loads(line)["ts_ms"]) for line in lines] == [
        (None, 1500.25),
        (None, -3),
    ]


def test_times_as_even_as_a_clock_s_are_judged_once_and_not_again(tmp_path):
    # Written as events of a known source: it is believed when the file comes back.
    rows = [
        {**json.loads(json.dumps(dict.fromkeys(COMMENT_FIELDS, ""))), "text": f"第{n}句"} for n in range(120)
    ]
    for n, row in enumerate(rows):
        row |= {"ts_ms": 1794399663000 + 1000 * n, "ts_source": "event", "kind": "comment", "user_id": f"u{n}"}
    path = tmp_path / "even.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    batch, report = read_comments(path)
    assert (report.ts_sources, report.format) == ({"event": 120}, "zhenping-events")
    convert([path], tmp_path / "again.parquet")
    assert_same(batch, read_comments(tmp_path / "again.parquet")[0])


def test_generic_lines_are_not_taken_for_events(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "好", "user_id": "u1", "ts": 1794399663}\n', encoding="utf-8")
    assert read_comments(path)[1].format == "ndjson"


cells = st.one_of(st.none(), st.floats(), st.integers(-(2**70), 2**70), any_text, st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COMMENT_FIELDS, cells)), max_size=8))
def test_whatever_was_read_comes_back_bit_for_bit(tmp_path, rows):
    columns = {name: [row.get(name) for row in rows] for name in COMMENT_FIELDS}
    batch = to_batch(columns, report=ReadReport())
    for ending in (".jsonl", ".parquet") if len(batch) else ():
        write_events(tmp_path / f"a{ending}", [batch])
        assert_same(batch, read_comments(tmp_path / f"a{ending}")[0])


def test_pseudonyms_are_the_keyed_hash_and_tell_accounts_apart(room, key, tmp_path):
    convert([room], tmp_path / "events.jsonl", pseudonymise=key)
    batch, _ = read_comments(tmp_path / "events.jsonl")
    plain, _ = read_comments(room)
    expected = blake2b(b"10001", digest_size=16, key=KEY).hexdigest()
    assert batch.user_id == [expected, "", pseudonym("过路人", KEY), expected]
    # Where the nickname is all there is, it stays one and the same in both columns.
    assert batch.user_id[2] == batch.user_name[2]
    assert batch.reply_to[3] == batch.comment_id[0]
    assert batch.user_id_quality.tolist() == plain.user_id_quality.tolist()
    assert (batch.text, batch.ts_ms[:2].tolist()) == (plain.text, plain.ts_ms[:2].tolist())
    # The mention in a text stays: the manual says so.
    written = (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert ("10001" in written, "阿***吉" in written, written.count("小满")) == (False, False, 1)


def test_two_files_under_one_key_meet_and_under_another_do_not(room, key, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"another key of 24 bytes.")
    for name, file in (("a", key), ("b", key), ("c", other)):
        convert([room], tmp_path / f"{name}.parquet", pseudonymise=file)
    a, b, c = (read_comments(tmp_path / f"{name}.parquet")[0].user_id for name in "abc")
    assert (a == b, set(a) & set(c)) == (True, {""})


def test_a_key_over_64_bytes_is_taken_by_its_digest(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(bytes(65))
    assert key_of(path) == blake2b(bytes(65)).digest()


@pytest.mark.parametrize("content", [b"", b"fifteen bytes!!"])
def test_a_short_key_is_refused_before_anything_is_written(room, tmp_path, content):
    (tmp_path / "short").write_bytes(content)
    with pytest.raises(UsageError, match=f"holds {len(content)} bytes: it must hold 16"):
        convert([room], tmp_path / "events.jsonl", pseudonymise=tmp_path / "short")
    with pytest.raises(UsageError, match="cannot be read"):
        convert([room], tmp_path / "events.jsonl", pseudonymise=tmp_path / "none")
    assert not (tmp_path / "events.jsonl").exists()


def test_what_cannot_be_converted_leaves_nothing_behind(room, tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.parquet or \.jsonl"):
        convert([room], tmp_path / "events.csv")
    with pytest.raises(UsageError, match="one of the files to read"):
        convert([room], room)
    (tmp_path / "empty.csv").write_text("text\n", encoding="utf-8")
    for ending in (".jsonl", ".parquet"):
        with pytest.raises(InputError, match="no rows below the header"):
            convert([tmp_path / "empty.csv"], tmp_path / f"events{ending}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "room.jsonl"]


def test_half_a_surrogate_pair_is_written_as_a_mark(tmp_path):
    batch = CommentBatch.from_columns(1, {"text": ["好\ud83d"], "comment_id": ["c1"]})
    for ending in (".jsonl", ".parquet"):
        write_events(tmp_path / f"a{ending}", [batch])
        assert read_comments(tmp_path / f"a{ending}")[0].text == ["好\ufffd"]
    assert math.isnan(batch.ts_ms[0])


def test_a_key_is_for_nothing_else(room, tmp_path):
    folder, out = tmp_path / "logs", tmp_path / "out.jsonl"
    folder.mkdir()
    (folder / "room.csv").write_text("text,user_id\n好看,u1\n", encoding="utf-8")
    (folder / "key").write_bytes(bytes(range(32)))
    for files, key in (([room], room), ([folder], folder / "key"), ([str(folder / "*")], folder / "room.csv")):
        with pytest.raises(UsageError, match="is one of the files to read: keep the key in a file of its own"):
            convert(files, out, pseudonymise=key)
    old = tmp_path / "old.jsonl"
    old.write_bytes(bytes(32))
    with pytest.raises(UsageError, match="is the file to write: name another"):
        convert([room], old, pseudonymise=old)
    assert (out.exists(), old.read_bytes()) == (False, bytes(32))
