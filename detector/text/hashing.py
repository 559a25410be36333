"""Hashes that are the same on every machine and every run, in int64 arithmetic that never overflows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel, kernel

LOW_31: Final = 0x7FFFFFFF
PRIME: Final = 0x7FFFFFFF  # 2**31 - 1: products of two residues stay below 2**62
BASE_1: Final = 1_103_515_245
BASE_2: Final = 1_597_334_677


@kernel
def mix(key: int) -> int:
    """A well spread 31-bit hash of a non-negative int64 key."""
    h = (key & LOW_31) * 0x7FEB352D + (key >> 31) * 0x2545F491
    h = (h ^ (h >> 29)) & LOW_31
    h = h * 0x45D9F3B3
    return (h ^ (h >> 27)) & LOW_31


@kernel
def chain_1(h: int, code: int) -> int:
    """One step of the first rolling hash, modulo a prime."""
    return (h * BASE_1 + int(code) + 1) % PRIME


@kernel
def chain_2(h: int, code: int) -> int:
    """One step of the second rolling hash, modulo the same prime with another base."""
    return (h * BASE_2 + int(code) + 1) % PRIME


@kernel
def join(first: int, second: int) -> int:
    """Two 31-bit hashes as one positive 62-bit key; never 0, which marks an empty place in a table."""
    return ((first << 31) | second) + 1


@kernel
def _exchanged(key: int) -> int:
    return (key & LOW_31) << 31 | key >> 31


@kernel
def combine(a: int, b: int) -> int:
    """A positive 62-bit key for the pair of two keys."""
    first = (mix(a) * BASE_1 + mix(b)) % PRIME
    # ``mix`` keeps 31 bits of 62: with the halves exchanged it keeps others.
    second = (mix(_exchanged(b)) * BASE_2 + mix(_exchanged(a))) % PRIME
    return join(first, second)


@array_kernel
def span_keys(codes: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """One key per span ``codes[starts[i]:starts[i + 1]]`` (int64, shape (n,))."""
    keys = np.zeros(len(starts) - 1, dtype=np.int64)
    for t in range(len(keys)):
        h1, h2 = 7, 11
        for i in range(starts[t], starts[t + 1]):
            h1 = chain_1(h1, codes[i])
            h2 = chain_2(h2, codes[i])
        keys[t] = join(h1, h2)
    return keys


def hash_slots(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    """An open-addressing table over distinct ``keys``: each place holds 1 + the key's row, or 0."""
    size = 1
    while size < 2 * len(keys) + 1:
        size *= 2
    slots = np.zeros(size, dtype=np.int32)
    _fill(keys, slots)
    return slots


@kernel
def _fill(keys: NDArray[np.int64], slots: NDArray[np.int32]) -> None:
    mask = len(slots) - 1
    for row in range(len(keys)):
        place = mix(keys[row]) & mask
        while slots[place] != 0:
            place = (place + 1) & mask
        slots[place] = row + 1


@kernel
def find(key: int, keys: NDArray[np.int64], slots: NDArray[np.int32]) -> int:
    """The row of ``key`` in ``keys``, or -1."""
    mask = len(slots) - 1
    place = mix(key) & mask
    while slots[place] != 0:
        row = slots[place] - 1
        if keys[row] == key:
            return int(row)
        place = (place + 1) & mask
    return -1
