"""A review and what its buyer added later, as records: what the platforms' dialects have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.readers.cells import as_text
from detector.readers.dialect import Recording
from detector.readers.markup import is_default_text, plain_text
from detector.readers.pick import filled


def review_records(
    review: Mapping[str, object], appended: Mapping[str, object] | None, recording: Recording
) -> list[dict[str, object]]:
    """The record of a review and, where ``appended`` has a text, that of the follow-up by the same person.

    The texts may hold HTML. What the platform wrote in the buyer's place is of kind ``other`` and counted.
    """
    records = [_record(review, "review", recording)]
    if appended is not None and as_text(appended.get("text")).strip():
        # The person, the product and the purchase are the review's; the rating was for the review.
        shared = {name: value for name, value in review.items() if name not in ("comment_id", "ts", "rating")}
        follow_up = shared | dict(appended) | {"reply_to": review.get("comment_id")}
        records.append(_record(follow_up, "append", recording))
    return records


def review_columns(
    columns: Mapping[str, list[Any]], text_header: str, recording: Recording
) -> dict[str, list[Any]]:
    """The columns of a table with plain texts and a column ``kind``."""
    words = [plain_text(cell) if isinstance(cell, str) else cell for cell in columns[text_header]]
    is_default = [isinstance(cell, str) and is_default_text(cell) for cell in words]
    recording.report.note("default_text", n=sum(is_default))
    kinds = ["other" if default else "review" for default in is_default]
    return dict(columns) | {text_header: words, "kind": kinds}


def _record(record: Mapping[str, object], kind: str, recording: Recording) -> dict[str, object]:
    text = plain_text(as_text(record.get("text")))
    if is_default_text(text):
        recording.report.note("default_text")
        kind = "other"
    return filled(dict(record) | {"text": text, "kind": kind})
