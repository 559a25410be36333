"""Which comments have been seen before: redelivery must not look like a flood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MAX_COMMENTS: Final = 65_536


class Delivered:
    """At least the last ``max_keys`` comment ids, at most twice as many."""

    __slots__ = ("max_keys", "old", "young")

    def __init__(self, *, max_keys: int = MAX_COMMENTS) -> None:
        self.max_keys = max_keys
        self.young: dict[str, None] = {}
        self.old: dict[str, None] = {}

    def __contains__(self, comment_id: str) -> bool:
        return comment_id in self.young or comment_id in self.old

    def take_new(self, comment_ids: Sequence[str]) -> bool:
        """Take all ids in and say so, if each is new and none is empty; else change nothing and say no.

        The quick way for a batch in which nothing is delivered twice, which is nearly every batch.
        """
        new = dict.fromkeys(comment_ids)
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

    def remember(self, comment_id: str) -> None:
        """Take ``comment_id`` in; an empty id is no id."""
        if not comment_id:
            return
        if len(self.young) >= self.max_keys:
            self.old, self.young = self.young, {}
        self.young[comment_id] = None
