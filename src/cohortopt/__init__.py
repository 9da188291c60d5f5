"""Assign people to mentor pairs, peer pods, groups and skill swaps; prove it; name a time to meet.

>>> import cohortopt
>>> people = [
...     cohortopt.Person(id="m", role=("mentor",), level=4, skills_offered={"sql": 5}),
...     cohortopt.Person(id="e", role=("mentee",), level=2, skills_wanted={"sql": 3}),
... ]
>>> roster = cohortopt.Roster(people=people)
>>> solution = cohortopt.solve(roster, cohortopt.PROGRAMS["mentorship"])
>>> [match.people for match in solution.assignment.matches], solution.status
([('m', 'e')], 'optimal')
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cohortopt.engine import solve
    from cohortopt.errors import (
        CohortoptError,
        InfeasibleError,
        InputError,
        NoSolverError,
        OutOfTimeError,
        Problem,
        ProgramError,
        RosterError,
        VerificationError,
    )
    from cohortopt.explain.advise import advise
    from cohortopt.explain.complementarity import Complementarity
    from cohortopt.explain.explain import explain
    from cohortopt.io.roster import read_roster
    from cohortopt.io.scenario import read_scenario
    from cohortopt.model import (
        Availability,
        Match,
        Person,
        Relation,
        Roster,
        SkillGraph,
        Slot,
        Solution,
        Weeks,
    )
    from cohortopt.programs import INTEGRATED, PROGRAMS, Program, Scenario
    from cohortopt.repair.during import replan
    from cohortopt.repair.repair import repair
    from cohortopt.scenarios.compare import compare
    from cohortopt.solvers.base import Budget, Progress
    from cohortopt.verify.verdict import verify
else:
    # Three rooms share their name with the function they exist for. Loading the empty packages
    # first leaves the names free for the functions.
    from cohortopt import explain, repair, verify

    del explain, repair, verify

__version__ = "0.1.0"

__all__ = [
    "INTEGRATED",
    "PROGRAMS",
    "Availability",
    "Budget",
    "CohortoptError",
    "Complementarity",
    "InfeasibleError",
    "InputError",
    "Match",
    "NoSolverError",
    "OutOfTimeError",
    "Person",
    "Problem",
    "Program",
    "ProgramError",
    "Progress",
    "Relation",
    "Roster",
    "RosterError",
    "Scenario",
    "SkillGraph",
    "Slot",
    "Solution",
    "VerificationError",
    "Weeks",
    "advise",
    "compare",
    "explain",
    "read_roster",
    "read_scenario",
    "repair",
    "replan",
    "solve",
    "verify",
]

_HOMES = {
    "INTEGRATED": "programs",
    "PROGRAMS": "programs",
    "Availability": "model",
    "Budget": "solvers.base",
    "CohortoptError": "errors",
    "Complementarity": "explain.complementarity",
    "InfeasibleError": "errors",
    "InputError": "errors",
    "Match": "model",
    "NoSolverError": "errors",
    "OutOfTimeError": "errors",
    "Person": "model",
    "Problem": "errors",
    "Program": "programs",
    "ProgramError": "errors",
    "Progress": "solvers.base",
    "Relation": "model",
    "Roster": "model",
    "RosterError": "errors",
    "Scenario": "programs",
    "SkillGraph": "model",
    "Slot": "model",
    "Solution": "model",
    "VerificationError": "errors",
    "Weeks": "model",
    "advise": "explain.advise",
    "compare": "scenarios.compare",
    "explain": "explain.explain",
    "read_roster": "io.roster",
    "read_scenario": "io.scenario",
    "repair": "repair.repair",
    "replan": "repair.during",
    "solve": "engine",
    "verify": "verify.verdict",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module that it lives in, when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cohortopt' has no attribute '{name}'")
    found = getattr(importlib.import_module(f"cohortopt.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
