"""Which comments have been seen before: redelivery must not look like a flood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MAX_COMMENTS: Final = 65_536


class Delivered:
    """At least the last ``max_keys`` comment ids with the exact key of their text, at most twice as many.

    A delivery is a comment id with its text: two files may both number their comments from 0, and what says
    something else is not the same comment.
    """

    __slots__ = ("max_keys", "old", "young")

    def __init__(self, *, max_keys: int = MAX_COMMENTS) -> None:
        self.max_keys = max_keys
        self.young: dict[str, int] = {}
        self.old: dict[str, int] = {}

    def knows(self, comment_id: str, text_key: int) -> bool:
        """Whether this comment was the last one delivered under its id."""
        return self.young.get(comment_id, self.old.get(comment_id)) == text_key

    def take_new(self, comment_ids: Sequence[str], text_keys: Sequence[int]) -> bool:
        """Take all in and say so, if each id is new and none is empty; else change nothing and say no.

        The quick way for a batch in which nothing is delivered twice, which is nearly every batch.
        """
        new = dict(zip(comment_ids, text_keys, strict=True))
        quick = (
            len(new) == len(comment_ids)
            and "" not in new
            and len(self.young) + len(new) <= self.max_keys
            and self.young.keys().isdisjoint(new)
            and self.old.keys().isdisjoint(new)
        )
        if quick:
            self.young.update(new)
        return quick

    def remember(self, comment_id: str, text_key: int) -> None:
        """Take a comment in; an empty id is no id."""
        if not comment_id:
            return
        if len(self.young) >= self.max_keys:
            self.old, self.young = self.young, {}
        self.young[comment_id] = text_key
