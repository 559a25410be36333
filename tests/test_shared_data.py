"""On a real labelled room: trained on the first sessions, judged on the last, against the obvious baselines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Final

import pytest

from detector.trial import Trial, run_trial
from tests.models import ROOT, quiet, zhenping

DATA: Final = ROOT.parent / "shared/data"
LOG: Final = DATA / "douyu_live_dev.parquet"
MESSAGES: Final = DATA / "msglog_spam.csv.gz"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.is_file(), reason="the development data is not beside the project"),
]


def sessions_of(path: Path) -> int:
    """How many sessions a log has."""
    import pandas as pd

    return len(pd.read_parquet(path, columns=["room_id", "session_id"]).drop_duplicates())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The last three sessions judged by a model of all before them."""
    messages = tmp_path_factory.mktemp("messages") / "messages.csv"
    messages.write_bytes(gzip.decompress(MESSAGES.read_bytes()))
    trial = Trial(
        files=(LOG,),
        train_sessions=sessions_of(LOG) - 3,
        baselines=True,
        messages=(messages,),
        ts_source="order_only",
    )
    return run_trial(trial, progress=quiet)


def test_unseen_sessions_are_ranked_nearly_without_a_slip(found: dict[str, Any]) -> None:
    assert len(found["sessions"]) == 3
    assert found["heads"]["any"]["average_precision"]["value"] >= 0.97


def test_every_baseline_on_the_same_split_ranks_worse(found: dict[str, Any]) -> None:
    ours = found["heads"]["any"]["average_precision"]["value"]
    theirs = {name: figures["average_precision"]["value"] for name, figures in found["baselines"].items()}
    assert len(theirs) == 4
    assert {name: value for name, value in theirs.items() if value >= ours} == {}


def test_the_shipped_model_scores_a_real_room_from_the_command_line(tmp_path: Path) -> None:
    import pandas as pd

    part = tmp_path / "part.parquet"
    pd.read_parquet(LOG).head(3000).to_parquet(part)
    done = zhenping("score", part, "-o", tmp_path / "out", "-q", "--no-xlsx", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["counts"]["rows"] + sum(found["skipped"].values()) == 3000
