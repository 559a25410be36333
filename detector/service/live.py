"""Who follows which session live: frames go out through a bounded queue for each of them."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from detector.service.body import written
from detector.state.sessions import SessionKey
from detector.stream import Pushed

# Frames that may wait for a client; one that is slower is sent away.
MAX_FRAMES: Final = 256
MAX_WAITING_BYTES: Final = 8 << 20
MAX_FOLLOWED: Final = 64


class Follower:
    """One client and the frames that wait for it; ``too_slow`` is set when they are too many."""

    def __init__(self) -> None:
        self.follows: set[tuple[str | None, str]] = set()
        self.too_slow = asyncio.Event()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting_bytes = 0

    def send(self, frame: bytes) -> None:
        """Have a frame sent in its turn; a client that is too slow gets nothing more."""
        # One frame alone is sent however large it is.
        if self._frames.qsize() and (
            self._frames.qsize() >= MAX_FRAMES or self._waiting_bytes + len(frame) > MAX_WAITING_BYTES
        ):
            self.too_slow.set()
        if not self.too_slow.is_set():
            self._waiting_bytes += len(frame)
            self._frames.put_nowait(frame)

    async def next(self) -> bytes:
        """The frame whose turn it is."""
        frame = await self._frames.get()
        self._waiting_bytes -= len(frame)
        return frame


class Live:
    """The followers of all sessions; ``publish`` and ``close`` are called on the stream's thread."""

    def __init__(self) -> None:
        self._followers: dict[tuple[str | None, str], set[Follower]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Frames go out on ``loop``."""
        self._loop = loop

    def follow(self, follower: Follower, session_id: str, room_id: str | None) -> bool:
        """Send this follower what is said of a session; False if it follows too many."""
        key = (room_id, session_id)
        if key not in follower.follows and len(follower.follows) >= MAX_FOLLOWED:
            return False
        follower.follows.add(key)
        self._followers.setdefault(key, set()).add(follower)
        return True

    def leave(self, follower: Follower, session_id: str, room_id: str | None) -> None:
        """Send it no more of this session."""
        key = (room_id, session_id)
        follower.follows.discard(key)
        known = self._followers.get(key, set())
        known.discard(follower)
        if not known:
            self._followers.pop(key, None)

    def forget(self, follower: Follower) -> None:
        """The client is gone."""
        for room_id, session_id in list(follower.follows):
            self.leave(follower, session_id, room_id)

    def publish(self, pushed: Pushed, reply: dict[str, Any]) -> None:
        """Send what a push says of each followed session."""
        if not self._followers:
            return
        said: dict[SessionKey, dict[str, Any]] = {}
        for one in pushed.sessions:
            said[one.room_id, one.session_id] = {
                "results": [reply["results"][row] for row in one.rows.tolist()]
            }
        for name in ("revisions", "alerts"):
            for row in reply[name]:
                part = said.setdefault((row["room_id"], row["session_id"]), {"results": []})
                part.setdefault(name, []).append(row)
        for key, part in said.items():
            self._send(key, part)
        for end in reply["closed"]:
            self._send((end["room"]["room_id"], end["room"]["session_id"]), {"closed": end})

    def close(self, key: SessionKey, end: dict[str, Any]) -> None:
        """Send how a session ended."""
        self._send(key, {"closed": end})

    def _send(self, key: SessionKey, part: dict[str, Any]) -> None:
        room_id, session_id = key
        if self._loop is None or not ({(room_id, session_id), (None, session_id)} & self._followers.keys()):
            return
        frame = written(
            {"type": "live", "room_id": room_id, "session_id": session_id, "results": [], "revisions": [], "alerts": []}
            | part
        )  # fmt: skip
        self._loop.call_soon_threadsafe(self._deliver, key, frame)

    def _deliver(self, key: SessionKey, frame: bytes) -> None:
        room_id, session_id = key
        found = self._followers.get((room_id, session_id), set()) | self._followers.get(
            (None, session_id), set()
        )
        for follower in found:
            follower.send(frame)
