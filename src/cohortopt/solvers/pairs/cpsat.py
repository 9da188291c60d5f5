"""The general exact solver for pairs: every rule and every tier, through CP-SAT.

The tiers are optimised one after the other; each is fixed at the best value found before the
next one starts, so that a tier's bound speaks of all assignments that are as good on the
earlier ones. Bounds are CP-SAT's own and carry no certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from cohortopt.errors import OutOfTimeError, VerificationError
from cohortopt.instance.instance import FORBIDDEN, Feature, Instance
from cohortopt.solvers.base import Answer, Clock, Solver, TierAnswer
from cohortopt.solvers.greedy import BLOCK, best_first, best_links
from cohortopt.solvers.pairs.check import broken, key, satisfaction, tier_value, wanted
from cohortopt.solvers.pairs.clash import why_impossible
from cohortopt.solvers.pairs.colouring import Calendar
from cohortopt.solvers.pairs.cpsat_flow import relaxation, with_slots
from cohortopt.solvers.pairs.links import Link, found_of, points_of
from cohortopt.solvers.pairs.model import Outcome, PairsModel, demands_of
from cohortopt.solvers.pairs.stable import deferred_acceptance, stability

Start = Callable[[Instance, Clock], list[Link]]

MANY = 30_000  # links beyond which the model holds only the best of everybody
FEW = 12  # links kept of each giver and taker then

HANDLED = frozenset(
    {
        Feature.SLOTS,
        Feature.LOADS,
        Feature.SEVERAL,
        Feature.COUPLED,
        Feature.NO_MUTUAL,
        Feature.TOGETHER,
        Feature.LOCKED,
        Feature.REQUIRED,
        Feature.EITHER_SIDE,
        Feature.PREVIOUS,
        Feature.WORST,
        Feature.STABLE,
    }
)


@dataclass
class Search:
    """The state of one solve: the best assignment so far and the tiers already fixed."""

    instance: Instance
    clock: Clock
    model: PairsModel
    best: dict[Link, int] | None = None
    tiers: list[TierAnswer] = field(default_factory=list)
    cut_short: bool = False

    def take(self, outcome: Outcome) -> None:
        """Keep an assignment if it is better than the best so far in the tiers' order."""
        if outcome.links is None:
            return
        found = outcome.links
        instance = self.instance
        if self.best is None or key(instance, list(found)) >= key(instance, list(self.best)):
            self.best = found
        self.model.hint(self.best)

    def run(self, part: float, goal: Any = None, most: bool = True) -> Outcome:
        """Solve for a goal with a part of the time left."""
        share = self.clock.share(part)
        outcome = self.model.solve(share, goal, most)
        proven = outcome.impossible or outcome.value == outcome.bound
        self.cut_short |= not proven or share.looked_late
        self.take(outcome)
        return outcome

    def value(self, tier: str) -> int:
        """Return the best assignment's value in a tier."""
        return tier_value(self.instance, tier, list(self.best or ()))

    # -- tiers -------------------------------------------------------------------------------

    def optimise(self, tier: str, part: float) -> None:
        """Optimise one tier and fix it at its value."""
        if tier == "worst":
            self._worst(part)
            return
        goal, most = self._goal(tier)
        outcome = self.run(part, goal, most)
        value = self.value(tier)
        bound = outcome.bound
        self.model.model.add(goal >= value if most else goal <= value)
        self.tiers.append(TierAnswer(tier, value, bound))
        self.clock.say(tier, value, bound)

    def _goal(self, tier: str) -> tuple[Any, bool]:
        """Return what a tier counts, and whether more of it is better."""
        model, instance = self.model, self.instance
        if tier == "placed":
            return model.worth({t: int(instance.priority[t]) for t in model.y}, model.y), True
        if tier == "points":
            return model.worth(dict(model.points), model.x), True
        if tier == "changes":
            old = [link for link in sorted(wanted(instance)) if link in model.points]
            return len(wanted(instance)) - model.total(old), False
        if tier == "stable":
            return model.cp.LinearExpr.sum(list(blocking(model))), False
        raise ValueError(f"pairs have no tier {tier!r}")

    def _worst(self, part: float) -> None:
        """Optimise the vector of satisfactions, level by level, from the least upwards.

        First as many takers as possible are placed: nobody is worse off than without a
        match. Then each of these sits on one settled level or above all of them. A step
        raises the least value above the settled levels, then lowers the number of takers who
        have just that value, until nobody is above.
        """
        model, cp = self.model, self.model.model
        top = sum(sorted(model.points.values())[-max(map(len, model.takes.values()), default=0) :])
        satisfied = {
            t: model.worth({link: model.points[link] for link in links}, model.x)
            for t, links in model.takes.items()
        }
        above: dict[int, Any] = {t: model.y[t] for t in satisfied}

        def best(goal: Any, most: bool = True) -> int | None:
            """Optimise a step and fix it; None if the clock was faster."""
            outcome = self.run(part / 2, goal, most)
            if outcome.value is None or outcome.value != outcome.bound:
                return None
            cp.add(goal == outcome.value)
            return outcome.value

        left = best(model.cp.LinearExpr.sum(list(above.values())))
        while left and not self.clock.is_over:
            least = cp.new_int_var(0, top, "")
            rest = {t: cp.new_bool_var("") for t in satisfied}
            for t, literal in rest.items():
                cp.add(literal == above[t])
                cp.add(satisfied[t] >= least).only_enforce_if(literal)
            level = best(least)
            if level is None:
                break
            here = {t: cp.new_bool_var("") for t in satisfied}
            above = {t: cp.new_bool_var("") for t in satisfied}
            for t in satisfied:
                cp.add(here[t] + above[t] == rest[t])
                cp.add(satisfied[t] == level).only_enforce_if(here[t])
                cp.add(satisfied[t] > level).only_enforce_if(above[t])
            count = best(model.cp.LinearExpr.sum(list(here.values())), most=False)
            if count is None:
                break
            left -= count
        settled = left == 0
        self._fix_worst(settled)

    def _fix_worst(self, settled: bool) -> None:
        """Report the tier ``worst``; where the clock cut it short, keep the best vector."""
        vector = satisfaction(self.instance, list(self.best or ()))
        self.cut_short |= not settled
        if not settled and self.best is not None:
            # What follows may not lower anybody who is placed now.
            points = points_of(self.instance.links, self.best)
            for t, links in self.model.takes.items():
                mine = sum(points.get(link, 0) for link in links)
                weights = {link: self.model.points[link] for link in links}
                if any(link in self.best for link in links):
                    self.model.model.add(self.model.worth(weights, self.model.x) >= mine)
                else:
                    self.model.model.add(self.model.y[t] == 0)
        value = min(vector, default=0)
        self.tiers.append(TierAnswer("worst", value, value if settled else None))
        self.clock.say("worst", value, value if settled else None)


def blocking(model: PairsModel) -> Iterable[Any]:
    """Yield a literal for each link that is true if the link blocks (see ``stable``).

    A link (g, t) blocks unless it is chosen, or its reverse is where that excludes it, or g
    or t is content with what it has: no free seat and no match worth less than this one.
    """
    instance, cp = model.instance, model.model
    joys = points_of(instance.desire, model.points) if instance.desire else model.points
    full: dict[tuple[int, bool], Any] = {}
    content: dict[tuple[int, bool, int], Any] = {}

    def no_seat(person: int, gives: bool) -> Any:
        if (person, gives) not in full:
            mine = (model.gives if gives else model.takes).get(person, [])
            all_ = model.gives.get(person, []) + model.takes.get(person, [])
            most = int((instance.gives_max if gives else instance.takes_max)[person])
            literal, by_side, by_total = (cp.new_bool_var("") for _ in range(3))
            cp.add(model.total(mine) >= most).only_enforce_if(by_side)
            cp.add(model.total(all_) >= int(instance.total_max[person])).only_enforce_if(by_total)
            cp.add_bool_or([by_side, by_total, ~literal])
            full[person, gives] = literal
        return full[person, gives]

    def is_content(person: int, gives: bool, least: int) -> Any:
        if (person, gives, least) not in content:
            value = joys if gives else model.points
            mine = (model.gives if gives else model.takes).get(person, [])
            literal = cp.new_bool_var("")
            cp.add_implication(literal, no_seat(person, gives))
            for link in mine:
                if value[link] < least:
                    cp.add_implication(literal, ~model.x[link])
            content[person, gives, least] = literal
        return content[person, gives, least]

    for (giver, taker), points in model.points.items():
        literal = cp.new_bool_var("")
        ways = [
            literal,
            model.x[giver, taker],
            is_content(giver, True, joys[giver, taker]),
            is_content(taker, False, points),
        ]
        if not instance.mutual and (taker, giver) in model.x:
            ways.append(model.x[taker, giver])
        cp.add_bool_or(ways)
        yield literal


def allowed_links(instance: Instance, calendar: Calendar | None) -> tuple[dict[Link, int], bool]:
    """Return links with points, and whether these are all that the rules allow.

    Of very many links the best of every giver and taker are kept, and those that are
    locked, together or were there before.
    """
    givers, takers, points = best_links(instance)
    links = {
        (g, t): p for g, t, p in zip(givers.tolist(), takers.tolist(), points.tolist(), strict=True)
    }
    everything = len(instance.givers) * len(instance.takers)
    asked = {(lock.people[0], lock.people[1]) for lock in instance.locked} | wanted(instance)
    asked |= {(a, b) for people in instance.together for a in people for b in people}
    sides = set(instance.givers.tolist()), set(instance.takers.tolist())
    asked = {k for k in asked if k[0] in sides[0] and k[1] in sides[1] and k not in links}
    extra = points_of(instance.links, sorted(asked))
    links.update((link, p) for link, p in extra.items() if p != FORBIDDEN)
    if calendar is not None:
        links = {link: p for link, p in links.items() if calendar.common(link)}
    return links, everything <= BLOCK


class PairsCpSat(Solver):
    """Every rule and tier of pairs. Exact for what it can hold; slow where there is much."""

    name: ClassVar[str] = "pairs-cpsat"
    shapes: ClassVar[frozenset[str]] = frozenset({"pairs"})
    handles: ClassVar[frozenset[Feature]] = HANDLED

    def __init__(self, fair_start: Start | None = None) -> None:
        self.fair_start = fair_start  # good links for the tier ``worst`` with slots

    def solve(self, instance: Instance, clock: Clock) -> Answer:
        """Return the best assignment found, or why there is none."""
        calendar = Calendar(instance.slots) if instance.slots is not None else None
        flow = relaxation(instance, clock.share(0.4))
        links, complete = allowed_links(instance, calendar)
        if flow is not None and not flow.impossible:
            done = with_slots(instance, calendar, flow, clock)
            if done is not None:
                return replace(done, solver=self.name)
        if flow is not None and flow.impossible and len(links) > MANY:
            return replace(flow, solver=self.name)
        start = self._start(instance, calendar, flow, clock)
        if len(links) > MANY:
            links, complete = few_links(instance, links, start or {}), False
        model = PairsModel(instance, links, demands_of(instance), calendar)
        search = Search(instance, clock, model)
        if start is None:
            if search.run(0.6).impossible:
                texts, facts = why_impossible(instance, links, calendar, clock)
                if texts and complete:
                    return Answer((), impossible=texts, facts=facts, solver=self.name)
                raise OutOfTimeError("no assignment that keeps every rule was found in time")
        else:
            search.best = start
            model.hint(start)
        for position, tier in enumerate(instance.tiers):
            rest = len(instance.tiers) - position
            search.optimise(tier, 1.0 if rest == 1 else 0.6)
        self._break_ties(search)
        return finish(self.name, search, complete, flow)

    def _start(
        self, instance: Instance, calendar: Calendar | None, flow: Answer | None, clock: Clock
    ) -> dict[Link, int] | None:
        """Return the best of some quick assignments that keep every rule, if one does."""
        first = [(match.people[0], match.people[1]) for match in flow.matches] if flow else []
        best: dict[Link, int] | None = None
        stable = deferred_acceptance(instance) if "stable" in instance.tiers else []
        single = bool((instance.takes_max[instance.takers] <= 1).all())
        fair = instance.tiers[:2] == ("placed", "worst") and calendar is not None and single
        high = self.fair_start(instance, clock.share(0.5)) if fair and self.fair_start else []
        for links in (first, stable, high, []):
            table = best_first(instance, clock, calendar, links)
            found = dict(sorted(table.slot.items())) if table is not None else None
            if found is None or broken(instance, found_of(found)):
                continue
            if best is None or key(instance, list(found)) > key(instance, list(best)):
                best = found
        return best

    @staticmethod
    def _break_ties(search: Search) -> None:
        """Among equals prefer more matches, then kept links."""
        model, cut_short = search.model, search.cut_short
        if search.clock.is_over:
            return
        old = [link for link in sorted(wanted(search.instance)) if link in model.points]
        goal = (len(old) + 1) * model.total(model.points) + model.total(old)
        search.run(0.5, goal, True)
        search.cut_short = cut_short  # ties do not count against the proof


def few_links(
    instance: Instance, links: dict[Link, int], start: dict[Link, int]
) -> dict[Link, int]:
    """Return the best links of everybody, and those that are asked for or in use."""
    givers, takers, _ = best_links(instance, FEW, 0)
    near = set(zip(givers.tolist(), takers.tolist(), strict=True)) | wanted(instance) | start.keys()
    near |= {(lock.people[0], lock.people[1]) for lock in instance.locked}
    near |= {(a, b) for people in instance.together for a in people for b in people}
    return {link: points for link, points in links.items() if link in near}


def finish(name: str, search: Search, complete: bool, flow: Answer | None) -> Answer:
    """Return the answer after looking at it once more in plain code.

    Bounds over a part of the links say nothing about the whole and are left out.
    """
    if search.best is None:
        raise OutOfTimeError("no assignment that keeps every rule was found in time")
    matches = found_of(search.best)
    wrong = broken(search.instance, matches)
    if wrong:
        raise VerificationError("; ".join(wrong))
    tiers: list[TierAnswer] = []
    vector = satisfaction(search.instance, list(search.best))
    same = flow is not None and flow.finished and not flow.impossible
    ahead = {answer.tier: answer for answer in flow.tiers} if flow is not None else {}
    flow_links = [(match.people[0], match.people[1]) for match in flow.matches] if flow else []
    for answer in search.tiers:
        value = tier_value(search.instance, answer.tier, list(search.best))
        bound = answer.bound if complete else None
        certificate = answer.certificate
        if same and answer.tier in ahead:
            # As good as the flow so far: what bounds the flow here bounds every assignment.
            limit = ahead[answer.tier].bound
            same = value == ahead[answer.tier].value
            if answer.tier == "worst":
                same = vector == satisfaction(search.instance, flow_links)
                limit = limit if same else None
            if limit is not None and (bound is None or limit == value):
                bound, certificate = limit, ahead[answer.tier].certificate
        tiers.append(TierAnswer(answer.tier, value, bound, certificate))
    facts: dict[str, Any] = {}
    if "worst" in search.instance.tiers:
        facts["worst"] = list(vector)
    if "stable" in search.instance.tiers:
        facts.update(stability(search.instance, list(search.best)))
    return Answer(matches, tuple(tiers), not search.cut_short, facts=facts, solver=name)
