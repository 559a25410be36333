"""Crowds that never end: comments in columns, made a batch at a time, any stretch the same whatever the batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from detector.comment import CommentBatch
from detector.readers.common_characters import COMMON_HANZI
from detector.simulate import simulate_room

# Two thousand comments a second in all.
GAP_MS: Final = 0.5
START_MS: Final = 1_750_248_000_000.0
HANZI: Final = sorted(COMMON_HANZI)
# So many characters after a text make it like no other: enough of them for 10^11 texts.
MARK: Final = 4


@dataclass(frozen=True)
class Scenario:
    """``rooms`` that are live at once, each of whose sessions ends after ``session`` comments; how many accounts
    speak; whether the ``texts`` are those of simulated rooms, all distinct or all equal."""

    said: str
    rooms: int = 8
    session: int = 0
    accounts: int = 50_000
    texts: str = "rooms"


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "many_rooms": Scenario("64 rooms at a time, a new session every 5,000 comments", rooms=64, session=5_000),
    "one_huge_room": Scenario("one session without end", rooms=1),
    "all_distinct": Scenario("no text twice", texts="distinct"),
    "all_equal": Scenario("everybody says the same", texts="equal"),
    "one_account": Scenario("one account says everything", rooms=1, accounts=1),
    "a_million_accounts": Scenario("a million accounts in turn", accounts=1_000_000),
}


class Crowd:
    """The comments of one scenario."""

    def __init__(self, scenario: Scenario, *, seed: int = 0) -> None:
        self.scenario = scenario
        self.seed = seed
        rooms = [simulate_room(seed=100 + number, minutes=60, viewers=2_000) for number in range(4)]
        self.pool = [text for log in rooms for text in log.batch.text]

    def batch(self, start: int, n: int) -> CommentBatch:
        """Comments ``start`` to ``start + n``."""
        numbers = np.arange(start, start + n)
        scenario = self.scenario
        # A fixed scramble of the number: the same comments however they are cut into batches.
        mixed = (numbers.astype(np.uint64) + np.uint64(self.seed << 40)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
        room = (mixed % np.uint64(scenario.rooms)).astype(np.int64)
        if scenario.rooms > 1:
            room = numbers % scenario.rooms
        turn = numbers // (scenario.rooms * scenario.session) if scenario.session else np.zeros_like(numbers)
        account = (mixed >> np.uint64(20)) % np.uint64(scenario.accounts)
        if scenario.accounts == 1_000_000:
            account = numbers.astype(np.uint64) % np.uint64(scenario.accounts)
        columns: dict[str, Any] = {
            "comment_id": [f"c{number}" for number in numbers.tolist()],
            "room_id": [f"room-{number}" for number in room.tolist()],
            "session_id": [f"session-{number}" for number in turn.tolist()],
            "user_id": [f"u{number}" for number in account.tolist()],
            "user_name": [f"用户{number}" for number in account.tolist()],
            "text": self._texts(numbers, mixed),
            "ts_ms": START_MS + numbers * GAP_MS,
            "user_level": (account % np.uint64(40)).astype(np.float64),
        }
        return CommentBatch.from_columns(n, columns)

    def _texts(self, numbers: np.ndarray[Any, Any], mixed: np.ndarray[Any, Any]) -> list[str]:
        if self.scenario.texts == "equal":
            return ["主播今天的衣服在哪里可以买到"] * len(numbers)
        pool, size = self.pool, len(self.pool)
        said = [pool[at] for at in (mixed % np.uint64(size)).tolist()]
        if self.scenario.texts == "rooms":
            return said
        base = len(HANZI)
        marks = (numbers + self.seed * base**3).tolist()
        words = ("".join(HANZI[mark // base**k % base] for k in range(MARK)) for mark in marks)
        return [text + word for text, word in zip(said, words, strict=True)]
