"""Which accounts are spammers? Judges accounts by all they posted, in folds that no account crosses."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.engine import SCHEMA, FeatureEngine
from detector.errors import InputError
from detector.evaluation.intervals import Estimate, estimates
from detector.evaluation.metrics import FIGURES, rank, resampled
from detector.evaluation.metrics import figures as ranked_figures
from detector.scorer import CHUNK
from detector.text.reading import read_texts

FOLDS: Final = 5
REPEATS: Final = 3
MIN_ACCOUNTS: Final = 20
# A character pair counts once so many accounts wrote it.
MIN_USERS: Final = 5
# No forest is surer than this: a log-odds must stay finite.
SUREST: Final = 1e-3
# An account's posts are compared with one another, each with each: of more than these, evenly spaced ones.
MAX_COMPARED: Final = 200
# The room's tide, ratings and age in the log say when and where posts were gathered, not who wrote them.
LEFT_OUT: Final = ("burst.", "rating.", "account.", "company.")
GAP_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
GAP_SHARES_S: Final = (60.0, 600.0, 3600.0, 86_400.0)
DAY_MS: Final = 86_400_000.0
RHYTHM: Final = (
    *(f"rhythm.log_gap_q{q:.0%}" for q in GAP_QUANTILES), "rhythm.log_gap_mean", "rhythm.log_gap_spread",
    *(f"rhythm.share_below_{s:.0f}s" for s in GAP_SHARES_S), "rhythm.burstiness", "rhythm.same_gap_share",
    "rhythm.repeated_gap_share", "rhythm.whole_minute_share", "rhythm.gap_memory", "rhythm.posts_per_day",
    "rhythm.busiest_day_share",
)  # fmt: skip
LIKENESS: Final = ("likeness.nearest_mean", "likeness.nearest_half", "likeness.templates", "likeness.openings")
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """Areas under the ROC curve over accounts, mean over ``repeats`` deals into ``folds``: of their words alone,
    of words with the signals, and the paired difference. Intervals are 95 %, over accounts."""

    accounts: int
    spammers: int
    folds: int
    repeats: int
    words: Estimate
    words_and_signals: Estimate
    gain: Estimate


def account_figures(
    batch: CommentBatch, spammer: NDArray[np.bool_], *, repeats: int = REPEATS, seed: int = 0, jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> AccountFigures:  # fmt: skip
    """Held-out figures; ``batch`` in event order, ``spammer`` bool (n,), the same for all rows of an account.

    Raises InputError where an account has both labels, or fewer than 20 accounts are of one kind.
    """
    _, account = np.unique(np.array(batch.user_id, dtype=object), return_inverse=True)
    size = np.bincount(account)
    positives = np.bincount(account, weights=spammer, minlength=len(size))
    target, mixed = positives > 0, int(((positives > 0) & (positives < size)).sum())
    n_spammers = int(target.sum())
    if mixed or min(n_spammers, len(size) - n_spammers) < MIN_ACCOUNTS:
        raise InputError(
            f"accounts: {n_spammers} spammers, {len(size) - n_spammers} others, {mixed} with both labels; "
            f"give every account one label, and at least {MIN_ACCOUNTS} accounts of each kind",
            zh=f"账号：水军 {n_spammers}，其他 {len(size) - n_spammers}，标签矛盾 {mixed}；"
            f"每个账号只能有一种标签，每种至少 {MIN_ACCOUNTS} 个账号",
        )
    progress(f"signals of {len(batch):,} posts by {len(size):,} accounts")
    _, traits = account_traits(batch)
    texts = ["\n".join(batch.text[row] for row in rows) for rows in _rows(account, len(size))]
    scores = []
    for repeat in range(repeats):
        progress(f"deal {repeat + 1} of {repeats}: {FOLDS} folds")
        scores.append(cross_fitted_accounts(texts, traits, target, seed=seed + repeat, jobs=jobs))
    rankings = [rank(score, target, np.arange(len(size))) for pair in scores for score in pair]
    area = FIGURES.index("area_under_curve")
    value = np.array([ranked_figures(ranking)[area] for ranking in rankings])
    sample = resampled(rankings, seed=seed)[:, :, area]
    values, samples = (_with_gain(found.reshape(-1, repeats, 2).mean(axis=1)) for found in (value, sample))
    words, both, gain = estimates(values[0], samples)
    return AccountFigures(len(size), n_spammers, FOLDS, repeats, words, both, gain)


def _with_gain(found: Floats) -> Floats:
    return np.column_stack([found, found[:, 1] - found[:, 0]])


def account_traits(batch: CommentBatch) -> tuple[tuple[str, ...], Floats]:
    """Names of the traits, and one row per account in the order of its id: float64 (accounts, traits), NaN unknown.

    ``batch`` in event order. The mean and the spread of each signal over the account's posts, the rhythm of the
    posts (no hour of the day: that is where people live), and how alike the posts are.
    """
    engine = FeatureEngine()
    frames = [engine.observe(batch.slice(at, at + CHUNK)).values for at in range(0, len(batch), CHUNK)]
    use = [column for column, name in enumerate(SCHEMA.names) if not name.startswith(LEFT_OUT)]
    values = np.concatenate(frames)[:, use]
    fine = batch.in_seconds()
    posted_at_ms = np.where(fine, batch.ts_ms, np.nan)
    _, account = np.unique(np.array(batch.user_id, dtype=object), return_inverse=True)
    rows = [
        np.concatenate([
            *_mean_and_spread(values[own]), rhythm(posted_at_ms[own]), likeness([batch.text[row] for row in own]),
        ])
        for own in _rows(account, int(account.max(initial=-1)) + 1)
    ]  # fmt: skip
    signals = [SCHEMA.names[column] for column in use]
    names = (*(f"{name} mean" for name in signals), *(f"{name} spread" for name in signals), *RHYTHM, *LIKENESS)
    return names, np.array(rows).reshape(len(rows), len(names))


def _rows(account: Rows, n: int) -> list[Rows]:
    """The rows of each account, ascending."""
    order = np.argsort(account, kind="stable")
    return np.split(order, np.cumsum(np.bincount(account, minlength=n))[:-1]) if n else []


def _mean_and_spread(values: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(values)
    count = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    return mean, np.sqrt(np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / count)


def rhythm(posted_at_ms: Floats) -> Floats:
    """``RHYTHM`` of one account's posts (n,), all NaN where fewer than three have a time."""
    at_ms = np.sort(posted_at_ms[~np.isnan(posted_at_ms)])
    if len(at_ms) < 3:
        return np.full(len(RHYTHM), np.nan)
    gap_s = np.diff(at_ms) / 1000.0
    log_gap = np.log1p(gap_s)
    mean_s, spread_s = gap_s.mean(), gap_s.std()
    per_day = np.unique(at_ms // DAY_MS, return_counts=True)[1]
    varied = len(log_gap) > 2 and log_gap[:-1].std() > 0 and log_gap[1:].std() > 0
    return np.array([
        *np.quantile(log_gap, GAP_QUANTILES), log_gap.mean(), log_gap.std(),
        *((gap_s < limit_s).mean() for limit_s in GAP_SHARES_S),
        (spread_s - mean_s) / (spread_s + mean_s) if mean_s > 0 else np.nan,
        (np.abs(np.diff(log_gap)) < 0.05).mean(),
        1.0 - len(np.unique(np.round(gap_s / 60.0))) / len(gap_s),
        (gap_s % 60.0 == 0).mean(),
        np.corrcoef(log_gap[:-1], log_gap[1:])[0, 1] if varied else np.nan,
        len(at_ms) / len(per_day), per_day.max() / len(at_ms),
    ])  # fmt: skip


def likeness(texts: list[str]) -> Floats:
    """``LIKENESS`` of one account's posts: how near the nearest other one is, and how many templates and openings
    there are per post; all NaN for a single post."""
    if len(texts) < 2:
        return np.full(len(LIKENESS), np.nan)
    chosen = np.unique(np.linspace(0, len(texts) - 1, min(len(texts), MAX_COMPARED)).astype(np.intp))
    prints = read_texts([texts[row] for row in chosen]).prints
    agreed = (prints.sketch[:, None] == prints.sketch[None]).mean(axis=2)
    np.fill_diagonal(agreed, 0.0)
    nearest = agreed.max(axis=1)
    openings = {texts[row][:8] for row in chosen}
    kinds = np.array([len(np.unique(prints.skeleton)), len(openings)]) / len(chosen)
    return np.array([nearest.mean(), (nearest >= 0.5).mean(), *kinds])


def cross_fitted_accounts(
    texts: list[str], traits: Floats, target: NDArray[np.bool_], *, seed: int, jobs: int = 1
) -> tuple[Floats, Floats]:
    """Held-out log-odds of n accounts, by words alone and by words with ``traits`` (n, k): each float64 (n,).

    Both models are fitted on the other folds alone, vocabulary included; their log-odds are added.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import SVC

    plain = [unicodedata.normalize("NFKC", text).lower() for text in texts]
    words, signals = np.zeros(len(target)), np.zeros(len(target))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(traits, target):
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=MIN_USERS, sublinear_tf=True)
        known = vectorizer.fit_transform([plain[row] for row in train])
        asked = vectorizer.transform([plain[row] for row in test])
        wording = SVC(kernel="precomputed").fit((known @ known.T).toarray(), target[train])
        words[test] = wording.decision_function((asked @ known.T).toarray())
        trees = ExtraTreesClassifier(
            400, min_samples_leaf=3, max_features=0.2, random_state=seed, n_jobs=jobs
        ).fit(traits[train], target[train])
        p = np.clip(trees.predict_proba(traits[test])[:, 1], SUREST, 1.0 - SUREST)
        signals[test] = np.log(p / (1.0 - p))
    return words, words + signals
