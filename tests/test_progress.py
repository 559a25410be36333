"""Ctrl-C ends a run: at once while nothing is worth keeping, else at the next chunk, at once when pressed again."""

from __future__ import annotations

import signal

import pytest

from detector.progress import ending_on_ctrl_c, progress_bar, said_of_part, watched


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_a_run_at_once_while_nothing_is_worth_keeping() -> None:
    with pytest.raises(KeyboardInterrupt), ending_on_ctrl_c():
        press_ctrl_c()


def test_the_first_ctrl_c_asks_and_the_second_ends() -> None:
    with ending_on_ctrl_c() as ending:
        ending.worth_keeping = True
        assert (ending.asked, ending.to_tell()) == (False, False)
        press_ctrl_c()
        # It is told once.
        assert (ending.asked, ending.to_tell(), ending.to_tell()) == (True, True, False)
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


def test_what_heard_ctrl_c_before_hears_it_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ending_on_ctrl_c():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(("lang", "words"), [("zh", ("读取", "评分")), ("en", ("reading", "scoring"))])
def test_the_bar_tells_its_stages_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str, words: tuple[str, str]
) -> None:
    # As a terminal would see it.
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_bar(lang=lang, quiet=False) as advance:
        for stage, done, total in (("reading", 10, 0), ("scoring", 5, 10), ("scoring", 10, 10)):
            advance(stage, done, total)
    said = capsys.readouterr()
    assert (said.out, [word in said.err for word in words]) == ("", [True, True])


def test_a_quiet_bar_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(lang="zh", quiet=True) as advance:
        advance("reading", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_run_is_asked_to_end_once_something_was_scored(capsys: pytest.CaptureFixture[str]) -> None:
    with watched(lang="en", quiet=True) as (advance, ended):
        advance("scoring", 1, 9)
        press_ctrl_c()
        assert ended()
        advance("scoring", 2, 9)
        advance("writing", 0, 5)
    assert capsys.readouterr() == (
        "",
        "interrupted: writing what has been scored; Ctrl-C again stops at once\n",
    )


def ended_in(stage: str, *, presses: int) -> None:
    with watched(lang="zh", quiet=True) as (advance, _):
        advance(stage, 1, 9)
        for _press in range(presses):
            press_ctrl_c()


@pytest.mark.parametrize(("stage", "presses"), [("reading", 1), ("scoring", 2), ("writing", 2)])
def test_a_run_that_is_ended_at_once_says_so_and_leaves_with_130(
    capsys: pytest.CaptureFixture[str], stage: str, presses: int
) -> None:
    with pytest.raises(SystemExit) as left:
        ended_in(stage, presses=presses)
    said = "已中断：没有留下写了一半的文件，已有的文件都是完整的\n"
    assert (left.value.code, capsys.readouterr().err) == (130, said)


def test_a_part_is_told_in_numbers() -> None:
    run = {"counts": {"rows": 16_384}, "rows_read": 500_000, "out": "结果"}
    assert said_of_part(run, "en") == (
        "interrupted: 16,384 of 500,000 rows were scored; the results in 结果 are of these"
    )
    assert "500,000 行中的 16,384 行" in said_of_part(run, "zh")
