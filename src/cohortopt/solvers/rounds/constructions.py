"""Plans of rounds that mathematics gives away: round robins, affine planes, cyclic starters.

A *plan* is a list of rounds, a round a list of groups, a group a tuple of people 0..n-1. In every
plan made here no two people meet twice.
"""

from __future__ import annotations

import random
from itertools import combinations, product

Group = tuple[int, ...]
Round = list[Group]
Plan = list[Round]

TRIES = (3_000,) * 60 + (20_000,) * 8  # placements of each try at a starter


def round_robin(n: int) -> Plan:
    """Return n - 1 rounds of pairs for even n; n rounds with one person out for odd n.

    The circle method (Kirkman 1847): one stands still, the others turn. O(n^2). In round r of an
    odd plan person r sits out: everybody once.
    """
    if n < 2:
        return []
    m = n - 1 + n % 2  # people on the circle
    plan: Plan = []
    for turn in range(m):
        pairs = [((turn + k) % m, (turn - k) % m) for k in range(1, (m + 1) // 2)]
        if n % 2 == 0:
            pairs.append((turn, m))
        plan.append([(min(pair), max(pair)) for pair in pairs])
    return plan


def prime_power(q: int) -> tuple[int, int] | None:
    """Return (p, k) with q = p^k for a prime p; None if there are none."""
    for p in range(2, q + 1):
        if q % p == 0:
            k = 0
            while q % p == 0:
                q //= p
                k += 1
            return (p, k) if q == 1 else None
    return None


class Field:
    """The finite field of q = p^k elements 0..q-1: digits in base p are coefficients."""

    def __init__(self, q: int) -> None:
        found = prime_power(q)
        if found is None:
            raise ValueError(f"there is no field of {q} elements")
        self.q = q
        self.p, self.k = found
        self.modulus = self._irreducible()

    def _digits(self, x: int) -> list[int]:
        return [x // self.p**i % self.p for i in range(self.k)]

    def _number(self, digits: list[int]) -> int:
        return sum(digit * self.p**i for i, digit in enumerate(digits))

    def _irreducible(self) -> list[int]:
        """Return the monic polynomial's lower coefficients that no smaller one divides."""
        for lower in product(range(self.p), repeat=self.k):
            if not any(self._divides(d, lower) for d in range(1, self.k // 2 + 1)):
                return list(lower)
        raise AssertionError("there is an irreducible polynomial of every degree")

    def _divides(self, degree: int, lower: tuple[int, ...]) -> bool:
        """Whether some monic polynomial of a degree divides x^k + lower."""
        for tail in product(range(self.p), repeat=degree):
            rest = [*lower, 1]
            for top in range(self.k, degree - 1, -1):
                factor = rest[top]
                for i, digit in enumerate([*tail, 1]):
                    place = top - degree + i
                    rest[place] = (rest[place] - factor * digit) % self.p
            if not any(rest[:degree]):
                return True
        return False

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        pairs = zip(self._digits(a), self._digits(b), strict=True)
        return self._number([(x + y) % self.p for x, y in pairs])

    def times(self, a: int, b: int) -> int:
        """Return a * b: polynomials multiplied, then reduced."""
        out = [0] * (2 * self.k)
        for (i, x), (j, y) in product(enumerate(self._digits(a)), enumerate(self._digits(b))):
            out[i + j] = (out[i + j] + x * y) % self.p
        for top in range(2 * self.k - 1, self.k - 1, -1):
            for i, digit in enumerate(self.modulus):
                place = top - self.k + i
                out[place] = (out[place] - out[top] * digit) % self.p
            out[top] = 0
        return self._number(out[: self.k])


def transversal(groups: int, size: int) -> Plan:
    """Return rounds of ``groups`` groups of ``size`` <= groups, a prime power: groups rounds.

    Person ``row * groups + x`` sits at line x + slope * row of round ``slope``: two rows meet on
    one slope, one row never (Bose 1938). Then each row may meet within itself: as one group
    more where sizes divide, so that groups = size gives the affine plane's groups + 1 rounds.
    """
    if size > groups or size < 2 or prime_power(groups) is None:
        return []
    field = Field(groups)
    plan: Plan = []
    for slope in range(groups):
        lines: list[list[int]] = [[] for _ in range(groups)]
        for row, x in product(range(size), range(groups)):
            lines[field.add(x, field.times(slope, row))].append(row * groups + x)
        plan.append([tuple(line) for line in lines])
    if groups % size == 0:
        inner = [[tuple(range(size))]] if groups == size else best_plan(groups // size, size)
        for part in inner:
            plan.append(
                [tuple(row * groups + x for x in group) for row in range(size) for group in part]
            )
    return plan


def starter(groups: int, size: int, seed: int = 0) -> Plan:
    """Return rounds that are one round turned, and rounds that turning leaves alone; [] if none.

    People are R x orbits and n - R x orbits fixed points; turning adds 1 mod R to every number in
    an orbit. The R rounds made of one are free of repeats iff no difference occurs twice in it.
    With ``size`` orbits of R = ``groups`` people a round of groups (x, x + a, x + b, ...) is its
    own turn and costs one difference between any two orbits: as many of these as are missing to
    the bound are drawn first. Backtracking in random order: many short tries, a few long ones.
    """
    n = groups * size
    most = (n - 1) // (size - 1) if size > 1 else 0
    for turns in dict.fromkeys((most, groups)):
        fixed = n % turns if turns else 0
        if turns < 2 or fixed > groups:
            continue
        rng = random.Random(seed)
        for steps in TRIES:
            search = _Starter(turns, n // turns, fixed, groups, size, rng)
            still = search.draw(most - turns) if turns < most else []
            base = search.search(steps) if still is not None else None
            if base is not None and still is not None:
                moving = n - fixed
                return [[_turned(g, by, turns, moving) for g in base] for by in range(turns)] + [
                    [_shifted(shifts, x, turns) for x in range(turns)] for shifts in still
                ]
    return []


def _shifted(shifts: tuple[int, ...], x: int, turns: int) -> Group:
    """Return the group that has ``x + shift`` of every orbit."""
    return tuple(orbit * turns + (x + shift) % turns for orbit, shift in enumerate(shifts))


def _turned(group: Group, by: int, turns: int, moving: int) -> Group:
    """Return a group turned: person ``orbit * turns + x`` goes to x + by; fixed points stay."""
    return tuple(sorted(p if p >= moving else p // turns * turns + (p + by) % turns for p in group))


class _Starter:
    """A search for one round in which no difference between two of a group occurs twice."""

    def __init__(
        self, turns: int, orbits: int, fixed: int, groups: int, size: int, rng: random.Random
    ) -> None:
        self.turns, self.size, self.rng = turns, size, rng
        self.moving = turns * orbits
        self.groups: list[list[int]] = [[] for _ in range(groups)]
        for k in range(fixed):  # at most one fixed point in a group: they would meet every round
            self.groups[k].append(self.moving + k)
        self.used: set[tuple[int, int, int]] = set()

    def differences(self, one: int, other: int) -> tuple[int, int, int]:
        """Return the class of a pair under turning; with a fixed point, the orbit it meets."""
        a, b = sorted((one, other))
        if b >= self.moving:
            return (b, a // self.turns, -1)
        gap = (b - a) % self.turns
        if a // self.turns == b // self.turns:
            gap = min(gap, self.turns - gap)
        return (a // self.turns, b // self.turns, gap)

    def draw(self, count: int) -> list[tuple[int, ...]] | None:
        """Draw shifts of orbits for ``count`` rounds that turning leaves alone; None if stuck."""
        if self.moving != self.turns * self.size:
            return None
        found: list[tuple[int, ...]] = []
        for _ in range(200 * count):
            if len(found) == count:
                break
            shifts = (0, *(self.rng.randrange(self.turns) for _ in range(self.size - 1)))
            group = _shifted(shifts, 0, self.turns)
            fresh = [self.differences(a, b) for a, b in combinations(group, 2)]
            if not self.used.intersection(fresh):
                self.used.update(fresh)
                found.append(shifts)
        return found if len(found) == count else None

    def search(self, steps: int) -> list[Group] | None:
        """Return a first round; None if ``steps`` placements found none."""
        people = list(range(self.moving))
        self.rng.shuffle(people)
        self.left = steps
        return [tuple(group) for group in self.groups] if self._place(people) else None

    def _place(self, people: list[int]) -> bool:
        target = next((g for g in self.groups if len(g) < self.size), None)
        if target is None:
            return True
        first = not target
        for person in list(people):
            self.left -= 1
            if self.left < 0:
                return False
            fresh = [self.differences(person, other) for other in target]
            short = any(2 * f[2] == self.turns and f[0] == f[1] for f in fresh)
            if short or len(set(fresh)) < len(fresh) or self.used.intersection(fresh):
                continue
            target.append(person)
            self.used.update(fresh)
            people.remove(person)
            if self._place(people):
                return True
            people.append(person)
            self.used.difference_update(fresh)
            target.pop()
            if first:  # whoever starts a new group must be in some group: no need to try others
                return False
        return False


def best_plan(groups: int, size: int, rounds: int = 1 << 30) -> Plan:
    """Return the longest plan of equal groups without repeats that is known here.

    Starters, which take a second or two, are tried only where fewer than ``rounds`` are known.
    """
    if groups < 1 or size < 1:
        return []
    if size == 2:
        return round_robin(2 * groups)
    if groups == 1 or size == 1:
        return [[tuple(range(k * size, k * size + size)) for k in range(groups)]]
    found = transversal(groups, size)
    most = (groups * size - 1) // (size - 1)
    if len(found) < min(most, rounds) and size <= groups and groups * size <= 40:
        found = max(found, starter(groups, size), key=len)
    together = [tuple(range(k * size, k * size + size)) for k in range(groups)]
    return found or [together]


def repeats(plan: Plan) -> int:
    """Return how often two people meet again: meetings less different pairs."""
    meetings = [pair for round_ in plan for group in round_ for pair in _pairs(group)]
    return len(meetings) - len(set(meetings))


def _pairs(group: Group) -> list[tuple[int, int]]:
    return list(combinations(sorted(group), 2))
