"""The verbs of moderators: score, inspect, convert, formats."""

from __future__ import annotations

import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import (
    AsFormat,
    Encoding,
    Files,
    Format,
    Lang,
    Mapping,
    Model,
    Profile,
    Quiet,
    Zone,
    choice,
    talk,
    told_mapping,
)


def score(
    files: Files,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="输出文件夹 folder for the results", show_default=False)
    ],
    model: Model = None,
    profile: Profile = "balanced",
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

    choice(lang, ("zh", "en"), "--lang")
    choice(format_, ("table", "json"), "--format")
    choice(csv_flavor, ("raw", "excel"), "--csv-flavor")
    with watched(lang=lang, quiet=quiet) as (progress, ended):
        run = score_files(
            files,
            out,
            model=model,
            profile=profile,
            lang=lang,
            mapping=told_mapping(mapping),
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
        talk(said_of_part(run, lang))
        raise typer.Exit(130)


def inspect(
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

    choice(lang, ("zh", "en"), "--lang")
    report = inspect(file, mapping=told_mapping(mapping), tz=tz, as_format=as_format, encoding=encoding)
    if choice(format_, ("table", "json"), "--format") == "json":
        print(json_text(report.as_dict()))
        return
    said = [word for pair in mapping or () for word in ("--map", pair)]
    said += ["--tz", tz] if tz != "Asia/Shanghai" else []
    said += ["--as", as_format] if as_format else []
    said += ["--encoding", encoding] if encoding else []
    print(describe(report, lang, named=[file], options=said, samples=True))


def formats(lang: Lang = "zh") -> None:
    """格式：列出能读的平台、工具和通用格式。 List the formats of platforms, programs and tables that can be read."""
    from detector.readers import listing

    print(listing(choice(lang, ("zh", "en"), "--lang")))


def convert(
    files: Files,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="写出 .parquet 或 .jsonl  the file to write", show_default=False)
    ],
    pseudonymise: Annotated[
        Path | None,
        typer.Option(
            "--pseudonymise",
            metavar="KEYFILE",
            help="用密钥文件（至少 16 字节）替换账号、昵称、评论 ID replace account ids, names and comment ids",
        ),
    ] = None,
    lang: Lang = "zh",
    format_: Format = "table",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    as_format: AsFormat = None,
    encoding: Encoding = None,
) -> None:
    """转换：任何评论文件写成统一的事件（Parquet 或 JSON Lines），可替换账号。 Write any comment file as events of one schema.

    例 example:  zhenping convert 弹幕.xml -o events.parquet --pseudonymise key.txt
    文本保持原样，其中提到的名字（@小明）不会替换：这不是匿名化。 Texts stay as they are, with the names they mention: no anonymisation.
    """
    from detector.convert import convert as converted
    from detector.readers import describe
    from detector.readers.remarks import in_number
    from detector.writers import json_text

    choice(lang, ("zh", "en"), "--lang")
    choice(format_, ("table", "json"), "--format")
    report = converted(
        files, out, pseudonymise=pseudonymise, mapping=told_mapping(mapping), tz=tz, as_format=as_format,
        encoding=encoding,
    )  # fmt: skip
    print(json_text(report.as_dict()) if format_ == "json" else describe(report, lang, named=[out]))
    n, hidden = f"{report.rows_kept:,}", pseudonymise is not None
    talk(
        f"已写出 {n} 个事件到 {out}" + ("，账号、昵称、评论 ID 已替换" if hidden else "")
        if lang == "zh"
        else in_number(f"wrote {n} [event|events] to ", report.rows_kept)
        + str(out)
        + (", ids and names replaced" if hidden else "")
    )
