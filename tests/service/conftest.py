"""Services that the stories share: one without keys, one with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.service.keys import new_key
from tests.models import handmade_bundle, saved
from tests.service.running import Server, serving


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handmade model on the disk."""
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model") / "by-hand")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Server]:
    """A service for this machine only."""
    with serving(tmp_path_factory.mktemp("server"), model, "--rate", "100000") as found:
        yield found


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Server]:
    """A service that asks for keys."""
    folder = tmp_path_factory.mktemp("keyed")
    secret = new_key(folder / "keys", "all", ["admin"])
    with serving(folder, model, "--keys", folder / "keys", "--rate", "100000", key=secret) as found:
        yield found
