"""``report.html``: one self-contained page that a browser shows without network or scripts."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cohortopt.io.safe import printable
from cohortopt.model.facts import Facts
from cohortopt.model.solution import Solution
from cohortopt.report import svg
from cohortopt.report.attention import attention
from cohortopt.report.capacity import capacity_use
from cohortopt.report.cards import decks, everyone
from cohortopt.report.extras import ReportExtras
from cohortopt.report.numbers import five_numbers, people_asked
from cohortopt.report.quality import TIERS, amount, gap, percent, statement
from cohortopt.report.timetable import timetable
from cohortopt.report.why import Audience, Reasons
from cohortopt.scenarios.figures import Reference, fits, free_hours, skill_lines

if TYPE_CHECKING:
    import jinja2

    from cohortopt.scenarios.figures import Heat

HEATS = 8  # shades of the heat table
SKILLS_SHOWN = 12
BOTTLENECKS = 5  # shortages of skills that are told


def report_html(
    solution: Solution,
    facts: Facts,
    *,
    audience: Audience = "manager",
    extras: ReportExtras | None = None,
    reasons: Reasons | None = None,
) -> str:
    """Return the page. The same solution always gives the same text.

    For ``participants`` it holds the matches and everyone's meeting times, and nothing else.
    """
    extras = extras or ReportExtras()
    data = _common(solution, facts, audience, reasons or Reasons(facts, extras.points))
    if audience == "manager":
        data.update(_manager(solution, facts, extras))
    return environment().get_template("report.html.j2").render(data)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the template environment: everything is escaped, unknown names are errors."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("cohortopt.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["printable"] = printable
    return made


@lru_cache(maxsize=2)
def _asset(name: str) -> tuple[Markup, str]:
    """Return a style sheet or script and its hash for the Content Security Policy."""
    text = resources.files("cohortopt.report").joinpath("templates", name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return Markup(text), f"sha256-{digest}"


def page_assets() -> dict[str, Any]:
    """Return the style and the script of a page, and their hashes."""
    style, style_hash = _asset("report.css")
    script, script_hash = _asset("report.js")
    return {
        "style": style,
        "style_hash": style_hash,
        "script": script,
        "script_hash": script_hash,
    }


def _common(
    solution: Solution, facts: Facts, audience: Audience, reasons: Reasons
) -> dict[str, Any]:
    placed, asked = people_asked(solution)
    return {
        "audience": audience,
        "title": printable(solution.scenario) or "Assignment",
        **page_assets(),
        "placed": placed,
        "asked": asked,
        "matches": len(solution.assignment.matches),
        "programs": [printable(program.name) for program in solution.programs],
        "timezone": facts.timezone,
        "decks": decks(solution, facts, audience, reasons),
        "everyone": everyone(solution, facts, audience),
        "timetable": timetable(solution, facts),
    }


def _manager(solution: Solution, facts: Facts, extras: ReportExtras) -> dict[str, Any]:
    reference = Reference(solution, facts, solution.seed)
    chance = reference.chance_fits(extras.match_points) if extras.match_points else {}
    skills = skill_lines(solution, facts)
    most = max((max(line.wanted, line.offered) for line in skills), default=1)
    return {
        "quality": statement(solution),
        "tiers": _tiers(solution),
        "numbers": [
            (number, svg.bar(number.part, number.mark))
            for number in five_numbers(solution, reference, chance, extras)
        ],
        "attention": attention(solution, facts, skills, extras),
        "bottlenecks": [str(one) for one in extras.bottlenecks if one.lost][:BOTTLENECKS],
        "skills": [
            (line, svg.skill_bar(line.wanted, line.offered, line.matched, most)) for line in skills
        ],
        "skills_shown": SKILLS_SHOWN,
        "heat": _heat(free_hours(facts)),
        "histograms": [
            (
                printable(program.name),
                svg.histogram(
                    fits(program),
                    chance.get(program.name, []),
                    f"Points a person in the matches of {printable(program.name)}",
                ),
            )
            for program in solution.programs
            if program.matches
        ],
        "has_chance": bool(chance),
        "capacity": capacity_use(solution, facts),
        "scenarios": extras.scenarios,
        "rules": extras.rules,
        "made": _made(solution, extras),
        "inputs": [(printable(name), digest) for name, digest in solution.inputs.items()],
    }


def _tiers(solution: Solution) -> list[tuple[str, str, str, str, str]]:
    """Return name, value, bound, gap and proof of every tier of every program, and together."""
    parts = [(printable(program.name), program.tiers) for program in solution.programs]
    if len(parts) > 1:
        parts.append(("Together", solution.tiers))
    rows = []
    for name, tiers in parts:
        for tier in tiers:
            bound = "unknown" if tier.bound is None else amount(tier.bound, tier.scale)
            proof = (
                "not proven"
                if tier.bound is None
                else "checked independently"
                if tier.standing == "checked"
                else "by the solver's word"
            )
            label = f"{name}: {TIERS[tier.tier]}"
            short = "none" if tier.is_proven else percent(gap(tier))
            rows.append((label, amount(tier.value, tier.scale), bound, short, proof))
    return rows


def _heat(heat: Heat) -> dict[str, Any]:
    """Return the table of free hours: rows of (count, shade)."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    most = max(1, heat.most)
    rows = []
    for day in heat.days:
        counts = [heat.counts[day][hour] for hour in heat.hours]
        rows.append((names[day], [(count, -(-count * HEATS // most)) for count in counts]))
    return {
        "hours": [f"{hour:02d}" for hour in heat.hours],
        "rows": rows,
        "known": heat.known,
        "unknown": heat.unknown,
        "shown": heat.most > 0,
    }


def _made(solution: Solution, extras: ReportExtras) -> list[tuple[str, str]]:
    run = solution.run
    versions = ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items()))
    command = extras.command or run.command
    rows = [
        ("Command", command),
        ("Seed", str(solution.seed)),
        ("Solver", run.solver),
        ("Threads", str(run.threads)),
        ("Time", f"{run.seconds:.1f} s"),
        (
            "Repeatable",
            "yes: the same files and seed give the same assignment"
            if run.repeatable
            else "not promised: the clock ended the search",
        ),
        ("Versions", versions),
    ]
    return [(name, printable(value)) for name, value in rows if value]
