"""The description is true: every route is in it, and what the service answers is what it says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from detector.service.openapi import document, problems_of
from detector.service.problems import PROBLEMS
from detector.service.routes import ROUTES
from tests.contracts.reference import ROOT
from tests.service.running import Server

DESCRIPTION: Final = document()
FUZZING_S: Final = 25


def test_the_running_service_gives_the_description_that_the_code_makes(server: Server) -> None:
    assert server.get("/openapi.json") == DESCRIPTION


def test_every_reference_leads_somewhere_and_every_problem_is_told_somewhere() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    known = {f"#/components/schemas/{name}" for name in DESCRIPTION["components"]["schemas"]}
    assert set(references(DESCRIPTION)) - known == set()
    told = {code for route in ROUTES for code in problems_of(route)} | {"no_such_route", "method_not_allowed"}
    assert set(PROBLEMS) - told == set()


# Every request carries the good key: what bad ones get is told in test_keys.
ALWAYS_OUT: Final = "ignored_auth"
# Of many events a bad one is named and the others are scored; and which body is right depends on the query.
SCORE_OUT: Final = f"{ALWAYS_OUT},negative_data_rejection,positive_data_acceptance"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("which", "out", "operations"),
    [("--exclude-path", ALWAYS_OUT, 12), ("--include-path", SCORE_OUT, 1)],
    ids=["all-but-score", "score"],
)
def test_whatever_the_description_allows_or_forbids_is_answered_as_it_says(
    keyed: Server, tmp_path: Path, which: str, out: str, operations: int
) -> None:
    # Schemathesis makes requests from the description, right ones and wrong ones, and holds every answer against it.
    fuzzed = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "docs/openapi.json"), "--url", keyed.url,
            "-H", f"X-API-Key: {keyed.key}", which, "/v1/score", "--max-time", str(FUZZING_S), "--seed", "1",
            "-n", "50", "--checks", "all", "--exclude-checks", out, "--phases", "coverage,fuzzing", "--no-shrink",
            "--no-color", "--generation-database", "none",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert fuzzed.returncode == 0, fuzzed.stdout
    assert f"Tested: {operations}\n" in fuzzed.stdout
    assert [line for line in keyed.log() if line["level"] == "error"] == []
