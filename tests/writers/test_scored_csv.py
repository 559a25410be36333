"""scored.csv: the input's own columns come back as they were, and the numbers exactly."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.comment import Comment, CommentBatch, SourceColumns
from detector.errors import UsageError
from detector.readers import read_comments
from detector.shelf import Shelf, Strings
from detector.verdict import RESULT_COLUMNS, VERDICTS, Verdicts
from detector.writers import write_scored_csv
from detector.writers.csv_files import BLOCK_ROWS


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def first_of(verdicts: Verdicts) -> Verdicts:
    """The first row only."""
    return verdicts.take(np.arange(1))


def test_the_inputs_columns_come_first_then_the_id_then_the_result(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    path = tmp_path / "scored.csv"
    write_scored_csv(path, two_comments, two_verdicts)
    assert path.read_bytes().decode("utf-8") == (
        "\ufeff用户ID,评论内容,comment_id,verdict,label,risk,p_solicitation,p_bot_flood,p_fake_review,"
        "organic_wave,protected,campaign_id,first_verdict,reasons\r\n"
        "007,加薇 abc,f-2,high_risk,solicitation,0.3333333333333333,0.30000000000000004,0.3333333333333333,"
        "1e-17,false,false,C-1,high_risk,留了联系方式; 3 人说同样的话\r\n"
        "008,,f-3,pass,normal,,,,,false,true,,pass,\r\n"
    )


def test_reasons_follow_the_language(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    write_scored_csv(tmp_path / "scored.csv", two_comments, two_verdicts, lang="en")
    assert rows_of(tmp_path / "scored.csv")[0]["reasons"] == "leaves a contact; 3 accounts said the same"


def test_a_probability_read_back_is_the_number_that_was_computed(
    tmp_path: Path, score: Callable[..., Verdicts]
) -> None:
    p = np.random.default_rng(3).random((200, 3)) ** 9
    ids = [str(n) for n in range(200)]
    batch = CommentBatch.from_columns(200, {"text": ["好看"] * 200, "comment_id": ids})
    write_scored_csv(tmp_path / "scored.csv", batch, score(ids, p=p))
    names = ("p_solicitation", "p_bot_flood", "p_fake_review")
    back = [[float(row[name]) for name in names] for row in rows_of(tmp_path / "scored.csv")]
    assert back == p.tolist()
    assert [float(row["risk"]) for row in rows_of(tmp_path / "scored.csv")] == p.max(axis=1).tolist()


def test_every_hostile_text_comes_back_letter_by_letter(
    tmp_path: Path, hostile_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    write_scored_csv(tmp_path / "scored.csv", hostile_comments, score(hostile_comments.comment_id))
    rows = rows_of(tmp_path / "scored.csv")
    assert [row["text"] for row in rows] == hostile_comments.text
    assert {row["user_id"] for row in rows} == {"0012345"}


def test_formula_safe_adds_one_quote_sign_that_can_be_taken_off_again(
    tmp_path: Path, hostile_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    path = tmp_path / "scored.csv"
    write_scored_csv(path, hostile_comments, score(hostile_comments.comment_id), formula_safe=True)
    texts = [row["text"] for row in rows_of(path)]
    changed = {text for text, before in zip(texts, hostile_comments.text, strict=True) if text != before}
    assert changed == {"'=cmd|' /C calc'!A0", "'+1", "'-", "'@主播", "'=_=", "''=quoted already"}
    assert [text[1:] if text in changed else text for text in texts] == hostile_comments.text


def test_our_reader_reads_our_file_letter_by_letter(
    tmp_path: Path, hostile_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    write_scored_csv(tmp_path / "scored.csv", hostile_comments, score(hostile_comments.comment_id))
    batch, _ = read_comments(tmp_path / "scored.csv")
    assert batch.text == hostile_comments.text
    assert batch.comment_id == hostile_comments.comment_id
    assert batch.user_id == hostile_comments.user_id


def test_a_scored_file_can_be_scored_again(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    write_scored_csv(tmp_path / "once.csv", two_comments.take([0]), first_of(two_verdicts))
    batch, _ = read_comments(tmp_path / "once.csv")
    write_scored_csv(tmp_path / "twice.csv", batch, first_of(two_verdicts))
    row = rows_of(tmp_path / "twice.csv")[0]
    assert list(row) == [
        "用户ID", "评论内容", "comment_id", *(f"{name}_in" for name in RESULT_COLUMNS), *RESULT_COLUMNS,
    ]  # fmt: skip
    assert [row[f"{name}_in"] for name in RESULT_COLUMNS] == [row[name] for name in RESULT_COLUMNS]


def test_an_input_column_with_one_of_our_names_gets_a_suffix(
    tmp_path: Path, score: Callable[..., Verdicts]
) -> None:
    source = SourceColumns(
        ("comment_id", "text", "verdict", "risk", "risk_in"), (["9"], ["好"], ["pass"], ["0.5"], ["0.7"])
    )
    batch = CommentBatch.from_columns(1, {"text": ["好"], "comment_id": ["9"]}, source)
    write_scored_csv(tmp_path / "scored.csv", batch, score(["9"]))
    with (tmp_path / "scored.csv").open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["comment_id", "text", "verdict_in", "risk_in_in", "risk_in", *RESULT_COLUMNS]
    assert row[:5] == ["9", "好", "pass", "0.5", "0.7"]


def test_comments_from_no_file_show_what_is_known_of_them(
    tmp_path: Path, score: Callable[..., Verdicts]
) -> None:
    batch = CommentBatch.from_comments(
        [
            Comment(text="多少钱", comment_id="a", ts_ms=1_731_326_463_250, user_level=12),
            Comment(text="五星好评", comment_id="b", kind="review", rating=4.5),
        ]
    )
    write_scored_csv(tmp_path / "scored.csv", batch, score(["a", "b"]))
    with (tmp_path / "scored.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    known = len(header) - len(RESULT_COLUMNS)
    assert header[:known] == ["comment_id", "text", "ts_ms", "user_level", "rating", "ts_source", "kind"]
    assert rows[0][:known] == ["a", "多少钱", "1731326463250", "12", "", "event", "comment"]
    assert rows[1][:known] == ["b", "五星好评", "", "", "4.5", "event", "review"]


def test_no_comments_give_a_header_and_nothing_else(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    write_scored_csv(tmp_path / "scored.csv", CommentBatch.from_comments([]), score([]))
    assert (tmp_path / "scored.csv").read_text("utf-8-sig") == (
        "comment_id,text,kind," + ",".join(RESULT_COLUMNS) + "\n"
    )


def test_more_comments_than_one_block_come_back_in_their_order(
    tmp_path: Path, score: Callable[..., Verdicts]
) -> None:
    ids = [f"c{n}" for n in range(BLOCK_ROWS + 2)]
    said = [f"第{n}条" if n % 2 else f'{n},"\x00"' for n in range(len(ids))]
    batch = CommentBatch.from_columns(len(ids), {"text": said, "comment_id": ids})
    codes = np.arange(len(ids), dtype=np.uint8) % 3
    write_scored_csv(tmp_path / "scored.csv", batch, score(ids, verdict=codes, organic_wave=codes == 1))
    rows = rows_of(tmp_path / "scored.csv")
    assert [row["comment_id"] for row in rows] == ids
    assert [row["text"] for row in rows] == said
    assert [row["verdict"] for row in rows] == [VERDICTS[code] for code in codes]
    assert [row["organic_wave"] for row in rows] == ["true" if code == 1 else "false" for code in codes]


def test_half_a_surrogate_pair_is_written_visibly(tmp_path: Path, score: Callable[..., Verdicts]) -> None:
    batch = CommentBatch.from_comments([Comment(text="坏\ud83d", comment_id="a")])
    write_scored_csv(tmp_path / "scored.csv", batch, score(["a"]))
    assert rows_of(tmp_path / "scored.csv")[0]["text"] == "坏\\ud83d"


@given(
    st.lists(
        st.text(st.sampled_from('a中 \t,"\r\n=+\x00\ud7ff한\ud800\udfff😀'), max_size=6), min_size=1, max_size=9
    )
)
def test_texts_are_written_as_csv_writes_them_from_memory_and_from_a_shelf(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("written")
    ids = [f"c{n}" for n in range(len(texts))]
    shelf = Shelf()
    on_shelf = Strings(shelf, [shelf.put(texts[:2]), shelf.put(texts[2:])])
    for name, said in (("memory", texts), ("shelf", on_shelf)):
        source = SourceColumns(("said", "id"), (said, ids))  # type: ignore[arg-type]
        batch = CommentBatch.from_columns(len(ids), {"text": texts, "comment_id": ids}, source)
        write_scored_csv(folder / name, batch, Verdicts.unjudged(ids, "m"))
    assert (folder / "memory").read_bytes() == (folder / "shelf").read_bytes()
    visible = [text.encode("utf-8", "backslashreplace").decode() for text in texts]
    assert [row["said"] for row in rows_of(folder / "shelf")] == visible


def test_verdicts_of_another_length_are_refused(
    tmp_path: Path, two_comments: CommentBatch, score: Callable[..., Verdicts]
) -> None:
    with pytest.raises(ValueError, match="2 comments but 1 verdicts"):
        write_scored_csv(tmp_path / "scored.csv", two_comments, score(["f-2"]))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_refused_by_name(
    tmp_path: Path, two_comments: CommentBatch, two_verdicts: Verdicts
) -> None:
    with pytest.raises(UsageError, match="unknown language 'fr': use zh or en"):
        write_scored_csv(tmp_path / "scored.csv", two_comments, two_verdicts, lang="fr")
