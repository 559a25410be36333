"""Compiled kernels and the same functions uncompiled give the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.compiled import telling

ROOT = Path(__file__).resolve().parents[2]

OBSERVE = """
import sys
import numpy as np
from detector.engine import FeatureEngine
from detector.simulate import simulate_room
from detector.text.hashing import mix
from detector.text.reading import read_texts
from detector.text.tokenize import load_tokenizer
from detector.text.vectorize import Vectorizer, grams, linear_scores

room = simulate_room(seed=20, minutes=5, viewers=120).batch.slice(0, 200)
frame = FeatureEngine(first_look=lambda inputs: inputs[:, :2] / (inputs[:, :2] + 1.0)).observe(room)
reading = read_texts(room.text)
tokenizer = load_tokenizer("jieba")
chars, words = (np.unique(found.keys)[::2] for found in grams(reading, tokenizer))
rng = np.random.default_rng(4)
idf, weights = rng.uniform(1, 5, len(chars) + len(words)), rng.normal(size=(len(chars) + len(words), 3))
rows = Vectorizer(tokenizer, chars, words, ("",) * len(words), idf).transform(reading)
scores = linear_scores(rows, weights, np.array([0.1, 0.2, 0.3]))
print(len(room), hasattr(mix, "py_func"))
with open(sys.argv[1], "wb") as file:
    for column in (frame.values, frame.group, reading.exact, reading.prints.bands, rows.columns, rows.values, scores):
        file.write(np.ascontiguousarray(column).tobytes())
"""


def numbers(path: Path, **environment: str) -> tuple[str, bytes]:
    """What a fresh interpreter says and writes; a warning ends it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:invalid escape sequence", "-c", OBSERVE, str(path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip(), path.read_bytes()


def test_compiled_and_uncompiled_give_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    compiled = numbers(tmp_path / "compiled", NUMBA_DISABLE_JIT="0")
    uncompiled = numbers(tmp_path / "uncompiled", NUMBA_DISABLE_JIT="1")
    assert (compiled[0], uncompiled[0]) == ("200 True", "200 False")
    assert compiled[1] == uncompiled[1]


def test_who_has_to_wait_for_a_compilation_is_told_once() -> None:
    numba = pytest.importorskip("numba")
    told: list[str] = []
    with telling(lambda: told.append("compiling")):
        assert told == []
        assert numba.njit(lambda x: x + 1)(1) == 2
        assert numba.njit(lambda x: x + 2)(1) == 3
    numba.njit(lambda x: x + 3)(1)

    assert told == ["compiling"]
