"""The phrases of a text: its characters two by two, with its edges, at most ``PHRASES`` of them.

Of a longer text those with the least hashes are kept (bottom-k sampling, Cohen & Kaplan, Summarizing Data using Bottom-k
Sketches, PODC 2007): two texts that share many phrases keep many of the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel
from detector.text.hashing import mix
from detector.text.ngrams import CODE_BITS, END, START
from detector.text.shape import Shaped

PHRASES: Final = 12


@kernel
def _keep(key: int, n: int, keys: NDArray[np.int64], hashes: NDArray[np.int64]) -> int:
    """Put a key among the ``n`` kept, ordered by hash, unless it is there already; how many are kept then."""
    h = mix(key)
    if n == len(keys) and h >= hashes[n - 1]:
        return n
    place = n
    while place > 0 and hashes[place - 1] > h:
        place -= 1
    at = place
    while at > 0 and hashes[at - 1] == h:
        if keys[at - 1] == key:
            return n
        at -= 1
    grown = min(n + 1, len(keys))
    for k in range(grown - 1, place, -1):
        keys[k] = keys[k - 1]
        hashes[k] = hashes[k - 1]
    keys[place] = key
    hashes[place] = h
    return grown


@array_kernel
def _phrases(codes: NDArray[np.int32], starts: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    hashes = np.empty(out.shape[1], dtype=np.int64)
    for t in range(len(starts) - 1):
        first, last = starts[t], starts[t + 1]
        n, one = 0, START
        for i in range(first, last + 1 if last > first else last):
            code = END if i == last else int(codes[i])
            n = _keep(one | code << CODE_BITS, n, out[t], hashes)
            one = code


def phrases(shaped: Shaped) -> NDArray[np.int64]:
    """The distinct phrases of m texts as keys below 2**42 (int64, (m, PHRASES)), by their hashes; 0 where there are fewer."""
    out = np.zeros((len(shaped.starts) - 1, PHRASES), dtype=np.int64)
    _phrases(shaped.codes, shaped.starts, out)
    return out
