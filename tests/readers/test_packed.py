"""Folders, patterns, gzip and zip: read in place, and what is none of ours is said."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from hashlib import sha256

import pytest

from detector.comment import KINDS
from detector.errors import InputError
from detector.readers import ReadReport, describe, inspect, read_chunks, read_comments
from detector.readers.places import MOST_PLACES

ROOM = "用户ID,评论内容,时间\nu1,这个多少钱,2026-11-11 20:00:00\nu2,想要,2026-11-11 20:00:05\n"
LATER = "用户ID,评论内容,时间\nu1,已经拍了,2026-11-11 21:00:00\n"
GIFTS = "用户ID,礼物,数量\nu1,小心心,3\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


@pytest.fixture
def parcel(tmp_path):
    """Write a zip: name -> content."""

    def write(files, name="导出.zip", compression=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / name, "w", compression) as archive:
            for member, content in files.items():
                archive.writestr(member, content)
        return tmp_path / name

    return write


def sheet_in(workbook, rows):
    return workbook({"弹幕": rows}, name="整理.xlsx").read_bytes()


def test_a_gzipped_file_is_the_file_it_was(file):
    plain, packed = file(ROOM, "a.csv"), file(gzip.compress(ROOM.encode()), "b.csv.gz")
    batch, report = read_comments(plain)
    unpacked, told = read_comments(packed)
    # Made-up ids are the same, for they hang on the content: a comment read both ways is one comment.
    assert (unpacked.text, unpacked.comment_id) == (batch.text, batch.comment_id)
    assert (told.sha256, told.bytes, told.format) == (report.sha256, len(ROOM.encode()), "csv")
    assert told.path == str(packed)


def test_logs_that_were_rotated_into_one_gzip_are_read_to_the_end(file):
    first, second = ROOM.encode(), "u3,第三句,2026-11-11 20:00:09\n".encode()
    batch, report = read_comments(file(gzip.compress(first) + gzip.compress(second) + bytes(512), "a.gz"))
    assert (batch.user_id, report.warnings[0]["code"]) == (["u1", "u2", "u3"], "derived_ids")


def test_a_cut_gzip_keeps_the_rows_before_the_cut(file):
    # What does not repeat itself packs badly, so that the cut falls into the rows.
    body = "text,user_id\n" + "".join(f"{sha256(str(n).encode()).hexdigest()},u{n}\n" for n in range(5_000))
    packed = gzip.compress(body.encode())
    batch, report = read_comments(file(packed[: len(packed) // 2], "a.csv.gz"))
    assert 2_000 < len(batch) < 3_000
    assert batch.text[:2_000] == [line.split(",")[0] for line in body.split("\n")[1:2_001]]
    assert report.notes["cut_archive"].n == 1
    with pytest.raises(InputError, match="nothing in it can be unpacked"):
        read_comments(file(packed[:10], "b.csv.gz"))


def test_a_gzip_damaged_in_the_middle_keeps_what_stands_before(file):
    body = "text\n" + "".join(f"{sha256(str(n).encode()).hexdigest()}\n" for n in range(20_000))
    packed = bytearray(gzip.compress(body.encode()))
    packed[len(packed) // 2] ^= 0xFF
    batch, report = read_comments(file(bytes(packed), "a.gz"))
    assert 5_000 < len(batch) < 20_000
    assert "cut_archive" in report.notes


def test_a_gzip_bomb_is_stopped_while_it_unpacks(file):
    with pytest.raises(InputError, match="unpacks to over 200× its size or 8 GiB") as error:
        read_comments(file(gzip.compress(b"text\n" + b"a\n" * 20_000_000), "a.csv.gz"))
    assert "200×" in error.value.zh


def test_a_gzip_in_a_gzip_is_refused(file):
    with pytest.raises(InputError, match="inside another"):
        read_comments(file(gzip.compress(gzip.compress(ROOM.encode())), "a.gz.gz"))


def test_each_file_in_a_zip_is_read_as_if_it_lay_there(parcel, workbook):
    rows = [["评论内容", "用户ID", "时间"], ["表格里的一句", "u9", "2026-11-11 22:00:00"]]
    path = parcel(
        {
            "十一月/": "",
            "十一月/a.csv": ROOM,
            "十一月/b.csv.gz": gzip.compress(LATER.encode()),
            "十一月/c.xlsx": sheet_in(workbook, rows),
            "十一月/d.jsonl": '{"text": "最后一句", "user_id": "u1", "ts": 1794409200}\n',
        }
    )
    batch, report = read_comments(path)
    assert batch.text == ["这个多少钱", "想要", "已经拍了", "表格里的一句", "最后一句"]
    assert [file["path"] for file in report.files] == [
        f"{path}:十一月/{name}" for name in ("a.csv", "b.csv.gz", "c.xlsx", "d.jsonl")
    ]
    assert [file["format"] for file in report.files] == ["csv", "csv", "xlsx", "ndjson"]
    # The name that is shown can be named.
    alone, _ = read_comments(f"{path}:十一月/d.jsonl")
    assert alone.text == ["最后一句"]
    with pytest.raises(InputError, match="does not exist"):
        read_comments(f"{path}:十一月/z.jsonl")


def test_a_parquet_file_in_a_zip_is_read(parcel, tmp_path):
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    pyarrow.parquet.write_table(arrow.table({"text": ["好"]}), tmp_path / "a.parquet")
    batch, report = read_comments(parcel({"a.parquet": (tmp_path / "a.parquet").read_bytes()}))
    assert (batch.text, report.format) == (["好"], "parquet")


def test_what_is_no_comment_table_in_a_zip_is_named_and_the_rest_read(parcel, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", ROOM)
    path = parcel(
        {
            "a.csv": ROOM, "礼物.csv": GIFTS, "封面.png": PICTURE, "旧.zip": inner.getvalue(),
            "__MACOSX/._a.csv": "x", "x/.DS_Store": "x", "空.csv": "",
        }
    )  # fmt: skip
    batch, report = read_comments(path)
    assert batch.text == ["这个多少钱", "想要"]
    assert (report.notes["not_read"].n, report.notes["hidden_files"].n) == (4, 2)
    assert report.notes["not_read"].examples == [
        f"{path}:{name}" for name in ("礼物.csv", "封面.png", "旧.zip", "空.csv")
    ]
    # Of the files that were tried nothing is left in the report.
    assert (len(report.files), report.rows_read, report.columns["text"]) == (1, 2, "评论内容")
    assert "礼物.csv" in describe(report, "zh")


def test_a_zip_in_which_nothing_is_readable_is_an_error(parcel):
    with pytest.raises(InputError, match=r"none of the 2 files is a readable comment table: .*礼物.*; .*封面"):
        read_comments(parcel({"礼物.csv": GIFTS, "封面.png": PICTURE}))
    with pytest.raises(InputError, match="is an image"):
        read_comments(parcel({"封面.png": PICTURE}))
    with pytest.raises(InputError, match="holds no file to read"):
        read_comments(parcel({"空/": ""}))


def test_names_that_chinese_windows_wrote_are_shown_as_they_were(tmp_path):
    name = "弹幕.csv".encode("gbk")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x" * len(name), ROOM)
    packed = (tmp_path / "a.zip").read_bytes().replace(b"x" * len(name), name)
    (tmp_path / "a.zip").write_bytes(packed)
    assert inspect(tmp_path / "a.zip").path == f"{tmp_path / 'a.zip'}:弹幕.csv"


def test_a_locked_zip_is_a_clear_error(parcel, tmp_path):
    path = parcel({"a.csv": ROOM})
    packed = bytearray(path.read_bytes())
    # The flag of a locked member stands at 6 of its header and at 8 of its entry in the list.
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(packed)
    with pytest.raises(InputError, match="locked with a password: unpack it first"):
        read_comments(path)
    (tmp_path / "b.csv").write_text(LATER, encoding="utf-8")
    batch, report = read_comments(tmp_path)
    assert (batch.text, report.notes["not_read"].examples) == (["已经拍了"], [str(path)])


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.csv": b"text\n" + b"0" * 40_000_000}, r"it unpacks to \d+× its size"),
        ({f"{n}.csv": "" for n in range(10_001)}, "it has 10,001 parts"),
    ],
)
def test_a_zip_bomb_is_not_opened(parcel, files, why):
    with pytest.raises(InputError, match=f"was not opened: {why}"):
        read_comments(parcel(files))


def test_a_zip_that_promises_too_much_is_not_opened(parcel):
    path = parcel({"a.csv": ROOM})
    packed = bytearray(path.read_bytes())
    at = packed.index(b"PK\x01\x02") + 24
    packed[at : at + 4] = (0xF0000000).to_bytes(4, "little")
    path.write_bytes(packed)
    with pytest.raises(InputError, match=r"unpacks to \d+× its size"):
        read_comments(path)


def test_a_damaged_member_keeps_what_stands_before(parcel):
    body = "text\n" + "".join(f"{sha256(str(n).encode()).hexdigest()}\n" for n in range(20_000))
    path = parcel({"a.csv": body})
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    batch, report = read_comments(path)
    assert 5_000 < len(batch) <= 20_000
    assert report.notes["cut_archive"].examples == [f"{path}:a.csv"]


def test_a_cut_zip_is_a_clear_error(parcel):
    path = parcel({"a.csv": ROOM})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="an archive that cannot be opened here"):
        read_comments(path)


def test_a_folder_is_all_files_below_it_in_the_order_of_their_names(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b" / "2.csv").write_text(LATER, encoding="utf-8")
    (tmp_path / "a.csv").write_text(ROOM, encoding="utf-8")
    (tmp_path / "z.png").write_bytes(PICTURE)
    (tmp_path / ".git" / "c.csv").write_text(ROOM, encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text(ROOM, encoding="utf-8")
    batch, report = read_comments(tmp_path)
    assert batch.text == ["这个多少钱", "想要", "已经拍了"]
    assert report.notes["hidden_files"].examples == [str(tmp_path / ".git"), str(tmp_path / ".hidden.csv")]
    assert report.notes["not_read"].examples == [str(tmp_path / "z.png")]
    assert sum(map(len, read_chunks(tmp_path, chunk_rows=1, report=ReadReport()))) == 3


def test_a_pattern_is_the_files_that_match_it(tmp_path):
    (tmp_path / "1.csv").write_text(ROOM, encoding="utf-8")
    (tmp_path / "2.csv").write_text(LATER, encoding="utf-8")
    (tmp_path / "3.txt").write_text(GIFTS, encoding="utf-8")
    (tmp_path / "x[1].csv").write_text(LATER, encoding="utf-8")
    batch, _ = read_comments(str(tmp_path / "[0-9].csv"))
    assert batch.text == ["这个多少钱", "想要", "已经拍了"]
    # A name is a name, whatever signs it holds.
    assert read_comments(tmp_path / "x[1].csv")[0].text == ["已经拍了"]
    with pytest.raises(InputError, match="no file matches"):
        read_comments(tmp_path / "*.json")
    with pytest.raises(InputError, match="does not exist"):
        read_comments(tmp_path / "4.csv")


def test_a_named_file_must_be_readable_also_among_others(tmp_path):
    (tmp_path / "1.csv").write_text(ROOM, encoding="utf-8")
    (tmp_path / "礼物.csv").write_text(GIFTS, encoding="utf-8")
    with pytest.raises(InputError, match="no column holds the text"):
        read_comments([tmp_path / "1.csv", tmp_path / "礼物.csv"])


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "1.csv").write_text(ROOM, encoding="utf-8")
    assert len(read_comments([tmp_path / "1.csv", tmp_path])[0]) == 2


def test_too_many_files_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for n in range(MOST_PLACES):
            archive.writestr(f"{n}.csv", "")
    (tmp_path / "b.csv").write_text(ROOM, encoding="utf-8")
    with pytest.raises(InputError, match="holds more than 10,000 files"):
        read_comments(tmp_path)


def test_what_is_no_regular_file_is_passed_over_in_a_folder(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(ROOM, encoding="utf-8")
    (tmp_path / "c.csv").symlink_to(tmp_path / "gone.csv")
    batch, report = read_comments(tmp_path)
    assert (len(batch), report.notes["not_read"].n) == (2, 2)


def test_progress_counts_what_lies_on_the_disk(parcel, tmp_path):
    first = parcel({"a.csv": ROOM}, name="1.zip")
    packed = tmp_path / "2.csv.gz"
    packed.write_bytes(gzip.compress(LATER.encode()))
    seen = []
    read_comments([first, packed], progress=lambda done, total: seen.append((done, total)))
    total = len(ROOM.encode()) + packed.stat().st_size
    assert (seen[-1], {all_of_it for _, all_of_it in seen}) == ((total, total), {total})
    assert seen == sorted(seen)


def csv(rows):
    return "评论内容,用户ID,时间\n" + "".join(
        f"{text},{user},2026-11-11 {clock}\n" for text, user, clock in rows
    )


def test_two_exports_of_one_room_in_turn_are_one_stream(file):
    first = file(csv([("一", "u1", "20:00:00"), ("二", "u2", "21:00:00")]), "上半场.csv")
    second = file(csv([("三", "u1", "20:59:00"), ("四", "u3", "22:00:00")]), "下半场.csv")
    batch, report = read_comments([second, first])
    assert (set(batch.session_id), report.notes["one_stream"].n) == ({""}, 2)
    # The order is that of the clock, whatever order the files were named in.
    assert [batch.text[r] for r in batch.replay_order()] == ["一", "三", "二", "四"]


def test_two_rooms_of_one_evening_are_sessions_of_their_own(file):
    one = file(csv([("一", "u1", "20:00:00"), ("二", "u2", "21:00:00")]), "甲.csv")
    other = file(csv([("三", "u1", "20:10:00"), ("四", "u3", "21:10:00")]), "乙.csv")
    later = file(csv([("五", "u1", "23:00:00"), ("六", "u3", "23:10:00")]), "丙.csv")
    batch, report = read_comments([one, other, later])
    assert batch.session_id == ["甲.csv", "甲.csv", "乙.csv", "乙.csv", "", ""]
    assert report.notes["own_sessions"].examples == ["甲.csv", "乙.csv"]
    assert "one_stream" not in report.notes


def test_files_without_times_are_sessions_of_their_own(file):
    one, other = file("评论内容\n一\n", "甲.csv"), file("评论内容\n二\n", "乙.csv")
    assert read_comments([one, other])[0].session_id == ["甲.csv", "乙.csv"]
    assert read_comments([one])[0].session_id == [""]


def test_exports_that_hold_the_same_comments_are_one_stream(file):
    rows = '{"comment_id": "c%d", "text": "第%d句", "ts": %d}\n'
    one = file("".join(rows % (n, n, 1794399663 + n) for n in range(50)), "a.jsonl")
    other = file("".join(rows % (n, n, 1794399663 + n) for n in range(10, 60)), "b.jsonl")
    assert set(read_comments([one, other])[0].session_id) == {""}


def test_where_rows_name_a_room_the_files_say_nothing(file):
    one = file("评论内容,房间号\n一,1\n", "甲.csv")
    other = file("评论内容,房间号\n二,2\n三,\n", "乙.csv")
    third = file("评论内容\n四\n", "丙.csv")
    batch, _ = read_comments([one, other, third])
    assert (batch.room_id, batch.session_id) == (["1", "2", "", ""], ["", "", "乙.csv", "丙.csv"])
    assert {KINDS[code] for code in batch.kind} == {"comment"}


def test_an_entry_without_a_name_is_passed_over(parcel):
    path = parcel({"Q": "text\n不要\n", "a.csv": "text\n好看\n"})
    # A name is cut at its first NUL: damage of one byte takes it away.
    path.write_bytes(path.read_bytes().replace(b"Q", b"\0"))
    batch, _ = read_comments(path)
    assert batch.text == ["好看"]
