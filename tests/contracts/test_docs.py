"""The documents say what the code does: every signal, every option, every example."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from detector import verdict
from detector.engine import SCHEMA
from tests.contracts.reference import PAGES, ROOT, commands, options

READMES: Final = ("README.md", "README.zh-CN.md")
needs_model = pytest.mark.skipif(
    not (ROOT / "models/default/manifest.json").is_file(), reason="models/default has not been trained yet"
)


def blocks(path: Path, language: str) -> list[str]:
    """The fenced code blocks of a document in one language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def spoken_verbs(path: Path) -> list[list[str]]:
    """The words of every call of zhenping in a document's shell blocks."""
    lines = [line for block in blocks(path, "(?:bash|bat)") for line in block.replace("\\\n", " ").splitlines()]
    calls = [shlex.split(line, comments=True) for line in lines]
    return [call[1:] for call in calls if call[:1] == ["zhenping"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says_now(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs` and read what changed"


def test_every_feature_stands_in_signals_md_with_its_unit_and_meaning() -> None:
    page = (ROOT / "docs/signals.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.0-9]+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert rows == [(f.name, f.unit, f.meaning.replace("|", "\\|")) for f in SCHEMA.features]


def test_every_option_says_what_it_does() -> None:
    silent = [
        (verb, option)
        for verb, command in commands().items()
        for option, _, said in options(command)
        if not said
    ]
    assert silent == []


@pytest.mark.parametrize("name", READMES)
def test_a_readme_shows_every_verb(name: str) -> None:
    assert {call[0] for call in spoken_verbs(ROOT / name)} == set(commands())


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_only_options_that_exist(name: str) -> None:
    for verb, *words in spoken_verbs(ROOT / name):
        known = {
            spelled
            for written, _, _ in options(commands()[verb])
            for spelled in re.findall(r"`(.+?)`", written)
        }
        used = {word.split("=")[0] for word in words if word.startswith("-")}
        assert used - known == set()


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_verdict_and_label_and_file(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    files = ("scored.csv", "scored.xlsx", "campaigns.csv", "accounts.csv", "report.html", "run.json")
    missing = [word for word in (*verdict.VERDICTS, *verdict.LABELS, *files) if f"`{word}`" not in text]
    assert missing == []


def test_both_readmes_show_the_same_commands() -> None:
    assert spoken_verbs(ROOT / READMES[0]) == spoken_verbs(ROOT / READMES[1])


@pytest.mark.parametrize("name", READMES)
def test_every_file_a_document_links_to_is_there(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


@needs_model
@pytest.mark.parametrize("name", READMES)
def test_the_python_of_a_readme_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = blocks(ROOT / name, "python")
    assert len(found) > 0
    scope: dict[str, object] = {"__name__": "readme"}
    for block in found:
        exec(compile(block, name, "exec"), scope)


def test_both_readmes_show_the_same_python() -> None:
    # Comments and texts differ by language; the statements do not.
    def statements(name: str) -> list[str]:
        lines = "\n".join(blocks(ROOT / name, "python")).splitlines()
        return [line.split("#")[0].rstrip() for line in lines if line.split("#")[0].strip()]

    assert statements(READMES[0]) == statements(READMES[1])
