"""The verbs of the service: serve, and keys for those who may call it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from detector.cli.options import Lateness, MaxState, Model, Profile, Zone, talk
from detector.errors import UsageError

# A key that was revoked still opens what has not heard of it.
IN_FORCE: Final = (
    "正在运行的服务重读后才生效：kill -HUP 进程号，或重启\n"
    "a running service heeds this once it reads the file anew: kill -HUP PID, or restart it"
)


def serve(
    state: Annotated[
        Path,
        typer.Option(
            "--state", help="存快照和反馈的文件夹 folder for snapshots and feedback", show_default=False
        ),
    ],
    host: Annotated[str, typer.Option("--host", help="监听地址 address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="监听端口 port")] = 8000,
    model: Model = None,
    profile: Profile = "balanced",
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="API 密钥文件，不设则只服务本机 API keys; without them only this machine"),
    ] = None,
    shadow: Annotated[
        Path | None, typer.Option("--shadow", help="静默对比的第二个模型 a second model, compared silently")
    ] = None,
    snapshot_every: Annotated[
        float, typer.Option("--snapshot-every", min=1.0, help="快照间隔秒数 seconds between snapshots")
    ] = 60.0,
    queue: Annotated[
        int, typer.Option("--queue", min=1, help="最多排队的请求数 requests that may wait; more get 503")
    ] = 64,
    rate: Annotated[
        float,
        typer.Option("--rate", min=0.1, help="每个密钥每秒请求数 requests a second and key; more get 429"),
    ] = 200.0,
    lateness: Lateness = "10s",
    max_state_mb: MaxState = 2048.0,
    tz: Zone = "Asia/Shanghai",
) -> None:
    """服务：HTTP 接口，边收边判。 Serve the HTTP API: scores comments as they come.

    例 example:  zhenping serve --state out/state
    """
    from detector.service.extra import require

    require()
    from detector.service.serve import Settings
    from detector.service.serve import serve as run

    settings = Settings(
        state=state, host=host, port=port, model=model, profile=profile, keys=keys, shadow=shadow,
        snapshot_every_s=snapshot_every, waiting=queue, rate_per_s=rate, lateness=lateness,
        max_state_mb=max_state_mb, tz=tz,
    )  # fmt: skip
    run(settings, now=lambda: datetime.now(UTC))


def keys(
    action: Annotated[str, typer.Argument(help="new | list | revoke", show_default=False)],
    file: Annotated[
        Path,
        typer.Option("--keys", help="密钥文件，只存摘要 the keys file; holds digests only", show_default=False),
    ],
    name: Annotated[str, typer.Option("--name", help="new：给谁用 whose key it is")] = "",
    scopes: Annotated[str, typer.Option("--scopes", help="new：权限 score,feedback,admin")] = "score",
    short: Annotated[str, typer.Option("--id", help="revoke：list 列出的编号 as list shows it")] = "",
) -> None:
    """密钥：为 serve 生成、列出、吊销 API 密钥；每个名称最多两个，便于轮换。 Make, list and revoke API keys.

    例 example:  zhenping keys new --keys keys.txt --name shop --scopes score,feedback
    正在运行的服务收到 SIGHUP 后重读 a running service reads the file anew on SIGHUP (kill -HUP PID).
    """
    from detector.service.keys import SCOPES, new_key, read_keys, revoke_key

    if action == "new":
        # Shown once: only its digest is kept.
        print(new_key(file, name, [scope.strip() for scope in scopes.split(",") if scope.strip()]))
        talk(IN_FORCE)
    elif action == "list":
        for key in read_keys(file):
            print(f"{key.short}  {key.name}  {','.join(scope for scope in SCOPES if scope in key.scopes)}")
    elif action == "revoke":
        key = revoke_key(file, short)
        print(f"{key.short}  {key.name}")
        talk(IN_FORCE)
    else:
        raise UsageError(
            f"keys {action}: choose from new, list, revoke", zh=f"keys {action}：可选 new、list、revoke"
        )
