"""Compiles a kernel with numba where it is installed; elsewhere the same function runs uncompiled.

Kernels use int64 arithmetic that never overflows and float64 sums in a fixed order, so that both ways
give the same bits. ``NUMBA_DISABLE_JIT=1`` forces the uncompiled way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

njit: Any
try:
    from numba import njit
except ImportError:  # pragma: no cover - numba is installed wherever a wheel exists
    njit = None

# An inner option of numba's, off for kernels that make no arrays.
COUNTS_HOLDERS: Final = "_nrt"
F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile ``function`` (cached on disk, releasing the GIL, no fastmath), or return it as it is.

    It must make no arrays, or does not compile; slicing those it is given is no making, setting one slice from another
    is. A kernel that could make some counts the holders of every array that it hands on, in and out, which takes
    several times as long as finding a key in a table.
    """
    return _compiled(function, makes_arrays=False)


def array_kernel(function: F) -> F:
    """A ``kernel`` that may make arrays."""
    return _compiled(function, makes_arrays=True)


def _compiled(function: F, *, makes_arrays: bool) -> F:
    if njit is None:
        return function
    from numba.core.options import DefaultOptions

    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    # A numba that does not know this option counts always, and gives the same numbers.
    if hasattr(DefaultOptions, COUNTS_HOLDERS):
        options[COUNTS_HOLDERS] = makes_arrays
    try:
        compiled: F = njit(cache=True, **options)(function)
    except RuntimeError:
        # Neither the package's folder nor the user's cache can be written: compile anew in every process.
        compiled = njit(**options)(function)
    return compiled


@contextmanager
def telling(tell: Callable[[], None]) -> Iterator[None]:
    """Call ``tell`` once if a kernel has to be compiled meanwhile, which takes a while the first time."""
    if njit is None:
        yield
        return
    from numba.core import event

    class Once(event.Listener):
        told = False

        def on_start(self, event: Any) -> None:
            if not self.told:
                self.told = True
                tell()

        def on_end(self, event: Any) -> None:
            pass

    with event.install_listener("numba:compile", Once()):
        yield
