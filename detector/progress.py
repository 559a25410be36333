"""What a long run shows while it works, and how Ctrl-C ends it."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

STAGES_ZH: Final = {"reading": "读取", "scoring": "评分", "writing": "写出"}
# Called with the name of a stage, the rows done and the rows in all (0: not known).
Progress = Callable[[str, int, int], None]


@contextlib.contextmanager
def progress_bar(*, lang: str, quiet: bool) -> Iterator[Progress]:
    """A progress bar on stderr that starts anew with each stage; ``advance(stage, done, total)`` moves it."""
    if quiet:
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=not sys.stderr.isatty()) as bar:
        tasks: dict[str, int] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES_ZH[stage] if lang == "zh" else stage, total=None)
            bar.update(tasks[stage], completed=done, total=total or None)  # type: ignore[arg-type]

        yield advance


class Ending:
    """Whether a run has been asked to end: by the first Ctrl-C; the second ends it at once.

    While nothing is worth keeping (``worth_keeping`` is False) the first one ends it at once, too.
    """

    def __init__(self) -> None:
        self.asked = False
        self.worth_keeping = False
        self._told = False

    def to_tell(self) -> bool:
        """True once, after the run has been asked to end."""
        told, self._told = self._told, self.asked
        return self.asked and not told

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked or not self.worth_keeping:
            raise KeyboardInterrupt
        self.asked = True


@contextlib.contextmanager
def ending_on_ctrl_c() -> Iterator[Ending]:
    """Hear Ctrl-C for the length of the block."""
    ending = Ending()
    try:
        before = signal.signal(signal.SIGINT, ending)
    except ValueError:
        # Only the main thread hears signals.
        yield ending
        return
    try:
        yield ending
    finally:
        signal.signal(signal.SIGINT, before)
