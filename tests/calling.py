"""Calls the command line inside the running interpreter: what it said, what it wrote, how it ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detector.cli import main


@dataclass(frozen=True, slots=True)
class Call:
    """One call: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as strict JSON."""
        return json.loads(self.out, parse_constant=_no_constant)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Call:
    """Run ``zhenping`` with these arguments."""
    capsys.readouterr()
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    else:
        code = 0
    said = capsys.readouterr()
    return Call(code, said.out, said.err)
