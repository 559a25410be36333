"""Events as a pipeline pushes them -> a batch; what cannot be taken is named by its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from detector.comment import Comment, CommentBatch
from detector.errors import InputError, UsageError
from detector.readers import ReadReport, records_to_columns, to_batch
from detector.stream.outcome import Rejected

# The column under which a row's place in the pushed list travels through the reader.
PLACE: Final = "zhenping place"


def taken_in(
    events: CommentBatch | Iterable[Any], *, first: int, mapping: Mapping[str, str] | None, tz: str
) -> tuple[CommentBatch, list[Rejected], int]:
    """The events that can be taken, in their order, the others with the reason, and how many were offered.

    Events without an id are named by their number in the stream, counted from ``first``. ``UsageError`` where ``events`` is no list of events at all.
    """
    if isinstance(events, CommentBatch):
        return events, [], len(events)
    if isinstance(events, str | bytes | Mapping):
        raise UsageError(
            f"push takes a list of events, not {type(events).__name__}",
            zh=f"push 接受事件列表，而不是 {type(events).__name__}",
        )
    listed = list(events)
    if listed and all(isinstance(event, Comment) for event in listed):
        return CommentBatch.from_comments(listed), [], len(listed)
    places, records = [], []
    rejected = []
    for place, event in enumerate(listed):
        if isinstance(event, Comment):
            record: Mapping[str, Any] = {name: getattr(event, name) for name in Comment.__slots__}
        elif isinstance(event, Mapping) and all(isinstance(key, str) for key in event):
            record = event
        else:
            rejected.append(_rejected(place, "not_an_object"))
            continue
        places.append(place)
        records.append(record)
    if not records:
        return CommentBatch.from_columns(0, {}), rejected, len(listed)
    columns = records_to_columns(records)
    columns[PLACE] = [str(place) for place in places]
    try:
        batch = to_batch(columns, report=ReadReport(), mapping=mapping, tz=tz, id_prefix="e", first_row=first)
    except InputError:
        # Not one of them has a text.
        rejected += [_rejected(place, "no_text") for place in places]
        return CommentBatch.from_columns(0, {}), _in_order(rejected), len(listed)
    kept = set(batch.source.columns[batch.source.headers.index(PLACE)])
    rejected += [_rejected(place, "no_text") for place in places if str(place) not in kept]
    return batch, _in_order(rejected), len(listed)


def _in_order(rejected: list[Rejected]) -> list[Rejected]:
    return sorted(rejected, key=lambda one: one.index)


_WHY: Final[Mapping[str, tuple[str, str]]] = {
    "not_an_object": (
        "an event must be a JSON object such as {\"text\": \"…\", \"user_id\": \"…\"}",
        "事件必须是 JSON 对象，如 {\"text\": \"…\", \"user_id\": \"…\"}",
    ),
    "no_text": (
        "the event has no text: put it under text, content or message (a string that is not empty)",
        "事件没有文本：请放在 text、content 或 message 字段（非空字符串）",
    ),
}  # fmt: skip


def _rejected(place: int, code: str) -> Rejected:
    return Rejected(place, code, *_WHY[code])
