"""The evaluate command's work: labelled files in, figures of one model, two models or a fresh split out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.comment import TS_SOURCE_CODE, CommentBatch
from detector.errors import UsageError
from detector.evaluation.baselines import Split, baseline_scores
from detector.evaluation.measure import FIGURES, compare, evaluate, ranked_figures
from detector.evaluation.metrics import rank
from detector.readers import read_comments
from detector.scorer import Detector
from detector.text.reading import read_texts
from detector.training.fit import fit
from detector.training.logs import LabelledLog, dealt, fold_by_session, label_codes
from detector.training.matrix import Progress
from detector.verdict import HEADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What to measure; see ``zhenping evaluate --help``."""

    files: tuple[Path, ...]
    model: Path | None = None
    profile: str = "balanced"
    compare: tuple[Path, Path] | None = None
    train_sessions: int | None = None
    baselines: bool = False
    messages: tuple[Path, ...] = ()
    label_column: str = "label"
    ts_source: str | None = None
    seed: int = 0


def run_trial(trial: Trial, *, progress: Progress) -> dict[str, Any]:
    """The figures as a JSON-ready dict. Raises UsageError for a missing label column or too few sessions."""
    if trial.baselines and trial.train_sessions is None:
        raise UsageError(
            "--baselines needs --train-sessions: they are fitted on the same split",
            zh="--baselines 要与 --train-sessions 一起用：基线在同一切分上训练",
        )
    # All files are read before anything is fitted: a slip in the last must not cost the work on the first.
    messages = _messages(trial.messages)
    if trial.compare is not None and (trial.train_sessions is not None or trial.baselines):
        raise UsageError(
            "--compare judges two finished models: leave --train-sessions and --baselines out",
            zh="--compare 比较两个现成模型，不能与 --train-sessions、--baselines 同用",
        )
    batch, names = _labelled(trial)
    label = label_codes(names, where=trial.label_column)
    if trial.compare is not None:
        first, second = (Detector.load(path, profile=trial.profile) for path in trial.compare)
        progress(f"compare {first.bundle.model_id} with {second.bundle.model_id}: {len(batch):,} comments")
        found = compare(first, second, batch, label)
        heads = {head: {part: _plain(row) for part, row in parts.items()} for head, parts in found.items()}
        return {"compare": [first.bundle.model_id, second.bundle.model_id], "heads": heads}
    train = None
    if trial.train_sessions is not None:
        earlier = _earlier(batch, trial.train_sessions)
        train = batch.take(np.flatnonzero(earlier)), label[earlier]
        batch, label = batch.take(np.flatnonzero(~earlier)), label[~earlier]
        names = [name for name, first_part in zip(names, earlier.tolist(), strict=True) if not first_part]
        detector = _fresh(train, trial, progress)
    else:
        detector = Detector.load(trial.model, profile=trial.profile)
    progress(f"evaluate {detector.bundle.model_id}: {len(batch):,} comments")
    result = evaluate(detector, batch, label, names).as_dict()
    if trial.baselines and train is not None:
        progress("baselines")
        result["baselines"] = _baselines(train, batch, label, messages)
    return result


def _labelled(trial: Trial) -> tuple[CommentBatch, list[str]]:
    batch, _ = read_comments(list(trial.files))
    names = _column(batch, trial.label_column)
    if trial.ts_source is not None:
        if trial.ts_source not in TS_SOURCE_CODE:
            raise UsageError(f"--ts-source {trial.ts_source!r}: choose from {', '.join(TS_SOURCE_CODE)}")
        batch.ts_source[:] = TS_SOURCE_CODE[trial.ts_source]
    order = batch.replay_order()
    return batch.take(order), [names[row] or "unlabelled" for row in order]


def _column(batch: CommentBatch, name: str) -> list[str]:
    """A column of the input as it was written. Raises UsageError with the columns there are."""
    if name not in batch.source.headers:
        listed = ", ".join(batch.source.headers)
        raise UsageError(f"no column {name!r}; columns: {listed}", zh=f"没有 {name!r} 列；现有列：{listed}")
    return batch.source.columns[batch.source.headers.index(name)]


def _earlier(batch: CommentBatch, sessions: int) -> NDArray[np.bool_]:
    pairs = list(zip(batch.room_id, batch.session_id, strict=True))
    order = list(dict.fromkeys(pairs))
    if not 0 < sessions < len(order):
        raise UsageError(
            f"--train-sessions {sessions}: the file has {len(order)} sessions; leave at least one for the test",
            zh=f"--train-sessions {sessions}：文件共有 {len(order)} 场，至少留一场测试",
        )
    chosen = set(order[:sessions])
    return np.array([pair in chosen for pair in pairs], dtype=np.bool_)


def _fresh(train: tuple[CommentBatch, NDArray[np.int8]], trial: Trial, progress: Progress) -> Detector:
    batch, label = train
    log = LabelledLog("train", batch, label, fold_by_session(batch), proof=True)
    return Detector(fit(dealt([log]), seed=trial.seed, jobs=2, progress=progress).bundle, profile=trial.profile)


def _messages(paths: tuple[Path, ...]) -> Split | None:
    if not paths:
        return None
    batch, _ = read_comments(list(paths))
    return batch, np.array([value == "1" for value in _column(batch, "label")])


def _baselines(
    train: tuple[CommentBatch, NDArray[np.int8]],
    test: CommentBatch,
    label: NDArray[np.int8],
    messages: Split | None,
) -> dict[str, Any]:
    batch, train_label = train
    used = np.flatnonzero(train_label >= 0)
    positive = np.isin(train_label[used], range(len(HEADS)))
    scores = baseline_scores((batch.take(used), positive), test, messages)
    judged = label >= 0
    cluster = read_texts(test.text).prints.skeleton[judged]
    truth = np.isin(label, range(len(HEADS)))[judged]
    figures = ranked_figures([rank(score[judged], truth, cluster) for score in scores.values()])
    return {name: _plain(row) for name, row in zip(scores, figures, strict=True)}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asdict(estimate) for name, estimate in row.items()}


def trial_table(found: Mapping[str, Any], lang: str) -> str:
    """The figures as text for the terminal."""
    zh = lang == "zh"
    titles = ("AP", "R@1%", "R@0.1%", "R@0.01%")
    lines = [f"{'':<52}" + "".join(f"{title:>24}" for title in titles)]

    def row(name: str, estimates: Mapping[str, Mapping[str, float]]) -> str:
        cells = (f"{e['value']:.4f} [{e['low']:.3f}, {e['high']:.3f}]" for e in (estimates[f] for f in FIGURES))
        return f"{name:<52}" + "".join(f"{cell:>24}" for cell in cells)

    if "compare" in found:
        for head, parts in found["heads"].items():
            lines += [row(f"{head} {part}", estimates) for part, estimates in parts.items()]
        return "\n".join(lines)
    lines += [row(f"{found['model_id']} {head}", estimates) for head, estimates in found["heads"].items()]
    lines += [row(name, estimates) for name, estimates in found.get("baselines", {}).items()]
    lines += [
        "",
        f"{'标签' if zh else 'label':<20}{'n':>10}{'review':>10}{'high_risk':>10}{'wave':>10}{'mean risk':>12}",
    ]
    lines += [
        f"{name:<20}{said['comments']:>10,}{said['review']:>10,}{said['high_risk']:>10,}{said['organic_wave']:>10,}"
        f"{said['mean_risk']:>12.5f}"
        for name, said in found["labels"].items()
    ]
    lines += [
        "",
        f"{'场次' if zh else 'session':<32}{'n':>10}{'positive':>10}{'AP':>10}{'flagged':>10}{'high_risk':>10}",
    ]
    lines += [
        f"{name[:31]:<32}{s['comments']:>10,}{s['positives']:>10,}{s['average_precision']:>10.4f}"
        f"{s['genuine_flagged']:>10,}{s['genuine_high_risk']:>10,}"
        for name, s in found["sessions"].items()
    ]
    return "\n".join(lines)
