"""What a long run shows while it works, and how Ctrl-C ends it."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, Final

STAGES_ZH: Final = {"reading": "读取", "scoring": "评分", "writing": "写出"}
ENDING: Final = {
    "zh": "收到中断：正在写出已评分的部分，再按一次 Ctrl-C 立即停止",
    "en": "interrupted: writing what has been scored; Ctrl-C again stops at once",
}
STOPPED: Final = {
    "zh": "已中断：没有留下写了一半的文件，已有的文件都是完整的",
    "en": "interrupted: no half-written file was left; every file that is there is whole",
}
OF_PART: Final = {
    "zh": "已中断：只评分了 {read} 行中的 {done} 行，{out} 中的结果是这一部分的",
    "en": "interrupted: {done} of {read} rows were scored; the results in {out} are of these",
}
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


@contextlib.contextmanager
def watched(*, lang: str, quiet: bool) -> Iterator[tuple[Progress, Callable[[], bool]]]:
    """A run with a progress bar that Ctrl-C ends: what to call as it goes on, and what to ask whether to end it.

    From the first scored comment on there is something to keep, and the first Ctrl-C only asks. A run that is ended
    at once says so on stderr and leaves with exit code 130.
    """
    try:
        with ending_on_ctrl_c() as ending, progress_bar(lang=lang, quiet=quiet) as bar:

            def advance(stage: str, done: int, total: int) -> None:
                ending.worth_keeping = stage == "writing" or (stage == "scoring" and done > 0)
                bar(stage, done, total)
                if ending.to_tell():
                    print(ENDING[lang], file=sys.stderr, flush=True)

            yield advance, lambda: ending.asked
    except KeyboardInterrupt:
        print(STOPPED[lang], file=sys.stderr, flush=True)
        raise SystemExit(130) from None


def said_of_part(run: Mapping[str, Any], lang: str) -> str:
    """One sentence about a run (the content of run.json) that was ended early."""
    return OF_PART[lang].format(done=f"{run['counts']['rows']:,}", read=f"{run['rows_read']:,}", out=run["out"])
