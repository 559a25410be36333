"""Every call that docs/http.md shows is made, and answered as it shows."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from detector.service.keys import new_key
from detector.service.problems import PROBLEMS
from tests.contracts.reference import ROOT, commands, options
from tests.service.running import Server, serving

PAGE = (ROOT / "docs/http.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|json)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as the page starts it."""
    folder = tmp_path_factory.mktemp("documented")
    key = new_key(folder / "keys.txt", "shop", ["score", "feedback"])
    with serving(folder, ROOT / "models/default", "--keys", folder / "keys.txt", key=key) as server:
        yield server


def calls(block: str) -> list[list[str]]:
    """The words of every command of a block; a quoted body may go over several lines."""
    found: list[list[str]] = []
    pending = ""
    for line in block.splitlines():
        pending += line + "\n"
        try:
            found.append(shlex.split(pending))
        except ValueError:
            continue
        pending = ""
    assert pending == ""
    return found


def curl(words: list[str], server: Server) -> httpx.Response:
    """What curl would do with these words."""
    method, url, headers, body = "", "", {}, None
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$KEY", server.key)
        elif word == "-d":
            body = next(rest).encode()
        else:
            assert word.startswith("http://127.0.0.1:8000/")
            url = word.replace("http://127.0.0.1:8000", server.url)
    return httpx.request(
        method or ("POST" if body else "GET"), url, headers=headers, content=body, trust_env=False
    )


def shown(value: Any, answer: Any, at: str = "") -> Iterator[str]:
    """Where an answer is not what is shown; numbers and … may be others."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in answer:
                yield f"{at}/{name} is missing"
            else:
                yield from shown(part, answer[name], f"{at}/{name}")
    elif isinstance(value, list) and value:
        for place, part in enumerate(value):
            yield from shown(part, answer[place], f"{at}/{place}")
    elif isinstance(value, str) and "…" not in value and value != answer:
        yield f"{at} is {answer!r}"


def test_every_call_of_the_page_is_answered_as_it_shows(documented: Server) -> None:
    last: Any = None
    made = compared = 0
    for language, block in BLOCKS:
        if language == "json":
            assert list(shown(json.loads(block), last)) == []
            compared += 1
            continue
        for words in calls(block):
            if words[0] == "curl":
                answer = curl(words[1:], documented)
                assert answer.status_code in (200, 201), (words, answer.text)
                last = answer.json()
                made += 1
    assert (made, compared) == (11, 2)


def test_the_page_names_only_options_and_problems_that_exist() -> None:
    for language, block in BLOCKS:
        for words in calls(block) if language == "bash" else ():
            if words[0] == "zhenping":
                known = {
                    spelled
                    for written, _, _ in options(commands()[words[1]])
                    for spelled in re.findall(r"`(.+?)`", written)
                }
                assert {word for word in words if word.startswith("--")} - known == set()
    table = PAGE[PAGE.index("| status | code") : PAGE.index("## 运行")]
    named = {word for word in re.findall(r"`([a-z_]+)`", table) if word != "errors"}
    assert named - set(PROBLEMS) == set()


def test_the_page_is_found_from_a_service_that_runs(documented: Server) -> None:
    assert Path(ROOT / "docs/openapi.json").is_file()
    assert documented.get("/openapi.json")["info"]["title"].startswith("zhenping")
