"""One trial: what to measure, and the figures it gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from detector import __version__
from detector.bundle import Bundle
from detector.errors import UsageError
from detector.evaluation import Mistakes, compare, judge, measure, worst
from detector.evaluation.baselines import Split, baseline_scores
from detector.evaluation.judged import clusters
from detector.evaluation.measure import ranked_figures
from detector.evaluation.metrics import rank
from detector.readers import ReadOptions
from detector.scorer import Detector
from detector.training.fit import fit
from detector.training.logs import dealt
from detector.training.matrix import Progress
from detector.training.recipe import on_first_sessions, read_recipe
from detector.training.train import fit_recipe
from detector.trial.accounts import accounts_judged
from detector.trial.attacks import attacks_found
from detector.trial.folds import cross_fitted
from detector.trial.known import learned_from
from detector.trial.logs import NamedLog, earlier_sessions, read_files, read_messages, read_recipe_source
from detector.trial.page import write_page
from detector.trial.tricks import tricks_found
from detector.trial.written import warned
from detector.verdict import HEADS
from detector.writers import write_run_json

NO_MISTAKES = Mistakes((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What to measure; see ``zhenping evaluate --help``."""

    files: tuple[Path, ...] = ()
    recipe: Path | None = None
    source: str | None = None
    data_root: Path = Path()
    model: Path | None = None
    profile: str = "balanced"
    compare: tuple[Path, Path] | None = None
    train_sessions: int | None = None
    folds: int | None = None
    baselines: bool = False
    messages: tuple[Path, ...] = ()
    attacks: bool = False
    tricks: bool = False
    accounts: bool = False
    label_column: str = "label"
    mapping: Mapping[str, str] | None = None
    tz: str = "Asia/Shanghai"
    as_format: str | None = None
    encoding: str | None = None
    ts_source: str | None = None
    seed: int = 0
    jobs: int = 2

    @property
    def reading(self) -> ReadOptions:
        """How the files are to be read."""
        return ReadOptions(mapping=self.mapping, tz=self.tz, as_format=self.as_format, encoding=self.encoding)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``figures``: what metrics.json holds, without a word of a comment. ``mistakes``: the worst, with their texts."""

    figures: dict[str, Any]
    mistakes: Mistakes = field(default=NO_MISTAKES)


def run_trial(trial: Trial, *, out: Path | None = None, lang: str = "zh", progress: Progress) -> dict[str, Any]:
    """The figures as a JSON-ready dict; into the folder ``out`` go metrics.json and report.html in ``lang``.

    Raises UsageError for options that do not fit one another or the log, InputError for its files.
    """
    _check(trial)
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"-o {out} is a file; name a folder", zh=f"-o {out} 是文件，请给一个文件夹")
    # All files are read before anything is fitted: a slip in the last must not cost the work on the first.
    messages = read_messages(trial.messages)
    outcome = (
        _accounts(trial, progress)
        if trial.accounts
        else _tried(trial, _read(trial), messages, lang=lang, progress=progress)
    )
    if out is not None:
        write_run_json(out / "metrics.json", outcome.figures)
        write_page(out / "report.html", outcome.figures, outcome.mistakes, lang=lang)
    return outcome.figures


def _accounts(trial: Trial, progress: Progress) -> Outcome:
    return Outcome(
        accounts_judged(
            trial.files, label_column=trial.label_column, seed=trial.seed, jobs=trial.jobs, progress=progress,
            **trial.reading,
        )
    )  # fmt: skip


def _tried(trial: Trial, named: NamedLog, messages: Split | None, *, lang: str, progress: Progress) -> Outcome:
    if trial.compare is not None:
        return _compared(trial, named, progress)
    if trial.folds is not None:
        judged = cross_fitted(
            named, trial.folds, profile=trial.profile, seed=trial.seed, jobs=trial.jobs, progress=progress
        )
        return Outcome(_about(trial, named) | measure(judged, seed=trial.seed).as_dict(), worst(judged))
    train = None
    if trial.train_sessions is not None:
        earlier = earlier_sessions(named.log.batch, trial.train_sessions)
        train, named = named.take(earlier), named.take(~earlier)
        detector = Detector(_fresh(trial, train, progress), profile=trial.profile)
    else:
        detector = Detector.load(trial.model, profile=trial.profile)
    batch, label = named.log.batch, named.log.label
    progress(f"evaluate {detector.bundle.model_id}: {len(batch):,} comments")
    judged = judge(detector, batch, label, named.names)
    figures = _about(trial, named) | measure(judged, seed=trial.seed).as_dict()
    # A model fitted here has not seen the test.
    if train is None and (learned := learned_from(detector.bundle, _names(trial), judged)):
        figures["learned_from"] = learned
        progress(warned(learned, lang))
    figures["thresholds"] = [
        asdict(row) for row in detector.bundle.thresholds.rows if row.profile == trial.profile
    ]
    if trial.baselines and train is not None:
        progress("baselines")
        figures["baselines"] = _baselines(train, named, messages)
    if trial.attacks:
        found = attacks_found(detector, batch, label, seed=trial.seed, progress=progress)
        figures["attacks"] = {kind: asdict(row) for kind, row in found.items()}
    if trial.tricks:
        figures["tricks"] = asdict(tricks_found(detector, batch, label, seed=trial.seed, progress=progress))
    return Outcome(figures, worst(judged))


def _fresh(trial: Trial, train: NamedLog, progress: Progress) -> Bundle:
    """A model of the first sessions alone; with a recipe, of all its other logs too, as a shipped model would be."""
    if trial.recipe is None:
        log = dataclasses.replace(train.log, proof=True)
        return fit(dealt([log]), seed=trial.seed, jobs=trial.jobs, progress=progress).bundle
    recipe = on_first_sessions(read_recipe(trial.recipe), str(trial.source), int(trial.train_sessions or 0))
    return fit_recipe(recipe, trial.data_root, seed=trial.seed, jobs=trial.jobs, progress=progress).bundle


def _check(trial: Trial) -> None:
    fresh = trial.train_sessions is not None
    rules = (
        (trial.source is not None and trial.recipe is None,
         "--source names a log of a recipe: name the recipe too, with --recipe FILE, or leave --source out",
         "--source 是配方中的数据名：请同时用 --recipe 给出配方，或去掉 --source"),
        (bool(trial.files) == (trial.recipe is not None), "name files, or a --recipe and its --source",
         "请给出评论文件，或用 --recipe 和 --source 指定"),
        (trial.baselines and not fresh, "--baselines needs --train-sessions: they are fitted on the same split",
         "--baselines 要与 --train-sessions 一起用：基线在同一切分上训练"),
        (trial.compare is not None and (fresh or trial.baselines or trial.folds is not None),
         "--compare judges two finished models: leave --train-sessions, --folds and --baselines out",
         "--compare 比较两个现成模型，不能与 --train-sessions、--folds、--baselines 同用"),
        (trial.folds is not None and (fresh or trial.model is not None),
         "--folds fits its own models: leave --train-sessions and --model out",
         "--folds 自己训练模型，不能与 --train-sessions、--model 同用"),
        ((trial.attacks or trial.tricks) and (trial.folds is not None or trial.compare is not None),
         "--attacks and --tricks need one model: leave --folds and --compare out",
         "--attacks 和 --tricks 需要单个模型，不能与 --folds、--compare 同用"),
        (trial.accounts and (trial != Trial(
            files=trial.files, accounts=True, label_column=trial.label_column, seed=trial.seed, jobs=trial.jobs,
            **trial.reading)),
         "--accounts fits its own models: only files, how to read them, --label-column, --seed, --jobs, --out go with it",
         "--accounts 用文件自己训练，只能与读取文件的选项、--label-column、--seed、--jobs、--out 同用"),
    )  # fmt: skip
    for broken, en, zh in rules:
        if broken:
            raise UsageError(en, zh=zh)


def _read(trial: Trial) -> NamedLog:
    if trial.recipe is not None:
        return read_recipe_source(trial.recipe, trial.source, trial.data_root)
    return read_files(trial.files, label_column=trial.label_column, ts_source=trial.ts_source, **trial.reading)


def _names(trial: Trial) -> list[str]:
    """What the judged logs are called in the record of a training."""
    return [str(trial.source)] if trial.recipe is not None else [path.name for path in trial.files]


def _about(trial: Trial, named: NamedLog) -> dict[str, Any]:
    return {
        "zhenping": __version__, "log": named.log.name, "profile": trial.profile, "seed": trial.seed,
        "train_sessions": trial.train_sessions, "folds": trial.folds,
    }  # fmt: skip


def _compared(trial: Trial, named: NamedLog, progress: Progress) -> Outcome:
    first, second = (Detector.load(path, profile=trial.profile) for path in trial.compare or ())
    models = [first.bundle.model_id, second.bundle.model_id]
    progress(f"compare {models[0]} with {models[1]}: {len(named.names):,} comments")
    found = compare(first, second, named.log.batch, named.log.label, seed=trial.seed)
    heads = {
        head: {part: {name: asdict(figure) for name, figure in row.items()} for part, row in parts.items()}
        for head, parts in found.items()
    }
    return Outcome(_about(trial, named) | {"compare": models, "heads": heads})


def _baselines(train: NamedLog, test: NamedLog, messages: Split | None) -> dict[str, Any]:
    used = np.flatnonzero(train.log.label >= 0)
    heads = range(len(HEADS))
    split = train.log.batch.take(used), np.isin(train.log.label[used], heads)
    scores = baseline_scores(split, test.log.batch, messages)
    judged = test.log.label >= 0
    cluster = clusters(test.log.batch.text)[judged]
    truth = np.isin(test.log.label, heads)[judged]
    rows = ranked_figures([rank(score[judged], truth, cluster) for score in scores.values()])
    return {
        name: {key: asdict(figure) for key, figure in row.items()}
        for name, row in zip(scores, rows, strict=True)
    }
