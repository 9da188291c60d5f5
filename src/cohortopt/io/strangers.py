"""People and columns that the programs of a scenario speak of and the roster does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cohortopt.demands import named
from cohortopt.errors import Problem
from cohortopt.io.settings import near, shown
from cohortopt.model import Person, Roster
from cohortopt.programs import Program
from cohortopt.rules import Apart, Limits
from cohortopt.rules.base import Said


def unknown_columns(programs: Sequence[Program], roster: Roster, file: str) -> Iterator[Problem]:
    """Yield every column that a rule or goal names and that nobody of the roster has."""
    known = {*Person.model_fields, *roster.columns} - {"attributes"}
    for program in programs if len(roster) else ():
        for part, said in (("rules", program.rules), ("goals", program.goals)):
            for one in said:
                for name in columns_of(one):
                    if name not in known:
                        place = f"{program.name}.{part}.{one.kind_name}"
                        told = "a column of the roster with something in it"
                        yield Problem(file, 0, place, "CO173", shown(name), told, near(name, known))


def columns_of(said: Said) -> Iterator[str]:
    """Yield the columns that a rule or goal speaks of."""
    if isinstance(said, Limits):
        yield from (item.column for item in said.items)
    yield from getattr(said, "attributes", ())
    if getattr(said, "attribute", ""):
        yield str(getattr(said, "attribute"))  # noqa: B009


def unknown_people(programs: Sequence[Program], roster: Roster, file: str) -> Iterator[Problem]:
    """Yield every id that a rule names and that is not on the roster.

    Whoever is asked to do something must be there; whom nobody meets may be gone.
    """
    known = set(roster.ids())
    for program in programs:
        asked = {("CO174", rule, one): None for rule, one in named(program)}
        apart = program.rule(Apart)
        lists = apart.lists if apart is not None else ()
        asked |= {("CO351", "apart", one): None for people in lists for one in people}
        for code, rule, one in asked:
            if one not in known:
                place = f"{program.name}.{rule}"
                told = "the id of a person of the roster"
                yield Problem(file, 0, place, code, shown(one), told, near(one, known))
