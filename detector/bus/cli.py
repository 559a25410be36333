"""``zhenping stream``: from the bus or a pipe, to the bus or a pipe."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from detector.bus.addresses import Address, address
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.bus.ends import Sink, Source
    from detector.bus.figures import Figures
    from detector.stream import Stream

PIPE: Final = "-"


def source_of(told: Address, *, newest: bool = False, allow_gap: bool = False) -> Source:
    """The source at an address."""
    if told.scheme == "file":
        from detector.bus.files import Lines

        return Lines(told.names[0], newest=newest)
    if told.scheme.startswith("redis"):
        from detector.bus.redis_streams import RedisStreams

        return RedisStreams(told, newest=newest, allow_gap=allow_gap)
    if told.scheme == "kafka":
        from detector.bus.kafka import KafkaTopics

        return KafkaTopics(told, newest=newest, allow_gap=allow_gap)
    from detector.bus.nats_jetstream import JetStream

    return JetStream(told, newest=newest, allow_gap=allow_gap)


def sink_of(told: Address) -> Sink:
    """The sink at an address. UsageError if it names more than one prefix."""
    if len(told.names) > 1:
        raise UsageError(f"--to takes one name, not {','.join(told.names)}", zh=f"--to 只接受一个名称：{told}")
    if told.scheme == "file":
        from detector.bus.files import Folder, Pipe

        return Pipe() if told.names[0] == PIPE else Folder(told.names[0])
    if told.scheme.startswith("redis"):
        from detector.bus.redis_streams import RedisSink

        return RedisSink(told)
    if told.scheme == "kafka":
        from detector.bus.kafka import KafkaSink

        return KafkaSink(told)
    from detector.bus.nats_jetstream import JetStreamSink

    return JetStreamSink(told)


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
    model: Annotated[
        Path | None,
        typer.Option("--model", help="模型文件夹，默认用自带模型 a bundle; default: the shipped one"),
    ] = None,
    profile: Annotated[str, typer.Option("--profile", help="阈值档位 thresholds")] = "balanced",
    lang: Annotated[
        str, typer.Option("--lang", help="zh | en  理由的语言 language of reasons and talk")
    ] = "zh",
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="名称=field", help="字段映射，可多次 names of fields, repeatable"),
    ] = None,
    tz: Annotated[
        str, typer.Option("--tz", help="无时区时间的时区 zone of times that name none")
    ] = "Asia/Shanghai",
    lateness: Annotated[
        str,
        typer.Option("--lateness", help="晚于此才算迟到，如 10s how old a comment may be before it is late"),
    ] = "10s",
    max_state_mb: Annotated[
        float, typer.Option("--max-state-mb", help="每个分片最多记住多少 memory of each shard")
    ] = 2048.0,
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不显示进度 no progress")] = False,
) -> None:
    """实时流：从 Kafka、Redis、NATS、文件或管道读评论，写出判定、改判、警报。 Verdicts, revisions and alerts of a live stream.

    例 example:  zhenping stream --from redis://localhost/comments --to redis://localhost/verdicts --state state/
    至少送达一次，重发的消息字节相同；详见 docs/bus.md。 At least once, second sendings byte for byte the same.
    """  # fmt: skip
    from detector.bus.figures import Figures, serve_figures
    from detector.bus.running import Habits, run
    from detector.scorer import Detector
    from detector.stream.stream import seconds

    _choice(lang, ("zh", "en"), "--lang")
    _choice(begin, ("oldest", "newest"), "--begin")
    habits = Habits(
        state=state, save_events=save_events, save_s=_seconds(seconds, save_every, "--save-every"), lang=lang,
        mapping=_mapping(mapping), close_at_end=state is None,
    )  # fmt: skip
    late_s = _seconds(seconds, lateness, "--lateness")
    whence, whither = address(from_), address(to)
    detector = Detector.load(model, profile=profile)

    def opening(snapshot: Path | None) -> Stream:
        return detector.stream(lateness=late_s, max_state_mb=max_state_mb, tz=tz, restore=snapshot)

    def tell(figures: Figures) -> None:
        line = figures.line(lang)
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    figures = Figures()
    if metrics_port is not None:
        serve_figures(figures, metrics_port, metrics_host)
    stopped = _stop_signals()
    sink = sink_of(whither)
    try:
        source = source_of(whence, newest=begin == "newest", allow_gap=allow_gap)
        try:
            if not quiet:
                print(f"{whence} → {whither}", file=sys.stderr, flush=True)
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


def _mapping(pairs: list[str] | None) -> dict[str, str] | None:
    mapping = {}
    for pair in pairs or ():
        name, equals, field = pair.rpartition("=")
        if not (equals and name and field):
            raise UsageError(f"--map {pair!r}: write name=field", zh=f"--map {pair!r}：应写作 名称=field")
        mapping[name] = field
    return mapping or None


def _choice(value: str, allowed: tuple[str, ...], name: str) -> None:
    if value not in allowed:
        raise UsageError(
            f"{name} {value!r}: choose from {', '.join(allowed)}",
            zh=f"{name} {value!r}：可选 {', '.join(allowed)}",
        )
