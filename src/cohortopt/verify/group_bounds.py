"""What groups can seat and be worth at most, counted from people.

Nothing is taken from a certificate but the names of those who cannot sit, each of whom is looked
at again, and the prices of fellows, which may be any whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from cohortopt.goals import MatchGoal, points_at_full_worth
from cohortopt.goals.base import Rows, even, row_points
from cohortopt.model import Facts, Groups, Person, skill_key
from cohortopt.programs.program import Program
from cohortopt.rules import Isolation, Limits
from cohortopt.rules.attributes import fold
from cohortopt.verify.allowed import Allowed
from cohortopt.verify.claim import Claim
from cohortopt.verify.score import topic_points
from cohortopt.verify.stop import Stop, never, until

MOST = 2500  # people; beyond, every two people take too long to look at


def counting_bound(claim: Claim) -> int | None:
    """Return the most priority that groups can seat.

    With g groups at most ``size.max`` x g people sit, and of people with a capped attribute at most
    the cap x g; so many must be enough to fill g groups. Caps of one attribute are on disjoint
    people, so taking people by falling priority while caps allow is best. The bound is the largest
    over every g that can be filled and led. Those whom the certificate calls alone must have too
    few possible fellows, no leader, or limits against them. Several rounds hold as many times that.
    """
    program, tier = claim.program, claim.tier
    shape, certificate = program.shape, tier.certificate
    if not isinstance(shape, Groups) or certificate is None:
        return None
    if tier.tier != "placed":
        return None
    pool = Pool(program, claim.facts, shape)
    out = {str(one) for one in certificate["people"]}
    members = until(claim.stop, pool.members)
    able = [one for one in members if one.id not in out or not pool.is_alone(one)]
    able.sort(key=lambda person: -person.priority)
    (least, most), most_led = program.sizes, pool.most_led()
    count = shape.size.groups
    numbers = range(len(able) // least + 1) if count is None else [0, count]
    caps = [{}, *_caps(program, able)]
    worth = list(accumulate((person.priority for person in able), initial=0))
    best = 0
    for groups in reversed(numbers):  # many groups hold most of whatever is capped
        seats = min(groups * most, len(able))
        held = min(_held(len(able), groups, cap) for cap in caps)
        if groups * least <= held and groups <= most_led and worth[seats] > best:
            best = max(best, min(_taken(able, seats, groups, cap) for cap in caps))
    return program.rounds * best


def _caps(program: Program, people: Sequence[Person]) -> list[dict[str, tuple[str, int]]]:
    """Return, for each limit, person -> (what is capped, how many of it sit in one group)."""
    rule = program.rule(Limits) if "limits" not in program.relax else None
    found: list[dict[str, tuple[str, int]]] = []
    for item in rule.items if rule else ():
        if item.at_most is None or not item.attribute:
            continue
        cap: dict[str, tuple[str, int]] = {}
        for value, amounts in rule.amounts(item) if rule else ():
            own = {one.id: amounts[one.id] for one in people if amounts[one.id]}
            for one in own:
                cap[one] = value, int(item.at_most)
        found.append(cap)
    return found


def _held(people: int, groups: int, cap: Mapping[str, tuple[str, int]]) -> int:
    """Return how many of ``people`` fit under caps into so many groups."""
    alike = Counter(value for value, _ in cap.values())
    most = dict(cap.values())
    return people - len(cap) + sum(min(n, most[value] * groups) for value, n in alike.items())


def _taken(
    people: Sequence[Person], seats: int, groups: int, cap: Mapping[str, tuple[str, int]]
) -> int:
    """Return the most priority in so many seats; ``people`` come by falling priority."""
    used: dict[str, int] = {}
    worth = 0
    for person in people:
        if seats == 0:
            break
        if person.id in cap:
            value, most = cap[person.id]
            if used.get(value, 0) >= most * groups:
                continue
            used[value] = used.get(value, 0) + 1
        seats -= 1
        worth += person.priority
    return worth


def fellows_bound(claim: Claim) -> int | None:
    """Return what prices of fellows prove of the points of groups.

    For any whole prices p, adding p(f) - p(m) to what m and f bring each other changes no group's
    sum, as prices cancel over a group. So twice the points of links are at most the sum over people
    m of the largest, over sizes k, of weight(k) x (the k - 1 largest of both(m, f) + p(f) - p(m)),
    and what leaders, topic and group goals add to m is at most its best. Takes time quadratic
    in people; rules are asked about the best fellows of each only. Where the certificate speaks of
    hours, the fellows of each must all be free at one of their slots. Rounds that lose points by
    repeats are worth no more than each of them by itself.
    """
    program, tier, stop = claim.program, claim.tier, claim.stop
    shape, certificate = program.shape, tier.certificate
    if not isinstance(shape, Groups) or certificate is None:
        return None
    pool = Pool(program, claim.facts, shape)
    if tier.tier != "points" or len(pool.members) > MOST:
        return None
    fellows = pool.best_at_one_slot if certificate.get("hours") is True else pool.best_fellows
    listed = zip(certificate["people"], certificate["prices"], strict=True)
    price = {str(one): int(p) for one, p in listed}
    to = pool.brought(stop)
    twice = 0
    for k, person in enumerate(until(stop, pool.members)):
        besides = pool.besides(person)
        if besides is None:
            continue
        both = [
            to[k][j] + to[j][k] + price.get(other.id, 0) - price.get(person.id, 0)
            for j, other in enumerate(pool.members)
        ]
        links = fellows(person, both)
        if links is None:
            continue
        twice += max(0, links + 2 * besides)
    return program.rounds * (twice // 2)


class Pool:
    """Who may sit and lead, and who may share a group with whom."""

    def __init__(self, program: Program, facts: Facts, shape: Groups) -> None:
        self.program, self.shape = program, shape
        self.allowed = Allowed(program, facts)
        self.members = self.allowed.takers()
        may_lead = sorted(program.leaders(facts) or ())
        people = [facts.roster[one] for one in may_lead]
        self.leaders = [one for one in people if self.allowed.gives(one)[1] > 0]
        self.share = program.leader_share if shape.leaders else 0

    def most_led(self) -> int:
        """Return how many groups the leaders can lead; no limit where there are none."""
        if self.shape.leaders is None:
            return len(self.members)
        hands = sum(self.allowed.gives(one)[1] for one in self.leaders)
        return hands // self.shape.leaders.min

    def may_share(self, one: Person, other: Person) -> bool:
        """Whether no rule about two people keeps them out of one group."""
        if one.id == other.id or self.allowed.objection(one, other) is not None:
            return False
        topics = not self.shape.topic or bool(self.topics(one) & self.topics(other))
        return topics and self.allowed.objection(other, one) is None

    def is_alone(self, person: Person) -> bool:
        """Whether a person can sit in no group: too few fellows, or nobody to lead them.

        Or what groups are made of excludes them: nobody alike, or a limit that they alone exceed,
        or that all people together do not reach.
        """
        if self.best_leaders(person) is None or self._is_excluded(person):
            return True
        wanted = self.program.sizes[0] - 1
        for other in self.members if wanted else ():
            wanted -= self.may_share(person, other)
            if wanted == 0:
                break
        return wanted > 0

    def _is_excluded(self, person: Person) -> bool:
        relax = self.program.relax
        limits, isolation = self.program.rule(Limits), self.program.rule(Isolation)
        for item in limits.items if limits and "limits" not in relax else ():
            for _, amounts, least, most in limits.sums(item) if limits else ():
                own = [amounts[one.id] for one in self.members]
                if min(own) >= 0 and (amounts[person.id] > most or sum(own) < least):
                    return True
        for name in isolation.attributes if isolation and "isolation" not in relax else ():
            value = fold(person.attribute(name))
            if isolation and value in isolation.values(name):
                alike = (one for one in self.members if fold(one.attribute(name)) == value)
                if not any(self.may_share(person, one) for one in alike):
                    return True
        return False

    def caps(self) -> Iterator[tuple[list[int], int]]:
        """Yield upper limits on sums that only grow with people: an amount for each, and most."""
        limits = self.program.rule(Limits)
        for item in limits.items if limits and "limits" not in self.program.relax else ():
            for _, amounts, _, most in limits.sums(item) if limits else ():
                own = [amounts[one.id] for one in self.members]
                if min(own, default=0) >= 0 and most < sum(own):
                    yield own, most

    def topics(self, person: Person) -> set[str]:
        """Return what a group with the person may be about."""
        if not self.shape.topic:
            return set()
        return {skill_key(one) for one in (*person.skills_wanted, *person.skills_offered)}

    def brought(self, stop: Stop = never) -> list[list[int]]:
        """Return, for each member, the points that every member would bring them."""
        rows = Rows(self.program.goals, self.members)
        return [
            [even(sum_, rows.whole) if sum_ else 0 for sum_ in rows.sums(person)]
            for person in until(stop, self.members)
        ]

    def besides(self, person: Person) -> int | None:
        """Return the most that leaders, group goals and topic give; None if nobody may lead."""
        program = self.program
        led = self.best_leaders(person)
        goals = sum(
            max(0, points_at_full_worth(goal, program.goals))
            for goal in program.goals
            if isinstance(goal, MatchGoal)
        )
        topic = max((topic_points(program, person, one) for one in self.topics(person)), default=0)
        return None if led is None else led + program.scale * (goals + topic)

    def link_factor(self) -> int:
        """Return what a link in a group of k is worth, times k - 1; for sums, at most."""
        if self.program.value == "sum":
            return self.program.scale * (self.program.sizes[1] - 1)
        return self.program.scale * (100 - self.share) // 100

    def weight(self, size: int) -> int:
        """Return the factor of the links of a group of some size."""
        return self.program.scale * (100 - self.share) // 100 // (size - 1)

    def best_fellows(self, person: Person, both: Sequence[int]) -> int | None:
        """Return twice the most that links to fellows are worth, None if nobody may sit there.

        ``both`` has one number for each member.
        """
        least, most = self.program.sizes
        best: int | None = 0 if least == 1 else None
        total, count = 0, 1
        plain = self.program.value == "sum"
        for j in sorted(range(len(both)), key=lambda j: (-both[j], j)):
            if count == most:
                break
            if not self.may_share(person, self.members[j]):
                continue
            total, count = total + both[j], count + 1
            if count >= least:
                now = total * (self.program.scale if plain else self.weight(count))
                best = now if best is None else max(best, now)
        return best

    def best_at_one_slot(self, person: Person, both: Sequence[int]) -> int | None:
        """Return ``best_fellows`` among those free at one slot, for the best slot of the person.

        Fellows come by falling worth, so that means only fall beyond the smallest size; and a slot
        is given up once even the next fellow's worth for all open seats would not be the best.
        """
        meeting = self.allowed.meeting
        least, most = self.program.sizes
        if meeting is None or least == 1:
            return self.best_fellows(person, both)
        plain = self.program.value == "sum"
        full = most if plain else least
        weight = self.program.scale if plain else self.weight(least)
        best: int | None = None
        held = {slot: (0, 1) for slot in meeting.starts(person)}  # slot: points, people
        for j in sorted(range(len(both)), key=lambda j: (-both[j], j)):
            if best is not None:
                seats = full if both[j] > 0 else least
                held = {
                    slot: (total, count)
                    for slot, (total, count) in held.items()
                    if weight * (total + max(0, seats - count) * both[j]) > best
                }
            if not held:
                break
            shared = held.keys() & meeting.starts(self.members[j])
            if not shared or not self.may_share(person, self.members[j]):
                continue
            for slot in shared:
                total, count = held[slot]
                total, count = total + both[j], count + 1
                held[slot] = total, count
                if count >= least:
                    best = max(weight * total, weight * total if best is None else best)
                if count == full:
                    del held[slot]
        return best

    def best_leaders(self, person: Person) -> int | None:
        """Return the most that leaders bring a member, None if they cannot be led."""
        leaders = self.shape.leaders
        if leaders is None:
            return 0
        points = row_points(self.program.goals, self.leaders, person)
        best: int | None = None
        total, count = 0, 0
        for j in sorted(range(len(points)), key=lambda j: (-points[j], j)):
            if count == leaders.max:
                break
            if self.allowed.objection(self.leaders[j], person) is not None:
                continue
            total, count = total + points[j], count + 1
            if count >= leaders.min:
                now = self.program.scale * total
                if self.program.value != "sum":
                    now = now * self.share // (100 * count)
                best = now if best is None else max(best, now)
        return best
