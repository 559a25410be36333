"""The evaluation page: no script, no request, in the look of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jinja2

from detector.evaluation import Mistakes
from detector.evaluation.mistakes import Mistake
from detector.report.shown import Shown, shown
from detector.trial.sections import sections
from detector.trial.written import about, figure, number
from detector.verdict import LABEL_ZH, VERDICT_ZH
from detector.writers import write_text

MOST_CHARACTERS: Final = 300
# Side of a calibration curve in its own units, and the radius of a point.
SIDE: Final = 100.0

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "html_lang": "zh-Hans", "brand": "真评", "title": "评测", "advice": "数字只对这份数据和这个模型成立",
        "curve": "横轴预测，纵轴实际；竖线为 95% 区间", "mistakes": "错得最重的",
        "private": "下面是评论原文，只供本机核对：请勿公开本页。metrics.json 不含原文。",
        "false_alarms": "真实评论，风险最高", "misses": "不真实评论，本类概率最低", "none": "没有",
        "copies": "近似 {n} 条", "left_out": "略去 {n} 字",
    },
    "en": {
        "html_lang": "en", "brand": "zhenping", "title": "Evaluation",
        "advice": "Figures hold for this log and this model only",
        "curve": "Predicted to the right, observed upwards; bars are 95 % intervals", "mistakes": "Worst mistakes",
        "private": "What follows is what people wrote, to be checked on this machine: do not publish this page. "
        "metrics.json holds no texts.",
        "false_alarms": "Genuine, of the highest risk", "misses": "Not genuine, their own head said least",
        "none": "None", "copies": "{n} near-identical", "left_out": "{n} characters left out",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Curve:
    """One calibration curve: its question, Brier skill, and points (x, y, low, high) with y downwards."""

    question: str
    skill: str
    points: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class MistakeShown:
    """One mistake as the page shows it."""

    p: str
    label: str
    verdict: str
    verdict_words: str
    text: Shown
    copies: int


def render_page(found: Mapping[str, Any], mistakes: Mistakes, *, lang: str = "zh") -> str:
    """The page as HTML; ``found`` as in metrics.json."""
    words = WORDS[lang]
    made = sections(found, lang)
    return _template().render(
        t=words,
        about=about(found, lang),
        version=str(found.get("zhenping") or ""),
        sections=made,
        curves=_curves(found),
        mistakes=[
            (words["false_alarms"], _shown(mistakes.false_alarms, lang)),
            (words["misses"], _shown(mistakes.misses, lang)),
        ]
        if "heads" in found and "compare" not in found
        else [],
    )


def write_page(path: str | Path, found: Mapping[str, Any], mistakes: Mistakes, *, lang: str = "zh") -> None:
    """Write ``render_page`` to ``path``, whole or not at all. Raises UsageError if it cannot be written."""
    write_text(path, render_page(found, mistakes, lang=lang))


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        # The report's style sheet is used as it is.
        loader=jinja2.ChoiceLoader([
            jinja2.PackageLoader("detector.trial", "."), jinja2.PackageLoader("detector.report", "."),
        ]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["count"] = lambda n: f"{n:,}"
    return environment.get_template("evaluation.html.j2")


def _curves(found: Mapping[str, Any]) -> list[Curve]:
    curves = []
    for question, given in found.get("calibration", {}).items():
        points = tuple(_point(part) for part in given["bins"])
        curves.append(Curve(question, figure(given["brier_skill"]), points))
    return curves


def _point(part: Mapping[str, Any]) -> tuple[float, float, float, float]:
    observed = part["observed"]
    value = observed["value"]
    low, high = (value if observed[end] is None else observed[end] for end in ("low", "high"))
    x, *ys = (round(SIDE * place, 2) for place in (part["predicted"], 1 - value, 1 - low, 1 - high))
    return x, ys[0], ys[1], ys[2]


def _shown(mistakes: Sequence[Mistake], lang: str) -> list[MistakeShown]:
    return [
        MistakeShown(
            number(one.p),
            LABEL_ZH.get(one.label, one.label) if lang == "zh" else one.label,
            one.verdict,
            VERDICT_ZH[one.verdict] if lang == "zh" else one.verdict,
            shown(one.text, limit=MOST_CHARACTERS),
            one.copies,
        )
        for one in mistakes
    ]
