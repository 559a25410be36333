"""Starting, ending, crashing, and two models side by side."""

from __future__ import annotations

import concurrent.futures
import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from detector.errors import UsageError
from detector.service import extra
from detector.service.port import listening
from tests.calling import call
from tests.models import handmade_bundle, saved, thresholds, zhenping
from tests.service.running import HARMLESS, LURE, free_port, lure, serving, until


def test_sigterm_answers_what_was_taken_remembers_and_ends_well(tmp_path: Path, model: Path) -> None:
    with serving(tmp_path, model) as server:
        batches = [[lure(1000 * part + n) for n in range(800)] for part in range(12)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = [pool.submit(server.score, *batch) for batch in batches]
            until(lambda: server.metric('zhenping_comments_total{verdict="high_risk"}') >= 800)
            code = server.end()
            done = [future.result() for future in answers if future.exception() is None]
        assert code == 0
        assert server.log()[-1]["message"] == "ended"
    # Who was refused at the door knows it; who was answered is remembered.
    assert len(done) >= 1
    with serving(tmp_path, model) as server:
        assert server.get("/v1/sessions/s1")["comments"] == 800 * len(done)


def test_after_a_crash_it_goes_on_from_the_last_snapshot(tmp_path: Path, model: Path) -> None:
    with serving(tmp_path, model, "--snapshot-every", "1") as server:
        server.score(lure(0, text=HARMLESS), *(lure(n) for n in range(1, 3)))
        until((tmp_path / "state/stream.snapshot").exists)
        until(lambda: server.metric("zhenping_snapshot_seconds") > 0)
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    with serving(tmp_path, model) as server:
        out = server.score(lure(2), lure(3))
        assert [row["duplicate"] for row in out["results"]] == [True, False]
        # The third lure is the one that makes the first comment one of them.
        assert [(r["comment_id"], r["old_verdict"], r["verdict"]) for r in out["revisions"]] == [
            ("c0", "pass", "review")
        ]
        # A folder serves one service only.
        second = zhenping("serve", "--state", server.state, "--model", model, "--port", str(free_port()))
        assert (second.returncode, "正被另一个服务使用" in second.stderr) == (2, True)
        assert server.end(signal.SIGINT) == 0
    other = saved(handmade_bundle(model_id="another"), tmp_path / "another")
    refused = zhenping(
        "serve", "--state", server.state, "--model", other, "--port", str(free_port()), "--max-state-mb", "64"
    )
    assert (refused.returncode, "stream.snapshot，从空白记忆开始" in refused.stderr) == (4, True)


def test_a_port_that_is_taken_is_told(tmp_path: Path, model: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = zhenping("serve", "--state", tmp_path / "s", "--model", model, "--port", port)
    *log, error = refused.stderr.splitlines()
    # Nobody is told that it listens, and the error is told once.
    assert [json.loads(line)["message"] for line in log if "no keys" not in line] == ["loaded"]
    assert (
        error == f"错误：无法监听 127.0.0.1:{port}：端口已被其他程序占用；请结束该程序，或用 --port 换一个端口"
    )
    assert refused.returncode == 2


@pytest.mark.parametrize(
    ("host", "said"),
    [("203.0.113.7", "choose a --host that is an address of this machine"),
     ("no-such-host.invalid", "choose a --host that is an address of this machine")],
)  # fmt: skip
def test_an_address_that_is_not_of_this_machine_is_told(host: str, said: str) -> None:
    with pytest.raises(UsageError, match=said), listening(host, 8000):
        pass


def test_a_port_is_free_again_once_it_is_left() -> None:
    port = free_port()
    for _ in range(2):
        with listening("localhost", port) as sockets, socket.create_connection(sockets[0].getsockname()[:2]):
            assert {sock.getsockname()[1] for sock in sockets} == {port}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("localhost", port))


def test_that_it_listens_is_said_when_it_answers(tmp_path: Path, model: Path) -> None:
    with serving(tmp_path, model) as server:
        said = [line["message"] for line in server.log()]
        port = int(server.url.rpartition(":")[2])
        assert said.index("loaded") < said.index("listening")
        told = next(line for line in server.log() if line["message"] == "listening")
        assert (told["host"], told["port"]) == ("127.0.0.1", port)


def test_a_full_queue_is_told_and_empties(tmp_path: Path, model: Path) -> None:
    with serving(tmp_path, model, "--queue", "1") as server:
        body = {"events": [lure(n, text=f"{LURE}{n}") for n in range(1000)]}

        def ask(_: int) -> httpx.Response:
            with server.client() as client:
                return client.post("/v1/score?mode=stateless", json=body)

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(ask, range(24)))
        codes = {answer.status_code for answer in answers}
        assert codes == {200, 503}
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("queue_full", "1")
        assert server.metric('zhenping_refused_total{code="queue_full"}') == sum(
            answer.status_code == 503 for answer in answers
        )
        assert len(server.score(lure(1))["results"]) == 1


def test_a_second_model_is_compared_in_silence(tmp_path: Path, model: Path) -> None:
    # It asks for more than any comment has.
    strict = saved(handmade_bundle(model_id="strict", rows=thresholds(0.999, 0.9999)), tmp_path / "strict")
    with serving(tmp_path, model, "--shadow", strict) as server:
        out = server.score(*(lure(n, text=text) for n, text in enumerate(("你好", LURE, "早上好"))))
        assert [row["verdict"] for row in out["results"]] == ["pass", "high_risk", "pass"]
        until(lambda: server.metric("zhenping_shadow_disagreements_total") == 1.0)
        assert server.metric('zhenping_shadow_comments_total{shadow_verdict="pass",verdict="high_risk"}') == 1.0
        assert server.metric('zhenping_shadow_comments_total{shadow_verdict="pass",verdict="pass"}') == 2.0
        told = server.get("/v1/model")
        assert (told["model_id"], told["shadow_model_id"]) == ("by-hand", "strict")


def test_without_the_extra_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra.require()
    monkeypatch.setattr(extra, "NEEDED", ("orjson", "nowhere_to_be_found"))
    told = call(capsys, "serve", "--state", tmp_path)
    assert (told.code, "缺少 nowhere_to_be_found：pip install 'zhenping[serve]'" in told.err) == (2, True)
