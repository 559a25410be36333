"""Score a whole file, from reading to scored.csv, beside the script a competent user would write.

    python benchmarks/whole_file.py FILE.parquet [--peer-rows N]

The peer is scikit-learn's TfidfVectorizer(tokenizer=jieba.lcut) with logistic regression, scoring the same texts in
batches of 1,024; its own reading and writing are not counted. Both run on this machine, one after the other.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

BATCH = 1024
FIT_ROWS = 20_000


def ours(path: Path) -> tuple[dict[str, float], int, float]:
    """Stage times in seconds, rows, and peak memory in MiB of ``zhenping score``."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "detector", "score", str(path), "-o", out, "--no-xlsx", "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        run = json.loads((Path(out) / "run.json").read_text(encoding="utf-8"))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return run["timings_s"], run["counts"]["rows"], peak


def peer(path: Path, rows: int | None) -> tuple[float, int]:
    """Seconds the peer takes for its rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

    from detector.readers import read_comments

    jieba.setLogLevel(60)
    texts = read_comments(path)[0].text
    rng = np.random.default_rng(0)
    sample = [texts[i] for i in rng.choice(len(texts), min(FIT_ROWS, len(texts)), replace=False)]
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    x = vectorizer.fit_transform(sample)
    model = LogisticRegression().fit(x, rng.integers(0, 2, len(sample)))
    texts = texts[:rows]
    start = time.perf_counter()
    for i in range(0, len(texts), BATCH):
        model.predict_proba(vectorizer.transform(texts[i : i + BATCH]))
    return time.perf_counter() - start, len(texts)


def main() -> None:
    """Print both times, their ratio, and our peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--peer-rows", type=int, help="let the peer score only the first N rows")
    given = parser.parse_args()
    times, n, peak = ours(given.file)
    # The peer's imports, dictionary and fitting are not counted either; our load is shown below.
    seconds = sum(times[stage] for stage in ("read", "score", "scored_csv"))
    their_seconds, their_n = peer(given.file, given.peer_rows)
    mine, theirs = seconds / n * 1e6, their_seconds / their_n * 1e6
    print(
        f"zhenping, reading to scored.csv: {n:,} rows, {seconds:.1f} s, {mine:.1f} us a comment, peak {peak:,.0f} MiB"
    )
    print("  " + "  ".join(f"{stage} {value:.1f} s" for stage, value in times.items()))
    print(
        f"TF-IDF(jieba.lcut) + logistic regression, batches of {BATCH}: {their_n:,} rows, {theirs:.1f} us a comment"
    )
    print(f"ratio {theirs / mine:.2f}")


if __name__ == "__main__":
    main()
