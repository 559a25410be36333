"""Bundles on disk: written whole, and checked before a byte of them is parsed."""

from __future__ import annotations

import hashlib
import json
import platform
import warnings
from collections.abc import Mapping
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np

from detector.bundle.model import Bundle, Head
from detector.bundle.soundness import check_arrays
from detector.bundle.thresholds import Thresholds
from detector.bundle.trees import LOOKS, Trees
from detector.engine import SCHEMA
from detector.errors import BundleError
from detector.text.tokenize import Tokenizer, load_tokenizer
from detector.text.vectorize import Vectorizer
from detector.verdict import HEADS

FORMAT: Final = 2
MODEL, MANIFEST, THRESHOLDS, CARD = "model.skops", "manifest.json", "thresholds.json", "CARD.md"
# What a model file may contain besides numpy arrays and plain Python values. A constant: never computed from
# the file that asks to be trusted.
TRUSTED: Final[tuple[str, ...]] = ()
MAX_BYTES: Final = 200_000_000
# What is stored of trees; the rest follows from it.
STORED: Final = tuple(f for f in fields(Trees) if f.init)


def _arrays(bundle: Bundle) -> dict[str, np.ndarray[Any, Any]]:
    arrays = {
        "char_keys": bundle.vectorizer.char_keys,
        "word_keys": bundle.vectorizer.word_keys,
        "idf": bundle.vectorizer.idf,
        "weights": bundle.weights,
        "bias": bundle.bias,
        "typical": bundle.typical,
    }
    for head in bundle.heads:
        arrays[f"{head.name}.calibration"] = head.calibration
    trees_of = dict(zip(LOOKS, bundle.looks, strict=True)) | {head.name: head.trees for head in bundle.heads}
    for name, trees in trees_of.items():
        for f in STORED:
            arrays[f"{name}.{f.name}"] = np.asarray(getattr(trees, f.name))
    return arrays


def content_digest(bundle: Bundle) -> str:
    """A digest of every number and setting of the model, whatever file they lie in."""
    digest = hashlib.blake2b(digest_size=16)
    for name, array in sorted(_arrays(bundle).items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    settings = {
        "schema": SCHEMA.digest,
        "tokenizer": bundle.vectorizer.tokenizer.identity,
        "words": list(bundle.vectorizer.words),
        "thresholds": bundle.thresholds.as_dict(),
    }
    digest.update(json.dumps(settings, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def save_bundle(bundle: Bundle, folder: str | Path, *, card: str, training: Mapping[str, Any]) -> Path:
    """Write ``bundle`` into ``folder``; the manifest, which makes it valid, is written last."""
    import skops.io

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = {"words": "\n".join(bundle.vectorizer.words), "arrays": _arrays(bundle)}
    thresholds = json.dumps(bundle.thresholds.as_dict(), indent=1, ensure_ascii=False)
    files = {
        MODEL: bytes(skops.io.dumps(content)),
        THRESHOLDS: (thresholds + "\n").encode(),
        CARD: card.encode(),
    }
    manifest = {
        "format": FORMAT,
        "model_id": bundle.model_id,
        "content_digest": content_digest(bundle),
        "schema_digest": SCHEMA.digest,
        "features": list(SCHEMA.names),
        "heads": [head.name for head in bundle.heads],
        "tokenizer": bundle.vectorizer.tokenizer.identity,
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("numpy", "scikit-learn", "skops")},
        },
        "training": dict(training),
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    }
    (folder / MANIFEST).unlink(missing_ok=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BundleError(f"{path} is larger than {MAX_BYTES:,} bytes: not a model of this product")
        return path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"{path} cannot be read ({error.strerror}); a model is a folder with {MODEL}, {MANIFEST}, {THRESHOLDS}",
            zh=f"读不到 {path}（{error.strerror}）；模型是含有 {MODEL}、{MANIFEST}、{THRESHOLDS} 的文件夹",
        ) from error


def _parsed(folder: Path, name: str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f"{folder / name} is damaged ({error}): copy the model again",
            zh=f"{folder / name} 已损坏（{error}）：请重新复制模型",
        ) from error


def _checked_manifest(folder: Path) -> dict[str, Any]:
    manifest = _parsed(folder, MANIFEST, _read(folder, MANIFEST))
    try:
        if manifest["format"] != FORMAT:
            raise BundleError(
                f"{folder} has model format {manifest['format']}, this version reads {FORMAT}: retrain or upgrade",
                zh=f"{folder} 的模型格式是 {manifest['format']}，本版本只读 {FORMAT}：请重新训练或升级",
            )
        files = manifest["files"]
        if not all(isinstance(files[name], str) for name in (MODEL, THRESHOLDS)):
            raise BundleError(f"{folder / MANIFEST} lists no checksums")
        str(manifest["model_id"]), str(manifest["tokenizer"]), str(manifest["schema_digest"])
    except (KeyError, TypeError) as error:
        raise BundleError(
            f"{folder / MANIFEST} is damaged ({error!r}): copy the model again",
            zh=f"{folder / MANIFEST} 已损坏（{error!r}）：请重新复制模型",
        ) from error
    result: dict[str, Any] = manifest
    return result


def _checked(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    body = _read(folder, name)
    if hashlib.sha256(body).hexdigest() != manifest["files"][name]:
        raise BundleError(
            f"{folder / name} does not match its checksum: damaged or tampered with; nothing of it was loaded",
            zh=f"{folder / name} 与校验和不符：文件损坏或被改动，未加载任何内容",
        )
    return body


def _tokenizer(identity: str) -> tuple[Tokenizer, str]:
    """The tokenizer a bundle asks for, or the fallback with a mark for the model id."""
    name = identity.split(" ", maxsplit=1)[0]
    try:
        tokenizer = load_tokenizer(name)
    except ImportError:
        tokenizer = load_tokenizer("jieba" if name == "rjieba" else None)
    if tokenizer.name != name:
        warnings.warn(
            f"the model was trained with {identity}, which is not installed; using {tokenizer.identity}: "
            "a few words may be cut differently",
            stacklevel=3,
        )
        return tokenizer, f"+{tokenizer.name}"
    return tokenizer, ""


def load_bundle(folder: str | Path) -> Bundle:
    """Read a bundle. Every file is hashed before it is parsed; nothing in it can run code.

    Raises BundleError saying which file is missing, damaged, of another version or not a model at all.
    """
    import skops.io

    folder = Path(folder)
    manifest = _checked_manifest(folder)
    model = _checked(folder, MODEL, manifest)
    thresholds = Thresholds.from_dict(_parsed(folder, THRESHOLDS, _checked(folder, THRESHOLDS, manifest)))
    if manifest["schema_digest"] != SCHEMA.digest:
        raise BundleError(
            f"{folder} was trained on other features than this version computes: retrain it, or use the version "
            "that trained it",
            zh=f"{folder} 训练时的特征与本版本不同：请重新训练，或使用当时的版本",
        )
    try:
        content = skops.io.loads(model, trusted=list(TRUSTED))
        arrays = content["arrays"]
        check_arrays(arrays)
        heads = tuple(Head(name, _trees(arrays, name), arrays[f"{name}.calibration"]) for name in HEADS)
        looks = tuple(_trees(arrays, name) for name in LOOKS)
        tokenizer, mark = _tokenizer(manifest["tokenizer"])
        words = tuple(content["words"].split("\n")) if content["words"] else ()
        if len(words) != len(arrays["word_keys"]):
            raise BundleError(
                f"{len(words)} words but {len(arrays['word_keys'])} keys of words", zh="词与键数目不同"
            )
        vectorizer = Vectorizer(tokenizer, arrays["char_keys"], arrays["word_keys"], words, arrays["idf"])
    except BundleError as error:
        raise BundleError(f"{folder / MODEL}: {error.en}", zh=f"{folder / MODEL}：{error.zh}") from error
    except Exception as error:
        # skops raises many kinds for a file that is not one of its own; none of them is a model.
        raise BundleError(
            f"{folder / MODEL} is not a model of this product ({type(error).__name__}: {error})",
            zh=f"{folder / MODEL} 不是本产品的模型（{type(error).__name__}: {error}）",
        ) from error
    return Bundle(
        model_id=manifest["model_id"] + mark,
        vectorizer=vectorizer,
        weights=arrays["weights"],
        bias=arrays["bias"],
        looks=looks,
        heads=heads,
        typical=arrays["typical"],
        thresholds=thresholds,
        manifest=manifest,
    )


def _trees(arrays: Mapping[str, Any], name: str) -> Trees:
    values = {f.name: arrays[f"{name}.{f.name}"] for f in STORED}
    values["baseline"] = float(values["baseline"])
    return Trees(**values)
