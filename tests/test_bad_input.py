"""Whatever file is handed over: a clear error with its exit code, or a counted skip; never a traceback."""

from __future__ import annotations

import base64
import csv
import json
import subprocess
from pathlib import Path

import pytest

from detector.bundle.storage import MANIFEST, MODEL, THRESHOLDS
from tests.bundle.test_storage import PAYLOAD, replace_with_checksum
from tests.calling import Call, call
from tests.models import handmade_bundle, saved, zhenping

# The smallest PNG: one transparent dot.
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
GOOD = "user_id,text\nu1,加微\nu2,你好\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model"))


class Moderator:
    """Somebody who scores one file after the other with a handmade model."""

    def __init__(self, folder: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.model, self.capsys = folder, model, capsys
        self.out = folder / "out"

    def score(self, name: str, body: bytes | str, *options: str) -> Call:
        path = self.folder / name
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return self.call("score", path, *options)

    def call(self, verb: str, path: Path, *options: str) -> Call:
        arguments = ["--model", self.model, "-o", self.out, "-q", "--no-xlsx", *options]
        return call(self.capsys, verb, path, *arguments)

    @property
    def run(self) -> dict[str, dict[str, int]]:
        return json.loads((self.out / "run.json").read_text(encoding="utf-8"))

    @property
    def texts(self) -> list[str]:
        with (self.out / "scored.csv").open(encoding="utf-8-sig", newline="") as file:
            return [row["text"] for row in csv.DictReader(file)]


@pytest.fixture
def moderator(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> Moderator:
    return Moderator(tmp_path, model, capsys)


BROKEN: list[tuple[str, bytes, str, str]] = [
    ("empty.csv", b"", "empty", "空"),
    ("bom.csv", b"\xef\xbb\xbf", "", ""),
    ("blank.csv", b"\n\n\n", "", ""),
    ("header.csv", b"user_id,text\n", "no rows below the header", "没有数据行"),
    ("no_text.csv", b"user_id,price\nu1,3\n", "no column holds the text", "找不到文本列"),
    ("no_texts.csv", b"user_id,text\nu1,\nu2,  \n", "no usable row; left out: no text: 2", "没有可用的行"),
    ("no_header.csv", "u1,今天\nu2,真冷\n".encode(), "not a header I know", "不是可识别的表头"),
    ("nul.csv", b"\0" * 5000, "", ""),
    ("image.png", IMAGE, "image", "图片"),
    ("image.csv", IMAGE, "image", "图片"),
    ("page.html", b"<!DOCTYPE html><html><body>text</body></html>", "web page", "网页"),
    ("broken.xlsx", b"PK\x03\x04" + b"\0" * 100, "", ""),
    ("broken.parquet", b"PAR1" + b"\0" * 100 + b"PAR1", "", ""),
    ("broken.jsonl", b'{"text": "a\n{"text"\n', "", ""),
    ("numbers.json", b"[1, 2, 3]", "", ""),
    ("deep.json", b"[" * 200_000, "", ""),
    ("deep.jsonl", b'{"text": ' + b"[" * 200_000 + b"\n", "", ""),
    ("noise.bin", bytes(range(256)) * 40, "", ""),
]


@pytest.mark.parametrize(("name", "body", "en", "zh"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_file_that_is_no_table_of_comments_is_refused_in_both_languages(
    moderator: Moderator, name: str, body: bytes, en: str, zh: str
) -> None:
    english, chinese = moderator.score(name, body, "--lang", "en"), moderator.score(name, body)
    for said, word, start in ((english, en, "error: "), (chinese, zh, "错误：")):
        assert (said.code, said.out) == (3, "")
        assert said.err.startswith(start)
        assert name in said.err
        assert word in said.err
        assert "Traceback" not in said.err
    assert english.err != chinese.err
    # Nothing is written for nothing.
    assert not moderator.out.exists()


def test_a_folder_is_no_file(moderator: Moderator) -> None:
    said = moderator.call("score", moderator.folder, "--lang", "en")
    assert (said.code, said.err.startswith("error: "), moderator.folder.name in said.err) == (3, True, True)


def test_a_missing_file_is_named(moderator: Moderator) -> None:
    said = moderator.call("score", moderator.folder / "gone.csv", "--lang", "en")
    assert (said.code, "gone.csv" in said.err, said.out) == (3, True, "")


def test_a_missing_file_among_others_stops_everything(moderator: Moderator) -> None:
    good = moderator.folder / "good.csv"
    good.write_text(GOOD, encoding="utf-8")
    said = call(
        moderator.capsys,
        "score",
        good,
        moderator.folder / "gone.csv",
        "--model",
        moderator.model,
        "-o",
        moderator.out,
    )
    assert (said.code, moderator.out.exists()) == (3, False)


def test_a_wrong_encoding_is_counted_and_told(moderator: Moderator) -> None:
    body = GOOD.encode("gb18030")
    said = moderator.score("gbk.csv", body, "--encoding", "utf-8", "--format", "json")
    # 加微, 你好: four characters of two bytes, none of them UTF-8.
    assert said.code == 0
    assert [warning["code"] for warning in said.data["warnings"]].count("undecodable_bytes") == 1
    assert moderator.score("gbk.csv", body, "--format", "json").data["counts"]["high_risk"] == 1
    assert moderator.texts == ["加微", "你好"]


def test_an_unknown_encoding_is_a_wrong_call(moderator: Moderator) -> None:
    said = moderator.score("good.csv", GOOD, "--encoding", "klingon", "--lang", "en")
    assert (said.code, "klingon" in said.err) == (2, True)


def test_a_truncated_line_is_skipped_and_counted(moderator: Moderator) -> None:
    said = moderator.score(
        "cut.jsonl", '{"text": "加微"}\n{"text": "你好"}\n{"text": "被截', "--format", "json"
    )
    assert (said.code, said.data["skipped"], said.data["counts"]["rows"]) == (0, {"bad_json": 1}, 2)
    assert moderator.run["skipped"] == {"bad_json": 1}


def test_a_line_over_a_mebibyte_is_skipped_and_counted(moderator: Moderator) -> None:
    lines = ['{"text": "加微"}', json.dumps({"text": "a" * (1 << 20)}), '{"text": "你好"}']
    said = moderator.score("long.jsonl", "\n".join(lines), "--format", "json")
    assert (said.code, said.data["skipped"], moderator.texts) == (0, {"line_too_long": 1}, ["加微", "你好"])


def test_a_text_of_a_million_characters_is_cut_and_told(moderator: Moderator) -> None:
    said = moderator.score("long.csv", f"user_id,text\nu1,{'微' * 300_000}\n", "--format", "json")
    assert (said.code, said.data["counts"]["high_risk"]) == (0, 1)
    assert [warning["code"] for warning in said.data["warnings"]].count("text_cut") == 1


def test_nul_bytes_are_taken_out_and_counted(moderator: Moderator) -> None:
    said = moderator.score("nul.csv", "user_id,text\nu1,加\0微\nu2,你好\n", "--format", "json")
    assert (said.code, said.data["counts"]["high_risk"], moderator.texts) == (0, 1, ["加微", "你好"])
    assert [warning["code"] for warning in said.data["warnings"]].count("nul_bytes") == 1


def test_ragged_and_unquoted_rows_lose_no_row(moderator: Moderator) -> None:
    body = 'user_id,text\nu1,加微\nu2\nu3,a,b,c\nu4,"没有关上的引号\nu5,你好\n'
    said = moderator.score("ragged.csv", body, "--format", "json")
    counts = said.data["counts"]["rows"] + sum(said.data["skipped"].values())
    assert (said.code, counts) == (0, 5)


def test_a_row_is_neither_lost_nor_counted_twice(moderator: Moderator) -> None:
    lines = ['{"text": "加微"}', "null", "[1]", '{"text": null}', '{"text": {"a": 1}}', "{", "", '{"text": 7}']
    said = moderator.score("mixed.jsonl", "\n".join(lines) + "\n", "--format", "json")
    assert (said.code, sum(said.data["skipped"].values()) + said.data["counts"]["rows"]) == (0, 7)


FORMULAS = ['=HYPERLINK("http://x.invalid")', "+1", "@主播"]


def test_a_formula_stays_the_text_it_was_and_is_defused_on_request(moderator: Moderator) -> None:
    body = json.dumps([{"text": text} for text in FORMULAS])
    assert moderator.score("formula.json", body).code == 0
    assert moderator.texts == FORMULAS
    assert moderator.score("formula.json", body, "--csv-flavor", "excel").code == 0
    assert moderator.texts == [f"'{text}" for text in FORMULAS]


@pytest.mark.parametrize("name", [MODEL, MANIFEST, THRESHOLDS])
def test_a_corrupted_model_is_refused_before_the_comments_are_read(moderator: Moderator, name: str) -> None:
    moderator.model = saved(handmade_bundle(), moderator.folder / "broken")
    body = bytearray((moderator.model / name).read_bytes())
    body[0] ^= 0xFF
    (moderator.model / name).write_bytes(bytes(body))
    english, chinese = moderator.score("good.csv", GOOD, "--lang", "en"), moderator.score("good.csv", GOOD)
    assert (english.code, chinese.code, english.out) == (4, 4, "")
    assert (english.err.startswith("error: "), chinese.err.startswith("错误：")) == (True, True)
    assert (name in english.err, name in chinese.err, moderator.out.exists()) == (True, True, False)


def test_a_pickle_in_the_place_of_a_model_is_refused_and_not_run(moderator: Moderator) -> None:
    moderator.model = saved(handmade_bundle(), moderator.folder / "evil")
    marker = moderator.folder / "the-payload-ran"
    replace_with_checksum(moderator.model, MODEL, PAYLOAD.format(marker=marker).encode())
    said = moderator.score("good.csv", GOOD, "--lang", "en")
    assert (said.code, "is not a model of this product" in said.err, marker.exists()) == (4, True, False)


def test_a_file_as_output_folder_is_a_wrong_call(moderator: Moderator) -> None:
    moderator.out.write_text("I was here first", encoding="utf-8")
    said = moderator.score("good.csv", GOOD, "--lang", "en")
    assert (said.code, "name a folder" in said.err) == (2, True)
    assert moderator.out.read_text(encoding="utf-8") == "I was here first"


def test_no_bad_file_ends_a_fresh_interpreter_in_a_traceback(tmp_path: Path, model: Path) -> None:
    def score(name: str, body: bytes) -> subprocess.CompletedProcess[str]:
        (tmp_path / name).write_bytes(body)
        return zhenping("score", tmp_path / name, "-o", tmp_path / "out", "--model", model)

    for name, body in (("deep.json", b"[" * 200_000), ("image.png", IMAGE)):
        done = score(name, body)
        assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (3, "", False)
