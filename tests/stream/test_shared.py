"""On real comments: the stream gives what the dump gives, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from detector.comment import CommentBatch
from detector.readers import read_comments
from detector.stream.outcome import apply_revisions
from detector.verdict import Verdicts
from tests.models import ROOT, shipped
from tests.plain import rows_of

LOG = ROOT.parent / "shared/data/douyu_live_dev.parquet"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.is_file(), reason="needs the development data that lies beside the project"),
]


@pytest.fixture(scope="module")
def log() -> CommentBatch:
    batch, _ = read_comments(LOG)
    return batch.slice(30_000, 80_000)


@pytest.mark.parametrize("size", [7, 256, 50_000])
def test_fifty_thousand_comments_in_chunks_give_the_dump(log: CommentBatch, size: int) -> None:
    detector = shipped()
    stream = detector.stream()
    pushed = [stream.push(log.slice(start, start + size)) for start in range(0, len(log), size)]
    verdicts = Verdicts.concat([part.results for part in pushed])
    for part in (*pushed, *stream.close_all()):
        apply_revisions(verdicts, np.arange(len(log)), part.revisions)
    assert rows_of(verdicts) == rows_of(detector.score(log).verdicts)
