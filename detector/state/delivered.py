"""Which comments have been seen before: redelivery must not look like a flood."""

from __future__ import annotations

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

    def remember(self, comment_id: str) -> None:
        """Take ``comment_id`` in; an empty id is no id."""
        if not comment_id:
            return
        if len(self.young) >= self.max_keys:
            self.old, self.young = self.young, {}
        self.young[comment_id] = None
