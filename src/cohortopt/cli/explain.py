"""``cohortopt explain``: why these partners, why not those, who is worst off, what is fragile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cohortopt.cli.common import (
    SOLVED,
    Asked,
    budget_options,
    console,
    data_options,
    format_option,
    scenario_option,
)
from cohortopt.words import counted

SECONDS = 10.0  # that one solve may take

if TYPE_CHECKING:
    from cohortopt.explain.base import Audience
    from cohortopt.explain.bottlenecks import BottleneckSkill
    from cohortopt.io.solved import Solved


@click.command()
@click.argument("out", metavar="FOLDER", type=SOLVED)
@click.argument("person", required=False)
@click.argument("other", required=False)
@click.option("--audience", type=click.Choice(["manager", "participants"]), default="manager")
@click.option("--fairness", is_flag=True, help="The fairness ledger instead of a person.")
@click.option("--attribute", default="department", show_default=True, help="Rates by this.")
@click.option("--stress", is_flag=True, help="What each person's leaving would cost.")
@click.option("--skills", is_flag=True, help="Wanted skills, the costliest shortage first.")
@scenario_option
@budget_options
@format_option("text", "json")
@data_options
def explain(
    out: Path,
    person: str | None,
    other: str | None,
    audience: str,
    fairness: bool,
    attribute: str,
    stress: bool,
    skills: bool,
    scenario: Path | None,
    asked: Asked,
    form: str,
) -> None:
    """Say why PERSON sits where they sit, or why PERSON and OTHER do not meet.

    Costs are differences between two plans that were solved one by one. Names are ids of the
    roster, or full names where they are unique. One solve takes ten seconds at most unless
    --seconds says otherwise.
    """
    from cohortopt.explain.bottlenecks import bottleneck_skills
    from cohortopt.explain.fairness import fairness_ledger
    from cohortopt.explain.pair import explain_pair
    from cohortopt.explain.person import explain_person
    from cohortopt.explain.stress import dropout_stress
    from cohortopt.io.solved import read_solved
    from cohortopt.solvers.base import Budget

    solved = read_solved(out, scenario=scenario, changes=asked.changes)
    if not (person or fairness or stress or skills):
        raise click.UsageError("name a person, two people, --fairness, --stress or --skills")
    if audience == "participants" and (fairness or stress or skills):
        raise click.UsageError("--fairness, --stress and --skills are for managers only")
    budget = Budget(
        seconds=SECONDS if asked.seconds is None else asked.seconds,
        seed=solved.solution.seed if asked.seed is None else asked.seed,
        threads=asked.threads,
        reproducible=asked.reproducible,
    )
    who: Audience = "participants" if audience == "participants" else "manager"
    common = (solved.solution, solved.facts.roster, solved.scenario)
    found: Any
    if fairness:
        found = fairness_ledger(*common, attribute=attribute, budget=budget)
    elif stress:
        found = dropout_stress(*common, budget=budget)
    elif skills:
        found = bottleneck_skills(*common)
    elif other is None:
        found = explain_person(*common, _find(solved, str(person)), audience=who)
    else:
        two = _find(solved, str(person)), _find(solved, other)
        found = explain_pair(*common, *two, budget=budget, audience=who)
    if form == "json":
        data = (
            [one.model_dump() for one in found] if isinstance(found, tuple) else found.model_dump()
        )
        click.echo(json.dumps(data, indent=1, default=str))
        return
    _show(found, solved)


def _find(solved: Solved, text: str) -> str:
    """Return the id of a person named by id or by full name."""
    from difflib import get_close_matches

    roster = solved.facts.roster
    if text in roster:
        return text
    named = [p.id for p in roster.people if p.name.casefold() == text.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        raise click.UsageError(f"{text!r} is the name of {', '.join(named)}; give the id")
    near = get_close_matches(text, [*roster.ids(), *(p.name for p in roster.people)], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise click.UsageError(f"nobody is called {text!r}.{hint}")


def _show(found: Any, solved: Solved) -> None:
    from rich.text import Text

    from cohortopt.explain.bottlenecks import BottleneckSkill
    from cohortopt.explain.fairness import FairnessLedger
    from cohortopt.explain.person import PersonExplanation
    from cohortopt.explain.stress import Stress
    from cohortopt.io.safe import printable

    out = console()

    def say(line: str, style: str = "") -> None:
        out.print(Text(printable(line), style=style), soft_wrap=True)

    if isinstance(found, PersonExplanation):
        say(str(solved.facts.roster[found.person]), "bold")
        for line in found.sentences:
            say(line)
    elif isinstance(found, FairnessLedger):
        for one in found.programs:
            say(one.program, "bold")
            for person, points in one.worst_off:
                say(f"  {solved.facts.roster[person]} gets {points / one.scale:g}")
            if one.price_of_fairness is not None:
                say(
                    f"  Putting the worst-off first would cost "
                    f"{counted(one.price_of_fairness, 'point')} "
                    f"and raise them to {one.raised_to}."
                )
            if one.blocking_pairs is not None:
                say(f"  {counted(one.blocking_pairs, 'pair')} would both rather have each other.")
            for rate in one.rates:
                say(f"  {found.attribute} {rate.value}: {rate.placed} of {rate.asked} placed")
            for warning in one.warnings:
                say(f"  Look at this: {warning}", "yellow")
    elif isinstance(found, Stress):
        say(
            f"{len(found.fragile)} of {len(found.leavings)} leavings leave somebody without a place"
        )
        for leaving in found.leavings[:20]:
            names = ", ".join(str(solved.facts.roster[one]) for one in leaving.people)
            cost = ", ".join(f"{c.tier} {c.gain:+,}" for c in leaving.after)
            lost = ", ".join(leaving.still_left)
            say(f"  {names}: {cost}" + (f"; left over: {lost}" if lost else ""))
    elif all(isinstance(one, BottleneckSkill) for one in found):
        for line in skill_lines(found):
            say(line)
    else:
        for one in found:
            say(one.program, "bold")
            say(f"  {one.sentence}")


def skill_lines(skills: Sequence[BottleneckSkill], most: int | None = None) -> list[str]:
    """Return a line for each wanted skill, ``most`` at most; those that cost nothing are counted.

    Skills come as ``bottleneck_skills`` orders them.
    """
    costly = [one for one in skills if one.lost or one.matched < one.wanted]
    shown = costly[:most]
    lines = [f"  {one}" for one in shown]
    if len(shown) < len(skills):
        lines.append(f"  {counted(len(skills) - len(shown), 'other wanted skill')}")
    return lines
