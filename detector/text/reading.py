"""Everything that is read off a text once: plain form, shapes, keys, sketch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.text.codepoints import encode
from detector.text.fingerprint import Fingerprints, fingerprint
from detector.text.hashing import span_keys
from detector.text.normalize import Normalized, normalize
from detector.text.shape import Shaped, shape


@dataclass(frozen=True, slots=True)
class TextReading:
    """m texts read: normalised with evidence, as code points, shaped, fingerprinted; ``exact`` int64 (m,)."""

    normalized: Normalized
    codes: NDArray[np.int32]
    starts: NDArray[np.int64]
    shaped: Shaped
    exact: NDArray[np.int64]
    prints: Fingerprints

    def __len__(self) -> int:
        return len(self.starts) - 1


def read_texts(texts: Sequence[str]) -> TextReading:
    """Read texts of any script and length; equal texts give equal readings."""
    normalized = normalize(texts)
    codes, starts = encode(normalized.plain)
    shaped = shape(codes, starts)
    return TextReading(normalized, codes, starts, shaped, span_keys(codes, starts), fingerprint(shaped))
