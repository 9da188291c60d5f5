"""A comparison of scenarios as a terminal table, Markdown, CSV, JSON or a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cohortopt.io.safe import printable
from cohortopt.io.table import csv_bytes
from cohortopt.model.people import Roster
from cohortopt.report.extras import ScenarioTable
from cohortopt.report.page import environment, page_assets
from cohortopt.report.quality import gap, percent, statement
from cohortopt.report.why import listed, name_of
from cohortopt.scenarios.compare import Comparison, Figure
from cohortopt.words import counted

SHOWN_PEOPLE = 12
SHOWN_GROUPS = 3
TITLED = 3  # scenarios that a title names
FIRST_WIDTH = 24  # characters that the first column has at least, if it needs them
NARROW = 6  # that every other column may have
ACROSS = 6  # scenarios that stand side by side; more of them stand below each other


def scenario_table(comparison: Comparison) -> ScenarioTable:
    """Return settings, figures with their deltas and proofs as one table, and the verdict."""
    names = tuple(printable(name) for name in comparison.names)
    rows = [(printable(key), *map(printable, values)) for key, values in comparison.settings]
    for figure in comparison.figures:
        label = figure.label if figure.comparable else f"{figure.label} (counted differently)"
        rows.append((label, *_cells(figure)))
    moved = [0] * len(names)
    for move in comparison.moves:
        moved[move.scenario] += 1
    rows.append(
        ("people with other partners", *(f"{n:,}" if k else "" for k, n in enumerate(moved)))
    )
    rows.append(("quality", *(statement(one).headline for one in comparison.solutions)))
    gaps = []
    for solution in comparison.solutions:
        tier = solution.tier("points")
        proven = tier is not None and tier.is_proven
        gaps.append("none" if proven else percent(gap(tier)) if tier else "unknown")
    rows.append(("gap in points at most", *gaps))
    if len(names) > ACROSS:
        return _turned(names, rows, verdict(comparison))
    return ScenarioTable(("", *names), tuple(rows), verdict(comparison))


def _turned(
    names: Sequence[str], rows: Sequence[Sequence[str]], remarks: tuple[str, ...]
) -> ScenarioTable:
    """Return the table with a row for each scenario; what is the same in all is a remark."""
    equal = [row for row in rows if len(set(row[1:])) == 1]
    if equal:
        told = "; ".join(f"{label}: {cells[0]}" for label, *cells in equal)
        remarks = (*remarks, f"The same in all: {told}.")
    differ = [row for row in rows if row not in equal]
    turned = [(name, *(row[k] for row in differ)) for k, name in enumerate(names, start=1)]
    return ScenarioTable(("", *(row[0] for row in differ)), tuple(turned), remarks)


def verdict(comparison: Comparison) -> tuple[str, ...]:
    """Return what follows from the figures, in sentences."""
    names = [printable(name) for name in comparison.names]
    told = []
    if comparison.none_is_best:
        told.append("None is best on all figures.")
    elif comparison.best_on_all and len(comparison.best_on_all) < len(names):
        best = listed([names[k] for k in sorted(comparison.best_on_all)])
        told.append(f"Best on all figures: {best}.")
    elif comparison.best_on_all:
        told.append("All are equal on all figures.")
    better: dict[int, list[int]] = {}
    for one, other in comparison.dominated:
        better.setdefault(one, []).append(other)
    for one, others in better.items():
        more = f" (nor than {len(others) - 1:,} more)" if len(others) > 1 else ""
        first = names[others[0]]
        told.append(f"{names[one]} is nowhere better than {first}{more} and somewhere worse.")
    return tuple(told)


def show_comparison(console: Console, comparison: Comparison, roster: Roster) -> None:
    """Print the comparison: the table, the verdict, who is placed where, who changes partner."""
    made = scenario_table(comparison)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    wide = min(FIRST_WIDTH, max((len(row[0]) for row in made.rows), default=0))
    table.add_column(Text(made.columns[0]), overflow="fold", min_width=wide)
    others = made.columns[1:]
    share = max(NARROW, (console.width - wide) // max(1, len(others)) - 2)
    for column in others:
        table.add_column(Text(column), justify="right", overflow="fold", max_width=share)
    for row in made.rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    for remark in made.remarks:
        console.print(Text(remark, style="bold"))
    groups = people_lines(comparison, roster)
    for title, lines in groups[:SHOWN_GROUPS]:
        console.print()
        console.print(Text(f"{title}: {len(lines):,}", style="bold"))
        for line in lines[:SHOWN_PEOPLE]:
            console.print(Text(f"  {line}"), soft_wrap=True)
        if len(lines) > SHOWN_PEOPLE:
            console.print(Text(f"  … and {len(lines) - SHOWN_PEOPLE:,} more", style="dim"))
    if len(groups) > SHOWN_GROUPS:
        console.print(Text("Who moves in the other scenarios: --format html, md or csv."))


def people_lines(comparison: Comparison, roster: Roster) -> list[tuple[str, list[str]]]:
    """Return who is placed in some scenarios only, and who changes partner, in sentences."""
    names = [printable(name) for name in comparison.names]

    def called(person: str) -> str:
        return name_of(person, roster)

    found = []
    placed = [
        f"{called(person)} in {listed([names[k] for k, yes in enumerate(where) if yes])}, "
        f"not in {listed([names[k] for k, yes in enumerate(where) if not yes])}"
        for person, where in comparison.placed
    ]
    if placed:
        found.append(("Placed in some scenarios only", placed))
    for place in range(1, len(names)):
        moves = [
            f"{called(move.person)}: {_people(move.before, called)} → {_people(move.after, called)}"
            for move in comparison.moves
            if move.scenario == place
        ]
        if moves:
            found.append((f"Other partners in {names[place]} than in {names[0]}", moves))
    return found


def comparison_markdown(comparison: Comparison, roster: Roster) -> str:
    """Return the comparison as Markdown."""
    made = scenario_table(comparison)
    lines = [_row(made.columns), _row(["---", *["---:"] * (len(made.columns) - 1)])]
    lines += [_row(row) for row in made.rows]
    lines += ["", *(f"**{_markdown(remark)}**\n" for remark in made.remarks)]
    for title, people in people_lines(comparison, roster):
        lines += [f"## {_markdown(title)}: {len(people):,}", ""]
        lines += [f"- {_markdown(line)}" for line in people]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def comparison_csv(comparison: Comparison) -> bytes:
    """Return one row per scenario and figure or setting: ``kind,key,scenario,value,delta``."""
    rows: list[tuple[object, ...]] = []
    for key, values in comparison.settings:
        rows += [
            ("setting", key, n, v, None) for n, v in zip(comparison.names, values, strict=True)
        ]
    for figure in comparison.figures:
        for name, value, delta in zip(comparison.names, figure.values, figure.deltas, strict=True):
            rows.append(("figure", figure.key, name, _plain(value), _plain(delta)))
    for person, where in comparison.placed:
        told = zip(comparison.names, where, strict=True)
        rows += [("placed", person, name, "yes" if yes else "no", None) for name, yes in told]
    for move in comparison.moves:
        change = f"{'; '.join(move.before)} -> {'; '.join(move.after)}"
        rows.append(("partners", move.person, comparison.names[move.scenario], change, None))
    return csv_bytes(("kind", "key", "scenario", "value", "delta"), rows)


def comparison_json(comparison: Comparison) -> str:
    """Return the comparison as data."""
    names = comparison.names
    data: dict[str, Any] = {
        "schema": "cohortopt/comparison/1",
        "scenarios": [
            {
                "name": name,
                "status": solution.status,
                "tiers": [
                    tier.model_dump(
                        include={"tier", "value", "bound", "standing", "scale"}, exclude_none=True
                    )
                    for tier in solution.tiers
                ],
            }
            for name, solution in zip(names, comparison.solutions, strict=True)
        ],
        "settings": {
            key: dict(zip(names, values, strict=True)) for key, values in comparison.settings
        },
        "figures": [
            {
                "key": figure.key,
                "label": figure.label,
                "better": figure.better,
                "comparable": figure.comparable,
                "values": dict(zip(names, figure.values, strict=True)),
                "deltas": dict(zip(names, figure.deltas, strict=True)),
            }
            for figure in comparison.figures
        ],
        "placed_in_some": {
            person: [name for name, yes in zip(names, where, strict=True) if yes]
            for person, where in comparison.placed
        },
        "moves": [
            {
                "person": move.person,
                "scenario": names[move.scenario],
                "before": list(move.before),
                "after": list(move.after),
            }
            for move in comparison.moves
        ],
        "dominated": [
            {"scenario": names[one], "by": names[other]} for one, other in comparison.dominated
        ],
        "none_is_best": comparison.none_is_best,
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def comparison_html(comparison: Comparison, roster: Roster) -> str:
    """Return the comparison as one self-contained page in the clothes of the report."""
    template = environment().get_template("compare.html.j2")
    return template.render(
        **page_assets(),
        title=_title(comparison.names),
        scenarios=scenario_table(comparison),
        measure=printable(comparison.names[0]),
        people=people_lines(comparison, roster),
    )


def _title(names: Sequence[str]) -> str:
    if len(names) > TITLED:
        return counted(len(names), "scenario")
    return " · ".join(printable(name) for name in names)


def _cells(figure: Figure) -> list[str]:
    cells = []
    for value, delta in zip(figure.values, figure.deltas, strict=True):
        shown = _shown(value, figure)
        if delta and figure.comparable:
            shown += f" ({'+' if delta > 0 else '−'}{_shown(abs(delta), figure, delta=True)})"
        cells.append(shown)
    return cells


def _shown(value: float | None, figure: Figure, *, delta: bool = False) -> str:
    if value is None:
        return "–"
    if figure.unit == "part":
        return f"{100 * value:.1f}" if delta else f"{100 * value:.1f} %"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _plain(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(value, 6)


def _people(people: Sequence[str], called: Any) -> str:
    return listed([called(person) for person in people]) or "nobody"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_markdown(cell) for cell in cells)} |"


def _markdown(text: str) -> str:
    """Return text in which nothing is markup, and no line or cell ends early."""
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "#"):
        text = text.replace(mark, f"\\{mark}")
    return text
