"""A solution adapted to a changed roster: placed first, then the fewest moves, then points."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cohortopt.decode import decode
from cohortopt.errors import OutOfTimeError
from cohortopt.instance import Lock
from cohortopt.joint.knows import Knows
from cohortopt.joint.shared import Part, Plan, Shared
from cohortopt.joint.solve import find_plan, finish
from cohortopt.model import Match, Person, Roster, Solution
from cohortopt.programs import Program, Scenario
from cohortopt.repair.carry import Carrier, earlier_matches, with_slots_of
from cohortopt.repair.moves import Before
from cohortopt.repair.search import ExactRepair, RepairJudge, RepairSearch, left_over
from cohortopt.rules import Locked, Together
from cohortopt.rules.named import LockedMatch
from cohortopt.solvers.base import Budget, Clock, Found, Progress
from cohortopt.verify.feasibility import find_violations
from cohortopt.words import counted

STEPS = 12  # steps without gain after which a repair ends; more with every person left over
MOST_STEPS = 60
PRICES = 10  # moves up to which prices are asked for


@dataclass(frozen=True)
class Move:
    """Somebody who gives up a seat: the match they had, with whom, and theirs now ("" if none)."""

    program: str
    person: str
    was: str
    now: str


@dataclass(frozen=True)
class Price:
    """What so many moves at most can buy: people placed (weighted) and points."""

    moves: int
    placed: int
    points: int


@dataclass(frozen=True)
class Repair:
    """A repaired solution, who moves, and what more moves would buy."""

    solution: Solution
    moves: int
    moved: tuple[Move, ...]
    left: tuple[str, ...]  # were there, are not on the roster any more
    joined: tuple[str, ...]  # are new
    notes: tuple[str, ...] = ()  # kept matches that could not stay, and why
    prices: tuple[Price, ...] = field(default_factory=tuple)
    proven: bool = False  # no repair is better
    scenario: Scenario | None = None  # where the rest of an event was re-planned: from then on
    absent: tuple[Person, ...] = ()  # who left and still stands in sessions that were held


def repair(
    solution: Solution,
    roster: Roster,
    scenario: Scenario | Program,
    *,
    moves: int | None = None,
    price: bool = False,
    keep: Sequence[str] = (),
    budget: Budget | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Repair:
    """Adapt a solution to a roster in which people left, joined, or changed hours or vetoes.

    Every match that may still be stays at first; only people whom the change concerns are
    placed again. As many as possible are placed, then as few as possible are moved (see
    ``repair.moves`` for what that means), then points count. A roster that changes nothing
    moves nobody. Exact for few people, where the choice is made among all matches; for more
    people by steps that free a neighbourhood each, which costs a fraction of a fresh solve.

    Parameters
    ----------
    solution
        What people have now.
    roster
        The new roster.
    scenario
        As it was solved, or changed.
    moves
        Instead: the best that at most so many moves can buy.
    price
        Also say what 0, 1, 2, ... moves buy.
    keep
        Names of published programs: all their matches are locked.
    budget
        Seconds, seed and threads; the scenario's own by default.

    Returns
    -------
    Repair
        Its solution is checked like every other.
    """
    scenario = Scenario.of(scenario)
    clock = Clock(
        budget or Budget(seconds=scenario.seconds, seed=scenario.seed), on_progress, cancel
    )
    clock.say("carrying matches over")
    state = _State(solution, roster, scenario, keep)
    judge = RepairJudge(state.shared, state.before)
    plan, proven = state.improve(judge, state.plan, clock.share(0.5 if price else 1.0))
    prices: list[Price] = []
    if price or moves is not None:
        bought = state.prices(plan, clock, moves)
        prices = [cost for cost, _ in bought]
        if moves is None:  # a plan of the list may move fewer and place as many
            plan = max((plan, *(one for _, one in bought)), key=judge.key)
        else:
            affordable = [(c, p) for c, p in bought if c.moves <= moves] or bought[:1]
            plan, proven = affordable[-1][1], False
            if bought[0][0].moves > moves:
                told = f"{counted(bought[0][0].moves, 'move')} cannot be avoided; {moves} allowed"
                state.notes.append(told)
    return state.told(plan, clock, tuple(prices), proven)


class _State:
    """What is known when a repair starts: programs with locks, seats, matches carried over."""

    def __init__(
        self, solution: Solution, roster: Roster, scenario: Scenario, keep: Sequence[str]
    ) -> None:
        self.scenario, self.notes = scenario, list[str]()
        self.facts = scenario.facts(roster)
        known = {m for part in solution.programs for match in part.matches for m in match.people}
        known |= {one.person for part in solution.programs for one in part.unplaced}
        self.left = tuple(sorted(one for one in known if one not in roster))
        self.joined = tuple(sorted(one for one in roster.ids() if one not in known))
        planned = {part.name: part.matches for part in solution.programs}
        programs = tuple(
            with_slots_of(program.without_rule(Locked), planned.get(program.name, ()))
            for program in scenario.programs
        )
        free = scenario.model_copy(update={"programs": programs})
        self.shared = Shared(free, self.facts, solution)
        self.earlier = earlier_matches(self.shared, solution)
        carrier = Carrier(self.shared)
        taken: list[dict[int, Found]] = [{} for _ in self.shared.parts]
        locks: list[list[LockedMatch]] = [[] for _ in self.shared.parts]
        together: list[list[tuple[str, ...]]] = [[] for _ in self.shared.parts]
        for k, (match, found, number) in self._to_lock(keep):
            now = carrier.take(k, found)
            if now is None:
                self._not_kept(match, [i for i in found.people if i >= 0])
                continue
            if number >= 0:
                taken[k][number] = now
            else:
                taken[k][-1 - len(taken[k])] = now
            ids = tuple(self.facts.roster.people[i].id for i in now.people)
            if now.people == found.people:
                slot = self.shared.parts[k].compiled.slots[now.slot] if now.slot >= 0 else None
                timed = slot if match.slot is not None and slot and not slot.date else None
                locks[k].append(LockedMatch(people=ids, slot=timed, round=now.round))
                if match.slot is not None and slot != match.slot:
                    self.notes.append(f"{match.match} is kept, but meets at another time: {slot}")
            else:
                together[k].append(ids)
                gone = ", ".join(one for one in match.people if one not in roster)
                self.notes.append(f"{match.match} is kept without {gone}, who left")
        self.lost: list[int] = []
        for k, held in enumerate(self.earlier):
            for number, (_, found) in enumerate(held):
                if number not in taken[k]:
                    now = carrier.take(k, found)
                    if now is None:
                        self.lost += [i for i in found.people if i >= 0]
                    else:
                        taken[k][number] = now
        self.plan: Plan = tuple(tuple(found for _, found in sorted(held.items())) for held in taken)
        self._lock(locks, together)
        before = [[found for _, found in held] for held in self.earlier]
        self.before = Before(self.shared, before)

    def _to_lock(self, keep: Sequence[str]) -> list[tuple[int, tuple[Match, Found, int]]]:
        """Return matches that must stay: published ones, and locks of the scenario."""
        found: list[tuple[int, tuple[Match, Found, int]]] = []
        index = {person.id: i for i, person in enumerate(self.facts.roster.people)}
        for k, program in enumerate(self.scenario.programs):
            rule = program.rule(Locked)
            locks = list(rule.matches) if rule is not None else []
            for number, (match, one) in enumerate(self.earlier[k]):
                same = [
                    lock
                    for lock in locks
                    if set(lock.people) == set(match.people) and lock.round == match.round
                ]
                if same or match.locked or program.name in keep:
                    found.append((k, (match, one, number)))
                    locks = [lock for lock in locks if lock not in same]
            slots = {slot: s for s, slot in enumerate(self.shared.parts[k].compiled.slots)}
            lead = program.leaders(self.facts) or frozenset()
            for lock in locks:
                bosses = [one for one in lock.people if one in lead]
                order = [*bosses, *(one for one in lock.people if one not in lead)]
                people = tuple(index.get(one, -1) for one in order)
                slot = slots.get(lock.slot, -1) if lock.slot is not None else -1
                told = Match.model_validate(
                    {
                        "match": f"the locked match {' + '.join(lock.people)}",
                        "members": [{"person": one, "role": "peer"} for one in lock.people],
                        "slot": lock.slot,
                    }
                )
                one = Found(people, len(bosses), slot, round=lock.round)
                found.append((k, (told, one, -1)))
        return found

    def _not_kept(self, match: Match, here: list[int]) -> None:
        gone = [one for one in match.people if one not in self.facts.roster]
        if gone:
            self.notes.append(f"{match.match} cannot stay: {', '.join(gone)} left")
        else:
            self.notes.append(f"{match.match} cannot stay: it breaks a rule on the new roster")

    def _lock(self, locks: list[list[LockedMatch]], together: list[list[tuple[str, ...]]]) -> None:
        """Put the locks that hold into the programs."""
        parts: list[Part] = []
        index = {person.id: i for i, person in enumerate(self.facts.roster.people)}
        for part, mine, sets in zip(self.shared.parts, locks, together, strict=True):
            program, instance = part.program, part.instance
            if mine:
                program = program.with_rule(Locked(matches=tuple(mine)))
                slots = {slot: s for s, slot in enumerate(part.compiled.slots)}
                lead = program.leaders(self.facts) or frozenset()
                numeric = tuple(
                    Lock(
                        tuple(index[one] for one in lock.people),
                        sum(one in lead for one in lock.people),
                        slots.get(lock.slot, -1) if lock.slot is not None else -1,
                        lock.round,
                    )
                    for lock in mine
                )
                instance = instance.vary(locked=numeric)
            if sets:
                rule = program.rule(Together) or Together()
                program = program.with_rule(Together(lists=(*rule.lists, *sets)))
                joined = tuple(tuple(index[one] for one in one_set) for one_set in sets)
                instance = instance.vary(together=(*instance.together, *joined))
            compiled = replace(part.compiled, program=program, instance=instance)
            parts.append(replace(part, compiled=compiled))
        self.shared.parts = tuple(parts)

    @property
    def is_changed(self) -> bool:
        """Whether the new roster touches anything that people have."""
        return bool(self.lost or self.left or self.joined)

    def improve(self, judge: RepairJudge, start: Plan, clock: Clock) -> tuple[Plan, bool]:
        """Return the best repair found from a plan, and whether none is better."""
        focus = sorted({*self.lost, *left_over(self.shared, start)})
        if not focus and not self.is_changed and judge.cap is None:
            return start, False
        exact = ExactRepair.of(self.shared, judge)
        if exact is not None:
            answer = exact.solve(start, clock.share(0.8))
            if answer is not None:
                return answer
            if judge.cap is not None:  # so few moves are not possible
                return start, False
        if not self.is_changed and judge.cap is None:
            judge = RepairJudge(self.shared, self.before, cap=0)
        changes = len(self.lost) + len(self.joined)
        part = max(0.03 + 0.003 * changes, 1.0 / max(1.0, clock.left))
        short = clock.share(min(1.0, part))  # what changed little is mended in little time
        search = RepairSearch(self.shared, judge, start, short, focus=focus)
        search.run(None, min(MOST_STEPS, STEPS + 4 * len(focus)))
        if self._is_whole(search.plan):
            return search.plan, False
        plan, _, _ = find_plan(self.shared, judge, clock, again=0)
        if not self._is_whole(plan):
            raise OutOfTimeError("no repair that keeps every rule was found in time")
        return plan, False

    def _is_whole(self, plan: Plan) -> bool:
        """Whether a plan keeps every rule, those about what must be there among them."""
        return not any(
            find_violations(part.program, decode(part.compiled, found, self.facts), self.facts)
            for part, found in zip(self.shared.parts, plan, strict=True)
        )

    def prices(self, best: Plan, clock: Clock, most: int | None) -> list[tuple[Price, Plan]]:
        """Return what 0, 1, 2, ... moves buy at most.

        Each number starts from the plan of the one before, so none buys less. Numbers with
        which no rule could be kept are left out.
        """
        found: list[tuple[Price, Plan]] = []
        plan, needed = self.plan, self.before.moves(best)
        top = most if most is not None else min(self.before.seats, max(needed + 2, PRICES))
        for cap in range(top + 1):
            judge = RepairJudge(self.shared, self.before, cap)
            clock.say(f"asking what {counted(cap, 'move buys', 'moves buy')}")
            candidates = [plan, self.improve(judge, plan, clock.share(0.3))[0]]
            if needed <= cap:
                candidates.append(best)
            plan = max(
                (one for one in candidates if self._is_whole(one)), key=judge.key, default=plan
            )
            if self.before.moves(plan) <= cap and self._is_whole(plan):
                found.append((self._price(cap, plan), plan))
            if clock.is_over:
                break
        return found or [(self._price(needed, best), best)]

    def _price(self, moves: int, plan: Plan) -> Price:
        judge = RepairJudge(self.shared, self.before)
        values = judge.whole([judge.values(k, one) for k, one in enumerate(plan)])
        return Price(moves, values.get("placed", 0), values.get("points", 0))

    def told(self, plan: Plan, clock: Clock, prices: tuple[Price, ...], proven: bool) -> Repair:
        """Return the repair in words, checked."""
        judge = RepairJudge(self.shared, self.before)
        knows = Knows(self.shared, judge)
        solution = finish(self.shared, judge, plan, knows, clock, True, "repair")
        people = self.facts.roster.people
        moved: list[Move] = []
        for k, part in enumerate(solution.programs):
            earlier = [match for match, _ in self.earlier[k]]
            was = {one: _says(match, one) for match in earlier for one in match.people}
            now = {one: _says(match, one) for match in part.matches for one in match.people}
            for i in self.before.who(k, plan[k]):
                one = people[i].id
                moved.append(Move(part.name, one, was.get(one, ""), now.get(one, "")))
        moves = self.before.moves(plan)
        notes = tuple(self.notes)
        return Repair(solution, moves, tuple(moved), self.left, self.joined, notes, prices, proven)


def _says(match: Match, person: str) -> str:
    """Return a match as one of its people sees it: matches are numbered anew by a repair."""
    return f"{match.match} with {', '.join(one for one in match.people if one != person)}"


__all__ = ["Move", "Price", "Repair", "repair"]
