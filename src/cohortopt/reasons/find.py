"""Who is left over, and the first reason that holds: counting first, then a changed plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from cohortopt.compile import Compiled
from cohortopt.model import Match, Person, Unplaced
from cohortopt.reasons import pairs, partners
from cohortopt.reasons.blocked import Blocked, blocked, holds
from cohortopt.reasons.groups import GroupsOf, Lack
from cohortopt.reasons.hours import more_hours, too_busy
from cohortopt.reasons.plan import NAMED, Plan, listed
from cohortopt.reasons.regroup import Regroup
from cohortopt.reasons.require import SMALL, SOLVES, advice, require
from cohortopt.reasons.rings import Rings
from cohortopt.solvers.base import Clock
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.stop import Stop, never
from cohortopt.words import counted


def find_reasons(
    compiled: Compiled,
    matches: Sequence[Match],
    clock: Clock | None = None,
    proven: bool = True,
    stop: Stop = never,
) -> tuple[Unplaced, ...]:
    """Return everyone whom the program leaves over, in id order, each with one reason.

    With a ``clock``, a few cases that counting does not decide are solved again, and in small
    rosters the first trade-offs are priced exactly. Without one nothing is solved. Where it is not
    ``proven`` that no more can sit, a trade-off says so. Once ``stop`` says so, reasons that take
    more than a look at the person are left out.
    """
    reasons = _Reasons(Plan(compiled, matches), clock, proven, stop)
    return tuple(sorted(reasons.all(), key=lambda one: (one.person, one.role)))


class _Reasons:
    def __init__(self, plan: Plan, clock: Clock | None, proven: bool, stop: Stop) -> None:
        self.plan, self.clock, self.stop = plan, clock, stop
        self.proven = proven
        self.solves = SOLVES
        shape = plan.instance.shape
        self.role = "taker" if shape == "pairs" else "member" if shape == "groups" else "peer"
        self.shortages: list[pairs.Told] = []
        self.left: list[int] = []  # everyone who could take and has no seat
        self.groups = GroupsOf(plan) if shape == "groups" else None
        self.regroup = Regroup(self.groups) if self.groups else None

    @cached_property
    def rings(self) -> Rings | None:
        """The rings of the plan, for rings."""
        return Rings(self.plan) if self.plan.instance.shape == "rings" else None

    def all(self) -> Iterator[Unplaced]:
        plan = self.plan
        seated = {
            member.person
            for match in plan.matches
            for member in match.members
            if member.role == self.role
        }
        self.left = [
            i
            for i in plan.instance.takers.tolist()
            if plan.people[i].id not in seated and plan.program.asks(plan.people[i])
        ]
        asks = [plan.program.asks(person) for person in plan.people]
        if not self.stop():
            plan.learn(
                i for i, person in enumerate(plan.people) if asks[i] and person.id not in seated
            )
        for i, person in enumerate(plan.people):
            if asks[i]:
                if person.id not in seated:
                    yield self._reason(i, person)
            elif plan.instance.shape == "pairs" and i in plan.may_give and i not in plan.sits:
                places = counted(int(plan.instance.gives_max[i]), "place")
                yield Unplaced(
                    person=person.id,
                    role="giver",
                    reason="not_asked",
                    detail=f"{person} has {places}; nobody is left who could take one",
                    would_help="Nothing needs doing; keep for the next round or for late joiners.",
                )

    def _reason(self, i: int, person: Person) -> Unplaced:
        plan, cost = self.plan, self.plan.program.minutes_a_month
        if i not in plan.may_take:
            if person.hours is not None and cost and person.hours * 60 < cost:
                return self._short_of_hours(i, person)
            return self._told(person, "not_asked", "asks for no place", "")
        if self.stop():
            detail = "the solve was stopped before anybody looked into why"
            return self._told(person, "trade_off", detail, "Run explain, or solve to the end.")
        barred = self._barred(i, person)
        if barred is not None:
            return barred
        shape = plan.instance.shape
        if shape == "pairs":
            return self._of_pairs(i, person)
        if shape == "partners":
            return self._of_partners(i, person)
        return self._of_rings(i, person) if shape == "rings" else self._of_groups(i, person)

    def _short_of_hours(self, i: int, person: Person) -> Unplaced:
        """Return the reason of somebody without time for a match, with all that bars them too."""
        hours = self.plan.program.minutes_a_month / 60
        detail = f"has {counted(person.hours or 0, 'hour')} a month; one match takes {hours:g}"
        help_ = more_hours(self.plan.program, person)
        barred = None if self.stop() else self._barred(i, person)
        if barred is None:
            blocks = {"hours": len(self.plan.may_give)}
            return self._told(person, "no_partner", detail, help_, blocked=blocks)
        return self._told(
            person,
            "no_partner",
            f"{detail}; besides, {barred.detail}",
            f"{help_} {barred.would_help}",
            people=barred.people,
            blocked={**barred.blocked, "hours": barred.blocked.get("hours", 0) + 1},
        )

    def _barred(self, i: int, person: Person) -> Unplaced | None:
        """Return why no match at all could hold the person, None where counting shows none.

        Rules about two people and the needs of a group are asked, not the person's own hours.
        """
        if self.groups is not None:
            return self._lacks(person, self.groups.lack(i))
        plan = self.plan
        chains = self.rings is not None and self.rings.chains
        gets = chains or plan.has_near(i)
        gives = chains or self.rings is None or plan.gives(i)
        if gets and gives:
            return None
        candidates = [k for k in plan.instance.givers.tolist() if k != i]
        if not candidates:
            return self._without_hours(i, person)
        ways = tuple(way for way, some in (("gets", gets), ("gives", gives)) if not some)
        found = blocked(plan, i, candidates, ways if self.rings else ())
        if self.rings and gives:
            detail = f"nobody could teach {person}"
        elif self.rings and gets:
            detail = f"{person} can teach nobody"
        else:
            detail = f"none of {counted(len(candidates), 'candidate')} is allowed"
        return self._forbidden(person, detail, found)

    def _forbidden(self, person: Person, detail: str, found: Blocked) -> Unplaced:
        why = ", ".join(f"{rule} {count}" for rule, count in found.counts.most_common())
        miss = self.plan.people[found.nearest]
        return self._told(
            person,
            "no_partner",
            f"{detail} ({why})",
            f"Loosen {listed(found.rules)} for {person} and {miss}, the nearest miss.",
            people=(miss.id,),
            blocked=dict(found.counts.most_common()),
        )

    def _lacks(self, person: Person, lack: Lack | None) -> Unplaced | None:
        if lack is None:
            return None
        plan, help_ = self.plan, lack.would_help or "More people who fit, or smaller groups."
        if lack.rules:
            help_ = f"Loosen {listed(lack.rules)}: {plan.people[lack.nearest]} is the nearest miss."
        elif lack.busy and not lack.would_help:
            help_ = f"More hours a month for {plan.names(lack.busy)}, or smaller groups."
        return self._told(
            person,
            "no_partner",
            lack.why,
            help_,
            people=plan.ids(lack.busy),
            blocked=dict(lack.counts.most_common()),
        )

    def _of_pairs(self, i: int, person: Person) -> Unplaced:
        plan = self.plan
        told = next((one for one in self.shortages if i in one.shortage.takers), None)
        if told is None:
            found = pairs.competition(plan, i, self.left)
            if found is not None:
                told = pairs.Told.of(plan, found)
                self.shortages.append(told)
        if told is not None:
            return pairs.sentence(plan, told, i)
        swap = pairs.best_swap(plan, i)
        if swap is None:
            return self._confirmed(i, person, None)
        help_ = advice(person, swap.unseated, self.proven)
        return self._confirmed(i, person, pairs.swapped(plan, person, swap, help_))

    def _of_partners(self, i: int, person: Person) -> Unplaced:
        plan = self.plan
        counted = partners.shortage(plan, i)
        if counted is not None:
            return counted
        found = partners.swap(plan, i)
        if found is None:
            return self._confirmed(i, person, None)
        other, out, loss = found
        left = {k for m in out for k in plan.members[m]} - {other}
        return self._confirmed(i, person, self._instead(person, (other,), left, loss))

    def _of_rings(self, i: int, person: Person) -> Unplaced:
        plan, rings = self.plan, self.rings
        assert rings is not None
        ring = rings.cheapest(i)
        if ring is not None:
            others = tuple(k for k in ring.people if k != i)
            unseated = set(ring.unseated)
            return self._confirmed(i, person, self._instead(person, others, unseated, ring.loss))
        if not rings.complete or rings.chains or next(rings.through(i), None) is not None:
            return self._confirmed(i, person, None)
        candidates = [k for k in plan.instance.givers.tolist() if k != i]
        counts = blocked(plan, i, candidates, ("gets", "gives")).counts
        sizes = "two" if rings.longest == 2 else f"2 to {rings.longest} people"
        return self._told(
            person,
            "no_partner",
            f"no ring of {sizes} who can meet leads back to {person}",
            "Longer rings, more hours, or somebody who closes one.",
            blocked=dict(counts.most_common()),
        )

    def _of_groups(self, i: int, person: Person) -> Unplaced:
        plan, groups = self.plan, self.groups
        assert groups is not None
        circle = groups.circle(i, self._nowhere)
        short = groups.arithmetic(circle)
        if short is not None and self._fills(circle, short[0]):
            seats, why = short
            return self._told(
                person,
                "shortage",
                why,
                "Larger groups, smaller least sizes, or more groups.",
                people=plan.ids(circle),
                seats=seats,
            )
        crowd = groups.crowd(i, circle)
        if crowd is not None and self._fills(crowd[0], crowd[1]):
            alike, seats, name = crowd
            why = f"{name}: {len(alike)} people ({plan.names(alike)}) for {counted(seats, 'seat')}"
            help_ = f"Loosen the limit {name!r}, or make more groups."
            people = plan.ids(alike)
            return self._told(person, "shortage", why, help_, people=people, seats=seats)
        found = groups.cheapest(i)
        if found is not None:
            left = {found.unseated} - {-1}
            others = tuple(k for k in plan.members[found.match] if k not in left)
            return self._confirmed(i, person, self._instead(person, others, left, found.loss))
        assert self.regroup is not None
        new = self.regroup.around(i)
        if new is not None:
            unseated = set(new.unseated)
            return self._confirmed(i, person, self._instead(person, new.others, unseated, new.loss))
        if self.regroup.none:
            least = groups.grouping.size_min
            what = f"no {least} people with {person} among them all fit one another at one time"
            help_ = "More people who fit, more hours, or smaller groups."
            return self._told(person, "no_partner", what, help_, blocked=self._blocks(i))
        return self._confirmed(i, person, self._crowded(person, *crowd) if crowd else None)

    def _crowded(self, person: Person, alike: Sequence[int], seats: int, name: str) -> Unplaced:
        """Return that a limit leaves some of many over, where seats that it allows are empty."""
        seated = len(alike) - len(self._over.intersection(alike))
        detail = f"{name}: {len(alike):,} people for at most {counted(seats, 'seat')}"
        detail += f", {seated:,} of them taken; no plan that seats more was found in the time"
        help_ = f"Loosen the limit {name!r}, make more groups, or solve longer."
        return self._told(person, "trade_off", detail, help_)

    @cached_property
    def _nowhere(self) -> frozenset[int]:
        """Everyone left over whom counting shows that no group could hold."""
        assert self.groups is not None
        return frozenset(i for i in self.left if self.groups.lack(i) is not None)

    @cached_property
    def _over(self) -> frozenset[int]:
        """Everyone left over, for asking about many."""
        return frozenset(self.left)

    def _fills(self, people: Collection[int], seats: int) -> bool:
        """Whether as many of the people sit as a count allows; else the count is not the reason."""
        return len(people) - len(self._over.intersection(people)) >= seats

    def _instead(
        self, person: Person, others: Sequence[int], unseated: set[int], loss: int
    ) -> Unplaced:
        plan = self.plan
        detail = f"could sit with {listed([plan.people[k].id for k in others])}"
        if unseated:
            detail += f" if {plan.names(unseated)} gave up the seat"
        return self._told(
            person,
            "trade_off",
            f"{detail}; the whole would {pairs.change(loss)}",
            advice(person, unseated, self.proven),
            people=plan.ids(unseated),
            loss=loss,
        )

    def _confirmed(self, i: int, person: Person, known: Unplaced | None) -> Unplaced:
        """Return what solving again says, where that is needed or cheap; else what is known."""
        small = self.plan.instance.n <= SMALL
        forced = None
        if self.clock and self.solves and (known is None or small) and not self.clock.is_over:
            self.solves -= 1
            forced = require(self.plan, i, self.clock)
        if forced is not None and forced.possible is False:
            return self._told(
                person,
                "no_partner",
                "no plan that keeps every rule has a seat; solving again with one proved it",
                "Run advise for what would make room.",
                blocked=self._blocks(i),
            )
        if forced is not None and forced.possible and (forced.proven or known is None):
            names = self.plan.names(forced.unseated)
            who = f" and {names} would have no seat" if names else ""
            cost = pairs.change(forced.loss or 0, exact=forced.proven)
            return self._told(
                person,
                "trade_off",
                f"could be placed; the whole would {cost}{who}",
                advice(person, forced.unseated, self.proven),
                people=self.plan.ids(forced.unseated),
                loss=forced.loss,
            )
        if known is not None:
            return known
        near = self.plan.near(i)
        free = self.plan.ids(k for k in near if k in self._over)
        who = f"{listed(free)} would fit, left over too" if free else "all who fit sit elsewhere"
        return self._told(
            person,
            "trade_off",
            f"{who}; no plan with a seat was found in the time, nor a proof that there is none",
            "Solve longer, or require this person to see whether there is a seat and its cost.",
            people=free[:NAMED],
        )

    def _blocks(self, i: int) -> dict[str, int]:
        apart = self.groups.apart(i) if self.groups is not None else Counter[str]()
        return dict((holds(self.plan, i) + apart).most_common())

    def _without_hours(self, i: int, person: Person) -> Unplaced:
        """Return the reason where no candidate is there, or none of them has time for a match."""
        plan = self.plan
        busy = too_busy(plan, person)
        if not busy:
            return self._told(
                person, "no_partner", "there is nobody to be matched with", "Find candidates."
            )
        found = blocked(plan, i, [plan.index[other.id] for other in busy])
        hours = counted(plan.program.minutes_a_month / 60, "hour")
        detail = f"none of {counted(len(busy), 'candidate')} has the {hours} a month of a match"
        first, also = busy[0], Counter[str]()
        if found.everyone:
            first, also = plan.people[found.nearest], found.counts
            detail += ", and rules keep them all away"
        elif found.counts:
            allowed = Allowed(plan.program, plan.facts)
            first = next(other for other in busy if allowed.objection(other, person) is None)
        return self._told(
            person,
            "no_partner",
            detail,
            more_hours(plan.program, first),
            people=(first.id,),
            blocked={"hours": len(busy), **also},
        )

    def _told(
        self, person: Person, reason: str, detail: str, would_help: str, **more: object
    ) -> Unplaced:
        return Unplaced.model_validate(
            {
                "person": person.id,
                "role": self.role,
                "reason": reason,
                "detail": detail,
                "would_help": would_help,
                **more,
            }
        )
