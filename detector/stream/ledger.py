"""What was said of the comments of one session: for revisions, redelivery, campaigns and the room's verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.comment import ID_QUALITY_CODE, CommentBatch
from detector.verdict import HEADS, NORMAL, Reason, Verdicts

Cell = TypeVar("Cell")
# Comments of a session after which its campaigns are settled, so that no session grows without bound.
BLOCK_COMMENTS: Final = 262_144
LEAST_ROWS: Final = 64
_COLUMNS: Final[tuple[tuple[str, Any], ...]] = (
    ("event", np.int64), ("skeleton", np.int64), ("group", np.int64), ("account", np.int64), ("ts_ms", np.float64), ("ts_source", np.uint8),
    ("verdict", np.uint8), ("first_verdict", np.uint8), ("label", np.uint8), ("organic_wave", np.bool_),
    ("protected", np.bool_), ("late", np.bool_),
)  # fmt: skip


@dataclass(slots=True)
class Block:
    """Up to ``BLOCK_COMMENTS`` judged comments, numbered in their session from ``start`` on.

    ``columns`` have room for more than the ``n`` rows; ``reasons`` and ``campaigns`` are by row, for few rows.
    """

    start: int
    n: int = 0
    columns: dict[str, NDArray[Any]] = field(
        default_factory=lambda: {name: np.zeros(LEAST_ROWS, dtype=kind) for name, kind in _COLUMNS}
    )
    p: NDArray[np.float64] = field(default_factory=lambda: np.zeros((LEAST_ROWS, len(HEADS))))
    comment_id: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    reasons: dict[int, tuple[Reason, ...]] = field(default_factory=dict)
    campaigns: dict[int, str] = field(default_factory=dict)
    # Comment id -> its row, of the first ``indexed`` rows: of use only once something is delivered twice.
    row_of: dict[str, int] = field(default_factory=dict)
    indexed: int = 0

    def add(
        self,
        *,
        comment_id: Sequence[str],
        text: Sequence[str],
        p: NDArray[np.float64],
        reasons: Sequence[tuple[int, tuple[Reason, ...]]],
        **columns: NDArray[Any],
    ) -> None:
        """Append comments; ``reasons`` are pairs of place and reasons."""
        stop = self.n + len(comment_id)
        self._reserve(stop)
        for name, values in columns.items():
            self.columns[name][self.n : stop] = values
        self.p[self.n : stop] = p
        self.reasons.update((self.n + at, found) for at, found in reasons)
        self.comment_id += comment_id
        self.text += text
        self.n = stop

    def _reserve(self, rows: int) -> None:
        size = len(self.p)
        if rows <= size:
            return
        while size < rows:
            size *= 2
        size = min(size, BLOCK_COMMENTS)
        for name, column in self.columns.items():
            grown = np.zeros(size, dtype=column.dtype)
            grown[: self.n] = column[: self.n]
            self.columns[name] = grown
        p = np.zeros((size, len(HEADS)))
        p[: self.n] = self.p[: self.n]
        self.p = p

    def row(self, comment_id: str) -> int | None:
        """The row of the comment with this id (the last, if several have it), None if there is none."""
        if self.indexed < self.n:
            self.row_of.update(zip(self.comment_id[self.indexed :], range(self.indexed, self.n), strict=True))
            self.indexed = self.n
        return self.row_of.get(comment_id)

    def batch(self, room_id: str, session_id: str) -> CommentBatch:
        """The comments as far as campaigns need them; accounts by their keys."""
        n = self.n
        account = self.columns["account"][:n]
        quality = np.where(account != 0, ID_QUALITY_CODE["real"], ID_QUALITY_CODE["none"])
        return CommentBatch.from_columns(
            n,
            {
                "room_id": [room_id] * n,
                "session_id": [session_id] * n,
                "comment_id": self.comment_id,
                "text": self.text,
                "user_id": ["" if key == "0" else key for key in map(str, account.tolist())],
                "user_id_quality": quality.astype(np.uint8),
                "ts_ms": self.columns["ts_ms"][:n],
                "ts_source": self.columns["ts_source"][:n],
            },
        )

    def verdicts(self, model_id: str) -> Verdicts:
        """What was said of them, revisions applied."""
        n = self.n
        no = np.zeros(n, dtype=np.bool_)
        return Verdicts(
            comment_id=self.comment_id,
            verdict=self.columns["verdict"][:n],
            first_verdict=self.columns["first_verdict"][:n],
            label=self.columns["label"][:n],
            p=self.p[:n],
            organic_wave=self.columns["organic_wave"][:n],
            protected=self.columns["protected"][:n],
            duplicate=no,
            late=self.columns["late"][:n],
            provisional=no,
            campaign_id=_listed(self.campaigns, n, ""),
            reasons=_listed(self.reasons, n, ()),
            model_id=model_id,
        )


def _listed(known: Mapping[int, Cell], n: int, nothing: Cell) -> list[Cell]:
    """One for each of n rows, of which few are known."""
    cells = [nothing] * n
    for row, cell in known.items():
        cells[row] = cell
    return cells


@dataclass(slots=True)
class Ledger:
    """The block that is being written and the one before it."""

    block: Block = field(default_factory=lambda: Block(0))
    previous: Block | None = None

    @property
    def comments(self) -> int:
        """Judged comments of the session so far."""
        return self.block.start + self.block.n

    def place(self, number: int) -> tuple[Block, int] | None:
        """Where comment ``number`` of the session stands, None if that is forgotten."""
        if number >= self.block.start:
            return self.block, number - self.block.start
        if self.previous is not None and number >= self.previous.start:
            return self.previous, number - self.previous.start
        return None

    def delivered(self, comment_id: str) -> tuple[Block, int] | None:
        """Where the comment with this id stands, None if that is not known."""
        for block in (self.block, self.previous):
            row = None if block is None else block.row(comment_id)
            if block is not None and row is not None:
                return block, row
        return None

    def turn(self) -> None:
        """Begin a new block."""
        self.previous = self.block
        self.block = Block(self.previous.start + self.previous.n)


def told(
    found: tuple[Block, int] | None,
) -> tuple[int, int, NDArray[np.float64], bool, bool, str, tuple[Reason, ...]]:
    """Verdict, label, p, organic wave, protected, campaign id and reasons at a place; those of nothing for None."""
    if found is None:
        return 0, NORMAL, np.full(len(HEADS), np.nan), False, False, "", ()
    block, row = found
    columns = block.columns
    return (
        int(columns["verdict"][row]), int(columns["label"][row]), block.p[row],
        bool(columns["organic_wave"][row]), bool(columns["protected"][row]),
        block.campaigns.get(row, ""), block.reasons.get(row, ()),
    )  # fmt: skip
