"""The figures of a trial as titled tables: what the page, the terminal and the results document show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detector.evaluation.metrics import FIGURES
from detector.trial.written import count, figure, number, percent, share

TITLES: Final = ("AP", "R@1%", "R@0.1%", "R@0.01%", "AUC")
Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A title, what it means, the heads of the columns, and rows of as many cells."""

    key: str
    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(found: Found, lang: str) -> list[Section]:
    """The sections there are figures for; ``found`` as in metrics.json, unknown numbers NaN or None."""
    made = [section for make in _SECTIONS for section in make(found, lang == "zh")]
    return [section for section in made if section.rows]


def _figures(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(figure(row[name]) for name in FIGURES)


def _accounts(found: Found, zh: bool) -> Iterator[Section]:
    given = found.get("accounts")
    if given is None:
        return
    n, m, folds, repeats = (given[name] for name in ("accounts", "spammers", "folds", "repeats"))
    yield Section(
        "accounts", "账号：AUC" if zh else "Accounts: AUC",
        f"{n:,} 个账号，其中 {m:,} 个水军，{given['posts']:,} 条；{folds} 折，账号不跨折，重复 {repeats} 次取均值；区间按账号重抽样。"
        f"无标签或无账号而略去 {given['left_out']:,} 条。" if zh else
        f"{n:,} accounts, {m:,} of them spammers, {given['posts']:,} posts; {folds} folds that no account crosses, mean "
        f"of {repeats} deals; 95 % intervals over accounts. Left out, without label or account: {given['left_out']:,} posts.",
        ("", "AUC"),
        (
            ("只看文字" if zh else "words alone", figure(given["words"])),
            ("文字加信号" if zh else "words and signals", figure(given["words_and_signals"])),
            ("差" if zh else "difference", figure(given["gain"])),
        ),
    )  # fmt: skip


def _heads(found: Found, zh: bool) -> Iterator[Section]:
    if "heads" not in found:
        return
    if "compare" in found:
        first, second = found["compare"]
        rows = [
            (f"{head} {part}", *_figures(row))
            for head, parts in found["heads"].items()
            for part, row in parts.items()
        ]
        yield Section(
            "compare", "两个模型成对比较" if zh else "Two models, paired",
            f"first = {first}, second = {second}; difference = second - first",
            ("", *TITLES), tuple(rows),
        )  # fmt: skip
        return
    rows = [(head, *_figures(row)) for head, row in found["heads"].items()]
    rows += [(name, *_figures(row)) for name, row in found.get("baselines", {}).items()]
    yield Section(
        "figures", "找得准不准" if zh else "Figures",
        "R@1% 是最多误报 1% 真实评论时的召回；any 以 risk 回答“是否不真实”。区间为 95%，按近似文本成组重抽样。" if zh else
        "R@1% is the recall where at most 1% of the genuine comments are flagged; any asks the risk whether a "
        "comment is not genuine. Intervals are 95 %, over groups of near-identical text.",
        ("", *TITLES), tuple(rows),
    )  # fmt: skip
    yield Section(
        "distinct_texts", "每种文本只算一次" if zh else "Every text counted once",
        "按一种文本的平均概率排序；两种标签都有的文本不计。" if zh else
        "By the mean probability of a text; texts that carry both labels are left out.",
        ("", *TITLES), tuple((head, *_figures(row)) for head, row in found.get("distinct_texts", {}).items()),
    )  # fmt: skip


def _calibration(found: Found, zh: bool) -> Iterator[Section]:
    rows: list[tuple[str, ...]] = []
    for question, given in found.get("calibration", {}).items():
        skill = figure(given["brier_skill"])
        for place, part in enumerate(given["bins"]):
            rows.append((
                question if place == 0 else "", skill if place == 0 else "", count(part["comments"]),
                number(part["predicted"], 3), figure(part["observed"]), f"{part['gap']:+.3f}",
            ))  # fmt: skip
        if not given["bins"]:
            rows.append((question, skill, "0", "–", "–", "–"))
    yield Section(
        "calibration", "概率可信吗" if zh else "Calibration",
        "Brier 技巧分：1 最好，0 等于只报基础比例。概率不低于 0.05 的评论分成五组：预测均值、实际比例和差。" if zh else
        "Brier skill: 1 is perfect, 0 no better than always saying the base rate. Comments of p from 0.05 on in "
        "five bins of equal count: the mean of what was predicted, the share observed, predicted minus observed.",
        ("", "Brier skill", "n", "预测" if zh else "predicted", "实际" if zh else "observed", "差" if zh else "gap"),
        tuple(rows),
    )  # fmt: skip


def _segments(found: Found, zh: bool) -> Iterator[Section]:
    words = {
        "all genuine": "全部真实评论", "new accounts": "新账号（≤3 级或本场首次发言）", "badge holders": "戴粉丝牌",
        "negative comments": "负面评论", "short texts": "短文本（≤3 字）", "organic waves": "玩梗/口令复读",
        "protected accounts": "受保护账号",
    }  # fmt: skip
    yield Section(
        "segments", "误报落在谁身上" if zh else "False alarms by segment",
        "真实评论中被判待复核或更高、以及高风险的比例。" if zh else
        "The shares of genuine comments put up for review or higher, and called high risk. New accounts: level 3 "
        "or lower, or first comment in the session; negative: 2 stars or fewer, or words of complaint prevail.",
        ("", "n", "待复核+" if zh else "review or higher", "高风险" if zh else "high risk"),
        tuple(
            (words.get(name, name) if zh else name, count(row["comments"]), share(row["flagged"]), share(row["high_risk"]))
            for name, row in found.get("segments", {}).items()
        ),
    )  # fmt: skip


def _thresholds(found: Found, zh: bool) -> Iterator[Section]:
    yield Section(
        "thresholds", f"阈值（{found.get('profile')}）" if zh else f"Thresholds ({found.get('profile')})",
        "上界：全部判定头合计误报比例的 95% 上界。" if zh else
        "The bound is the 95 % upper bound of the share of genuine comments flagged by all heads together.",
        ("surface", "head", "level", "p ≥", "target", "bound", "n"),
        tuple(
            (row["surface"], row["head"], row["level"], number(row["p"]), percent(row["target"]),
             percent(row["bound"]), count(row["n"]))
            for row in found.get("thresholds", ())
        ),
    )  # fmt: skip


def _attacks(found: Found, zh: bool) -> Iterator[Section]:
    yield Section(
        "attacks", "混入的攻击" if zh else "Injected attacks",
        "每种攻击单独混入各场真实评论（不超过 1%）；召回按误报 0.1% 的阈值，其余按模型自己的阈值；区间按每次攻击重抽样。" if zh else
        "Each kind alone in the genuine part of every session, at most 1 % of it. Recall at the threshold that flags "
        "0.1 % of the genuine comments there; flagged and high risk by the model's own thresholds; intervals over campaigns.",
        ("", "head", "n", "召回" if zh else "recall", "待复核+" if zh else "review or higher", "高风险" if zh else "high risk"),
        tuple(
            (kind, row["label"], count(row["posts"]), share(row["recall"]), share(row["flagged"]), share(row["high_risk"]))
            for kind, row in found.get("attacks", {}).items()
        ),
    )  # fmt: skip


def _tricks(found: Found, zh: bool) -> Iterator[Section]:
    given = found.get("tricks")
    if given is None:
        return
    whole = ("原文" if zh else "as written", share(given["recall"]), "–")
    rows = [(trick, share(row["recall"]), share(row["lost"])) for trick, row in given["tricks"].items()]
    yield Section(
        "tricks", "伪装手法" if zh else "Tricks of disguise",
        f"{given['lures']:,} 条真实引流逐一用一种手法改写；阈值为原文误报 0.1% 处。" if zh else
        f"{given['lures']:,} true lures rewritten by one trick at a time; the threshold flags 0.1 % of the genuine "
        "comments of the sessions as they are.",
        ("", "召回" if zh else "recall", "失去" if zh else "lost"), (whole, *rows),
    )  # fmt: skip


def _ablation(found: Found, zh: bool) -> Iterator[Section]:
    yield Section(
        "ablation", "去掉一种信号" if zh else "Without one signal",
        "评分时把该信号的列换成真实评论的典型值，模型不重新训练：若重新训练，其他信号会补上一部分。" if zh else
        "The signal's columns put to what is typical of genuine comments when scoring, without retraining: a "
        "model fitted without the signal would make up for part of it.",
        ("", *TITLES),
        tuple(
            (f"{question} − {signal}", *_figures(row))
            for question, signals in found.get("ablation", {}).items()
            for signal, row in signals.items()
        ),
    )  # fmt: skip


def _labels(found: Found, zh: bool) -> Iterator[Section]:
    yield Section(
        "labels", "按标签" if zh else "By label", "",
        ("", "n", "review", "high_risk", "wave", "mean risk"),
        tuple(
            (name, count(said["comments"]), count(said["review"]), count(said["high_risk"]),
             count(said["organic_wave"]), number(said["mean_risk"], 5))
            for name, said in found.get("labels", {}).items()
        ),
    )  # fmt: skip
    yield Section(
        "sessions", "按场次" if zh else "By session", "",
        ("", "n", "positive", "AP", "flagged", "high_risk"),
        tuple(
            (name, count(row["comments"]), count(row["positives"]), number(row["average_precision"]),
             count(row["genuine_flagged"]), count(row["genuine_high_risk"]))
            for name, row in found.get("sessions", {}).items()
        ),
    )  # fmt: skip


_SECTIONS: Final = (
    _accounts, _heads, _calibration, _segments, _thresholds, _attacks, _tricks, _ablation, _labels,
)  # fmt: skip
