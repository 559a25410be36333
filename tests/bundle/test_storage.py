"""A bundle comes back as it was written, and nothing that is not a bundle is believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io

from detector.bundle import Bundle, load_bundle
from detector.bundle.storage import CARD, MANIFEST, MODEL, THRESHOLDS, content_digest
from detector.comment import CommentBatch
from detector.errors import BundleError
from detector.scorer import Detector
from tests.building import batch, comment
from tests.models import handmade_bundle, run_python, saved, small_fit, small_room, stump, thresholds

# What pickle makes of an object that runs `touch MARKER` when it is read: protocol 0, written by hand.
PAYLOAD = "cposix\nsystem\n(S'touch {marker}'\ntR."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return saved(handmade_bundle(), tmp_path / "model")


def probabilities_of(bundle: Bundle, comments: CommentBatch) -> bytes:
    return Detector(bundle).score(comments).verdicts.p.tobytes()


def replace_with_checksum(folder: Path, name: str, body: bytes) -> None:
    """Put ``body`` in the place of a file, and make the manifest vouch for it."""
    (folder / name).write_bytes(body)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = hashlib.sha256(body).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def change_manifest(folder: Path, **over: Any) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(manifest | over), encoding="utf-8")


def model_with(bundle: Bundle, folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Save a bundle, then let ``change`` edit its arrays, with a correct checksum."""
    saved(bundle, folder)
    content = skops.io.loads((folder / MODEL).read_bytes(), trusted=[])
    change(content["arrays"])
    replace_with_checksum(folder, MODEL, skops.io.dumps(content))


def test_a_saved_bundle_gives_the_same_probabilities_bit_for_bit(tmp_path: Path) -> None:
    fitted = small_fit().bundle
    room = small_room().batch
    loaded = load_bundle(saved(fitted, tmp_path / "model"))
    assert probabilities_of(loaded, room) == probabilities_of(fitted, room)
    assert loaded.model_id == fitted.model_id
    assert loaded.thresholds == fitted.thresholds
    assert content_digest(loaded) == content_digest(fitted)


def test_a_bundle_says_what_it_was_made_with(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    assert sorted(p.name for p in folder.iterdir()) == sorted([CARD, MANIFEST, MODEL, THRESHOLDS])
    assert manifest["model_id"] == "by-hand"
    assert manifest["content_digest"] == content_digest(handmade_bundle())
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_equal_models_have_equal_digests_and_a_changed_number_another_one() -> None:
    first = content_digest(handmade_bundle())
    assert content_digest(handmade_bundle()) == first
    assert content_digest(handmade_bundle(rows=thresholds(high=0.91))) != first
    assert (
        content_digest(handmade_bundle(trees={"bot_flood": stump("timing.gap_s", 1.0, low=0, high=1)})) != first
    )


@pytest.mark.parametrize("name", [MODEL, THRESHOLDS])
def test_one_flipped_bit_is_found_and_named(folder: Path, name: str) -> None:
    body = bytearray((folder / name).read_bytes())
    body[len(body) // 2] ^= 1
    (folder / name).write_bytes(bytes(body))
    with pytest.raises(BundleError, match=f"{name} does not match its checksum") as caught:
        load_bundle(folder)
    assert "校验和不符" in caught.value.zh


@pytest.mark.parametrize("name", [MODEL, THRESHOLDS])
def test_a_file_is_hashed_before_it_is_parsed(folder: Path, name: str) -> None:
    # No parser could get as far as a checksum with this.
    (folder / name).write_bytes(b"\x80\x04neither a zip nor JSON")
    with pytest.raises(BundleError, match=f"{name} does not match its checksum"):
        load_bundle(folder)


@pytest.mark.parametrize("name", [MODEL, MANIFEST, THRESHOLDS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"{name} cannot be read") as caught:
        load_bundle(folder)
    assert "读不到" in caught.value.zh


def test_a_folder_that_is_not_there_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=MANIFEST):
        load_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "body",
    [b"", b"not JSON", b"\xff\xfe\x00", b"[]", b"null", b"7", b"{}", b'{"format": 2}', b'{"format": 2, "files": 3}', b"[" * 100_000],
    ids=["empty", "words", "bytes", "list", "null", "number", "no format", "no files", "files no table", "deep"],
)  # fmt: skip
def test_a_broken_manifest_is_a_clear_error(folder: Path, body: bytes) -> None:
    (folder / MANIFEST).write_bytes(body)
    with pytest.raises(BundleError, match=MANIFEST):
        load_bundle(folder)


def test_another_format_is_refused_with_its_number(folder: Path) -> None:
    change_manifest(folder, format=3)
    with pytest.raises(BundleError, match="model format 3, this version reads 2"):
        load_bundle(folder)


def test_a_model_of_other_features_is_refused(folder: Path) -> None:
    change_manifest(folder, schema_digest="0123456789abcdef")
    with pytest.raises(BundleError, match="trained on other features"):
        load_bundle(folder)


def test_an_unknown_tokenizer_is_refused(folder: Path) -> None:
    change_manifest(folder, tokenizer="scissors 1.0")
    with pytest.raises(BundleError, match="scissors"):
        load_bundle(folder)


@pytest.mark.parametrize(
    "body",
    [b"", b"not JSON", b"[]", b'{"thresholds": 3}', b'{"thresholds": [{"p": 1}]}', b"[" * 100_000],
    ids=["empty", "words", "list", "number", "short row", "deep"],
)
def test_thresholds_that_are_none_are_a_clear_error_even_with_a_checksum(folder: Path, body: bytes) -> None:
    replace_with_checksum(folder, THRESHOLDS, body)
    with pytest.raises(BundleError, match=THRESHOLDS):
        load_bundle(folder)


def test_a_pickle_with_a_correct_checksum_is_not_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "the-payload-ran"
    replace_with_checksum(folder, MODEL, PAYLOAD.format(marker=marker).encode())
    with pytest.raises(BundleError, match="is not a model of this product") as caught:
        load_bundle(folder)
    assert "不是本产品的模型" in caught.value.zh
    assert not marker.exists()


def test_the_payload_of_that_story_would_run_where_pickles_are_read(tmp_path: Path) -> None:
    marker = tmp_path / "the-payload-ran"
    code = "import pickle, sys; pickle.loads(sys.stdin.buffer.read())"
    assert run_python("-c", code, stdin=PAYLOAD.format(marker=marker)).returncode == 0
    assert marker.exists()


def _estimator() -> object:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("extra", [print, hashlib.sha256, _estimator()], ids=["print", "function", "estimator"])
def test_a_model_file_with_anything_but_numbers_is_refused(folder: Path, extra: object) -> None:
    content = skops.io.loads((folder / MODEL).read_bytes(), trusted=[])
    replace_with_checksum(folder, MODEL, skops.io.dumps({**content, "extra": extra}))
    with pytest.raises(BundleError, match=MODEL):
        load_bundle(folder)


@pytest.mark.parametrize(
    "name",
    [
        "weights",
        "bias",
        "typical",
        "idf",
        "char_keys",
        "word_keys",
        "solicitation.calibration",
        "bot_flood.left",
    ],
)
def test_a_model_file_that_lacks_an_array_is_refused(tmp_path: Path, name: str) -> None:
    model_with(handmade_bundle(), tmp_path / "model", lambda arrays: arrays.pop(name))
    with pytest.raises(BundleError, match=MODEL):
        load_bundle(tmp_path / "model")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weights", np.zeros((2, 3))),
        ("weights", np.zeros(3)),
        ("weights", np.full((3, 3), np.nan)),
        ("bias", np.zeros(2)),
        ("idf", np.zeros(4)),
        ("typical", np.zeros(3)),
        ("char_keys", np.zeros(3)),
        ("char_keys", np.zeros(3, dtype=np.int64)),
        # A key of a word without the word itself.
        ("word_keys", np.zeros(1, dtype=np.int64)),
        ("solicitation.calibration", np.zeros((1, 3))),
        ("solicitation.calibration", np.array([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])),
        ("bot_flood.roots", np.array([5], dtype=np.int32)),
        ("bot_flood.feature", np.array([10_000, -1, -1], dtype=np.int32)),
        # A node whose child is itself would be walked for ever.
        ("bot_flood.left", np.zeros(3, dtype=np.int32)),
        ("bot_flood.right", np.array([99, 0, 0], dtype=np.int32)),
        ("bot_flood.value", np.zeros(2)),
        ("bot_flood.threshold", np.array([[0.0, 0.0, 0.0]])),
        ("bot_flood.baseline", np.array("zero")),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused_before_a_comment_is_judged(
    tmp_path: Path, name: str, value: Any
) -> None:
    bundle = handmade_bundle(trees={"bot_flood": stump("timing.gap_s", 1.0, low=0.0, high=1.0)})
    model_with(bundle, tmp_path / "model", lambda arrays: arrays.update({name: value}))
    with pytest.raises(BundleError, match=MODEL):
        load_bundle(tmp_path / "model")


def test_a_file_far_too_large_for_a_model_is_not_read(folder: Path) -> None:
    with (folder / MODEL).open("r+b") as file:
        # Sparse: it takes no room on the disk.
        file.truncate(200_000_001)
    with pytest.raises(BundleError, match="larger than 200,000,000 bytes"):
        load_bundle(folder)


WITHOUT_RJIEBA = """
import sys
sys.modules["rjieba"] = None
from detector.bundle import load_bundle
bundle = load_bundle(sys.argv[1])
print(bundle.model_id, bundle.vectorizer.tokenizer.name)
"""


def test_where_the_tokenizer_is_missing_jieba_takes_over_and_says_so(folder: Path) -> None:
    change_manifest(folder, tokenizer="rjieba 0.2.2")
    done = run_python("-W", "always", "-c", WITHOUT_RJIEBA, str(folder))
    assert done.stdout.split() == ["by-hand+jieba", "jieba"]
    assert "the model was trained with rjieba 0.2.2, which is not installed; using jieba 0.42.1" in done.stderr


def test_with_the_tokenizer_it_asks_for_a_model_keeps_its_name(folder: Path) -> None:
    assert load_bundle(folder).model_id == "by-hand"


def test_saving_over_an_older_model_leaves_the_new_one_whole(folder: Path) -> None:
    room = batch(comment("加微信"), comment("你好", user_id="u2"))
    fitted = handmade_bundle(rows=thresholds(high=0.99), model_id="newer")
    saved(fitted, folder)
    assert load_bundle(folder).model_id == "newer"
    assert probabilities_of(load_bundle(folder), room) == probabilities_of(fitted, room)


def test_a_first_look_that_asks_for_company_is_refused(tmp_path: Path) -> None:
    trees = {"look_lure": stump("company.room_50c", 0.5, low=-1.0, high=1.0)}
    with pytest.raises(BundleError, match=r"look_lure\.feature names an input that does not exist"):
        load_bundle(saved(handmade_bundle(trees=trees), tmp_path / "model"))
    heads = {"bot_flood": trees["look_lure"], "look_lure": stump("timing.gap_s", 0.5, low=-1.0, high=1.0)}
    assert len(load_bundle(saved(handmade_bundle(trees=heads), tmp_path / "sound")).looks[1].roots) == 1
