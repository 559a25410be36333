"""Which comments have been seen before: redelivery must not look like a flood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MAX_COMMENTS: Final = 65_536


Delivery = tuple[str, int]  # comment id, exact key of the text


class Delivered:
    """At least the last ``max_keys`` deliveries, at most twice as many.

    A delivery is a comment id with its text: two files may both number their comments from 0, and what says
    something else is not the same comment.
    """

    __slots__ = ("max_keys", "old", "young")

    def __init__(self, *, max_keys: int = MAX_COMMENTS) -> None:
        self.max_keys = max_keys
        self.young: dict[Delivery, None] = {}
        self.old: dict[Delivery, None] = {}

    def __contains__(self, delivery: Delivery) -> bool:
        return delivery in self.young or delivery in self.old

    def take_new(self, deliveries: Sequence[Delivery]) -> bool:
        """Take all in and say so, if each is new and none is without an id; else change nothing and say no.

        The quick way for a batch in which nothing is delivered twice, which is nearly every batch.
        """
        new = dict.fromkeys(deliveries)
        quick = (
            len(new) == len(deliveries)
            and all(comment_id for comment_id, _ in deliveries)
            and len(self.young) + len(new) <= self.max_keys
            and self.young.keys().isdisjoint(new)
            and self.old.keys().isdisjoint(new)
        )
        if quick:
            self.young.update(new)
        return quick

    def remember(self, delivery: Delivery) -> None:
        """Take ``delivery`` in; an empty id is no id."""
        if not delivery[0]:
            return
        if len(self.young) >= self.max_keys:
            self.old, self.young = self.young, {}
        self.young[delivery] = None
