"""The model card: what a bundle is for, what it was trained on, what it was measured to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from detector.bundle.thresholds import DEFAULT_PROFILE
from detector.evaluation.metrics import average_precision, recall_at
from detector.training.fit import Fit
from detector.verdict import HEADS


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
    simulated = [0] * 5
    for name, log in record["logs"].items():
        row = [log["comments"], *(log["labels"][head] for head in (*HEADS, "normal"))]
        if name.startswith("simulated"):
            simulated = [a + b for a, b in zip(simulated, row, strict=True)]
        else:
            lines.append(f"| {name} | " + " | ".join(f"{value:,}" for value in row) + " |")
    if simulated[0]:
        lines.append("| simulated | " + " | ".join(f"{value:,}" for value in simulated) + " |")
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
    simulated_log = np.array([name.startswith("simulated") for name in matrix.names])
    for code, head in enumerate(HEADS):
        for number in [*np.flatnonzero(~simulated_log).tolist(), -1]:
            rows = simulated_log[matrix.log] if number < 0 else matrix.log == number
            rows = rows & matrix.known[:, code] & (matrix.label >= 0)
            positive = matrix.label[rows] == code
            if positive.sum() < 20 or (~positive).sum() < 20:
                continue
            score = fitted.log_odds[rows, code]
            recalls = " / ".join(f"{recall_at(score, positive, rate):.3f}" for rate in (0.01, 0.001, 0.0001))
            name = "simulated" if number < 0 else matrix.names[number]
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
        "- Unlabelled comments of the live log count as genuine, though some are lures: true recall is understated.",
        "",
    ]
    return "\n".join(lines)
