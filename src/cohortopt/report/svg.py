"""Small drawings as inline SVG. Colours come from the page's classes; text is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from cohortopt.io.safe import printable

BINS = 20
SIZE = 132  # of a ring drawing
_NODE = 13.0


def bar(part: float | None, mark: float | None = None) -> Markup:
    """Return a bar filled to ``part`` (0 to 1), with a line at ``mark``."""
    fill = "" if part is None else f'<rect class="fill" width="{_w(part)}" height="8" rx="1.5"/>'
    line = ""
    if mark is not None:
        line = f'<rect class="mark" x="{_w(min(mark, 0.985))}" y="-2" width="1.5" height="12"/>'
    return Markup(
        '<svg class="bar" viewBox="0 -2 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="8" rx="1.5"/>' + fill + line + "</svg>"
    )


def skill_bar(wanted: int, offered: int, matched: int, most: int) -> Markup:
    """Return three thin bars on one scale: wanted, offered, learned."""
    rows = zip(("wanted", "offered", "learned"), (wanted, offered, matched), strict=True)
    drawn = "".join(
        f'<rect class="{name}" y="{5 * k}" width="{_w(count / max(1, most))}" height="4"/>'
        for k, (name, count) in enumerate(rows)
    )
    return Markup(
        f'<svg class="trio" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def histogram(ours: Sequence[float], chance: Sequence[float], title: str) -> Markup:
    """Return how points (0 to 1000) are distributed: bars for ours, a line for chance."""
    bars, line = _shares(ours), _shares(chance)
    top = max([*bars, *line, 0.01])
    width, height, base = 440, 150, 128
    step = width / BINS

    def y(share: float) -> float:
        return base - share / top * (base - 14)

    parts = [
        f'<rect class="fill" x="{k * step + 1:.0f}" y="{y(share):.1f}" '
        f'width="{step - 2:.0f}" height="{base - y(share):.1f}"/>'
        for k, share in enumerate(bars)
        if share
    ]
    if chance:
        path = " ".join(
            f"{'M' if not k else 'L'}{k * step:.0f} {y(share):.1f}H{(k + 1) * step:.0f}"
            for k, share in enumerate(line)
        )
        parts.append(f'<path class="chance" d="{path}"/>')
    anchors = {0: "start", 1000: "end"}
    ticks = "".join(
        f'<text x="{tick / 1000 * width:.0f}" y="{base + 16}" '
        f'text-anchor="{anchors.get(tick, "middle")}">{tick:,}</text>'
        for tick in (0, 250, 500, 750, 1000)
    )
    start = Markup('<svg class="hist" viewBox="0 0 {} {}" role="img"><title>{}</title>')
    body = "".join(parts) + f'<path class="axis" d="M0 {base}H{width}"/>' + ticks
    return start.format(width, height, title) + Markup(body + "</svg>")


def ring(names: Sequence[str], links: Sequence[tuple[int, int]], title: str) -> Markup:
    """Return people on a circle and an arrow for each link (giver, taker) between places."""
    count = len(names)
    radius = SIZE / 2 - _NODE - 3
    node = _NODE if count <= 8 else max(8.0, 2.6 * radius / count)
    centre = SIZE / 2
    at = [
        (
            centre + radius * math.sin(2 * math.pi * k / count),
            centre - radius * math.cos(2 * math.pi * k / count),
        )
        for k in range(count)
    ]
    arrows = "".join(_arrow(at[giver], at[taker], node) for giver, taker in links)
    people = Markup("").join(
        Markup(
            '<circle cx="{:.0f}" cy="{:.0f}" r="{:.0f}"/><text x="{:.0f}" y="{:.0f}">{}</text>'
        ).format(x, y, node, x, y + 3.5, initials(name))
        for (x, y), name in zip(at, names, strict=True)
    )
    start = Markup('<svg class="ring" viewBox="0 0 {} {}" role="img"><title>{}</title>')
    return start.format(SIZE, SIZE, title) + Markup(arrows) + people + Markup("</svg>")


def initials(name: str) -> str:
    """Return one or two letters for a name."""
    words = [word for word in printable(name).split() if word[0].isalnum()]
    if not words:
        return printable(name)[:1] or "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def stacked(counts: Sequence[tuple[str, int]]) -> Markup:
    """Return one bar cut in parts; each part's class is its name."""
    total = max(1, sum(count for _, count in counts))
    x, parts = 0.0, []
    for name, count in counts:
        width = 100 * count / total
        if count:
            parts.append(f'<rect class="{name}" x="{x:.1f}" width="{width:.1f}" height="10"/>')
        x += width
    return Markup(
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        + "".join(parts)
        + "</svg>"
    )


def _shares(values: Sequence[float]) -> list[float]:
    counts = [0] * BINS
    for value in values:
        counts[max(0, min(BINS - 1, int(value / 1000 * BINS)))] += 1
    return [count / len(values) for count in counts] if values else [0.0] * BINS


def _w(part: float) -> str:
    return f"{100 * max(0.0, min(1.0, part)):.1f}".removesuffix(".0")


def _arrow(start: tuple[float, float], end: tuple[float, float], node: float) -> str:
    """Return a slightly bent arrow between two circles, so that both directions show."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    bend = min(12.0, length / 6)
    mx, my = (x1 + x2) / 2 - uy * bend, (y1 + y2) / 2 + ux * bend
    out, back = node + 0.5, node + 4.5
    vx, vy = x2 - mx, y2 - my
    reach = math.hypot(vx, vy) or 1.0
    wx, wy = mx - x1, my - y1
    away = math.hypot(wx, wy) or 1.0
    return (
        f'<path d="M{x1 + wx / away * out:.0f} {y1 + wy / away * out:.0f}'
        f"Q{mx:.0f} {my:.0f} {x2 - vx / reach * back:.0f} {y2 - vy / reach * back:.0f}"
        '"/>'
    )
