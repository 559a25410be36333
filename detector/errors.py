"""What can go wrong, said so that the reader knows what, where, and what to do."""

from __future__ import annotations

from typing import ClassVar


class ZhenpingError(Exception):
    """The root of every error zhenping raises on purpose.

    ``zh`` and ``en`` carry the same message in both languages; ``str(error)`` is English.
    ``exit_code`` is what the command line returns for it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, en: str, *, zh: str | None = None) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh if zh is not None else en


class UsageError(ZhenpingError):
    """The call itself is wrong: an unknown option value, a bad mapping."""

    exit_code: ClassVar[int] = 2


class InputError(ZhenpingError):
    """The input cannot be read as comments."""

    exit_code: ClassVar[int] = 3


class BundleError(ZhenpingError):
    """The model cannot be trusted or does not fit this version."""

    exit_code: ClassVar[int] = 4


class SnapshotError(ZhenpingError):
    """A snapshot is damaged, or does not fit this model, version or stream."""

    exit_code: ClassVar[int] = 4


class GateError(ZhenpingError):
    """A measured figure missed the bar it was asked to hold."""

    exit_code: ClassVar[int] = 6
