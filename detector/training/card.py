"""The model card: what a bundle is for, what it was trained on, what it was measured to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from detector.bundle.thresholds import DEFAULT_PROFILE
from detector.evaluation.metrics import average_precision, recall_at
from detector.training.fit import Fit
from detector.verdict import HEADS


def _group(name: str) -> str:
    """Logs that are made, not found, are told together: simulated_room_003 is one of ``simulated``."""
    made = ("simulated_room", "simulated_reviews", "injected")
    return next((group.replace("_", " ") for group in made if name.startswith(group)), name)


def model_card(fitted: Fit, record: Mapping[str, Any]) -> str:
    """CARD.md for a fitted bundle; all figures are held out: no model judged a comment of a fold it had seen."""
    bundle, matrix = fitted.bundle, fitted.matrix
    lines = [
        f"# {bundle.model_id}",
        "",
        "Judges live comments and product reviews: solicitation (引流), bot_flood (刷屏), fake_review (虚假评论).",
        "It gives advice with reasons; it is not made to punish anyone without a person deciding.",
        "",
        f"Tokenizer {bundle.vectorizer.tokenizer.identity}; {len(bundle.vectorizer.char_keys):,} character n-grams",
        f"and {len(bundle.vectorizer.words):,} words, each from at least 5 accounts and 5 texts; numbers only as shapes.",
        "",
        "## Trained on",
        "",
        "| log | comments | solicitation | bot_flood | fake_review | genuine |",
        "|---|---|---|---|---|---|",
    ]
    counts: dict[str, list[int]] = {}
    for name, log in record["logs"].items():
        row = [sum(log["labels"].values()), *(log["labels"][head] for head in (*HEADS, "normal"))]
        before = counts.get(_group(name), [0] * 5)
        counts[_group(name)] = [a + b for a, b in zip(before, row, strict=True)]
    lines += [f"| {name} | " + " | ".join(f"{value:,}" for value in row) + " |" for name, row in counts.items()]
    lines += [
        "",
        "## Held-out figures",
        "",
        "No wording and no trees judged a comment of a fold they had seen; the three numbers of each calibration are",
        "fitted on these held-out scores themselves.",
        "",
        "| head | log | AP | recall at 1 % / 0.1 % / 0.01 % false positives |",
        "|---|---|---|---|",
    ]
    groups = np.array([_group(name) for name in matrix.names])
    for code, head in enumerate(HEADS):
        for name in dict.fromkeys(groups.tolist()):
            rows = (groups == name)[matrix.log] & matrix.known[:, code] & (matrix.label >= 0)
            positive = matrix.label[rows] == code
            if positive.sum() < 20 or (~positive).sum() < 20:
                continue
            score = fitted.log_odds[rows, code]
            recalls = " / ".join(f"{recall_at(score, positive, rate):.3f}" for rate in (0.01, 0.001, 0.0001))
            lines.append(f"| {head} | {name} | {average_precision(score, positive):.3f} | {recalls} |")
    lines += [
        "",
        f"## Thresholds of the profile {DEFAULT_PROFILE}",
        "",
        "The bound is the 95 % upper bound of the share of genuine comments flagged by all heads together.",
        "",
        "| surface | head | level | p at least | target | bound | genuine comments | clusters | flagged |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for cut in bundle.thresholds.rows:
        if cut.profile == DEFAULT_PROFILE:
            p = "never" if cut.p is None else f"{cut.p:.4f}"
            lines.append(
                f"| {cut.surface} | {cut.head} | {cut.level} | {p} | {cut.target:.2%} | {cut.bound:.4%} | {cut.n:,} | "
                f"{cut.clusters:,} | {cut.errors:,} |"
            )
    lines += [
        "",
        "## Limits",
        "",
        "- Real labelled live comments come from one game room of 2018; floods by machines are learned mostly from simulated rooms.",
        "- Reviews come from one shop platform; no sample there is large enough to prove 0.01 %, so reviews are never high_risk by default.",
        "- Floods in review logs were not labelled: bot_flood says nothing about reviews. Solicitation in reviews is",
        "  judged as in live rooms, with its own threshold.",
        "- Recall of attacks is measured on simulated ones, injected into real or simulated logs: real campaigns may differ.",
        "- Unlabelled comments of the live log count as genuine, though some are lures: true recall is understated.",
        "",
    ]
    return "\n".join(lines)
