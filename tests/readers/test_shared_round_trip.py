"""Real files of every format, converted and read back: the same comments, bit for bit."""

import gzip

import pytest

from detector.errors import InputError
from detector.readers import read_comments
from detector.writers import write_events
from tests.test_convert import assert_same

pytestmark = pytest.mark.shared


def test_real_files_come_back_as_they_were_read(shared, tmp_path):
    same = 0
    for path in sorted((shared / "formats").rglob("*.*")):
        if path.name == "SOURCE.txt" or not path.is_file():
            continue
        try:
            batch, _ = read_comments(path)
        except InputError:
            continue
        for ending in (".jsonl", ".parquet"):
            write_events(tmp_path / f"events{ending}", [batch])
            assert_same(batch, read_comments(tmp_path / f"events{ending}")[0])
        (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        assert_same(batch, read_comments(tmp_path / f"{path.name}.gz")[0])
        same += 1
    assert same >= 41
