"""Why someone is left over, as far as the answer itself tells it.

``no_partner``: no link is allowed, with what blocked each candidate. ``shortage``: a Hall set,
people who compete for fewer places than they are. ``trade_off``: a place could be had, at a
cost. ``not_asked``: the program has no seat to give to this person, or nobody asked for theirs.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence

import numpy as np

from cohortopt.compile import Compiled
from cohortopt.instance import FORBIDDEN
from cohortopt.model import Match, Pairs, Person, Unplaced
from cohortopt.verify.allowed import Allowed


def find_reasons(compiled: Compiled, matches: Sequence[Match]) -> tuple[Unplaced, ...]:
    """Return everyone whom the program leaves over, in id order, each with one reason."""
    return tuple(sorted(_reasons(compiled, matches), key=lambda one: (one.person, one.role)))


def _reasons(compiled: Compiled, matches: Sequence[Match]) -> Iterator[Unplaced]:
    program = compiled.program
    pairs = isinstance(program.shape, Pairs)
    role = "taker" if pairs else "member" if program.shape.kind == "groups" else "peer"
    seated = {member.person for match in matches for member in match.members if member.role == role}
    places = _Places(compiled, matches)
    for i, person in enumerate(compiled.people):
        if program.asks(person) and person.id not in seated:
            yield places.explain(i, person, role)
        elif pairs and _stands_by(compiled, matches, i, person):
            told = f"{person} has {int(compiled.instance.gives_max[i])} place(s); nobody is left"
            yield Unplaced(
                person=person.id,
                role="giver",
                reason="not_asked",
                detail=f"{told} who could take one",
                would_help="Nothing needs doing; keep for the next round or for late joiners.",
            )


def _stands_by(compiled: Compiled, matches: Sequence[Match], i: int, person: Person) -> bool:
    if i not in set(compiled.instance.givers.tolist()):
        return False
    if compiled.program.asks(person):  # on both sides: spoken of as a taker
        return False
    return not any(person.id in match.people for match in matches)


class _Places:
    """Answers for one program and one assignment; rows of links are read once each."""

    def __init__(self, compiled: Compiled, matches: Sequence[Match]) -> None:
        self.compiled = compiled
        self.allowed = (
            Allowed(compiled.program, compiled.program.rules[0].facts)
            if (compiled.program.rules)
            else None
        )
        index = {person.id: i for i, person in enumerate(compiled.people)}
        self.takers_of: dict[int, list[int]] = {}
        for match in matches:
            for giver in match.with_role("giver"):
                for taker in match.with_role("taker"):
                    self.takers_of.setdefault(index[giver], []).append(index[taker])
        self.givers = compiled.instance.givers.astype(np.intp)
        self._rows: dict[int, list[int]] = {}

    def givers_for(self, taker: int) -> list[int]:
        """Return who may give to a person (in shapes without direction: and take from)."""
        if taker not in self._rows:
            links = self.compiled.instance.links
            one = np.array([taker], dtype=np.intp)
            good = links.block(self.givers, one)[:, 0] != FORBIDDEN
            if self.compiled.instance.shape in ("partners", "groups"):
                good &= links.block(one, self.givers)[0] != FORBIDDEN
            self._rows[taker] = self.givers[good].tolist()
        return self._rows[taker]

    def explain(self, i: int, person: Person, role: str) -> Unplaced:
        instance, program = self.compiled.instance, self.compiled.program
        if i not in set(instance.takers.tolist()):
            cost = program.minutes_a_month
            if person.hours is not None and cost and person.hours * 60 < cost:
                return self._make(
                    person,
                    role,
                    "no_partner",
                    f"has {person.hours:g} hours a month; one match takes {cost / 60:g}",
                    f"Raise the hours to {cost / 60:g}, or meet less often.",
                    blocked={"hours": len(self.givers)},
                )
            return self._make(person, role, "not_asked", "asks for no place", "")
        if not self.givers_for(i):
            return self._no_partner(i, person, role)
        if instance.shape == "pairs":
            rivals, places = self._competition(i)
            seats = sum(int(instance.gives_max[g]) for g in places)
            if rivals is not None and seats < len(rivals):
                names = ", ".join(self.compiled.people[r].id for r in sorted(rivals)[:8])
                more = f" and {len(rivals) - 8} more" if len(rivals) > 8 else ""
                return self._make(
                    person,
                    role,
                    "shortage",
                    f"{len(rivals)} people ({names}{more}) compete for {seats} place(s) of "
                    f"{len(places)} giver(s)",
                    f"Add {len(rivals) - seats} place(s) that these people can take.",
                    people=tuple(self.compiled.people[r].id for r in sorted(rivals)),
                    seats=seats,
                )
        return self._make(
            person,
            role,
            "trade_off",
            "could be placed, but the whole would be worth less",
            "Require this person, and see what it costs.",
        )

    def _no_partner(self, i: int, person: Person, role: str) -> Unplaced:
        blocked: Counter[str] = Counter()
        nearest = ""
        for g in self.givers if self.allowed else ():
            other = self.compiled.people[int(g)]
            if int(g) == i or self.allowed is None:
                continue
            found = self.allowed.objection(other, person) or self.allowed.objection(person, other)
            if found is not None:
                blocked[found[0]] += 1
                nearest = nearest or found[1]
        counts = ", ".join(f"{rule} {count}" for rule, count in blocked.most_common())
        detail = f"none of {sum(blocked.values())} candidates is allowed ({counts})"
        if not blocked:
            detail = "there is nobody to be matched with"
        rule = blocked.most_common(1)[0][0] if blocked else ""
        help_ = f"Loosen the rule {rule!r} for this person." if rule else "Find candidates."
        return self._make(person, role, "no_partner", detail, help_, blocked=dict(blocked))

    def _competition(self, start: int) -> tuple[set[int] | None, set[int]]:
        """Return the takers and givers reached by alternating paths; None if a seat is free.

        Every giver reached is full with takers who are reached too, so these takers, with the
        one who started, outnumber the seats: a Hall set (Hall 1935, doi:10.1112/jlms/s1-10.37.26).
        """
        instance = self.compiled.instance
        reached, places, queue = {start}, set[int](), deque([start])
        while queue:
            for giver in self.givers_for(queue.popleft()):
                if giver in places:
                    continue
                places.add(giver)
                sitting = self.takers_of.get(giver, [])
                if len(sitting) < int(instance.gives_max[giver]):
                    return None, places
                for taker in sitting:
                    if taker not in reached:
                        reached.add(taker)
                        queue.append(taker)
        return reached, places

    @staticmethod
    def _make(
        person: Person,
        role: str,
        reason: str,
        detail: str,
        would_help: str,
        people: tuple[str, ...] = (),
        seats: int | None = None,
        blocked: dict[str, int] | None = None,
    ) -> Unplaced:
        return Unplaced.model_validate(
            {
                "person": person.id,
                "role": role,
                "reason": reason,
                "detail": detail,
                "would_help": would_help,
                "people": people,
                "seats": seats,
                "blocked": blocked or {},
            }
        )
