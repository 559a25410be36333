"""What the files of the project may not contain."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.reference import ROOT

MOST_LINES: Final = 350
# Calls and imports that run what a file says. (Names in prose are fine.)
UNSAFE_MODULES: Final = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve"})
UNSAFE_CALLS: Final = frozenset(
    {"joblib.load", "eval", "exec", "os.system", "torch.load", "numpy.load", "np.load"}
)
# Where packages are fetched from is the business of the machine, not of the project.
PACKAGE_HOSTS: Final = re.compile(
    r"pypi\.|pythonhosted|conda\.(?:io|org|anaconda)|npmjs|proxy\.golang|(?:index-url|find-links)|"
    r"mirrors?\.[a-z]+\.|tuna\.tsinghua",
    re.IGNORECASE,
)
MACHINE_PATHS: Final = re.compile(r"(?<![\w.])/(?:work|root|tmp/dev)(?:/|\b)")
BINARY: Final = frozenset({".png", ".skops", ".parquet", ".xlsx", ".gz"})
# This module has to name what it looks for.
ITSELF: Final = Path(__file__).resolve()


def project_files() -> list[Path]:
    """Every file of the project that is text: what git tracks or would, without its ignored files."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        # Unpacked without git: everything but what tools leave behind.
        paths = [p for p in ROOT.rglob("*") if not {".venv", "out", "__pycache__", ".git"} & set(p.parts)]
    return sorted(p for p in paths if p.is_file() and p.suffix not in BINARY and p.resolve() != ITSELF)


def found_in_files(pattern: re.Pattern[str]) -> list[str]:
    """``path:line: text`` of every match."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in project_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def modules() -> list[Path]:
    """The modules of the package."""
    return sorted((ROOT / "detector").rglob("*.py"))


def unsafe(tree: ast.AST) -> Iterator[str]:
    """Imports and calls that would run what a file says."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.split(".")[0] in UNSAFE_MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in UNSAFE_MODULES:
                    yield module
                yield from (f"{module}.{a.name}" for a in names if f"{module}.{a.name}" in UNSAFE_CALLS)
            case ast.Call(func=func) if ast.unparse(func) in UNSAFE_CALLS:
                yield ast.unparse(func)


def test_the_package_and_its_files_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in project_files()}
    assert {"pyproject.toml", "README.md", "detector/engine.py", "Makefile"} <= names


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pickle", ["pickle"]),
        ("from joblib import load", ["joblib.load"]),
        ("import joblib\njoblib.load('m')", ["joblib.load"]),
        ("from marshal import loads", ["marshal"]),
        ("eval('1')", ["eval"]),
        ("'pickle is not used here'", []),
        ("from joblib import Parallel", []),
    ],
)
def test_unsafe_loading_is_told_from_talk_about_it(source: str, expected: list[str]) -> None:
    assert list(unsafe(ast.parse(source))) == expected


def test_no_module_runs_what_a_file_says() -> None:
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in modules()
        for name in unsafe(ast.parse(path.read_bytes()))
    ]
    assert found == []


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in modules()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_says_first_what_it_is() -> None:
    assert [str(p) for p in modules() if not ast.get_docstring(ast.parse(p.read_bytes()))] == []


def test_no_file_names_a_package_host() -> None:
    assert found_in_files(PACKAGE_HOSTS) == []


def test_no_file_names_a_place_on_someones_machine() -> None:
    assert found_in_files(MACHINE_PATHS) == []


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        (MACHINE_PATHS, 'Path("/work/shared")', True),
        (MACHINE_PATHS, "cd /root", True),
        (MACHINE_PATHS, "tests/work/file", False),
        (MACHINE_PATHS, "/workbook.xlsx", False),
        (PACKAGE_HOSTS, "https://pypi.org/simple", True),
        (PACKAGE_HOSTS, "pip install --index-url x", True),
        (PACKAGE_HOSTS, "pip install .", False),
    ],
)
def test_the_patterns_find_what_they_should(pattern: re.Pattern[str], line: str, expected: bool) -> None:
    assert (pattern.search(line) is not None) == expected


def test_every_table_of_the_text_layer_states_its_licence() -> None:
    tables = ROOT / "detector/text/tables"
    said = (tables / "LICENSES.md").read_text(encoding="utf-8")
    assert [p.name for p in sorted(tables.glob("*.txt")) if f"`{p.name}`" not in said] == []
