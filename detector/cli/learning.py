"""The verbs of data scientists: train and evaluate."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import (
    AsFormat,
    DataRoot,
    Encoding,
    Format,
    Jobs,
    LabelColumn,
    Lang,
    Mapping,
    Model,
    Profile,
    Seed,
    Zone,
    choice,
    talk,
    told_mapping,
)
from detector.errors import UsageError


def train(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="写模型的文件夹 folder for the bundle", show_default=False)
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="带 label 列的评论文件，可多次 labelled files, repeatable"),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="配方 a recipe such as recipes/default.toml")
    ] = None,
    data_root: DataRoot = Path(),
    label_column: LabelColumn = "label",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    as_format: AsFormat = None,
    encoding: Encoding = None,
    seed: Seed = 0,
    jobs: Jobs = 2,
    lang: Lang = "zh",
) -> None:
    """训练：从标注文件和/或配方得到模型。 Train a bundle from labelled files and/or a recipe.

    标签 labels: solicitation 引流 · bot_flood 刷屏 · fake_review 虚假评论 · normal 正常；organic_wave、unlabelled 算正常，unsure 不用
    """
    from detector.training.train import train

    choice(lang, ("zh", "en"), "--lang")
    if not data and recipe is None:
        raise UsageError(
            "nothing to train on: name labelled files with --data or a recipe with --recipe",
            zh="没有训练数据：用 --data 给出标注文件，或用 --recipe 给出配方",
        )
    start = time.perf_counter()
    fitted = train(
        data or [],
        out,
        recipe=recipe,
        data_root=data_root,
        label_column=label_column,
        seed=seed,
        jobs=jobs,
        progress=lambda text: talk(f"[{time.perf_counter() - start:6.1f} s] {text}"),
        mapping=told_mapping(mapping),
        tz=tz,
        as_format=as_format,
        encoding=encoding,
    )
    print(f"{'模型' if lang == 'zh' else 'model'}  {fitted.bundle.model_id}  {out}")
    for profile in fitted.bundle.thresholds.profiles():
        if not fitted.bundle.thresholds.ever(profile):
            talk(
                f"注意：样本太少，无法证明档位 {profile} 的误报率，该档位不会标记任何评论；请增加标注，见 CARD.md"
                if lang == "zh"
                else f"note: the sample cannot prove the error that profile {profile} allows, so it never flags "
                "anything; label more, see CARD.md"
            )


def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="带标签的评论文件 labelled files; or --recipe", show_default=False),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="从配方取一份数据 take a log as a recipe describes it")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="配方中数据名 the recipe's source")] = None,
    data_root: DataRoot = Path(),
    model: Model = None,
    profile: Profile = "balanced",
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", metavar="A B", help="两个模型成对比较 paired differences B - A"),
    ] = None,
    train_sessions: Annotated[
        int | None, typer.Option("--train-sessions", help="前 N 场训练、其余测试 train on the first N sessions")
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option("--folds", help="K 折，近似文本不跨折 K-fold, near-identical texts kept together"),
    ] = None,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="同一切分上重算基线 recompute baselines on the same split")
    ] = False,
    messages: Annotated[
        list[Path] | None,
        typer.Option("--messages", help="垃圾短信集(label 1/0)，只用于基线 spam messages, for a baseline"),
    ] = None,
    attacks: Annotated[
        bool, typer.Option("--attacks", help="逐一混入每种模拟攻击 inject every kind of attack, one at a time")
    ] = False,
    tricks: Annotated[
        bool,
        typer.Option("--tricks", help="逐一用每种手法改写引流 rewrite the lures by every trick of disguise"),
    ] = False,
    accounts: Annotated[
        bool,
        typer.Option(
            "--accounts", help="按账号评测：标签 1 水军、0 其他 judge accounts: label 1 spammer, 0 other"
        ),
    ] = False,
    label_column: LabelColumn = "label",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    as_format: AsFormat = None,
    encoding: Encoding = None,
    ts_source: Annotated[
        str | None, typer.Option("--ts-source", help="时间来源，如 order_only what the times are worth")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="输出文件夹 folder for metrics.json and report.html")
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = 2,
    lang: Lang = "zh",
    format_: Format = "table",
) -> None:
    """评测：AP、1%/0.1%/0.01% 误报下的召回（含区间）、校准、误报落在谁身上。 How good is a model on labelled sessions?

    例 example:  zhenping evaluate later.csv -o out/    report.html 含评论原文，请勿公开 holds comment texts: do not publish it
    """
    from detector.trial import Trial, run_trial, trial_table
    from detector.writers import json_text

    choice(lang, ("zh", "en"), "--lang")
    choice(format_, ("table", "json"), "--format")
    found = run_trial(
        Trial(
            files=tuple(files or ()), recipe=recipe, source=source, data_root=data_root, model=model,
            profile=profile, compare=compare, train_sessions=train_sessions, folds=folds, baselines=baselines,
            messages=tuple(messages or ()), attacks=attacks, tricks=tricks, accounts=accounts,
            label_column=label_column, mapping=told_mapping(mapping), tz=tz, as_format=as_format, encoding=encoding,
            ts_source=ts_source, seed=seed, jobs=jobs,
        ),
        out=out, lang=lang, progress=talk,
    )  # fmt: skip
    print(json_text(found) if format_ == "json" else trial_table(found, lang))
