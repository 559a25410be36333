"""How much one caller may ask: so many requests a second, some at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from detector.service.problems import Problem


@dataclass(slots=True)
class Bucket:
    """What a caller has left, as of when."""

    left: float
    at_s: float


class Rates:
    """Buckets by name of the caller; each fills at ``per_s`` requests a second up to ``burst``."""

    def __init__(self, *, per_s: float, burst: float, clock: Callable[[], float]) -> None:
        self.per_s = per_s
        self.burst = burst
        self.clock = clock
        # Callers are names of the keys file: few.
        self.buckets: dict[str, Bucket] = {}

    def take(self, name: str) -> None:
        """One request of ``name``. Problem ``rate_limited`` says when to come again."""
        now_s = self.clock()
        bucket = self.buckets.setdefault(name, Bucket(self.burst, now_s))
        bucket.left = min(self.burst, bucket.left + (now_s - bucket.at_s) * self.per_s)
        bucket.at_s = now_s
        if bucket.left < 1.0:
            raise Problem("rate_limited", retry_after_s=max(1, math.ceil((1.0 - bucket.left) / self.per_s)))
        bucket.left -= 1.0
