"""What was measured, kept as small JSON files that ``docs/performance.md`` is written from, and on what machine."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent / "figures"
PARTS: Final = ("side", "near", "memory", "start", "file", "scale", "training")
LIBRARIES: Final = (
    "numpy", "numba", "scikit-learn", "rjieba", "jieba", "orjson", "river", "datasketch", "fasttext-wheel",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """The class of machine and the versions that matter; nothing that names it."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "architecture": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
    }


def keep(part: str, found: dict[str, Any]) -> None:
    """Write the figures of one part."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(rounded(found | {"machine": machine()}), ensure_ascii=False, indent=1)
    (FOLDER / f"{part}.json").write_text(text + "\n", encoding="utf-8")


def kept(part: str) -> dict[str, Any]:
    """The figures of one part; empty if it has not been measured."""
    path = FOLDER / f"{part}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def rounded(value: Any) -> Any:
    """The same with four significant digits: more are noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value
