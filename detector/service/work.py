"""The one thread that owns the stream: what is asked of it waits in a bounded queue."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from detector.service.problems import Problem

Answer = TypeVar("Answer")
# How long nothing may be asked before the thread looks whether something else is due.
IDLE_S: Final = 0.2


class Worker:
    """Runs what it is asked, one after another, and ``between`` after each and when nothing is asked.

    At most ``waiting`` things wait; more are refused.
    """

    def __init__(self, *, waiting: int, between: Callable[[], None]) -> None:
        self._asked: queue.Queue[tuple[Future[Any], Callable[[], Any]]] = queue.Queue(waiting)
        self._between = between
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def ask(self, act: Callable[[], Answer]) -> Future[Answer]:
        """Have ``act`` run in its turn. Problem ``queue_full`` or ``ending`` if it cannot be taken."""
        if self._ending:
            raise Problem("ending", retry_after_s=5)
        future: Future[Answer] = Future()
        try:
            self._asked.put_nowait((future, act))
        except queue.Full:
            raise Problem("queue_full", retry_after_s=1) from None
        return future

    @property
    def depth(self) -> int:
        """How much waits."""
        return self._asked.qsize()

    @property
    def works(self) -> bool:
        """Whether it takes what it is asked."""
        return self._thread.is_alive() and not self._ending

    def end(self) -> None:
        """Do all that waits, and stop."""
        self._ending = True
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with contextlib.suppress(queue.Empty):
                future, act = self._asked.get(timeout=IDLE_S)
                # Who has gone away needs no answer, and sends the events again.
                if future.set_running_or_notify_cancel():
                    _answer(future, act)
                del future, act
                self._between()
                continue
            if self._ending:
                return
            self._between()


def _answer(future: Future[Any], act: Callable[[], Any]) -> None:
    try:
        answer = act()
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(answer)
