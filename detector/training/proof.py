"""Sets thresholds by what they would cost genuine people, as an upper bound, not an estimate.

The genuine comments of held-out sessions are resampled by clusters of near-identical text, because a thousand
copies of one meme are one piece of evidence. Where nothing or little was flagged the bootstrap is blind, so the
exact binomial bound over clusters stands beside it and the larger counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from detector.bundle.model import probabilities
from detector.bundle.thresholds import DEFAULT_PROFILE, SURFACES, Threshold, Thresholds
from detector.training.matrix import Matrix
from detector.verdict import HEADS, NORMAL

Floats = NDArray[np.float64]
FLOOD: Final = "bot_flood"

# Share of genuine comments that may be flagged, per profile: review, high_risk.
PROFILES: Final = {
    DEFAULT_PROFILE: (1e-3, 1e-4),
    "cautious": (2e-4, 5e-5),
    "sensitive": (1e-2, 1e-3),
}
# Whatever the budget of false alarms allows: below these probabilities nothing is asked or warned, so that
# by default high_risk means "more likely than not".
LEAST_P: Final = {DEFAULT_PROFILE: (0.1, 0.5), "cautious": (0.2, 0.7), "sensitive": (0.02, 0.1)}
# Floods are learned from attacks that were made up, and in real rooms what looks like one often is none: nobody is asked to look
# at one that is less likely than not.
LEAST_P_OF_FLOODS: Final = {DEFAULT_PROFILE: (0.5, 0.5), "cautious": (0.5, 0.7), "sensitive": (0.1, 0.1)}
LEVELS: Final = ("review", "high_risk")
CONFIDENCE: Final = 0.95
RESAMPLES: Final = 2000


def upper_bound(
    flagged: NDArray[np.bool_], cluster: NDArray[np.int64], *, seed: int, strict: bool = True
) -> tuple[float, int]:
    """The 95 % upper bound of the flagged share, and the number of clusters.

    The exact bound says how many clusters may be flagged. Those that were not seen to be are counted as large as a typical
    one; those that were as large as they are, or, if ``strict``, as large as a typical one too.
    """
    n = len(flagged)
    _, index = np.unique(cluster, return_inverse=True)
    clusters = int(index.max(initial=-1)) + 1
    if n == 0:
        return 1.0, 0
    hits = np.bincount(index[flagged], minlength=clusters)
    hits = hits[hits > 0].astype(np.float64)
    exact = float(beta.ppf(CONFIDENCE, len(hits) + 1, clusters - len(hits))) if len(hits) < clusters else 1.0
    # What was not flagged is known by clusters, so the bound is never finer than a typical cluster.
    size = max(float(hits.mean()) if len(hits) else 1.0, n / clusters)
    expected = exact * clusters
    bound = expected * size if strict else hits.sum() + max(expected - len(hits), 0.0) * size
    bound = min(bound / n, 1.0)
    if len(hits):
        # Poisson bootstrap over clusters; the unflagged ones only enter through n, which hardly moves.
        weights = np.random.default_rng(seed).poisson(1.0, size=(RESAMPLES, len(hits)))
        bound = max(bound, float(np.quantile(weights @ hits, CONFIDENCE)) / n)
    return bound, clusters


def _cuts(p: Floats, allowed: int, least: Floats) -> Floats:
    """Per head the smallest probability, but no less than its ``least`` (heads,), that flags at most ``allowed`` genuine comments."""
    ordered = -np.sort(-p, axis=0)
    # Just above the first genuine comment that must not be flagged.
    return np.asarray(np.maximum(np.nextafter(ordered[min(allowed, len(p) - 1)], 2.0), least))


def prove(matrix: Matrix, log_odds: Floats, fitted: NDArray[np.bool_], *, seed: int) -> Thresholds:
    """Thresholds for all profiles and surfaces.

    ``log_odds`` float64 (N, heads), held out; ``fitted`` bool (surfaces, heads): which heads say anything there.
    """
    rows: list[Threshold] = []
    for surface, name in enumerate(SURFACES):
        use = (matrix.surface == surface) & (matrix.label == NORMAL) & matrix.proof
        p = probabilities(log_odds[use])[:, fitted[surface]]
        heads = [head for head, there in zip(HEADS, fitted[surface], strict=True) if there]
        for profile, targets in PROFILES.items():
            for at, (level, target) in enumerate(zip(LEVELS, targets, strict=True)):
                least = np.array(
                    [(LEAST_P_OF_FLOODS if head == FLOOD else LEAST_P)[profile][at] for head in heads]
                )
                rows += _prove_level(p, matrix.cluster[use], heads, profile, name, level, target, least, seed)
    return Thresholds(tuple(rows))


def _prove_level(
    p: Floats, cluster: NDArray[np.int64], heads: list[str], profile: str, surface: str, level: str,
    target: float, least: Floats, seed: int,
) -> list[Threshold]:  # fmt: skip
    n = len(p)
    best: tuple[Floats, float] | None = None
    clusters = len(np.unique(cluster))
    low, high = 0, int(target * n)
    # The more genuine comments each head may flag, the larger the bound: search the largest that holds.
    while n and low <= high:
        allowed = (low + high) // 2
        cuts = _cuts(p, allowed, least)
        # Who is put up for review is looked at by a person; who is called high risk may not be.
        bound, clusters = upper_bound(
            np.asarray((p >= cuts).any(axis=1)), cluster, seed=seed, strict=level != "review"
        )
        if bound <= target:
            best = cuts, bound
            low = allowed + 1
        else:
            high = allowed - 1
    if best is None:
        bound = upper_bound(np.zeros(n, dtype=np.bool_), cluster, seed=seed)[0]
        return [Threshold(profile, surface, head, level, None, target, bound, n, clusters, 0) for head in heads]
    cuts, bound = best
    return [
        Threshold(
            profile,
            surface,
            head,
            level,
            float(cuts[k]),
            target,
            bound,
            n,
            clusters,
            int((p[:, k] >= cuts[k]).sum()),
        )
        for k, head in enumerate(heads)
    ]
