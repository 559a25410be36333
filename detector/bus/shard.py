"""One shard of the bus: its stream, where it stands in its source, and the snapshot that holds both.

A snapshot is written last, when all that was said before is acknowledged. So whatever a crash interrupts, the shard
goes on from an offset that the snapshot names, and says again, byte for byte, what it had said after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from detector.bus.ends import Delivery, Message
from detector.bus.letters import Close, Unread, closed_letters, dead_letter, event_of, pushed_letters
from detector.bus.lock import Lock
from detector.errors import SnapshotError
from detector.stream import Stream

# Opens a stream, or goes on from the snapshot at a path.
Opening = Callable[[Path | None], Stream]
SNAPSHOT: Final = "snapshot"


class Shard:
    """Takes messages of one shard in their order; ``resume`` is where its source goes on, None at the beginning.

    With a ``state`` folder it owns ``STATE/<shard>/`` until it is released: nobody else can. ``mapping`` and ``lang``
    are those of the whole run. Raises SnapshotError if the snapshot does not fit, UsageError if another owns it.
    """

    def __init__(
        self,
        name: str,
        opening: Opening,
        *,
        kind: str,
        state: Path | None = None,
        mapping: dict[str, str] | None = None,
        lang: str = "zh",
        wait_s: float = 0.0,
    ) -> None:
        self.name = name
        self.kind = kind
        self.mapping = mapping
        self.lang = lang
        self.events = self.rejected = self.unread = 0
        self.unclear: Counter[str] = Counter()
        # Messages taken since the last snapshot.
        self.unsaved = 0
        self.resume: Any = None
        self._folder = state / folder_name(name) if state is not None else None
        self._lock = Lock(self._folder / "lock", shard=name, wait_s=wait_s) if self._folder else None
        try:
            self.stream = self._opened(opening)
        except BaseException:
            self.release()
            raise

    def take(self, deliveries: Sequence[Delivery]) -> list[Message]:
        """What is to be said after these messages."""
        letters: list[Message] = []
        events: list[Any] = []
        sources: list[Delivery] = []

        def push() -> None:
            if not events:
                return
            ids = [f"{delivery.shard}:{delivery.offset}" for delivery in sources]
            pushed = self.stream.push(events, mapping=self.mapping, ids=ids)
            self.rejected += len(pushed.rejected)
            self.unclear.update({one.code: one.n for one in pushed.unclear})
            letters.extend(pushed_letters(pushed, sources, lang=self.lang))
            events.clear()
            sources.clear()

        for delivery in deliveries:
            said = event_of(delivery.payload)
            if isinstance(said, Close):
                push()
                closed = self.stream.close(said.session_id, room_id=said.room_id)
                letters += closed_letters(closed, self.name, lang=self.lang)
            elif isinstance(said, Unread):
                self.rejected += 1
                self.unread += 1
                letters.append(dead_letter(delivery, said, lang=self.lang))
            else:
                events.append(said)
                sources.append(delivery)
        push()
        if deliveries:
            self.resume = deliveries[-1].resume
            self.events += len(deliveries)
            self.unsaved += len(deliveries)
        return letters

    def close_all(self) -> list[Message]:
        """What is to be said when all sessions end."""
        self.unsaved += 1
        return closed_letters(self.stream.close_all(), self.name, lang=self.lang)

    def save(self) -> None:
        """Write the snapshot; all that was said must be acknowledged by now."""
        if self._folder is not None and self.unsaved:
            place = {"kind": self.kind, "resume": self.resume}
            self.stream.snapshot(self._folder / SNAPSHOT, offset=place)
        self.unsaved = 0

    def release(self) -> None:
        """Let another own the shard."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _opened(self, opening: Opening) -> Stream:
        path = self._folder / SNAPSHOT if self._folder is not None else None
        if path is None or not path.exists():
            return opening(None)
        # What a crash left half written.
        with suppress(OSError):
            path.with_name(f"{SNAPSHOT}.partial").unlink()
        stream = opening(path)
        place = stream.offset if isinstance(stream.offset, dict) else {}
        if place.get("kind") != self.kind:
            raise SnapshotError(
                f"{path} was taken from {place.get('kind')}, not from {self.kind}: use another --state",
                zh=f"{path} 来自 {place.get('kind')}，而不是 {self.kind}：请换一个 --state",
            )
        self.resume = place["resume"]
        return stream


def folder_name(shard: str) -> str:
    """The name of a shard as one folder's name on any system.

    >>> folder_name("comments/0"), folder_name("..")
    ('comments%2F0', '%2E.')
    """
    name = quote(shard, safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name
