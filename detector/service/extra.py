"""Whether what the service needs is installed: it is an extra."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from detector.errors import UsageError

NEEDED: Final = ("fastapi", "uvicorn", "websockets", "prometheus_client", "orjson")


def require() -> None:
    """Raise UsageError with the command that installs what is missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the service needs {', '.join(missing)}: pip install 'zhenping[serve]' "
            "(in a source tree: pip install -e '.[serve]')",
            zh=f"HTTP 服务缺少 {', '.join(missing)}：pip install 'zhenping[serve]'"
            "（源码目录中：pip install -e '.[serve]'）",
        )
