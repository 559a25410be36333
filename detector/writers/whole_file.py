"""A file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from detector.errors import UsageError


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``; it takes the final name when the block ends well.

    The folder is made if it is missing. When the block raises (Ctrl-C too) the temporary file goes
    and what stood at ``path`` before stays. ``UsageError`` if the place cannot be written.
    """
    final = Path(path)
    part = final.parent / f".{secrets.token_hex(6)}.part"
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(final)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot write {final}: {reason}. Close it elsewhere, or choose another folder.",
            zh=f"无法写入 {final}：{reason}。如果该文件正被其他程序打开，请先关闭，或换一个输出目录。",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` as UTF-8; half a surrogate pair, which UTF-8 cannot hold, is written as ``\\ud83d``."""
    with whole_file(path) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
