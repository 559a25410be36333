"""The catalogue of formats says what the readers do, and docs/formats.md says what the catalogue says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.comment import ID_QUALITIES, KINDS, TS_SOURCES
from detector.errors import InputError, UsageError
from detector.readers import FORMATS, read_comments
from detector.readers.aliases import ALIASES
from detector.readers.catalogue import catalogue, page
from detector.readers.dialect import PLATFORMS
from detector.readers.formats import GENERAL_FORMATS, listing, titles
from detector.readers.layout import COLUMNS, width
from detector.readers.remarks import ID_WORDS, KIND_WORDS, TIME_WORDS
from detector.readers.signals_off import LACKS
from detector.readers.sniff import GENERAL, SHAPES, checked_format

ROOT = Path(__file__).resolve().parents[2]
ROWS = catalogue()
# Two of a crawler's formats are told by the name of the file too.
NAMES = {"douyu-txt-gifts": "7_21_01_2018gift.txt", "douyu-txt-room": "7_21_01_2018room.txt"}
FIELDS = {
    "user_level": "user_level", "fan_badge_level": "fan_badge_level", "is_staff": "is_staff", "rating": "rating",
    "account_created_ms": "account_created", "verified_purchase": "verified_purchase", "purchased_at_ms": "purchased_at",
}  # fmt: skip


def assert_as_told(row, batch):
    """Nothing is read of a format that the catalogue does not know of it."""
    # Of events beside comments less may be known; where a format has no comments, events are all there is.
    judged = batch.scored() if row.is_scored else np.ones(len(batch), dtype=bool)
    assert {KINDS[code] for code in batch.kind} - set(row.kinds) == set()
    assert {ID_QUALITIES[code] for code in batch.user_id_quality[judged]} - set(row.ids) == set()
    assert {TS_SOURCES[code] for code in batch.ts_source[judged]} - set(row.times) == set()
    known = {field for name, field in FIELDS.items() if not np.isnan(getattr(batch, name)[judged]).all()}
    if any(marker for marker, own in zip(batch.paid_marker, judged, strict=True) if own):
        known.add("paid_marker")
    assert known - set(row.fields) == set()


def test_the_page_of_formats_is_what_the_catalogue_says_now():
    told = subprocess.run(
        [sys.executable, "-m", "detector.readers.catalogue"], capture_output=True, check=True, cwd=ROOT
    )
    assert told.stderr == b""
    assert told.stdout.decode() == page()
    assert (ROOT / "docs/formats.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_format_stands_in_the_catalogue_once():
    told = [row.name for row in ROWS if not row.by_header]
    assert sorted([*told, *GENERAL]) == sorted(FORMATS)
    assert sorted(row.name for row in ROWS if row.by_header) == sorted(shape.name for shape in SHAPES)
    assert {row.platform for row in ROWS} == set(PLATFORMS)
    assert set(GENERAL_FORMATS) == set(GENERAL)
    assert set(titles()) == {*FORMATS, *(shape.name for shape in SHAPES)}


def test_the_catalogue_uses_the_words_of_the_report():
    assert {word for row in ROWS for word in row.kinds} - set(KINDS) == set()
    assert {word for row in ROWS for word in row.ids} - set(ID_QUALITIES) == set()
    assert {word for row in ROWS for word in row.times} - set(TS_SOURCES) == set()
    assert {word for row in ROWS for word in row.fields} - set(ALIASES) == set()
    assert {code for row in ROWS for code in row.off} - set(LACKS) == set()
    assert (list(ID_WORDS), list(TIME_WORDS), list(KIND_WORDS)) == (
        list(ID_QUALITIES),
        list(TS_SOURCES),
        list(KINDS),
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name + ("*" if row.by_header else ""))
def test_the_example_of_a_format_is_read_as_that_format(row, file):
    # One line of a crawler could be anything: it needs a second.
    twice = 2 if row.name.startswith("douyu-txt") else 1
    path = file("\n".join([row.example] * twice), NAMES.get(row.name, "example.txt"))
    batch, report = read_comments(path)
    told = "zhenping-events" if row.name == "zhenping-events" else row.name
    assert report.format in (told, f"csv ({told})", f"tsv ({told})")
    assert bool(batch.scored().any()) == row.is_scored
    assert_as_told(row, batch)


def test_a_video_chat_with_offsets_lacks_no_seconds_but_a_masked_review_lacks_the_account():
    off = {row.name: row.off for row in ROWS}
    assert off["youtube-chat-table"] == ("no_level", "no_badge", "no_paid", "no_staff", "no_created")
    assert off["jd-reviews-table"] == ("masked_ids", "no_created", "no_verified")
    assert off["douyu-txt-7"] == ("order_only", "no_paid", "no_staff", "no_created")
    assert off["douyu-txt-gifts"] == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_of_formats_fits_a_terminal(lang):
    lines = listing(lang).splitlines()
    assert [line for line in lines if width(line) > COLUMNS] == []
    assert all(any(line.startswith(f"  {row.name}") for line in lines) for row in ROWS)
    assert all(any(line.startswith(f"  {name} ") for line in lines) for name in GENERAL)
    with pytest.raises(UsageError, match="unknown language 'fr'"):
        listing("fr")


def test_an_unknown_format_gets_the_list_by_platform_and_a_guess():
    with pytest.raises(UsageError, match="Did you mean douyu-stt") as error:
        checked_format("douyu-st")
    assert "\n  斗鱼：douyu-replay、douyu-stt、" in error.value.zh
    assert "\n  Kuaishou: kuaishou-feeds\n" in error.value.en
    with pytest.raises(UsageError, match="told by their headers; leave --as out"):
        checked_format("jd-reviews-table")


@pytest.mark.shared
def test_real_files_tell_no_more_than_the_catalogue_knows(shared):
    by_name = {row.name: row for row in ROWS}
    read = 0
    for path in sorted((shared / "formats").rglob("*")):
        if path.is_dir() or path.name == "SOURCE.txt":
            continue
        try:
            batch, report = read_comments(path)
        except InputError:
            continue
        row = by_name.get(report.format.split("(")[-1].rstrip(")"))
        if row is not None:
            assert_as_told(row, batch)
            read += 1
    assert read > 30
