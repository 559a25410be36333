"""Compiles a kernel with numba where it is installed; elsewhere the same function runs uncompiled.

Kernels use int64 arithmetic that never overflows and float64 sums in a fixed order, so that both ways
give the same bits. ``NUMBA_DISABLE_JIT=1`` forces the uncompiled way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

njit: Any
try:
    from numba import njit
except ImportError:  # pragma: no cover - numba is installed wherever a wheel exists
    njit = None

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile ``function`` (cached on disk, releasing the GIL, no fastmath), or return it as it is."""
    if njit is None:
        return function
    try:
        compiled: F = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:
        # Neither the package's folder nor the user's cache can be written: compile anew in every process.
        compiled = njit(nogil=True, error_model="numpy")(function)
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
