"""The command line: each verb is a thin call to one library function.

stdout is data, stderr is talk. Exit codes: 0 done; 1 unexpected; 2 wrong usage; 3 input unreadable; 4 model not
to be trusted or not fitting; 6 a gate failed; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from detector import __version__
from detector.cli.files import convert, formats, inspect, score
from detector.cli.learning import evaluate, train
from detector.cli.options import says_when_it_compiles, talk
from detector.cli.serving import keys, serve
from detector.cli.streaming import stream
from detector.errors import ZhenpingError

app = typer.Typer(
    name="zhenping",
    help=(
        "真评 zhenping：分辨真人弹幕/评论与机器刷屏、引流、虚假评论。只给建议和依据，由人决定。\n\n"
        "Tells genuine live comments and reviews from machine floods, lures and fake reviews. "
        "It advises and explains; a person decides.\n\n"
        "退出码 exit codes: 0 ok · 2 usage · 3 input · 4 model · 6 gate · 1 unexpected · 130 interrupted 中断"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for channel in (sys.stdout, sys.stderr):
        # A Chinese Windows console cannot show every sign a comment may hold: show a mark, do not crash.
        if hasattr(channel, "reconfigure"):
            channel.reconfigure(errors="replace")
    try:
        app(args=list(argv) if argv is not None else None, prog_name="zhenping", standalone_mode=True)
    except ZhenpingError as error:
        zh = "en" not in _lang_of(argv if argv is not None else sys.argv[1:])
        talk(f"错误：{error.zh}" if zh else f"error: {error.en}")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        talk("已中断 interrupted")
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None


def _lang_of(argv: Sequence[str]) -> str:
    for place, word in enumerate(argv):
        if word == "--lang" and place + 1 < len(argv):
            return argv[place + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return "zh"


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="版本 version")] = False,
) -> None:
    if version:
        print(f"zhenping {__version__}")
        raise typer.Exit


for _verb in (inspect, convert, formats, serve):
    app.command(_verb.__name__)(_verb)
for _slow in (score, train, evaluate, stream):
    app.command(_slow.__name__)(says_when_it_compiles(_slow))
app.command("keys")(keys)
