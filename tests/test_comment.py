"""Comments, and comments as columns."""

import dataclasses

import numpy as np
import pytest

from detector.comment import (
    CODE_FIELDS,
    KINDS,
    NUMBER_FIELDS,
    SCORED_KINDS,
    STRING_FIELDS,
    Comment,
    CommentBatch,
    SourceColumns,
)  # fmt: skip
from tests.building import NAN, batch, comment


def test_every_field_of_a_comment_is_a_column() -> None:
    fields = {field.name for field in dataclasses.fields(Comment)}
    assert fields == {*STRING_FIELDS, *NUMBER_FIELDS, *CODE_FIELDS}
    assert {field.name for field in dataclasses.fields(CommentBatch)} == {*fields, "source"}


def test_what_is_not_given_is_unknown() -> None:
    bare = Comment(text="好")
    assert {getattr(bare, name) for name in STRING_FIELDS if name != "text"} == {""}
    assert [name for name in NUMBER_FIELDS if getattr(bare, name) == getattr(bare, name)] == []
    assert (bare.ts_source, bare.kind, bare.user_id_quality) == ("event", "comment", "real")


def test_a_comment_comes_back_from_its_row() -> None:
    first = comment("NA", comment_id="007", user_id="0042", kind="review", rating=4.0, ts_source="date_only")
    full = dataclasses.replace(
        first, **dict.fromkeys(NUMBER_FIELDS, 1.5), fan_badge_name="鱼", paid_marker="舰长", reply_to="006"
    )
    assert batch(comment(), full).row(1) == full


def test_a_comment_NA_stays_text_and_ids_keep_their_zeros() -> None:
    row = batch(comment("NA", comment_id="007")).row(0)
    assert (row.text, row.comment_id) == ("NA", "007")


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="column rating has 1 rows, expected 2"):
        CommentBatch.from_columns(2, {"text": ["好", "看"], "rating": [5.0]})


def with_source(*texts: str) -> CommentBatch:
    columns = {"text": list(texts)}
    return CommentBatch.from_columns(len(texts), columns, SourceColumns(("弹幕",), (list(texts),)))


def test_take_keeps_the_order_asked_for_and_the_inputs_own_columns() -> None:
    taken = with_source("一", "二", "三").take([2, 0])
    assert (taken.text, taken.source) == (["三", "一"], SourceColumns(("弹幕",), (["三", "一"],)))


def test_a_column_that_is_also_the_inputs_own_is_picked_from_once() -> None:
    said = ["一", "二", "三"]
    taken = CommentBatch.from_columns(3, {"text": said}, SourceColumns(("弹幕",), (said,))).take([1])
    assert (taken.text, taken.source.columns[0] is taken.text) == (["二"], True)


def test_no_number_of_a_comment_is_infinite() -> None:
    ratings = np.array([5.0, np.inf, -np.inf])
    built = CommentBatch.from_columns(3, {"text": ["好"] * 3, "rating": ratings})
    np.testing.assert_array_equal(built.rating, [5.0, NAN, NAN])
    np.testing.assert_array_equal(ratings, [5.0, np.inf, -np.inf])


def test_slice_leaves_the_inputs_own_columns_behind() -> None:
    part = with_source("一", "二", "三").slice(1, 3)
    assert (part.text, part.source, len(part.ts_ms)) == (["二", "三"], SourceColumns(), 2)


def test_batches_are_stacked_with_empty_cells_where_a_column_is_missing() -> None:
    stacked = CommentBatch.concat([with_source("一"), batch(comment("二", rating=3.0))])
    assert stacked.text == ["一", "二"]
    assert stacked.source == SourceColumns(("弹幕",), (["一", ""],))
    assert np.isnan(stacked.rating).tolist() == [True, False]


def test_stacking_nothing_gives_an_empty_batch() -> None:
    assert len(CommentBatch.concat([])) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_people_say_is_judged(kind: str) -> None:
    assert batch(comment(kind=kind)).scored().tolist() == [kind in SCORED_KINDS]


@pytest.mark.parametrize(
    ("seconds", "order"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([2, 0, 1], [1, 2, 0]),
        # Equal times keep the order of the input.
        ([1, 0, 1, 0], [1, 3, 0, 2]),
        # A row without a time stands at the time of the last timed row before it.
        ([5, NAN, 1], [2, 0, 1]),
        # Before the first timed row it stands first.
        ([NAN, 1, 0], [0, 2, 1]),
        ([NAN, NAN], [0, 1]),
        ([], []),
    ],
)
def test_comments_are_replayed_in_event_order(seconds: list[float], order: list[int]) -> None:
    assert batch(*(comment(at_s=s) for s in seconds)).replay_order().tolist() == order


def test_numbers_that_nothing_can_have_are_unknown() -> None:
    given = [1e300, -1e300, float("inf"), 12.0, 1.7e12]
    rows = CommentBatch.from_columns(5, {"text": ["好"] * 5, "user_level": given})
    assert rows.user_level.tolist() == pytest.approx([float("nan")] * 3 + [12.0, 1.7e12], nan_ok=True)
