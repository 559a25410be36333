"""How figures are written: numbers, shares, intervals, and what was judged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard


def number(value: float | None, digits: int = 4) -> str:
    """A number, or a dash where it is unknown."""
    return f"{value:,.{digits}f}" if _known(value) else "–"


def percent(value: float | None, digits: int = 2) -> str:
    """A share of one in per cent, or a dash."""
    return f"{100 * value:.{digits}f}%" if _known(value) else "–"


def figure(estimate: Mapping[str, float | None]) -> str:
    """A figure and its interval."""
    if not _known(estimate["value"]):
        return "–"
    return f"{number(estimate['value'])} [{number(estimate['low'], 3)}, {number(estimate['high'], 3)}]"


def share(estimate: Mapping[str, float | None]) -> str:
    """A share and its interval in per cent."""
    if not _known(estimate["value"]):
        return "–"
    # A few in a hundred thousand are still people.
    digits = 2 if (estimate["high"] or 0.0) >= 0.001 else 4
    value, low, high = (percent(estimate[end], digits) for end in ("value", "low", "high"))
    return f"{value} [{low.removesuffix('%')}, {high.removesuffix('%')}]"


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def count(value: float) -> str:
    """A whole number."""
    return f"{int(value):,}"


def about(found: Mapping[str, Any], lang: str) -> Sequence[str]:
    """What was judged and how, in a few phrases."""
    zh = lang == "zh"
    said = [found.get("model_id") or " / ".join(found.get("compare", ())), str(found.get("log") or "")]
    if found.get("train_sessions"):
        n = found["train_sessions"]
        said.append(
            f"前 {n} 场训练，其余测试" if zh else f"trained on the first {n} sessions, judged on the rest"
        )
    if found.get("folds"):
        n = found["folds"]
        said.append(f"{n} 折交叉，近似文本不跨折" if zh else f"{n} folds, near-identical texts never in two")
    if "comments" in found:
        n, m = found["comments"], found["positives"]
        said.append(
            f"{n:,} 条评论，其中 {m:,} 条不真实" if zh else f"{n:,} comments, {m:,} of them not genuine"
        )
    if found.get("learned_from"):
        said.append(warned(found["learned_from"], lang))
    return [part for part in said if part]


def warned(learned: Mapping[str, Any], lang: str) -> str:
    """What to think of figures on a log that the model has learned from (see ``known.learned_from``)."""
    names = ", ".join(learned["logs"])
    if learned["same"]:
        return (
            f"注意：模型训练时用过这份数据（{names}），指标偏高，不能说明新数据上的表现"
            if lang == "zh"
            else f"warning: the model was trained on this log ({names}): the figures flatter it and tell nothing of new ones"
        )
    return (
        f"注意：模型训练时用过同名的数据（{names}）；如果是同一份，指标偏高，不能说明新数据上的表现"
        if lang == "zh"
        else f"warning: the model was trained on a log of the same name ({names}): if it is the same, the figures flatter "
        "it and tell nothing of new ones"
    )
