"""The command line: each verb is a thin call to one library function.

stdout is data, stderr is talk. Exit codes: 0 done; 1 unexpected; 2 wrong usage; 3 input unreadable; 4 model not
to be trusted or not fitting; 6 a gate failed; 130 interrupted.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from detector import __version__
from detector.errors import UsageError, ZhenpingError

app = typer.Typer(
    name="zhenping",
    help=(
        "真评 zhenping：分辨真人弹幕/评论与机器刷屏、引流、虚假评论。只给建议和依据，由人决定。\n\n"
        "Tells genuine live comments and reviews from machine floods, lures and fake reviews. "
        "It advises and explains; a person decides.\n\n"
        "退出码 exit codes: 0 ok · 2 usage · 3 input · 4 model · 6 gate · 1 unexpected"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Files = Annotated[
    list[Path], typer.Argument(help="评论文件 CSV/TSV/XLSX/JSONL/Parquet  comment files", show_default=False)
]
Lang = Annotated[str, typer.Option("--lang", help="zh | en  输出语言 language of the talk and the report")]
Format = Annotated[str, typer.Option("--format", help="table | json  标准输出的形式 what stdout carries")]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="表头=field", help="列映射，可多次 column mapping, repeatable: --map 内容=text"
    ),
]
Zone = Annotated[str, typer.Option("--tz", help="无时区时间的时区 zone of times that name none")]
AsFormat = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="格式 FORMAT", help="指定格式，见 zhenping formats override the format found by content"
    ),
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="指定编码 override the detected encoding")]
Model = Annotated[
    Path | None, typer.Option("--model", help="模型文件夹，默认用自带模型 a bundle; default: the shipped one")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度 no progress")]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # A Chinese Windows console cannot show every sign a comment may hold: show a mark, do not crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app(args=list(argv) if argv is not None else None, prog_name="zhenping", standalone_mode=True)
    except ZhenpingError as error:
        zh = "en" not in _lang_of(argv if argv is not None else sys.argv[1:])
        _talk(f"错误：{error.zh}" if zh else f"error: {error.en}")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        _talk("已中断 interrupted")
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None


def _lang_of(argv: Sequence[str]) -> str:
    for place, word in enumerate(argv):
        if word == "--lang" and place + 1 < len(argv):
            return argv[place + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return "zh"


def _talk(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _mapping(pairs: Sequence[str] | None) -> dict[str, str] | None:
    mapping = {}
    for pair in pairs or ():
        header, equals, field = pair.rpartition("=")
        if not equals or not header or not field:
            raise UsageError(
                f"--map {pair!r} is not of the form header=field, such as --map 内容=text",
                zh=f"--map {pair!r} 写法不对，应为 表头=字段，如 --map 内容=text",
            )
        mapping[header] = field
    return mapping or None


def _choice(value: str, allowed: Sequence[str], option: str) -> str:
    if value not in allowed:
        raise UsageError(
            f"{option} {value!r}: choose from {', '.join(allowed)}",
            zh=f"{option} {value!r}：可选 {', '.join(allowed)}",
        )
    return value


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="版本 version")] = False,
) -> None:
    if version:
        print(f"zhenping {__version__}")
        raise typer.Exit


@app.command("score")
def _score(
    files: Files,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="输出文件夹 folder for the results", show_default=False)
    ],
    model: Model = None,
    profile: Annotated[
        str, typer.Option("--profile", help="阈值档位 thresholds: balanced | cautious | sensitive")
    ] = "balanced",
    lang: Lang = "zh",
    format_: Format = "table",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    as_format: AsFormat = None,
    encoding: Encoding = None,
    xlsx: Annotated[
        bool | None, typer.Option("--xlsx/--no-xlsx", help="写 Excel（默认 10 万行以内写） write Excel")
    ] = None,
    csv_flavor: Annotated[
        str, typer.Option("--csv-flavor", help="raw | excel  excel：公式样文本前加 '")
    ] = "raw",
    quiet: Quiet = False,
) -> None:
    """评分：给每条评论判定、概率、依据，并汇总团伙与账号。 Score a comment dump.

    例 example:  zhenping score 弹幕.csv -o out/
    写出 writes: scored.csv  scored.xlsx  campaigns.csv  accounts.csv  report.html  run.json
    """
    from detector.progress import said_of_part, watched
    from detector.run import score_files

    _choice(lang, ("zh", "en"), "--lang")
    _choice(format_, ("table", "json"), "--format")
    _choice(csv_flavor, ("raw", "excel"), "--csv-flavor")
    with watched(lang=lang, quiet=quiet) as (progress, ended):
        run = score_files(
            files,
            out,
            model=model,
            profile=profile,
            lang=lang,
            mapping=_mapping(mapping),
            tz=tz,
            as_format=as_format,
            encoding=encoding,
            xlsx=xlsx,
            formula_safe=csv_flavor == "excel",
            command="zhenping " + shlex.join(sys.argv[1:]),
            now=datetime.now(UTC),
            clock=time.perf_counter,
            progress=progress,
            ended=ended,
        )
    from detector.summary import summary
    from detector.writers import json_text

    if format_ == "json":
        print(json_text(run))
    else:
        print(summary(run, lang))
    if run["interrupted"]:
        _talk(said_of_part(run, lang))
        raise typer.Exit(130)


@app.command("inspect")
def _inspect(
    file: Annotated[
        Path, typer.Argument(help="评论文件、文件夹或压缩包 a comment file, folder or zip", show_default=False)
    ],
    lang: Lang = "zh",
    format_: Format = "table",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    as_format: AsFormat = None,
    encoding: Encoding = None,
) -> None:
    """体检：看文件识别成什么、列怎么映射、有什么问题；不评分。 Say what a file is; score nothing."""
    from detector.readers import describe, inspect
    from detector.writers import json_text

    _choice(lang, ("zh", "en"), "--lang")
    report = inspect(file, mapping=_mapping(mapping), tz=tz, as_format=as_format, encoding=encoding)
    if _choice(format_, ("table", "json"), "--format") == "json":
        print(json_text(report.as_dict()))
        return
    said = [word for pair in mapping or () for word in ("--map", pair)]
    said += ["--tz", tz] if tz != "Asia/Shanghai" else []
    said += ["--as", as_format] if as_format else []
    said += ["--encoding", encoding] if encoding else []
    print(describe(report, lang, named=[file], options=said))


@app.command("formats")
def _formats(lang: Lang = "zh") -> None:
    """格式：列出能读的平台、工具和通用格式。 List the formats of platforms, programs and tables that can be read."""
    from detector.readers import listing

    print(listing(_choice(lang, ("zh", "en"), "--lang")))


@app.command("train")
def _train(
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
    data_root: Annotated[
        Path, typer.Option("--data-root", help="配方中文件所在处 where the recipe's files lie")
    ] = Path(),
    label_column: Annotated[str, typer.Option("--label-column", help="标签列 the label column")] = "label",
    seed: Annotated[int, typer.Option("--seed", help="随机种子 seed")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", help="并行数 parallel fits")] = 2,
    lang: Lang = "zh",
) -> None:
    """训练：从标注文件和/或配方得到模型。 Train a bundle from labelled files and/or a recipe.

    标签 labels: solicitation 引流 · bot_flood 刷屏 · fake_review 虚假评论 · normal 正常；organic_wave、unlabelled 算正常，unsure 不用
    """
    from detector.training.train import train

    _choice(lang, ("zh", "en"), "--lang")
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
        progress=lambda text: _talk(f"[{time.perf_counter() - start:6.1f} s] {text}"),
    )
    print(f"{'模型' if lang == 'zh' else 'model'}  {fitted.bundle.model_id}  {out}")


@app.command("evaluate")
def _evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="带标签的评论文件 labelled files; or --recipe", show_default=False),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="从配方取一份数据 take a log as a recipe describes it")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="配方中数据名 the recipe's source")] = None,
    data_root: Annotated[
        Path, typer.Option("--data-root", help="配方中文件所在处 where the recipe's files lie")
    ] = Path(),
    model: Model = None,
    profile: Annotated[str, typer.Option("--profile", help="阈值档位 thresholds")] = "balanced",
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
    label_column: Annotated[str, typer.Option("--label-column", help="标签列 the label column")] = "label",
    mapping: Mapping = None,
    ts_source: Annotated[
        str | None, typer.Option("--ts-source", help="时间来源，如 order_only what the times are worth")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="输出文件夹 folder for metrics.json and report.html")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="随机种子 seed")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", help="并行数 parallel fits")] = 2,
    lang: Lang = "zh",
    format_: Format = "table",
) -> None:
    """评测：AP、1%/0.1%/0.01% 误报下的召回（含区间）、校准、误报落在谁身上。 How good is a model on labelled sessions?

    例 example:  zhenping evaluate later.csv -o out/    report.html 含评论原文，请勿公开 holds comment texts: do not publish it
    """
    from detector.trial import Trial, run_trial, trial_table
    from detector.writers import json_text

    _choice(lang, ("zh", "en"), "--lang")
    _choice(format_, ("table", "json"), "--format")
    found = run_trial(
        Trial(
            files=tuple(files or ()), recipe=recipe, source=source, data_root=data_root, model=model,
            profile=profile, compare=compare, train_sessions=train_sessions, folds=folds, baselines=baselines,
            messages=tuple(messages or ()), attacks=attacks, tricks=tricks, accounts=accounts,
            label_column=label_column, mapping=_mapping(mapping), ts_source=ts_source, seed=seed, jobs=jobs,
        ),
        out=out, lang=lang, progress=_talk,
    )  # fmt: skip
    print(json_text(found) if format_ == "json" else trial_table(found, lang))


from detector.bus.cli import stream as _stream  # noqa: E402 - the verbs of other floors come last

app.command("stream")(_stream)

from detector.service import cli as _service  # noqa: E402

app.command("serve")(_service.serve)
app.command("keys")(_service.keys)
