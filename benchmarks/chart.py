"""Bars on a logarithmic scale, as SVG written by hand."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Final

BAR, GAP, TOP, LEFT, WIDTH, RIGHT = 22, 10, 58, 400, 480, 90
INK: Final = "#24292f"
FAINT: Final = "#d0d7de"
COLOURS: Final = {"ours": "#c2410c", "peer": "#57738f", "floor": "#8c959f"}


def bars(title: str, rows: Sequence[tuple[str, float, str]], *, unit: str) -> str:
    """One bar for each (name, value, kind), kinds as in ``COLOURS``, values above 0; shortest first."""
    rows = sorted(rows, key=lambda row: row[1])
    low = math.floor(math.log10(min(value for _, value, _ in rows)))
    high = math.ceil(math.log10(max(value for _, value, _ in rows)))
    high = max(high, low + 1)

    def x(value: float) -> float:
        return LEFT + WIDTH * (math.log10(value) - low) / (high - low)

    bottom = TOP + len(rows) * (BAR + GAP)
    out = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {bottom + 34}" '
            f'font-family="system-ui, sans-serif" font-size="13" fill="{INK}" role="img">'
        ),
        f"<title>{html.escape(title)}</title>",
        f'<rect width="{LEFT + WIDTH + RIGHT}" height="{bottom + 34}" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="16" font-weight="600">{html.escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        at = x(10.0**power)
        out.append(f'<line x1="{at:.1f}" y1="{TOP - 8}" x2="{at:.1f}" y2="{bottom}" stroke="{FAINT}"/>')
        out.append(f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{10.0**power:,g}</text>')
    for number, (name, value, kind) in enumerate(rows):
        y = TOP + number * (BAR + GAP)
        weight = ' font-weight="600"' if kind == "ours" else ""
        out.append(
            f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end"{weight}>{html.escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{max(1.0, x(value) - LEFT):.1f}" height="{BAR}" fill="{COLOURS[kind]}"/>'
            f'<text x="{x(value) + 6:.1f}" y="{y + 16}">{_written(value)}</text>'
        )
    out.append(f'<text x="{LEFT + WIDTH}" y="{TOP - 16}" text-anchor="end">{html.escape(unit)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
