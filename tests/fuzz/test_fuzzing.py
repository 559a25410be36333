"""Some seconds of coverage-guided fuzzing; hours of it run by hand (see ``fuzz_readers``)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 15


@pytest.mark.slow
@pytest.mark.parametrize("target", ["whatever", "named"])
def test_no_bytes_that_a_fuzzer_finds_make_a_reader_fall_over(tmp_path: Path, target: str) -> None:
    # Skipped where the fuzzer is not to be had; where all is installed, a skip is a failure (tests.ci_skips).
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.fuzz_readers", target, f"-max_total_time={SECONDS}", "-seed=1", "-max_len=4096",
         "-timeout=30", "-rss_limit_mb=4096", f"-artifact_prefix={tmp_path}/"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, list(tmp_path.iterdir())) == (0, []), done.stderr[-4000:]
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs is not None
    # It did run, and not only over the seeds.
    assert int(runs[1]) > 200
