"""Everything that is read off a text once: plain form, shapes, keys, sketch."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from detector.text.cues import Cues, count_cues
from detector.text.fingerprint import Fingerprints, fingerprint
from detector.text.hashing import span_keys
from detector.text.normalize import Normalized, normalize
from detector.text.shape import Shaped, shape


@dataclass(frozen=True, slots=True)
class TextReading:
    """m texts read: normalised with evidence, shaped, fingerprinted, searched for cues; ``exact`` int64 (m,) keys the
    plain form."""

    normalized: Normalized
    shaped: Shaped
    exact: NDArray[np.int64]
    prints: Fingerprints
    cues: Cues

    def __len__(self) -> int:
        return len(self.normalized.starts) - 1


@functools.cache
def tables_digest() -> str:
    """Changes whenever a character table or a lexicon does: the numbers of a text depend on them."""
    digest = hashlib.blake2b(digest_size=8)
    for folder in ("tables", "lexicons"):
        for file in sorted(resources.files(__package__).joinpath(folder).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".txt"):
                digest.update(f"{folder}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def read_texts(texts: Sequence[str]) -> TextReading:
    """Read texts of any script and length; equal texts give equal readings."""
    normalized = normalize(texts)
    shaped = shape(normalized)
    exact = span_keys(normalized.codes, normalized.starts)
    return TextReading(normalized, shaped, exact, fingerprint(shaped), count_cues(shaped))
