"""Words: two engines, one cut; and nothing from the shared temp folder."""

import marshal
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from detector.errors import UsageError
from detector.simulate import simulate_room
from detector.text.codepoints import decode, encode
from detector.text.reading import read_texts
from detector.text.tokenize import Tokenizer, cut_lines, load_tokenizer, own_words

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("jieba", "rjieba")


@pytest.fixture(scope="module", params=NAMES)
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    if request.param == "rjieba":
        pytest.importorskip("rjieba")
    return load_tokenizer(request.param)


def words(tokenizer: Tokenizer, texts: list[str]) -> list[list[str]]:
    """The words of each text, by ``cut_lines``."""
    joined = "".join(texts)
    word_starts, text_starts = cut_lines(tokenizer, *encode(texts))
    cut = [joined[a:b] for a, b in pairwise(word_starts)]
    return [cut[a:b] for a, b in pairwise(text_starts)]


def test_both_engines_cut_a_live_room_alike() -> None:
    pytest.importorskip("rjieba")
    rooms = [
        simulate_room(seed=seed, minutes=20, viewers=400, topic=topic)
        for seed, topic in enumerate(("clothes", "game", "talk"))
    ]
    reading = read_texts(list(dict.fromkeys(text for room in rooms for text in room.batch.text)))
    texts = decode(reading.shaped.codes, reading.shaped.starts)
    assert len(texts) > 2000
    fast, reference = (words(load_tokenizer(name), texts) for name in ("rjieba", "jieba"))
    different = [text for text, a, b in zip(texts, fast, reference, strict=True) if a != b]
    assert len(different) <= 0.002 * len(texts), different


def test_words_together_are_the_text(tokenizer: Tokenizer) -> None:
    texts = ["主播什么时候上链接", "", "加微信 ok", "😀😀", "", "abc123好", " "]
    assert ["".join(cut) for cut in words(tokenizer, texts)] == texts


def test_many_lines_are_cut_as_each_alone(tokenizer: Tokenizer) -> None:
    texts = ["", "", "主播好", "小黄车在哪", "", "多少钱", ""]
    assert words(tokenizer, texts) == [words(tokenizer, [text])[0] for text in texts]
    assert words(tokenizer, texts)[1:3] == [[], ["主播", "好"]]
    assert words(tokenizer, []) == []


def test_our_own_words_stay_whole_whatever_was_added_before(tokenizer: Tokenizer) -> None:
    for word, frequency in own_words():
        assert frequency > 0
        assert tokenizer.cut(word) == [word]


def test_every_own_word_gives_its_frequency_once() -> None:
    listed = [word for word, _ in own_words()]
    assert len(set(listed)) == len(listed)
    assert len(listed) > 20


def test_the_identity_names_engine_and_version() -> None:
    assert load_tokenizer("jieba").identity == "jieba 0.42.1"


def test_an_unknown_tokenizer_is_refused_with_the_choice() -> None:
    with pytest.raises(UsageError, match=r"unknown tokenizer 'mecab'; choose from rjieba, jieba"):
        load_tokenizer("mecab")


CUT = """
from detector.text.tokenize import load_tokenizer
print("|".join(load_tokenizer("jieba").cut("主播什么时候上链接")))
"""


@pytest.fixture
def cut_beside(tmp_path: Path) -> Callable[[], str]:
    """Cut one text in a fresh interpreter whose temp folder is ``tmp_path``."""

    def run() -> str:
        known = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", CUT], env=os.environ | known, capture_output=True, text=True, check=True,
            encoding="utf-8",
        )  # fmt: skip
        return done.stdout.strip()

    return run


def test_jieba_neither_reads_nor_writes_the_shared_temp_folder(
    cut_beside: Callable[[], str], tmp_path: Path
) -> None:
    assert cut_beside() == "主播|什么|时候|上链接"
    assert list(tmp_path.iterdir()) == []
    # A planted cache that jieba alone would believe: one word of it all.
    planted = tmp_path / "jieba.cache"
    prefixes = {"主播什么时候上链接"[:n]: 0 for n in range(1, 9)}
    planted.write_bytes(marshal.dumps((prefixes | {"主播什么时候上链接": 10**9}, 10**9)))
    before = planted.read_bytes()
    assert cut_beside() == "主播|什么|时候|上链接"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("jieba.cache", before)]
