"""Whatever bytes come: comments, or a clear error; and every row that was read is kept or counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.errors import InputError, UsageError
from detector.readers import FORMATS, ReadReport, describe, read_chunks
from detector.readers.sniff import JSON_DIALECTS, LINE_DIALECTS, XML
from tests.readers.seeds import LINES, csv_text, sound_files, told_stories, words

SOUND = sound_files()
WORDS = words()
STORIES = [text.encode("utf-8", "replace") for text in told_stories()]
SEEDS = [*SOUND.values(), *STORIES]

timed = settings(
    max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip

word = st.sampled_from(WORDS)
scalar = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=12), word,
    st.sampled_from(["1794399663", "1794399663123", "0", "111111", "a***b", "2026-11-11 20:00:00", "{}", "[[]]"]),
)  # fmt: skip
value = st.recursive(
    scalar,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(word, inner, max_size=6)),
    max_leaves=24,
)
edit = st.tuples(
    st.sampled_from(["flip", "cut", "insert", "double"]),
    st.integers(0, 1 << 20),
    st.binary(min_size=1, max_size=8),
)


@pytest.fixture
def survive(tmp_path: Path) -> Callable[[bytes, str | None], None]:
    """Read bytes as a file of a format, or of whatever it looks like."""
    path = tmp_path / "file"

    def read(content: bytes, as_format: str | None) -> None:
        path.write_bytes(content)
        report = ReadReport()
        rows, refused = 0, ("", "so")
        try:
            for batch in read_chunks(path, as_format=as_format, chunk_rows=7, report=report):
                rows += len(batch)
        except (InputError, UsageError) as error:
            refused = error.en, error.zh
        assert refused[0] != refused[1]
        assert report.rows_kept == rows
        assert report.rows_read == report.rows_kept + sum(report.skipped.values())
        describe(report, "zh")
        json.dumps(report.as_dict())

    return read


def edited(content: bytes, edits: list[tuple[str, int, bytes]]) -> bytes:
    """The content with bytes changed, taken out, put in, or a piece of it said twice."""
    for how, place, piece in edits:
        at = place % (len(content) + 1)
        if how == "flip":
            content = (
                content[:at] + bytes([piece[0] ^ (content[at] if at < len(content) else 0)]) + content[at + 1 :]
            )
        elif how == "cut":
            content = content[:at] + content[at + 8 * piece[0] :]
        elif how == "insert":
            content = content[:at] + piece + content[at:]
        else:
            content = content[: at + 64] + content[at:]
    return content


@timed
@given(content=st.binary(max_size=400), as_format=st.sampled_from([None, *FORMATS]))
def test_any_bytes_are_read_or_refused_under_every_format(survive, content, as_format):
    survive(content, as_format)


@timed
@given(seed=st.sampled_from(SEEDS), edits=st.lists(edit, min_size=1, max_size=6))
def test_a_damaged_file_is_read_or_refused(survive, seed, edits):
    survive(edited(seed, edits), None)


@timed
@given(seed=st.sampled_from(SEEDS), as_format=st.sampled_from(FORMATS))
def test_a_file_taken_for_another_format_is_read_or_refused(survive, seed, as_format):
    survive(seed, as_format)


@timed
@given(
    items=st.lists(value, min_size=1, max_size=4),
    as_format=st.sampled_from([None, *(dialect.name for dialect in JSON_DIALECTS)]),
    in_lines=st.booleans(),
)
def test_any_json_under_the_names_that_readers_know(survive, items, as_format, in_lines):
    text = "\n".join(map(json.dumps, items)) if in_lines else json.dumps(items, ensure_ascii=False, indent=1)
    survive(text.encode("utf-8", "surrogatepass"), as_format)


@timed
@given(
    lines=st.lists(
        st.lists(st.one_of(word, st.text(max_size=6), st.integers().map(str)), max_size=9), max_size=6
    ),
    separator=st.sampled_from([",", "\t", ";", "|", "->", "/", "@=", ":", " ", "=", "\x1f"]),
    as_format=st.sampled_from([None, *(dialect.name for dialect in LINE_DIALECTS)]),
)
def test_any_lines_of_the_words_that_readers_know(survive, lines, separator, as_format):
    survive("\n".join(map(separator.join, lines)).encode("utf-8", "replace"), as_format)


@timed
@given(
    elements=st.lists(
        st.tuples(word, st.dictionaries(word, st.text(max_size=9), max_size=4), st.text(max_size=9)), max_size=6
    ),
    root=st.sampled_from(["<i>", "<i><BililiveRecorder/>", "<i><metadata/><recorder/>"]),
    end=st.sampled_from(["</i>", ""]),
    as_format=st.sampled_from([None, *XML.formats]),
)
def test_any_elements_under_the_names_that_readers_know(survive, elements, root, end, as_format):
    body = "".join(
        f"<{tag} " + " ".join(f'{name}="{text}"' for name, text in attributes.items()) + f">{text}</{tag}>"
        for tag, attributes, text in elements
    )
    survive(f"{root}{body}{end}".encode("utf-8", "replace"), as_format)


def test_the_sound_files_are_sound(survive, tmp_path):
    for name, content in SOUND.items():
        path = tmp_path / "sound"
        path.write_bytes(content)
        report = ReadReport()
        assert (name, sum(map(len, read_chunks(path, report=report))) > 0) == (name, True)
    assert (len(STORIES) > 20, len(WORDS) > 300, csv_text() in LINES) == (True, True, False)
