"""Groups at real sizes: compiled annealing that keeps every rule, with bounds beside the answer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from cohortopt.errors import OutOfTimeError
from cohortopt.instance.instance import FORBIDDEN, Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Found, Solver, TierAnswer
from cohortopt.solvers.groups.problem import leader_loads, members_of

if TYPE_CHECKING:
    from cohortopt.solvers.groups.search import RichSearch

HOT, WARM, COLD = 0.5, 0.2, 0.01  # temperatures, in mean losses of a swap
LONG = 200_000  # proposals for each unit in one cooling, at most

HANDLED = frozenset(
    {
        Feature.SLOTS,
        Feature.LOADS,
        Feature.TOGETHER,
        Feature.LOCKED,
        Feature.REQUIRED,
        Feature.PREVIOUS,
        Feature.EVENT,
        Feature.LEADERS,
        Feature.TOPIC,
        Feature.ISOLATION,
        Feature.LIMITS,
        Feature.GROUP_GOALS,
        Feature.GROUP_COUNT,
        Feature.GROUP_SIZES,
        Feature.WORST,
        Feature.RELAXED,
    }
)


class GroupSearch(Solver):
    """Annealing over swaps, insertions, leaders, slots and topics, in two threads if allowed.

    Every answer obeys every rule (checked again with plain numbers); who cannot be seated is left
    out. Tiers are kept in their order; ``worst`` is improved by search. Deterministic for a seed
    with ``reproducible`` (work is then counted in proposals).
    """

    name: ClassVar[str] = "groups"
    shapes: ClassVar[frozenset[str]] = frozenset({"groups"})
    handles: ClassVar[frozenset[Feature]] = HANDLED

    def accepts(self, instance: Instance) -> bool:
        """Whether this solver handles everything that the instance asks for: one round."""
        if Feature.GROUP_SIZES in instance.features and not is_plain(instance):
            return False
        return super().accepts(instance) and instance.rounds == 1

    def solve(self, instance: Instance, clock: Clock, begun: tuple[Found, ...] = ()) -> Answer:
        """Return the best groups found within the clock, from ``begun`` if these are known."""
        from cohortopt.solvers.groups import bounds as group_bounds
        from cohortopt.solvers.groups import check as group_check
        from cohortopt.solvers.groups.cores import MOST
        from cohortopt.solvers.groups.top_up import top_up

        reasons = group_bounds.impossible(instance)
        if reasons:
            return Answer((), impossible=reasons, solver=self.name)
        if instance.n <= MOST:  # loading takes what bounding a small roster may take
            import ortools.linear_solver.pywraplp  # noqa: F401
        matches = search(instance, clock.share(1 - spare_part(instance.n, clock.left)), begun)
        faults = group_check.broken(instance, matches)
        if faults:
            shown = "; ".join(faults[:5])
            raise OutOfTimeError(f"no groups that keep every rule were found: {shown}")
        matches = top_up(instance, matches)
        return Answer(
            matches=matches,
            tiers=tiers(instance, matches, clock),
            finished=not clock.looked_late,
            solver=self.name,
        )


def spare_part(people: int, seconds: float) -> float:
    """Return the part of the time that bounds, the check and reasons will need after the search.

    Measured: two to ten microseconds for each two of at most 2,500 people, by the goals, and a
    millisecond for each person; as much again where cores are priced.
    """
    from cohortopt.solvers.groups.cores import MOST

    times, least = (2, 0.3) if people <= MOST else (1, 0.0)
    needed = least + times * (3e-6 * min(people, 2500) ** 2 + 1e-3 * people)
    return min(0.5, 0.05 + needed / max(seconds, 1e-9))


def tiers(instance: Instance, matches: tuple[Found, ...], clock: Clock) -> tuple[TierAnswer, ...]:
    """Return the value of every tier, with bounds for ``placed`` and ``points``."""
    from cohortopt.solvers.groups import bounds as group_bounds
    from cohortopt.solvers.groups import check as group_check

    found = []
    for tier in instance.tiers:
        if tier == "placed":
            value = group_check.placed_of(instance, matches)
            found.append(TierAnswer(tier, value, *group_bounds.seats_bound(instance)))
        elif tier == "points":
            value = group_check.points_of(instance, matches)
            bound = points_bound(instance, clock, value)
            clock.say("bounding", value, bound[0])
            found.append(TierAnswer(tier, value, *bound))
        elif tier == "violations":
            value = group_check.breaches_of(instance, matches)
            found.append(TierAnswer(tier, value, *breaches_bound(instance, matches)))
        elif tier == "changes":
            found.append(TierAnswer(tier, group_check.parted(instance, matches)))
        else:
            values = [v for m in matches for v in group_check.member_values(instance, m)]
            found.append(TierAnswer(tier, min(values, default=0)))
    return tuple(found)


def points_bound(instance: Instance, clock: Clock, value: int) -> tuple[int, dict[str, Any]]:
    """Return the most points that groups can have, and why: cores, or best fellows at one slot."""
    from cohortopt.solvers.groups import bounds as group_bounds
    from cohortopt.solvers.groups.cores import MOST, by_cores
    from cohortopt.solvers.groups.hours import by_hours

    rounds = 20 if instance.n <= MOST else 60
    found = group_bounds.points_bound(instance, clock.share(0.2), value, rounds)
    by_core = by_cores(instance, clock.share(0.6), *found, value)
    return by_core if by_core != found else by_hours(instance, clock.share(0.5), *found)


def breaches_bound(instance: Instance, matches: Sequence[Found]) -> tuple[int, dict[str, Any]]:
    """Return how many breaches no plan as good as these groups can do without, and why."""
    from cohortopt.solvers.groups.breaches import breaches_bound as least

    seated = sum(len(match.people) - match.leaders for match in matches)
    return least(instance, seated == len(members_of(instance)))


def with_certificates(instance: Instance, answer: Answer, clock: Clock) -> tuple[TierAnswer, ...]:
    """Return the tiers of a proven answer, with certificates where counting proves as much."""
    from cohortopt.solvers.groups import bounds as group_bounds

    found = []
    for tier in answer.tiers:
        proof: tuple[int, dict[str, Any]] | None = None
        if tier.bound is not None and tier.tier == "placed":
            proof = group_bounds.seats_bound(instance)
        elif tier.bound is not None and tier.tier == "points":
            proof = points_bound(instance, clock, tier.value)
        elif tier.bound is not None and tier.tier == "violations":
            proof = breaches_bound(instance, answer.matches)
        proven = proof is not None and proof[0] == tier.bound
        found.append(replace(tier, certificate=proof[1]) if proof and proven else tier)
    return tuple(found)


def common_slot(instance: Instance) -> int:
    """Return a slot in which everybody can meet, -1 if there is none or slots may clash.

    All groups can then meet in it, and the search need not look at hours at all.
    """
    grouping, slots = instance.grouping, instance.slots
    assert grouping is not None
    leaders = np.asarray(grouping.leaders, np.int32)[: 0 if not grouping.leaders_max else None]
    busy = leader_loads(instance, leaders).max(initial=0) > 1
    if slots is None or busy or any(lock.slot >= 0 for lock in instance.locked):
        return -1
    shared = slots.common(np.union1d(members_of(instance), leaders))
    return int(shared[0]) if len(shared) else -1


def search(instance: Instance, clock: Clock, begun: tuple[Found, ...] = ()) -> tuple[Found, ...]:
    """Return the best groups found; may break rules only if nothing that keeps them was found."""
    from cohortopt.solvers.groups.bounds import seats_by_count
    from cohortopt.solvers.groups.breaches import limits_broken
    from cohortopt.solvers.groups.start import plans

    slot = common_slot(instance)
    if slot >= 0:
        features = instance.features - {Feature.SLOTS, Feature.EVENT}
        easier = instance.vary(slots=None, features=features)
        return tuple(replace(match, slot=slot) for match in search(easier, clock, begun))
    relaxed = instance.grouping is not None and instance.grouping.relaxed is not None
    broken = partial(limits_broken, instance) if relaxed else None
    counts = plans(instance, seats_by_count(instance), broken)
    if not counts:
        return ()
    clock.say("preparing the search (compiles once on a machine; that time is not counted)")
    if is_plain(instance):
        found = plain_search(instance, clock, counts)
        if found is not None:
            return found
    return rich_search(instance, clock, counts, begun)


def is_plain(instance: Instance) -> bool:
    """Whether there are only sizes and links, and sizes seat everyone."""
    from cohortopt.solvers.groups.start import group_counts

    grouping = instance.grouping
    assert grouping is not None
    simple = not (
        grouping.leaders_max
        or instance.slots is not None
        or grouping.topics.size
        or grouping.limits
        or grouping.kinds
        or grouping.goals
        or grouping.relaxed is not None
        or instance.together
        or instance.locked
        or {"changes", "worst"} & set(instance.tiers)
    )
    people = len(members_of(instance))
    if grouping.bounds:
        low, high = (sum(bound[side] for bound in grouping.bounds) for side in (0, 1))
        return simple and low <= people <= high
    return simple and people > 1 and people in group_counts(instance).values()


def plain_search(instance: Instance, clock: Clock, counts: list[int]) -> tuple[Found, ...] | None:
    """Return groups of everyone from the fast search; None if links were broken."""
    from cohortopt.solvers.groups.ladder import best_plan
    from cohortopt.solvers.groups.plain import Plan, plain_groups
    from cohortopt.solvers.groups.problem import value_weights

    grouping = instance.grouping
    assert grouping is not None
    members = members_of(instance)
    square = instance.links.dense[np.ix_(members, members)]
    weight, _ = value_weights(grouping)
    best: tuple[int, Plan] | None = None
    for at, count in enumerate(counts):
        if best is not None and clock.is_over:
            break
        last = at == len(counts) - 1
        problem = plain_groups(square, grouping, weight, count)
        plan = best_plan(problem, clock if last and at == 0 else clock.share(0.1))
        worth = plan.value * (int(weight[grouping.size_max]) if problem.flat else 1)
        if best is None or worth > best[0]:
            best, chosen = (worth, plan), problem
    assert best is not None
    plan = best[1]
    if len(counts) > 1 and not clock.is_over:
        again = best_plan(chosen, clock)
        plan = again if again.value > plan.value else plan
    found = []
    for g in range(len(plan.lower)):
        people = members[np.flatnonzero(plan.where == g)].tolist()
        if people:
            found.append(Found(people=tuple(people)))
    rows = square
    for g in range(len(plan.lower)):
        inside = np.flatnonzero(plan.where == g)
        block = rows[np.ix_(inside, inside)]
        if (block[~np.eye(len(inside), dtype=np.bool_)] == FORBIDDEN).any():
            return None
    return tuple(sorted(found, key=lambda match: match.people))


def rich_search(
    instance: Instance, clock: Clock, counts: list[int], begun: tuple[Found, ...] = ()
) -> tuple[Found, ...]:
    """Try each number of groups shortly, then anneal the best one to the end of the clock."""
    from cohortopt.solvers.groups.fair import lift
    from cohortopt.solvers.groups.search import RichSearch

    best = _best_count(instance, clock, counts, begun)
    team = [best]
    if clock.budget.threads >= 2:
        team.append(RichSearch(best.problem, clock.budget.seed + 1, best))
    units = max(1, len(best.problem.units))
    counted = clock.budget.reproducible or clock.budget.seconds is None
    fair = "worst" in instance.tiers
    improve(team, clock.share(0.7) if fair else clock, 12_000 * units if counted else 0)
    if fair and best.is_feasible:
        clock.say("lifting the least satisfied")
        lift(best, clock, 50 * units if counted else 10**9)
    return best.matches()


def improve(team: list[RichSearch], clock: Clock, total: int) -> None:
    """Cool slowly for most of the time, then again from less heat, and so on.

    One slow cooling beats many quick ones: 300 people with every rule are worth as much after 4 s
    of it as after 25 s of those. The first of the team holds the best groups at last. ``total``
    proposals at most, 0: any number.
    """
    best = team[0]
    longest = LONG * max(1, len(best.problem.units))
    spent, hot = 0, HOT
    while not clock.is_over and (not total or spent < total):
        length = min(longest, max(total // 8, 3 * (total - spent) // 4)) if total else longest
        until = clock.elapsed + clock.left * (1.0 if clock.left < 2.0 else 0.75)
        _together(team, clock, max(1, length), hot, until)
        for one in team:
            if not one.is_feasible:
                one.clean()
        for one in team[1:]:
            best.take(one)
        for one in team[1:]:
            one.take(best)
        spent += max(1, length)
        hot = WARM if hot == HOT else HOT
        clock.say("improving groups", int(best.best.total[1]))


def _best_count(
    instance: Instance, clock: Clock, counts: list[int], begun: tuple[Found, ...]
) -> RichSearch:
    """Return the search with the best number of groups, each tried for a short while.

    First comes the number of groups ``begun``, from these.
    Others than ``counts`` follow, few, as long as rules leave people out of all of them.
    """
    from cohortopt.solvers.groups.bounds import seats_bound
    from cohortopt.solvers.groups.breaches import breaches_bound as least_breaches
    from cohortopt.solvers.groups.energy import is_better
    from cohortopt.solvers.groups.problem import make_problem, with_groups
    from cohortopt.solvers.groups.search import RichSearch
    from cohortopt.solvers.groups.start import start_of

    most = seats_bound(instance)[0]
    relaxed = instance.grouping is not None and instance.grouping.relaxed is not None
    fewest = least_breaches(instance, True)[0] if relaxed else 0
    problem = make_problem(instance, counts[0])
    best: RichSearch | None = None
    queue, later = list(counts), fewer(instance, counts)
    if begun:
        queue = [len(begun), *(count for count in counts if count != len(begun))]
    while queue and not (best is not None and clock.is_over):
        one = RichSearch(with_groups(problem, queue.pop(0)), clock.budget.seed)
        one.most, one.fewest = most, fewest
        if begun and best is None:
            one.begin(start_of(one.problem, begun))
        units = max(1, len(problem.units))
        clock.say("looking for groups that keep every rule", int(one.best.total[3]))
        if not one.is_settled:
            hopeless = one.is_feasible or (best is not None and best.is_feasible)
            one.fill()
            part = clock.share(0.1 if hopeless else 0.5)
            if not one.repair(part, min(8_000_000, (4_000 if hopeless else 20_000) * units)):
                one.clean()
        one.measure()
        if len(counts) > 1 or not one.is_settled:
            until = clock.elapsed + 0.1 * clock.left / (len(queue) + 1)
            one.anneal(clock, (6000 if clock.is_timed else 1500) * units, HOT, COLD, until)
            if not one.is_feasible:
                one.clean()
        if best is None or is_better(one.order, one.best.total, best.best.total):
            best = one
        if not queue and later and not best.is_settled:
            queue.append(later.pop(0))
    assert best is not None
    return best


def fewer(instance: Instance, counts: list[int]) -> list[int]:
    """Return at most four other numbers of groups, for when rules leave people out of all these."""
    from cohortopt.solvers.groups.start import group_counts

    able = group_counts(instance)
    rest = sorted((g for g in able if g > 0 and g not in counts), key=lambda g: (-able[g], -g))
    return rest[:4]


def _together(team: list[RichSearch], clock: Clock, length: int, hot: float, until: float) -> None:
    """Anneal every search of the team at the same time: kernels release the interpreter lock."""
    if len(team) == 1:
        team[0].anneal(clock, length, hot, COLD, until)
        return
    with ThreadPoolExecutor(len(team)) as pool:
        jobs = [pool.submit(one.anneal, clock, length, hot, COLD, until) for one in team]
        for job in jobs:
            job.result()
