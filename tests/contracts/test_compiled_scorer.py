"""The whole way from a file to probabilities gives the same bytes compiled and uncompiled."""

import json
from pathlib import Path

import pytest

from tests.models import SAMPLE, run_python, saved, small_fit

SCORE = """
import sys
from detector.scorer import Detector
from detector.text.hashing import mix
model, file, out = sys.argv[1:]
verdicts = Detector.load(model).score(file).verdicts
print(len(verdicts), hasattr(mix, "py_func"))
with open(out, "wb") as target:
    target.write(verdicts.p.tobytes() + verdicts.verdict.tobytes())
"""


def test_a_scorer_gives_the_same_bytes_compiled_and_uncompiled(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    model = saved(small_fit().bundle, tmp_path / "model")
    part = tmp_path / "part.jsonl"
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:150]
    # A review, a gift and a comment of odd script, so that every path is walked.
    odd = [
        {"text": "质量很好", "kind": "review", "rating": 5},
        {"text": "", "kind": "gift"},
        {"text": "加V信①③8🅰０"},
    ]
    part.write_text("\n".join([*lines, *map(json.dumps, odd)]), encoding="utf-8")
    said = {}
    for disable in ("0", "1"):
        out = tmp_path / disable
        done = run_python("-c", SCORE, str(model), str(part), str(out), env={"NUMBA_DISABLE_JIT": disable})
        assert (done.returncode, done.stderr) == (0, "")
        said[disable] = (done.stdout.split(), out.read_bytes())
    assert (said["0"][0], said["1"][0]) == (["153", "True"], ["153", "False"])
    assert said["0"][1] == said["1"][1]
