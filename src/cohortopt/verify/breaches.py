"""How seldom relaxed rules of groups can be broken, counted from people.

The arguments are those of ``cohortopt.solvers.groups.breaches``; nothing is taken from the
certificate but its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cohortopt.model import Facts, Groups, Match, Person
from cohortopt.programs.program import Program
from cohortopt.rules import Availability, Isolation, Limits, Required
from cohortopt.rules.attributes import fold
from cohortopt.verify.claim import Claim
from cohortopt.verify.group_bounds import Pool


def breaches_bound(claim: Claim) -> int | None:
    """Return how many breaches any plan has that is as good on the tiers before ``violations``.

    Takes time quadratic in people at most; usually most people find somebody alike at once.
    """
    program, tier = claim.program, claim.tier
    if not isinstance(program.shape, Groups) or tier.tier != "violations":
        return None
    return sum(_Count(program, claim.facts, program.shape, claim.matches).bounds())


class _Count:
    """Who surely sits, and in how few and how many groups."""

    def __init__(
        self, program: Program, facts: Facts, shape: Groups, matches: Sequence[Match]
    ) -> None:
        self.program, self.shape = program, shape
        self.pool = Pool(program, facts, shape)
        self.members = self.pool.members
        seated = {one for match in matches for one in match.with_role("member")}
        rule = program.rule(Required)
        self.required = set(rule.ids) if rule is not None else set()
        asked = set() if "required" in program.relax else self.required
        tiers = program.tiers
        first = "placed" in tiers and tiers.index("placed") < tiers.index("violations")
        if first and all(one.id in seated for one in self.members):
            asked = {one.id for one in self.members}
        self.sure = [one for one in self.members if one.id in asked]
        self.least, self.most = program.sizes
        count = shape.size.groups
        self.most_groups = min(len(self.members) // self.least, self.pool.most_led())
        self.fewest_groups = -(-len(self.sure) // self.most)
        if count is not None:
            self.most_groups = self.fewest_groups = count

    def bounds(self) -> Iterator[int]:
        """Yield what each relaxed rule cannot do without."""
        relax = self.program.relax
        if "isolation" in relax:
            yield from self._lonely()
        if "limits" in relax:
            yield from self._limits()
        if "size" in relax:
            yield self._sizes()
        if "availability" in relax:
            yield self._hours()
        if "required" in relax:
            yield self._left_out()

    def _lonely(self) -> Iterator[int]:
        rule = self.program.rule(Isolation)
        for name in rule.attributes if rule else ():
            for value in rule.values(name) if rule else ():
                alike = [one for one in self.members if fold(one.attribute(name)) == value]
                sure = {one.id for one in self.sure}
                yield sum(
                    one.id in sure and not any(self.pool.may_share(one, other) for other in alike)
                    for one in alike
                )

    def _limits(self) -> Iterator[int]:
        rule = self.program.rule(Limits)
        for item in rule.items if rule else ():
            if item.different and item.at_most is not None:
                yield max(0, self.fewest_groups - self._alike(item.different, int(item.at_most)))
            for _, amounts in rule.amounts(item) if rule and item.attribute else ():
                sure = sum(amounts[one.id] > 0 for one in self.sure)
                have = sum(amounts[one.id] > 0 for one in self.members)
                over = under = 0
                cap = None if item.at_most is None else int(item.at_most)
                if cap is not None and cap < self.most:
                    over = self._over(cap, sure, len(self.members) - have)
                if item.at_least is not None and item.at_least > 0:
                    under = self.fewest_groups - have // -int(-item.at_least // 1)
                yield max(0, over, under)

    def _alike(self, name: str, most: int) -> int:
        """Return how many groups can have at most so many different values of an attribute."""
        alike = Counter(fold(one.attribute(name)) for one in self.members)
        blank = alike.pop("", 0)
        part = -(-self.least // most) if most > 0 else len(self.members) + 1
        return sum(count // part for count in alike.values()) + blank

    def _over(self, cap: int, alike: int, others: int) -> int:
        """Return how many groups hold more than ``cap`` of so many alike people who surely sit."""
        over = -(-(alike - cap * self.most_groups) // (self.most - cap))
        if cap < self.least:
            keeping = others // (self.least - cap)  # groups that can keep it: with enough others
            beyond = -(-(alike - cap * keeping) // self.most)
            over = max(over, beyond, self.fewest_groups - keeping)
        return over

    def _sizes(self) -> int:
        size = self.shape.size
        sure, able = len(self.sure), len(self.members)
        return min(
            (
                max(0, groups * size.min - able, sure - groups * size.max)
                for groups in range(self.fewest_groups, self.most_groups + 1)
            ),
            default=0,
        )

    def _hours(self) -> int:
        rule = self.program.rule(Availability)
        if rule is None or self.least < 2:
            return 0
        starts = {one.id: rule.starts(one) for one in self.members}
        never = sum(not starts[one.id] for one in self.sure)
        lonely = sum(
            bool(starts[one.id])
            and not any(starts[one.id] & starts[other.id] for other in self._others(one))
            for one in self.sure
        )
        return never + lonely - min(lonely, (never + lonely) // self.least)

    def _others(self, person: Person) -> Iterator[Person]:
        return (one for one in self.members if one.id != person.id)

    def _left_out(self) -> int:
        known = {one.id: one for one in self.members}
        leaders = {one.id for one in self.pool.leaders}
        return sum(
            one not in leaders and (one not in known or self.pool.is_alone(known[one]))
            for one in self.required
        )
