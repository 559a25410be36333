"""Options that several verbs share, and how their words are checked."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer

from detector.errors import UsageError

Verb = TypeVar("Verb", bound=Callable[..., Any])
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
Profile = Annotated[str, typer.Option("--profile", help="阈值档位 thresholds: balanced | cautious | sensitive")]
Lateness = Annotated[
    str, typer.Option("--lateness", help="允许迟到多久 how late a comment may come: 10s | 500ms")
]
MaxState = Annotated[
    float,
    typer.Option(
        "--max-state-mb",
        min=1.0,
        help="记忆上限 MiB（stream：每个分片）bound of what is remembered (stream: by each shard)",
    ),
]
LabelColumn = Annotated[str, typer.Option("--label-column", help="标签列 the label column")]
DataRoot = Annotated[Path, typer.Option("--data-root", help="配方中文件所在处 where the recipe's files lie")]
Seed = Annotated[int, typer.Option("--seed", help="随机种子 seed")]
Jobs = Annotated[int, typer.Option("--jobs", help="并行数 parallel fits")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度 no progress")]


def talk(text: str) -> None:
    """Say something on stderr."""
    print(text, file=sys.stderr, flush=True)


def says_when_it_compiles(verb: Verb) -> Verb:
    """The verb, which says so on stderr if it has to compile first: it takes a while, but only once."""

    @functools.wraps(verb)
    def run(*args: Any, **options: Any) -> Any:
        from detector.compiled import telling

        def tell() -> None:
            if options.get("quiet"):
                return
            if options.get("lang", "zh") == "en":
                talk("compiling for this machine: about half a minute, only this once")
            else:
                talk("正在为本机编译，约半分钟，只需这一次")

        with telling(tell):
            return verb(*args, **options)

    return cast("Verb", run)


def told_mapping(pairs: Sequence[str] | None) -> dict[str, str] | None:
    """Header -> field of ``--map`` options, None without any; UsageError for one of another form."""
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


def choice(value: str, allowed: Sequence[str], option: str) -> str:
    """The value, if it is allowed; else UsageError."""
    if value not in allowed:
        raise UsageError(
            f"{option} {value!r}: choose from {', '.join(allowed)}",
            zh=f"{option} {value!r}：可选 {', '.join(allowed)}",
        )
    return value
