"""What prices of cores prove of the points of groups: no few members are worth more than they pay.

A core is ``size`` people who may share a group, at one slot, about one topic and within the upper
limits, as all of a group do. Every two members are in equally many cores of their group. With
W / (k - 1) the worth of a link in a group of k (of sums at most), and r(i, j) = W x (points both
ways) - price(i) - price(j), a group's links are worth no more than its prices if its r add up to 0
or less: which they do if those of every core do.
"""

from __future__ import annotations

from operator import add

from cohortopt.model import Groups
from cohortopt.verify.claim import Claim
from cohortopt.verify.group_bounds import Pool
from cohortopt.verify.stop import Stop, never, until

MOST = 1200  # people; beyond, every two people take too long to look at
LARGEST = 4  # people in a core
WORK = 300_000_000  # sums; a certificate that asks for more proves nothing
NEVER = -(2**62)  # r of two who may not share a group


def cores_bound(claim: Claim) -> int | None:
    """Return the sum of prices and of what each can have besides; None if a core is worth more.

    Several rounds are worth no more than as many times one of them.
    """
    program, tier = claim.program, claim.tier
    shape, certificate = program.shape, tier.certificate
    if not isinstance(shape, Groups) or certificate is None:
        return None
    pool = Pool(program, claim.facts, shape)
    if tier.tier != "points" or len(pool.members) > MOST:
        return None
    listed = zip(certificate["people"], certificate["prices"], strict=True)
    price = {str(one): int(p) for one, p in listed}
    besides = [pool.besides(person) for person in pool.members]
    prices = [price[person.id] for person in pool.members]
    least = program.sizes[0]
    if least == 1 and min(prices, default=0) < 0:
        return None  # a group of one has no links
    seated = [extra is not None for extra in besides]
    if _Cores(pool, prices, seated, min(LARGEST, max(2, least)), claim.stop).any_above():
        return None
    paid = (extra + p for extra, p in zip(besides, prices, strict=True) if extra is not None)
    return program.rounds * sum(max(0, worth) for worth in paid)


class _Cores:
    """The search for a core whose r add up to more than 0."""

    def __init__(
        self, pool: Pool, prices: list[int], seated: list[bool], size: int, stop: Stop = never
    ) -> None:
        self.pool, self.size, self.work, self.stop = pool, size, 0, stop
        people = pool.members
        factor = pool.link_factor()
        meeting = pool.allowed.meeting
        topics: dict[str, int] = {}
        self.free = [-1 if meeting is None else meeting.word(one) for one in people]
        self.about = [
            sum(1 << topics.setdefault(topic, len(topics)) for topic in pool.topics(one))
            if pool.shape.topic
            else -1
            for one in people
        ]
        self.caps = list(pool.caps())
        self.asked: dict[tuple[int, int], bool] = {}
        to = pool.brought(stop)
        self.r = [
            [
                factor * (to[i][j] + to[j][i]) - prices[i] - prices[j]
                if i != j and seated[i] and seated[j] and self._meets((i, j))
                else NEVER
                for j in range(len(people))
            ]
            for i in until(stop, range(len(people)))
        ]

    def any_above(self) -> bool:
        """Whether any core is worth more than its prices.

        A core above 0 of four holds three people above 0, and those the two whose r is largest:
        O(n) for each such two and each such three.
        """
        for i, row in enumerate(self.r):
            for j in until(self.stop, range(i + 1, len(row))):
                if row[j] > 0 and self._may_share(i, j) and self._grows(i, j):
                    return True
        return False

    def _grows(self, i: int, j: int) -> bool:
        """Whether two people above 0, with the largest r of three, are part of a core above 0."""
        own = self.r[i][j]
        if self.size == 2:
            return True
        with_both = list(map(add, self.r[i], self.r[j]))
        for c, more in enumerate(with_both):
            three = own + more
            if three <= 0 or self.r[i][c] > own or self.r[j][c] > own:
                continue
            if not self._fits((i, j, c)):
                continue
            if self.size == 3:
                return True
            for e, rest in enumerate(map(add, with_both, self.r[c])):
                if three + rest > 0 and self._fits((i, j, c, e)):
                    return True
            self.work += len(with_both)
        self.work += len(with_both)
        return self.work > WORK

    def _fits(self, core: tuple[int, ...]) -> bool:
        """Whether people may share a group; all but the last may already."""
        return (
            self._meets(core)
            and all(sum(own[one] for one in core) <= most for own, most in self.caps)
            and all(self._may_share(one, core[-1]) for one in core[:-1])
        )

    def _meets(self, core: tuple[int, ...]) -> bool:
        free, about = -1, -1
        for one in core:
            free &= self.free[one]
            about &= self.about[one]
        return bool(free and about)

    def _may_share(self, i: int, j: int) -> bool:
        two = (i, j) if i < j else (j, i)
        if two not in self.asked:
            people = self.pool.members
            self.asked[two] = self.pool.may_share(people[two[0]], people[two[1]])
        return self.asked[two]
