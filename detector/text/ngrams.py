"""The n-grams of texts as keys: one to three characters, and words.

A character n-gram's key is its code points side by side (21 bits each), so it can be read back; a word's key
is a 62-bit hash. ``START`` and ``END`` mark the text's edges in n-grams of two and three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.text.codepoints import SPACE, classes
from detector.text.hashing import span_keys

START: Final = 2
END: Final = 3
CODE_BITS: Final = 21
# + the kind of disguise (``Shaped.mark``): private-use symbols that no shaped text holds.
DISGUISED: Final = 0xE180


DISGUISES: Final = {
    DISGUISED + 1: "〔变体〕", DISGUISED + 2: "〔形近〕", DISGUISED + 3: "〔隐形〕", DISGUISED + 4: "〔繁体〕",
    DISGUISED + 5: "〔谐音〕",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grams:
    """Keys of all n-grams, text by text: those of text i are ``keys[starts[i]:starts[i + 1]]``."""

    keys: NDArray[np.int64]
    starts: NDArray[np.int64]


@kernel
def _char_keys(
    codes: NDArray[np.int32], starts: NDArray[np.int64], mark: NDArray[np.uint8], keys: NDArray[np.int64],
    out: NDArray[np.int64],
) -> int:  # fmt: skip
    w = 0
    for t in range(len(starts) - 1):
        out[t] = w
        first, last = starts[t], starts[t + 1]
        if first < last:
            two, one = 0, START
            for i in range(first, last + 1):
                code = END if i == last else int(codes[i])
                if i < last:
                    keys[w] = code
                    w += 1
                    if mark[i] > 0:
                        keys[w] = DISGUISED + int(mark[i])
                        keys[w + 1] = (DISGUISED + int(mark[i])) | code << CODE_BITS
                        w += 2
                keys[w] = one | code << CODE_BITS
                w += 1
                if i > first:
                    keys[w] = two | one << CODE_BITS | code << 2 * CODE_BITS
                    w += 1
                two, one = one, code
    out[len(starts) - 1] = w
    return w


def char_grams(codes: NDArray[np.int32], starts: NDArray[np.int64], mark: NDArray[np.uint8]) -> Grams:
    """Character n-grams, n = 1 to 3, of texts given as code points with offsets.

    A character that was disguised (``mark``, as in ``Shaped``) gives two more, which say how.
    """
    # Per text at most 3 n + 1 n-grams.
    keys = np.empty(3 * len(codes) + len(starts) + 2 * int(np.count_nonzero(mark)), dtype=np.int64)
    out = np.zeros(len(starts), dtype=np.int64)
    w = _char_keys(codes, starts, mark, keys, out)
    return Grams(keys[:w], out)


@kernel
def _drop_blank(
    codes: NDArray[np.int32], word_starts: NDArray[np.int64], text_starts: NDArray[np.int64], kind: NDArray[np.uint8],
    keys: NDArray[np.int64], out: NDArray[np.int64],
) -> int:  # fmt: skip
    w = 0
    for t in range(len(text_starts) - 1):
        out[t] = w
        for word in range(text_starts[t], text_starts[t + 1]):
            if kind[codes[word_starts[word]]] != SPACE:
                keys[w] = keys[word]
                w += 1
    out[len(text_starts) - 1] = w
    return w


def word_grams(
    codes: NDArray[np.int32], word_starts: NDArray[np.int64], text_starts: NDArray[np.int64]
) -> Grams:
    """Words, without the spaces between, from the boundaries that ``tokenize.cut_lines`` gives."""
    keys = span_keys(codes, word_starts)
    out = np.zeros(len(text_starts), dtype=np.int64)
    n = _drop_blank(codes, word_starts, text_starts, classes(), keys, out)
    return Grams(keys[:n].copy(), out)


def spell(key: int) -> str:
    """A character n-gram's key as text; edges are shown as ``^`` and ``$``."""
    chars = []
    while key:
        code = key & ((1 << CODE_BITS) - 1)
        chars.append("^" if code == START else "$" if code == END else DISGUISES.get(code) or chr(code))
        key >>= CODE_BITS
    return "".join(chars)
