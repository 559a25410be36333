"""What makes two texts nearly the same: a skeleton key and a MinHash sketch.

The skeleton leaves out spaces and signs, folds repeats (哈哈哈 and 哈哈) and masks numbers of four or more
digits and handles, so that 看nv tcc473 and 看 nv uee816 are one template. Negations count into it and into
the sketch: 好吃 and 不好吃 never meet.
Sketch: 16 minima over the skeleton's characters and bigrams, read as 8 bands of 2 (Broder 1997; bands as in Leskovec,
Rajaraman & Ullman, Mining of Massive Datasets, 3.4). Bands only propose: where both skeletons are short enough to be
kept themselves, edits are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel
from detector.text.codepoints import SPACE, SYMBOL, classes
from detector.text.hashing import LOW_31, chain_1, chain_2, join
from detector.text.shape import HANDLE_SHAPE, NUMBER_SHAPE, REPEAT_SHAPE, SHAPES_END, Shaped

SKETCH_SIZE: Final = 16
BANDS: Final = 8
# Below this many skeleton characters one edit changes too much; such texts meet by skeleton only. Texts of just so
# many may be a longer one that has lost a character.
SKETCH_MIN_LENGTH: Final = 6
MAX_SKELETON: Final = 256
# Up to so many skeleton characters are kept themselves, two to a number, so that edits can be counted.
SPELLED_LENGTH: Final = 32
NEGATIONS: Final = np.array(sorted(ord(char) for char in "不没别未勿莫无非"), dtype=np.int32)


def _multipliers() -> NDArray[np.int64]:
    # A fixed linear congruential sequence: sketches must agree between machines and versions.
    values = np.zeros((SKETCH_SIZE, 3), dtype=np.int64)
    x = 20_261_111
    for i in range(SKETCH_SIZE):
        for j in range(3):
            x = (x * 1_103_515_245 + 12_345) & LOW_31
            values[i, j] = x | 1
    return values


MULTIPLIERS: Final = _multipliers()


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Keys of n texts: ``skeleton`` int64 (n,), ``bands`` int64 (n, 8), ``sketch`` int32 (n, 16),
    ``length`` int32 (n,) in skeleton characters, ``spelled`` int64 (n, 16) the first 32 of these, two to a number. Bands
    are 0 where the text is too short to sketch."""

    skeleton: NDArray[np.int64]
    bands: NDArray[np.int64]
    sketch: NDArray[np.int32]
    length: NDArray[np.int32]
    spelled: NDArray[np.int64]


@kernel
def _skeleton(
    codes: NDArray[np.int32], short: NDArray[np.int32], first: int, last: int, kind: NDArray[np.uint8],
    signs: bool, out: NDArray[np.int64],
) -> int:  # fmt: skip
    n = 0
    for i in range(first, last):
        code = codes[i]
        if NUMBER_SHAPE <= code < SHAPES_END:
            if short[i] > 0:
                token = SHAPES_END + short[i]
            elif code >= HANDLE_SHAPE:
                token = HANDLE_SHAPE
            elif code >= REPEAT_SHAPE:
                token = REPEAT_SHAPE
            else:
                token = NUMBER_SHAPE
        elif kind[code] == SPACE or (kind[code] == SYMBOL and not signs):
            continue
        else:
            token = code
        if n > 0 and out[n - 1] == token:
            continue
        if n == MAX_SKELETON:
            break
        out[n] = token
        n += 1
    return n


@array_kernel
def _fingerprint(
    codes: NDArray[np.int32], starts: NDArray[np.int64], short: NDArray[np.int32], kind: NDArray[np.uint8],
    negations: NDArray[np.int32], multipliers: NDArray[np.int64],
    skeleton: NDArray[np.int64], bands: NDArray[np.int64], sketch: NDArray[np.int32], length: NDArray[np.int32],
    spelled: NDArray[np.int64],
) -> None:  # fmt: skip
    bones = np.zeros(MAX_SKELETON, dtype=np.int64)
    for t in range(len(starts) - 1):
        n = _skeleton(codes, short, starts[t], starts[t + 1], kind, False, bones)
        if n == 0:
            n = _skeleton(codes, short, starts[t], starts[t + 1], kind, True, bones)
        length[t] = n
        h1, h2, negated = 5, 3, 0
        for i in range(n):
            h1 = chain_1(h1, bones[i])
            h2 = chain_2(h2, bones[i])
            for negation in negations:
                negated += bones[i] == negation
        skeleton[t] = join(h1, h2)
        if n < SKETCH_MIN_LENGTH:
            continue
        for i in range(min(n, SPELLED_LENGTH)):
            spelled[t, i >> 1] |= bones[i] << (21 * (i & 1))
        for k in range(SKETCH_SIZE):
            a, b, c = multipliers[k, 0], multipliers[k, 1], multipliers[k, 2]
            least = LOW_31
            for i in range(n):
                # The character alone, and with the one before it.
                h = bones[i] * b + c
                h = (h ^ (h >> 31)) & LOW_31
                h = (h * 0x45D9F3B) >> 16 & LOW_31
                least = min(least, h)
                if i > 0:
                    h = bones[i - 1] * a + bones[i] * b + c
                    h = (h ^ (h >> 31)) & LOW_31
                    h = (h * 0x45D9F3B) >> 16 & LOW_31
                    least = min(least, h)
            sketch[t, k] = least
        for k in range(BANDS):
            h1 = chain_1(chain_1(k + 17, sketch[t, 2 * k]), sketch[t, 2 * k + 1])
            h2 = chain_2(chain_2(negated + 29, sketch[t, 2 * k]), sketch[t, 2 * k + 1])
            bands[t, k] = join(h1, h2)


def fingerprint(shaped: Shaped) -> Fingerprints:
    """Fingerprints of shaped texts."""
    n = len(shaped.starts) - 1
    skeleton = np.zeros(n, dtype=np.int64)
    bands = np.zeros((n, BANDS), dtype=np.int64)
    sketch = np.zeros((n, SKETCH_SIZE), dtype=np.int32)
    length = np.zeros(n, dtype=np.int32)
    spelled = np.zeros((n, SPELLED_LENGTH // 2), dtype=np.int64)
    _fingerprint(
        shaped.codes,
        shaped.starts,
        shaped.short,
        classes(),
        NEGATIONS,
        MULTIPLIERS,
        skeleton,
        bands,
        sketch,
        length,
        spelled,
    )
    return Fingerprints(skeleton, bands, sketch, length, spelled)
