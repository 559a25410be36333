"""Lines from files and pipes, and lines into folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detector.bus.ends import MOST_BYTES, Delivery, Message
from detector.bus.files import Folder, Lines
from detector.errors import InputError
from tests.models import ROOT, run_python, zhenping


class Alone:
    """Owns whatever it is given, going on at ``resume``."""

    def __init__(self, resume: Any = None) -> None:
        self.resume = resume

    def take(self, shard: str) -> Any:
        """Where to go on."""
        return self.resume

    def give_back(self, shard: str, *, lost: bool = False) -> None:
        """Nothing to save."""


def lines(path: Path, resume: Any = None, *, newest: bool = False, most: int = 3) -> list[Delivery]:
    """All that is read of a file."""
    source, found = Lines(str(path), newest=newest), []
    while not source.ended:
        found += source.read(most, 0.1, Alone(resume))
    source.close()
    return found


def test_a_file_goes_on_at_the_byte_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes("\ufeff好\n\r\n b \n\nlast".encode())
    found = lines(path)
    assert [(one.offset, one.payload) for one in found] == [(1, "好".encode()), (3, b" b "), (5, b"last")]
    for n, one in enumerate(found):
        assert lines(path, one.resume) == found[n + 1 :]
    assert lines(path, newest=True) == []


def test_a_file_shorter_than_it_was_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\nb\n")
    resume = lines(path)[-1].resume
    path.write_bytes(b"a\n")
    with pytest.raises(InputError, match="was read to byte 4 and has only 2"):
        lines(path, resume)


@pytest.mark.parametrize("tail", [b"\nb\n", b""])
def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\n" + b"x" * (5 * MOST_BYTES) + tail)
    found = lines(path)
    assert [(one.offset, len(one.payload)) for one in found[:2]] == [(1, 1), (2, MOST_BYTES + 1)]
    assert [one.payload for one in found[2:]] == ([b"b"] if tail else [])
    assert found[-1].resume == {"line": len(found), "byte": path.stat().st_size}
    assert lines(path, found[1].resume) == found[2:]


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="nowhere cannot be read"):
        Lines("nowhere")


def test_a_line_half_written_before_a_crash_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / "results.ndjson").write_bytes(b'{"a":1}\n{"b"')
    (tmp_path / "dead.ndjson").write_bytes(b"half" * 50_000)
    sink = Folder(str(tmp_path))
    sink.write([Message("results", "", "x", b'{"b":2}'), Message("dead", "", "y", b"{}")])
    sink.settle()
    sink.close()
    assert (tmp_path / "results.ndjson").read_bytes() == b'{"a":1}\n{"b":2}\n'
    assert (tmp_path / "dead.ndjson").read_bytes() == b"{}\n"


EVENTS = [{"comment_id": f"c{n}", "user_id": f"u{n}", "text": f"第{n}件多少钱"} for n in range(5)]
LOG = "".join(json.dumps(event) + "\n" for event in EVENTS)


def test_a_pipe_gives_results_and_at_its_end_the_rooms() -> None:
    done = run_python("-m", "detector", "stream", "--lang", "en", stdin=LOG + "broken\n")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [one["topic"] for one in told]) == (0, ["results"] * 5 + ["dead", "rooms"]) or (
        [one["topic"] for one in told] == ["dead", *["results"] * 5, "rooms"]
    )
    assert done.stderr.splitlines()[0] == "- → -"
    assert done.stderr.splitlines()[-1].endswith("· lag 0 · rejected 1")


def test_a_file_that_has_grown_is_read_on_from_its_snapshot(tmp_path: Path) -> None:
    log, out, state = tmp_path / "log", tmp_path / "out", tmp_path / "state"
    words = ("stream", "--from", log, "--to", out, "--state", state, "-q")
    for event in EVENTS[:2]:
        with log.open("a") as file:
            file.write(json.dumps(event) + "\n")
        assert zhenping(*words).returncode == 0
    told = [json.loads(line) for line in (out / "results.ndjson").read_text("utf-8").splitlines()]
    assert [one["comment_id"] for one in told] == ["c0", "c1"]
    # The session goes on: nothing was closed.
    assert (out / "rooms.ndjson").read_bytes() == b""
    assert sorted(path.name for path in (state / "log").iterdir()) == ["lock", "snapshot"]


def test_whoever_stops_reading_is_not_told_of_it() -> None:
    stream = subprocess.Popen(
        [sys.executable, "-m", "detector", "stream", "-q"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert stream.stdout is not None
    stream.stdout.close()
    assert stream.stdin is not None
    stream.stdin.write(LOG.encode())
    stream.stdin.close()
    assert stream.stderr is not None
    assert (stream.stderr.read(), stream.wait()) == (b"", 0)
    stream.stderr.close()


def test_wrong_words_are_told_before_anything_is_read() -> None:
    for words, said in [
        (("--begin", "middle"), "choose from oldest, newest"),
        (("--save-every", "often"), "is no time such as 10s"),
        (("--map", "text"), "is not of the form header=field"),
        (("--from", "amqp://h/q"), "is not known"),
    ]:
        done = zhenping("stream", "--lang", "en", *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


TABLE = "用户ID,评论内容\n" + "".join(f"u{n},第{n}件多少钱\n" for n in range(5))
HINT_ZH = "提示：{n} 行中有 {n} 行不是 UTF-8 编码的 JSON。"
HINT_EN = "hint: {n} of {n} lines are no JSON in UTF-8."


# In UTF-16 a byte stands behind the last line end.
@pytest.mark.parametrize(("encoding", "n"), [("utf-8", 6), ("gb18030", 6), ("utf-16", 7)])
@pytest.mark.parametrize(("lang", "hint"), [("zh", HINT_ZH), ("en", HINT_EN)])
def test_a_table_is_sent_to_those_who_read_tables(
    tmp_path: Path, encoding: str, n: int, lang: str, hint: str
) -> None:
    path = tmp_path / "弹幕.csv"
    path.write_bytes(TABLE.encode(encoding))
    done = zhenping("stream", "--from", path, "--lang", lang, "-q")
    # The lines are kept as dead letters; what is to be done is said, quietly or not, once.
    assert done.returncode == 0
    assert [json.loads(line)["topic"] for line in done.stdout.splitlines()] == ["dead"] * n
    (said,) = done.stderr.splitlines()
    assert said.startswith(hint.format(n=n))
    assert ("zhenping score" in said, "zhenping convert" in said) == (True, True)


def test_what_it_is_sent_to_writes_what_the_stream_reads(tmp_path: Path) -> None:
    path, events = tmp_path / "弹幕.csv", tmp_path / "events.jsonl"
    path.write_text(TABLE, encoding="utf-8")
    assert zhenping("convert", path, "-o", events).returncode == 0
    done = zhenping("stream", "--from", events, "--lang", "en", "-q")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert ([one["topic"] for one in told], done.stderr) == (["results"] * 5 + ["rooms"], "")


def test_some_broken_lines_in_a_log_need_no_hint() -> None:
    done = run_python("-m", "detector", "stream", "-q", stdin=LOG + "broken\n" * 5)
    assert (done.returncode, done.stderr) == (0, "")
