"""docs/bus.md does what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pytest

from detector.bus.letters import WHY
from tests.bus.brokers import Broker, kafka_cluster, nats_server, redis_server
from tests.bus.crashing import Collected
from tests.bus.test_brokers import brokers_by_name
from tests.contracts.test_docs import blocks
from tests.models import ROOT

PAGE: Final = ROOT / "docs/bus.md"
TEXT: Final = PAGE.read_text(encoding="utf-8")
EVENT: Final = blocks(PAGE, "json")[0].strip().encode()


def calls() -> list[list[str]]:
    """The words after ``zhenping`` of every call on the page that goes to a broker."""
    lines = [line for block in blocks(PAGE, "bash") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("zhenping") and "://" in line]


def started(kind: str, folder: Path) -> AbstractContextManager[Broker]:
    """A broker whose source is named ``comments``."""
    if kind == "kafka":
        return kafka_cluster(options="")
    return redis_server(folder) if kind == "redis" else nats_server(folder)


@brokers_by_name
def test_a_call_of_the_page_carries_a_comment_to_its_verdict(kind: str, tmp_path: Path) -> None:
    (words,) = [call for call in calls() if call[2].startswith(kind)]
    with started(kind, tmp_path) as broker:
        broker.feed({"comments/0" if kind == "kafka" else "comments": [EVENT]})
        there = broker.sink("").removesuffix("/")
        run = subprocess.Popen(
            [sys.executable, "-m", "detector", *(re.sub(r"^\w+://[^/]*", there, word) for word in words)],
            cwd=tmp_path, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
        )  # fmt: skip
        reader, found = broker.reader("verdicts"), Collected()
        while not found.count("results"):
            assert run.poll() is None, run.communicate()
            for topic, body in reader.more():
                found.add(topic, body)
        reader.close()
        run.send_signal(signal.SIGTERM)
        run.communicate()
        assert run.returncode == 0
        assert found.verdicts == {"c1": "pass"}
        assert [path.name for path in (tmp_path / "state").iterdir()] == [
            "comments%2F0" if kind == "kafka" else "comments"
        ] or kind == "kafka"
        if kind == "redis":
            (code,) = blocks(PAGE, "python")
            scope: dict[str, object] = {}
            exec(compile(code.replace("redis://localhost:6379", there), "bus.md", "exec"), scope)
            assert scope["verdict"] == {"c1": "pass"}
            scope["bus"].close()  # type: ignore[attr-defined]


def test_the_pipe_of_the_page_runs(tmp_path: Path) -> None:
    (block,) = [block for block in blocks(PAGE, "bash") if "<" in block]
    (tmp_path / "data").symlink_to(ROOT / "data")
    said = block.replace("zhenping", f"{shlex.quote(sys.executable)} -m detector")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["/bin/sh", "-ec", said], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    piped = [json.loads(line) for line in (tmp_path / "verdicts.ndjson").read_text("utf-8").splitlines()]
    filed = (tmp_path / "verdicts/results.ndjson").read_text("utf-8").splitlines()
    sample = (ROOT / "data/sample/room.jsonl").read_text("utf-8").splitlines()
    assert sum(one["topic"] == "results" for one in piped) == len(filed) == len(sample)


def test_the_page_names_every_reason_for_a_dead_letter() -> None:
    (told,) = re.findall(r"goes to `dead` with the reason \((.*?)\)", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", told)) == {*WHY, "not_an_object", "no_text"}


def test_the_page_names_every_metric() -> None:
    pytest.importorskip("prometheus_client")
    from urllib.request import urlopen

    from detector.bus.figures import Figures, serve_figures
    from tests.bus.brokers import free_port

    port = free_port()
    figures = Figures(events=7, lag=3)
    figures.unclear["time_unparsed"] += 2
    serve_figures(figures, port, "127.0.0.1")
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        page = answer.read().decode()
    assert set(re.findall(r"^(zhenping_\w+)", page, re.MULTILINE)) == set(re.findall(r"`(zhenping_\w+)", TEXT))
    assert "zhenping_events_total 7.0\n" in page
    assert "zhenping_lag 3.0\n" in page
    assert 'zhenping_unclear_total{code="time_unparsed"} 2.0\n' in page
    figures.lag = None
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert "zhenping_lag NaN\n" in answer.read().decode()
    assert (figures.line("en").split(" · ")[0], figures.line("zh").split(" · ")[0]) == ("events 7", "事件 7")
