"""A shard remembers where it stood, and has one owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.bus.lock import Lock
from detector.bus.shard import Shard, folder_name
from detector.errors import SnapshotError, UsageError
from detector.stream import Stream
from tests.bus.test_letters import LURE, deliveries
from tests.models import handmade_detector

EVENTS = [{"comment_id": f"c{n}", "user_id": f"u{n}", "text": LURE} for n in range(40)]


def opening(snapshot: Path | None) -> Stream:
    """A stream of the handmade model."""
    return handmade_detector().stream(restore=snapshot)


def shard(state: Path, name: str = "comments/0", kind: str = "test") -> Shard:
    """The shard with its state below ``state``."""
    return Shard(name, opening, kind=kind, state=state)


def test_after_a_crash_a_shard_says_the_same_bytes_again(tmp_path: Path) -> None:
    messages = deliveries(*EVENTS, first=10)
    first = shard(tmp_path)
    assert first.resume is None
    first.take(messages[:15])
    first.save()
    lost = [letter for n in range(15, 40) for letter in first.take(messages[n : n + 1])]
    # The crash: nothing is saved, the system lets go of the lock.
    first.release()
    second = shard(tmp_path)
    assert second.resume == 24
    again = second.take(messages[15:])
    assert sorted((one.topic, one.id, one.body) for one in again) == sorted(
        (one.topic, one.id, one.body) for one in lost
    )
    assert len(again) > 25
    second.release()


def test_a_crash_while_a_snapshot_is_written_leaves_the_one_before(tmp_path: Path) -> None:
    first = shard(tmp_path)
    first.take(deliveries(*EVENTS[:3]))
    first.save()
    first.release()
    partial = tmp_path / "comments%2F0" / "snapshot.partial"
    partial.write_bytes(b"half")
    second = shard(tmp_path)
    assert second.resume == 3
    assert not partial.exists()
    second.release()


def test_a_shard_has_one_owner(tmp_path: Path) -> None:
    first = shard(tmp_path)
    with pytest.raises(UsageError, match="another process owns the shard comments/0"):
        shard(tmp_path)
    shard(tmp_path, "comments/1").release()
    first.release()
    shard(tmp_path).release()


def test_a_new_owner_waits_for_the_last_one(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock", shard="s")
    with pytest.raises(UsageError, match="owns the shard s"):
        Lock(tmp_path / "lock", shard="s", wait_s=0.3)
    first.release()
    Lock(tmp_path / "lock", shard="s", wait_s=0.3).release()


def test_a_snapshot_of_another_kind_of_source_is_refused(tmp_path: Path) -> None:
    first = shard(tmp_path)
    first.take(deliveries(*EVENTS[:3]))
    first.save()
    first.release()
    with pytest.raises(SnapshotError, match="was taken from test, not from kafka"):
        shard(tmp_path, kind="kafka")
    # What was refused is not held.
    shard(tmp_path).release()


def test_without_a_state_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one = Shard("s", opening, kind="test")
    one.take(deliveries(*EVENTS[:3]))
    one.save()
    one.release()
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_shard_is_one_folder_whatever_stands_in_it() -> None:
    names = ["..", ".", "a/b", "a\\b", "a:b", "房间", "a%2Fb"]
    folders = [folder_name(name) for name in names]
    assert len(set(folders)) == len(names)
    assert not any(set("/\\:") & set(folder) or folder.startswith(".") for folder in folders)


def test_a_session_closed_is_closed_after_a_crash_too(tmp_path: Path) -> None:
    first = shard(tmp_path)
    first.take(deliveries(*EVENTS))
    first.save()
    closing = deliveries({"close": ""}, first=41)
    told = first.take(closing)
    first.release()
    second = shard(tmp_path)
    assert [one.body for one in second.take(closing)] == [one.body for one in told]
    second.release()
