"""What a run found, as a few lines for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.verdict import LABEL_ZH


def summary(run: Mapping[str, Any], lang: str) -> str:
    """The summary of ``run`` (the content of run.json) in ``zh`` or ``en``."""
    counts, model = run["counts"], run["model"]
    n = max(counts["comments"], 1)
    zh = lang == "zh"

    def row(name_zh: str, name_en: str, key: str, *, share: bool = True) -> str:
        value = f"{counts[key]:>9,}" + (f"  {counts[key] / n:7.2%}" if share else "")
        return f"  {name_zh if zh else name_en}\t{value}"

    lines = [
        f"{'模型' if zh else 'model'}  {model['model_id']}   {'档位' if zh else 'profile'} {model['profile']}   {model['tokenizer']}",
        f"{'评论' if zh else 'comments'}  {counts['comments']:,}",
        row("正常  ", "pass       ", "pass"),
        row("待复核", "review     ", "review"),
        row("高风险", "high_risk  ", "high_risk"),
        row("玩梗/口令", "waves      ", "organic_wave"),
        row("受保护", "protected  ", "protected"),
    ]
    skipped = run["skipped"]
    if skipped:
        listed = ", ".join(f"{reason} {count:,}" for reason, count in skipped.items())
        lines.append(f"{'跳过' if zh else 'skipped'}  {listed}")
    lines += [f"{'注意' if zh else 'note'}  {warning['zh' if zh else 'en']}" for warning in run["warnings"][:5]]
    rooms = run.get("rooms") or []
    if rooms and rooms[0]["share"] is not None:
        room = rooms[0]
        share = f"{room['share']:.2%} ({room['share_low']:.2%} – {room['share_high']:.2%})"
        name = _printable(" / ".join(filter(None, (room["room_id"], room["session_id"]))))[:40] or "–"
        lines.append(
            f"房间 {name}：不真实占比约 {share}，刷屏时段 {len(room['floods'])} 个"
            if zh
            else f"room {name}: about {share} inauthentic, {len(room['floods'])} floods"
        )
    groups = run["campaigns"]
    if groups:
        top = groups[0]
        label = LABEL_ZH[top["label"]] if zh else top["label"]
        shown = _printable(top["template"])[:40]
        lines.append(
            f"疑似团伙 {counts['campaigns']} 个，最大 {top['campaign_id']}：{label}，{top['accounts']} 个账号 {top['comments']} 条「{shown}」"
            if zh
            else f"campaigns {counts['campaigns']}, largest {top['campaign_id']}: {label}, {top['accounts']} accounts, "
            f'{top["comments"]} comments "{shown}"'
        )
    lines.append(f"{'输出' if zh else 'output'}  {run['out']}/  {'  '.join(run['files'])}")
    lines.append("判定只是建议，请人工复核后再处理。" if zh else "Verdicts are advice; let a person decide.")
    return "\n".join(lines)


def _printable(text: str) -> str:
    """A comment must not be able to drive the terminal."""
    return "".join(char if char.isprintable() else "�" for char in text)
