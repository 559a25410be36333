"""Who may ask for what."""

from __future__ import annotations

import re
import signal
import stat
from pathlib import Path

import pytest

from detector.errors import UsageError
from detector.service.house import is_local
from detector.service.keys import KeyRing, new_key, read_keys, revoke_key
from detector.service.limits import Rates
from detector.service.problems import Problem
from tests.calling import call
from tests.models import zhenping
from tests.service.running import Server, lure, serving, until


def test_a_key_is_kept_as_a_digest_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    secret = new_key(path, "shop", ["feedback", "score"])
    name, scopes, digest = path.read_text().strip().split(":")
    assert (name, scopes, len(digest), secret in path.read_text()) == ("shop", "score,feedback", 64, False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = KeyRing(path).find(secret)
    assert found is not None
    assert (found.name, found.may("score"), found.may("admin")) == ("shop", True, False)
    assert KeyRing(path).find(secret + "x") is None


def test_two_keys_of_a_name_so_that_one_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    old, new = (new_key(path, "shop", ["score"]) for _ in range(2))
    with pytest.raises(UsageError, match="has 2 active keys"):
        new_key(path, "shop", ["score"])
    ring = KeyRing(path)
    found = ring.find(old)
    assert found is not None
    revoke_key(path, found.short)
    ring.reread()
    assert (ring.find(old), ring.find(new) is not None) == (None, True)


@pytest.mark.parametrize(
    "line", ["shop:score", "shop:fly:" + "0" * 64, "a b:score:" + "0" * 64, "shop:score:zz"]
)
def test_a_keys_file_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "keys"
    path.write_text(f"# comment\n\n{line}\n")
    with pytest.raises(UsageError, match="line 3"):
        read_keys(path)


def test_the_command_line_makes_lists_and_revokes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    made = call(capsys, "keys", "new", "--keys", path, "--name", "shop", "--scopes", "score,feedback")
    # Data goes to stdout, talk to stderr: a service that runs has not heard of the key.
    assert (made.code, re.fullmatch(r"zp_\S+\n", made.out) is None) == (0, False)
    assert "kill -HUP 进程号" in made.err
    assert "kill -HUP PID, or restart it" in made.err
    listed = call(capsys, "keys", "list", "--keys", path)
    short = listed.out.split()[0]
    assert listed.out == f"{short}  shop  score,feedback\n"
    assert listed.err == ""
    revoked = call(capsys, "keys", "revoke", "--keys", path, "--id", short)
    assert (revoked.code, revoked.out, revoked.err) == (0, f"{short}  shop\n", made.err)
    assert call(capsys, "keys", "list", "--keys", path).out == ""
    wrong = [
        ("new", "--name", "a b"),
        ("new", "--name", "a", "--scopes", "x"),
        ("revoke", "--id", ""),
        ("fly",),
    ]
    assert [call(capsys, "keys", *words, "--keys", path).code for words in wrong] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.2", False), ("example.com", False), ("127.0.0.1.evil.example", False), ("", False)],
)  # fmt: skip
def test_which_addresses_are_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_a_public_address_without_keys_is_refused(tmp_path: Path, model: Path) -> None:
    refused = zhenping("serve", "--host", "0.0.0.0", "--port", "1", "--state", tmp_path / "s", "--model", model)
    assert (
        refused.returncode,
        "can be reached by others" in refused.stderr or "可被他人访问" in refused.stderr,
    ) == (
        2,
        True,
    )
    assert not (tmp_path / "s").exists()


def test_a_bucket_empties_and_fills() -> None:
    now = [0.0]
    rates = Rates(per_s=2.0, burst=2.0, clock=lambda: now[0])
    rates.take("a")
    rates.take("a")
    with pytest.raises(Problem) as refused:
        rates.take("a")
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    rates.take("b")
    now[0] = 0.5
    rates.take("a")


def test_without_a_key_nothing_but_health_is_told(keyed: Server) -> None:
    with keyed.client() as client:
        client.headers.pop("x-api-key")
        told = {
            path: client.get(path).status_code
            for path in ("/healthz", "/readyz", "/openapi.json", "/v1/model", "/metrics", "/v1/sessions/a")
        }
        assert told == {
            "/healthz": 200, "/readyz": 200, "/openapi.json": 200, "/v1/model": 401, "/metrics": 401,
            "/v1/sessions/a": 401,
        }  # fmt: skip
        missing = client.post("/v1/score", json={"events": []})
        assert (missing.json()["code"], missing.headers["www-authenticate"]) == ("key_missing", "Bearer")
        wrong = client.post("/v1/score", json={"events": []}, headers={"authorization": "Bearer zp_wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "key_unknown")


def test_scopes_hold_and_keys_are_reread_on_sighup(tmp_path: Path, model: Path) -> None:
    path = tmp_path / "keys"
    score, feedback = new_key(path, "scorer", ["score"]), new_key(path, "desk", ["feedback"])
    with serving(tmp_path, model, "--keys", path, key=score) as server, server.client() as client:
        said = {"comment_id": "c1", "kind": "missed"}
        desk = {"X-API-Key": feedback}
        assert client.post("/v1/score", json={"events": [lure(1)]}).status_code == 200
        assert client.post("/v1/feedback", json=said).json()["code"] == "scope_missing"
        assert client.get("/metrics").json()["code"] == "scope_missing"
        assert client.post("/v1/feedback", json=said, headers=desk).status_code == 201
        assert client.post("/v1/score", json={"events": []}, headers=desk).status_code == 403

        later = new_key(path, "scorer", ["score"])
        bearer = {"Authorization": f"Bearer {later}", "X-API-Key": ""}
        assert client.get("/v1/model", headers=bearer).status_code == 401
        server.process.send_signal(signal.SIGHUP)
        until(lambda: client.get("/v1/model", headers=bearer).status_code == 200)
        revoke_key(path, read_keys(path)[0].short)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: client.get("/v1/model").status_code == 401)
        # A file that cannot be read changes nothing.
        path.write_text("nonsense\n")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.log()[-1]["message"] == "keys_not_read")
        assert client.get("/v1/model", headers=bearer).status_code == 200
        assert score not in server.log_path.read_text()


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path: Path, model: Path) -> None:
    with serving(tmp_path, model, "--rate", "0.5") as server, server.client() as client:
        answers = [client.get("/v1/model") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert answers[1].headers["retry-after"] == "2"
        assert client.get("/healthz").status_code == 200
