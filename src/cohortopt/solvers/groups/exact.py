"""Small groups, exactly: every group that keeps the rules is a column, and CP-SAT packs them.

Set partitioning over all columns, one tier after the other. A column holds its members, leaders
and topic; only where a leader may lead several groups is it also copied for each slot. The
optimum of every tier is proven by the solver, so bounds equal values; where counting proves as
much, its certificate stands beside them, otherwise they are claims. Where the time ends first, the
search goes on from what was packed, and what was proven stays.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import combinations, islice
from typing import Any, ClassVar

import numpy as np

from cohortopt.errors import OutOfTimeError
from cohortopt.instance.instance import Instance
from cohortopt.solvers.base import Answer, Clock, Found, Solver, TierAnswer
from cohortopt.solvers.groups.check import breaches_in
from cohortopt.solvers.groups.listing import (
    columns,
    expected_count,
    group_count,
    starts_worth_trying,
)
from cohortopt.solvers.groups.problem import (
    leader_loads,
    meeting_slots,
    members_of,
    previous_pairs,
)
from cohortopt.solvers.groups.solver import HANDLED, GroupSearch, with_certificates

COLUMNS = 6_000  # more groups than this, about, are left to the search
PACKED = 12_000  # groups in one model
QUICK = 1_500  # groups that take CP-SAT a second
MOST = 60_000  # groups listed where hours, topics and links leave few; some of them are packed
PART = 0.6  # of the time; the search has what is left, from what was found
STEPS = 20.0  # of CP-SAT's own seconds, where the clock must not matter
COPIES = 20_000  # and more columns, where each group is copied for slots


class GroupsExact(Solver):
    """Set partitioning over all possible groups, proven tier by tier."""

    name: ClassVar[str] = "groups_exact"
    shapes: ClassVar[frozenset[str]] = frozenset({"groups"})
    handles: ClassVar = HANDLED

    def accepts(self, instance: Instance) -> bool:
        """Whether there is one round and few enough columns, as far as can be told beforehand."""
        if not super().accepts(instance) or instance.rounds > 1 or instance.grouping is None:
            return False
        if instance.grouping.bounds or len(members_of(instance)) > 40:
            return False
        groups = group_count(instance)
        if groups > COLUMNS:
            rich = instance.grouping.relaxed or instance.locked
            if rich or instance.tiers[0] != "placed":
                return False
            return expected_count(instance) <= COLUMNS
        if leader_loads(instance, instance.grouping.leaders).max(initial=0) < 2:
            return True
        return groups * len(starts_worth_trying(instance)) <= COPIES

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best groups with proof, or why there are none."""
        from cohortopt.solvers.groups.bounds import impossible

        reasons = impossible(instance)
        if reasons:
            return Answer((), impossible=reasons, solver=self.name)
        clock.say("listing every possible group")
        part, found = clock.share(PART), list[Found]()
        try:
            for group in islice(columns(instance), MOST):
                found.append(group)
                if part.is_over:
                    raise OutOfTimeError("there are too many possible groups to list in time")
            if clock.is_timed and len(found) > max(COLUMNS, QUICK * clock.left):
                return GroupSearch().solve(instance, clock)
            if len(found) > PACKED:
                return GroupSearch().solve(instance, clock, begun=seated(instance, found, part))
            answer = _Packing(instance, found, part).solve()
        except OutOfTimeError:
            return GroupSearch().solve(instance, clock)
        if not answer.finished and not clock.is_over:
            answer = improved(instance, answer, clock)
        return replace(answer, tiers=with_certificates(instance, answer, clock))


def seated(instance: Instance, found: list[Found], clock: Clock) -> tuple[Found, ...]:
    """Return groups that seat many people, packed from some of those found; none if time ends."""
    some = np.random.default_rng(clock.budget.seed).choice(len(found), PACKED, replace=False)
    packing = _Packing(instance, [found[at] for at in np.sort(some)], clock)
    try:
        packing.best(packing.coefficients("placed"))
    except (OutOfTimeError, _NoneError):
        return ()
    return tuple(packing.chosen)


def improved(instance: Instance, answer: Answer, clock: Clock) -> Answer:
    """Search from an answer whose last tiers are not proven; what it proved stays."""
    try:
        more = GroupSearch().solve(instance, clock, begun=answer.matches)
    except OutOfTimeError:
        return answer
    tiers = list(more.tiers)
    for at, (old, new) in enumerate(zip(answer.tiers, more.tiers, strict=True)):
        if old.bound is not None and old.value == new.value:
            tiers[at] = replace(new, bound=old.bound, certificate=None)
        else:
            break
    return replace(more, tiers=tuple(tiers))


class _Packing:
    """The packing model: a yes or no for each column, tiers one after the other."""

    def __init__(self, instance: Instance, found: list[Found], clock: Clock) -> None:
        from ortools.sat.python import cp_model

        self.instance, self.found, self.clock = instance, found, clock
        self.model = cp_model.CpModel()
        self.use = [self.model.new_bool_var(f"c{at}") for at in range(len(found))]
        self.chosen: list[Found] = []
        self.has_plan = False
        self.missing: list[Any] = []  # whoever is hoped for and absent
        self._rules()

    @cached_property
    def values(self) -> list[list[int]]:
        """What each column is worth to its members."""
        from cohortopt.solvers.groups.check import member_values

        cache: dict[tuple[Any, ...], list[int]] = {}
        for match in self.found:
            key = (match.people, match.leaders, match.topic)
            if key not in cache:
                cache[key] = member_values(self.instance, match)
        return [cache[match.people, match.leaders, match.topic] for match in self.found]

    def _rules(self) -> None:
        """Add who sits once, who leads how often, required, locked, counts and clashes."""
        instance, model, use = self.instance, self.model, self.use
        grouping = instance.grouping
        assert grouping is not None
        sits: dict[int, list[Any]] = {}
        leads: dict[int, list[tuple[Any, int]]] = {}
        for x, match in zip(use, self.found, strict=True):
            for i in match.people[match.leaders :]:
                sits.setdefault(i, []).append(x)
            for i in match.people[: match.leaders]:
                leads.setdefault(i, []).append((x, match.slot))
        can_sit = set(members_of(instance).tolist())
        for i in can_sit:
            model.add_at_most_one(sits.get(i, []))
        loads = leader_loads(instance, grouping.leaders)
        for boss, load in zip(grouping.leaders.tolist(), loads.tolist(), strict=True):
            own = leads.get(boss, [])
            least = int(instance.gives_min[boss]) if grouping.leaders_max else 0
            if own or least:
                model.add_linear_constraint(sum(x for x, _ in own), least, max(load, least))
            if load < least:
                model.add_bool_or([])
            if sits.get(boss) and own:
                seated = model.new_bool_var(f"s{boss}")
                model.add(sum(sits[boss]) == seated)
                for x, _ in own:
                    model.add_implication(x, ~seated)
            slots = meeting_slots(instance)
            if slots is not None and load > 1:
                for slot in sorted({slot for _, slot in own}):
                    near = [x for x, other in own if slots.clash(slot, other) and other >= slot]
                    here = [x for x, other in own if other == slot]
                    later = [x for x in near if all(x is not y for y in here)]
                    model.add_at_most_one(here)
                    for x in later:
                        for y in here:
                            model.add_bool_or([~x, ~y])
        for i in instance.required.nonzero()[0].tolist():
            if i in can_sit or i in leads:
                model.add_bool_or([*sits.get(i, []), *(x for x, _ in leads.get(i, []))])
        relaxed = grouping.relaxed
        asked = relaxed.asked if relaxed is not None else None
        for i in [] if asked is None else asked.nonzero()[0].tolist():
            out = model.new_bool_var(f"o{i}")
            model.add_bool_or([out, *sits.get(i, []), *(x for x, _ in leads.get(i, []))])
            self.missing.append(out)
        for people in instance.together:
            model.add_bool_or(
                [
                    x
                    for x, match in zip(use, self.found, strict=True)
                    if set(people) <= set(match.people)
                ]
            )
        for lock in instance.locked:
            bosses, members = set(lock.people[: lock.leaders]), set(lock.people[lock.leaders :])
            model.add_bool_or(
                [
                    x
                    for x, match in zip(use, self.found, strict=True)
                    if bosses == set(match.people[: match.leaders])
                    and members == set(match.people[match.leaders :])
                    and lock.slot in (-1, match.slot)
                ]
            )
        if grouping.count >= 0:
            model.add(sum(use) == grouping.count)

    def best(self, coefficients: list[int], missing: int = 0) -> tuple[int, bool]:
        """Maximise, fix the value found, and say whether it is proven.

        ``missing`` is what each person who is hoped for and absent adds.
        """
        from ortools.sat.python import cp_model

        terms = [(c, x) for c, x in zip(coefficients, self.use, strict=True) if c]
        terms += [(missing, x) for x in self.missing if missing]
        goal = sum(c * x for c, x in terms)
        self.model.maximize(goal)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.clock.budget.seed
        if self.clock.left < 10**6:
            solver.parameters.max_time_in_seconds = max(0.1, self.clock.left)
        if not self.clock.is_timed:
            solver.parameters.max_deterministic_time = STEPS
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            raise _NoneError
        if status == cp_model.UNKNOWN and self.has_plan and not missing:
            kept = {id(match) for match in self.chosen}
            pairs = zip(coefficients, self.found, strict=True)
            return sum(c for c, match in pairs if id(match) in kept), False
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise OutOfTimeError("no groups that keep every rule were found in time")
        value = sum(c for c, x in terms if solver.boolean_value(x))
        self.model.add(goal >= value)
        self.has_plan = True
        self.model.clear_hints()
        for x in (*self.use, *self.missing):
            self.model.add_hint(x, solver.boolean_value(x))
        self.chosen = [
            match for x, match in zip(self.use, self.found, strict=True) if solver.boolean_value(x)
        ]
        return value, status == cp_model.OPTIMAL

    def solve(self) -> Answer:
        """Return the answer with every tier proven, as far as the clock allows."""
        instance = self.instance
        tiers: list[TierAnswer] = []
        finished = True
        try:
            for tier in instance.tiers:
                if tier == "worst":
                    proven = self._leximin()
                    value = min(
                        (
                            v
                            for match, own in zip(self.found, self.values, strict=True)
                            if any(match is one for one in self.chosen)
                            for v in own
                        ),
                        default=0,
                    )
                elif tier == "violations":
                    broken = [-breaches_in(instance, match) for match in self.found]
                    value, proven = self.best(broken, -1)
                    value = -value
                else:
                    value, proven = self.best(self.coefficients(tier))
                    if tier == "changes":
                        value = len(previous_pairs(instance)) - value
                finished &= proven
                tiers.append(TierAnswer(tier, value, value if proven else None))
        except _NoneError:
            text = (
                f"none of the ways to combine the {len(self.found)} possible groups keeps every "
                "rule (all of them were considered)"
            )
            return Answer((), impossible=(text,), solver=GroupsExact.name)
        matches = tuple(sorted(self.chosen, key=lambda match: match.people))
        return Answer(matches, tuple(tiers), finished, solver=GroupsExact.name)

    def coefficients(self, tier: str) -> list[int]:
        """Return what each column adds to a tier."""
        if tier == "placed":
            priority = self.instance.priority
            return [
                sum(int(priority[i]) for i in match.people[match.leaders :]) for match in self.found
            ]
        if tier == "changes":
            before = previous_pairs(self.instance)
            return [
                sum(pair in before for pair in combinations(sorted(match.people), 2))
                for match in self.found
            ]
        return [sum(own) for own in self.values]

    def _leximin(self) -> bool:
        """Make the number of members at each value, lowest first, as small as possible."""
        proven = True
        if "placed" not in self.instance.tiers:
            self.best(self.coefficients("placed"))
        for level in sorted({v for own in self.values for v in own}):
            counts = [-sum(v <= level for v in own) for own in self.values]
            value, fine = self.best(counts)
            proven &= fine
            seated = sum(len(match.people) - match.leaders for match in self.chosen)
            if -value >= seated:
                break
        return proven


class _NoneError(Exception):
    """No combination of columns keeps every rule."""
