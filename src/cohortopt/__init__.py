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

from cohortopt.complementarity import Complementarity
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
from cohortopt.programs import PROGRAMS, Program, Scenario
from cohortopt.repair.repair import repair
from cohortopt.scenarios.compare import compare
from cohortopt.solvers.base import Budget, Progress
from cohortopt.verify.verdict import verify

__version__ = "0.1.0"

__all__ = [
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
    "solve",
    "verify",
]
