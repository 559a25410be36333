"""Writes docs/cli.md, docs/signals.md and docs/openapi.json from the code: ``python -m tests.contracts.reference`` (``make docs``)."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, Final

import typer

ROOT: Final = Path(__file__).resolve().parents[2]

CLI: Final = """# The command line

Written from the code by `make docs`; do not edit.

`zhenping VERB --help` says the same in the terminal. Data goes to stdout, talk to stderr.

Exit codes: 0 done; 1 unexpected; 2 wrong usage; 3 input unreadable; 4 model not to be trusted or not fitting;
6 a gate failed; 130 interrupted.
"""

SIGNALS: Final = """# Signals and features

Written from the code by `make docs`; do not edit.

A signal answers one question about a comment, from the comments of its own session before it. What is unknown is
NaN, never 0: a room without account levels says nothing about levels, and seconds mean nothing where only the
order of a log is known. Digest of these columns: `{digest}`.
"""


def commands() -> dict[str, Any]:
    """The verbs of the command line, by name."""
    from detector.cli import app

    group: Any = typer.main.get_command(app)
    return dict(sorted(group.commands.items()))


def options(command: Any) -> list[tuple[str, str, str]]:
    """The arguments and options of a verb: how each is written, its default, its meaning."""
    rows = []
    for param in command.params:
        if param.name == "help":
            continue
        spelled = [*param.opts, *param.secondary_opts]
        written = (
            ", ".join(f"`{name}`" for name in spelled) if spelled[0].startswith("-") else f"`{param.name}`"
        )
        unset = param.default is None or param.default is False
        default = "required" if param.required else "" if unset else f"`{param.default}`"
        rows.append((written, default, str(param.help or "")))
    return rows


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def cli_page() -> str:
    """docs/cli.md."""
    parts = [CLI]
    for name, command in commands().items():
        said = inspect.cleandoc(command.help or "").replace("\n\n", "\n").split("\n")
        parts.append(f"## zhenping {name}\n\n" + "\n\n".join(line.strip() for line in said) + "\n")
        rows = [
            f"| {written} | {default} | {_cell(meaning)} |" for written, default, meaning in options(command)
        ]
        parts.append("\n".join(["| option | default | meaning |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def signals_page() -> str:
    """docs/signals.md."""
    from detector.engine import ALL_SIGNALS, SCHEMA

    parts = [SIGNALS.format(digest=SCHEMA.digest)]
    for signal in ALL_SIGNALS:
        question = inspect.cleandoc(type(signal).__doc__ or "").split("\n")[0]
        parts.append(f"## {signal.name}\n\n{question}\n")
        rows = [f"| `{f.name}` | {_cell(f.unit)} | {_cell(f.meaning)} |" for f in signal.features]
        parts.append("\n".join(["| feature | unit | meaning |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def openapi_page() -> str:
    """docs/openapi.json."""
    from detector.service.openapi import document

    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def formats_page() -> str:
    """docs/formats.md."""
    from detector.readers.catalogue import page

    return page()


PAGES: Final = {
    "cli.md": cli_page,
    "formats.md": formats_page,
    "signals.md": signals_page,
    "openapi.json": openapi_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        path = ROOT / "docs" / name
        path.write_text(page(), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
