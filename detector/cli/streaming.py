"""The verb of those who judge comments as they come from a bus or a pipe: stream."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from detector.bus.files import PIPE
from detector.cli.options import (
    Lang,
    Lateness,
    Mapping,
    MaxState,
    Model,
    Profile,
    Quiet,
    Zone,
    choice,
    talk,
    told_mapping,
)
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.bus.figures import Figures
    from detector.stream import Stream


def stream(
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            envvar="ZHENPING_FROM",
            help="来源 source: kafka://host:9092/topic redis://host/stream nats://host/subject、文件或 - a file or -",
        ),
    ] = PIPE,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            envvar="ZHENPING_TO",
            help="去处：同上，或文件夹 sink: the same with a prefix, or a folder, or -",
        ),
    ] = PIPE,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", help="快照文件夹，崩溃后从此继续 folder of snapshots, to go on from after a crash"
        ),
    ] = None,
    model: Model = None,
    profile: Profile = "balanced",
    lang: Lang = "zh",
    mapping: Mapping = None,
    tz: Zone = "Asia/Shanghai",
    lateness: Lateness = "10s",
    max_state_mb: MaxState = 2048.0,
    save_events: Annotated[
        int,
        typer.Option("--save-events", min=1, help="最多隔多少条写一次快照 snapshot after so many messages …"),
    ] = 100_000,
    save_every: Annotated[
        str, typer.Option("--save-every", help="……或隔多久，如 60s … or so much time")
    ] = "60s",
    begin: Annotated[
        str,
        typer.Option("--begin", help="oldest | newest  没有快照时从哪里开始 where to begin without a snapshot"),
    ] = "oldest",
    allow_gap: Annotated[
        bool,
        typer.Option("--allow-gap", help="来源已丢失未读消息时仍继续 go on although unread messages are gone"),
    ] = False,
    metrics_port: Annotated[
        int | None, typer.Option("--metrics-port", help="Prometheus 指标端口 port for Prometheus")
    ] = None,
    metrics_host: Annotated[
        str, typer.Option("--metrics-host", help="指标监听地址 address for Prometheus")
    ] = "127.0.0.1",
    quiet: Quiet = False,
) -> None:
    """实时流：从 Kafka、Redis、NATS、文件或管道读评论，写出判定、改判、警报。 Verdicts, revisions and alerts of a live stream.

    例 example:  zhenping stream --from redis://localhost/comments --to redis://localhost/verdicts --state state/
    至少送达一次，重发的消息字节相同；详见 docs/bus.md。 At least once, second sendings byte for byte the same.
    """  # fmt: skip
    from detector.bus.addresses import address
    from detector.bus.connect import sink_of, source_of
    from detector.bus.figures import Figures, serve_figures
    from detector.bus.running import Habits, run
    from detector.scorer import Detector
    from detector.stream.stream import seconds

    choice(lang, ("zh", "en"), "--lang")
    choice(begin, ("oldest", "newest"), "--begin")
    habits = Habits(
        state=state, save_events=save_events, save_s=_seconds(seconds, save_every, "--save-every"), lang=lang,
        mapping=told_mapping(mapping), close_at_end=state is None,
    )  # fmt: skip
    late_s = _seconds(seconds, lateness, "--lateness")
    whence, whither = address(from_), address(to)
    detector = Detector.load(model, profile=profile)

    def opening(snapshot: Path | None) -> Stream:
        return detector.stream(lateness=late_s, max_state_mb=max_state_mb, tz=tz, restore=snapshot)

    def tell(figures: Figures) -> None:
        line = figures.line(lang)
        if not quiet:
            talk(line)
        if whence.scheme == "file" and 2 * figures.unread > figures.events and not hinted:
            hinted.append(True)
            talk(_not_lines_of_json(figures, lang))

    hinted: list[bool] = []
    figures = Figures()
    if metrics_port is not None:
        serve_figures(figures, metrics_port, metrics_host)
    stopped = _stop_signals()
    sink = sink_of(whither)
    try:
        source = source_of(whence, newest=begin == "newest", allow_gap=allow_gap)
        try:
            if not quiet:
                talk(f"{whence} → {whither}")
            run(source, sink, opening, habits=habits, figures=figures, stopped=stopped, tell=tell)
        except BrokenPipeError:
            # Whoever read our output has heard enough.
            raise typer.Exit from None
        finally:
            source.close()
    finally:
        sink.close()


def _stop_signals() -> Callable[[], bool]:
    """SIGTERM and Ctrl-C end the run after its batch; a second one ends it at once."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return lambda: bool(asked)


def _seconds(read: Callable[[str], float], text: str, option: str) -> float:
    try:
        return read(text)
    except ValueError:
        raise UsageError(
            f"{option} {text!r} is no time such as 10s, 500ms or 2m",
            zh=f"{option} {text!r} 应写作 10s、500ms 或 2m",
        ) from None


def _not_lines_of_json(figures: Figures, lang: str) -> str:
    """What to do with a file that is no log of events."""
    n, m = f"{figures.events:,}", f"{figures.unread:,}"
    if lang == "zh":
        return (
            f"提示：{n} 行中有 {m} 行不是 UTF-8 编码的 JSON。stream 只读每行一个 JSON 对象；CSV、Excel 等文件请用 "
            "zhenping score 文件 -o out/ 评分，或先转换：zhenping convert 文件 -o events.jsonl"
        )
    return (
        f"hint: {m} of {n} lines are no JSON in UTF-8. stream reads one JSON object a line; score a CSV, a workbook or "
        "the like with zhenping score FILE -o out/, or convert it first: zhenping convert FILE -o events.jsonl"
    )
