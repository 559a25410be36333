"""What is installed is complete: the wheel alone, without the source tree, scores the sample."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.reference import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / "models/default/manifest.json").is_file(), reason="models/default has not been trained yet"
    ),
]

MODEL: Final = ("model.skops", "manifest.json", "thresholds.json", "CARD.md")
NOT_CODE: Final = frozenset({".txt", ".j2", ".css", ".md", ".typed"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as ``pip install .`` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    # Where the build backend is at hand nothing has to be fetched.
    at_hand = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        *at_hand,
        "-w",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def away(installed: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in ``cwd`` with the installed package first on its path, and no other settings of ours."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "NUMBA", "PYTEST"))
    }
    environment = {**kept, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_everything_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = [path for path in (ROOT / "detector").rglob("*") if path.suffix in {".py", *NOT_CODE}]
    wanted = {str(path.relative_to(ROOT)) for path in sources} | {
        f"detector/models/default/{name}" for name in MODEL
    }
    assert wanted - names == set()
    for kind in ("text/tables/simplified.txt", "text/lexicons/cues.txt", "simulate/phrases/chat.txt"):
        assert f"detector/{kind}" in wanted
    assert {"detector/py.typed", "detector/report/page.html.j2", "detector/report/page.css"} <= wanted


def test_nothing_but_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    foreign = [name for name in names if not re.match(r"detector/|zhenping-[\d.]+\.dist-info/", name)]
    assert foreign == []
    assert [name for name in names if name.endswith((".pyc", ".nbi", ".nbc"))] == []


def test_the_wheel_carries_the_licence_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = {
            Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name
        }
    assert said["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "zhenping = detector.cli:main" in said["entry_points.txt"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"\nVersion: {version}\n" in said["METADATA"]


def test_the_shipped_model_is_the_one_of_the_repository(installed: Path) -> None:
    for name in MODEL:
        shipped = (installed / "detector/models/default" / name).read_bytes()
        assert shipped == (ROOT / "models/default" / name).read_bytes()


def test_the_installed_package_scores_away_from_its_source(installed: Path, tmp_path: Path) -> None:
    rows = (ROOT / "data/sample/room.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:400]
    (tmp_path / "room.jsonl").write_text("".join(rows), encoding="utf-8")
    where = away(
        installed,
        tmp_path,
        "-c",
        "import detector, detector.scorer as s; print(detector.__file__, s.default_model())",
    )
    package = installed / "detector"
    assert where.stdout.split() == [str(package / "__init__.py"), str(package / "models/default")], where.stderr

    done = away(installed, tmp_path, "-W", "error", "-m", "detector", "score", "room.jsonl", "-o", "out")
    assert done.returncode == 0, done.stderr
    # Nothing was compiled before: whoever waits for it is told so, once.
    assert done.stderr.count("正在为本机编译") == 1
    quiet = away(installed, tmp_path, "-W", "error", "-m", "detector", "score", "room.jsonl", "-o", "out", "-q")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    with (tmp_path / "out/scored.csv").open(encoding="utf-8-sig", newline="") as file:
        scored = list(csv.DictReader(file))
    assert len(scored) == 400
    assert {row["verdict"] for row in scored} <= {"pass", "review", "high_risk"}
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["accounts.csv", "campaigns.csv", "report.html", "run.json", "scored.csv", "scored.xlsx"]


def test_a_damaged_model_is_refused_with_exit_code_4(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(installed / "detector/models/default", tmp_path / "model")
    with (tmp_path / "model/model.skops").open("r+b") as file:
        file.seek(100)
        file.write(b"\0\0\0\0")
    (tmp_path / "chat.csv").write_text("text,user_id\n主播好,u1\n", encoding="utf-8")
    done = away(
        installed, tmp_path, "-m", "detector", "score", "chat.csv", "-o", "out", "--model", "model", "-q"
    )
    assert done.returncode == 4
    assert "model.skops" in done.stderr
    assert not (tmp_path / "out").exists()
