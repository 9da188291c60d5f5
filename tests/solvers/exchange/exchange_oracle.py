"""Partners and rings by trying everything, in plain Python; shares nothing with the solvers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, permutations, product
from random import Random

import numpy as np

from cohortopt.instance.instance import FORBIDDEN, Feature, Instance, Links, Lock, Slots, pack
from cohortopt.solvers.base import Answer, Found

Option = tuple[tuple[int, ...], bool]  # people of a match, whether it is a chain


def draw(random: Random, shape: str, n: int, wanted: frozenset[Feature]) -> Instance:
    """Return a small random instance with the features asked for, and collisions everywhere."""
    top = random.choice([1, 3, 9, 1000])
    likely = random.choice([0.3, 0.6, 0.9])
    points = [
        [random.randint(0, top) if random.random() < likely else FORBIDDEN for _ in range(n)]
        for _ in range(n)
    ]
    slots = None
    if Feature.SLOTS in wanted:
        count, length = random.randint(1, 5), random.choice([1, 2, 4])
        bits = np.array(
            [[random.random() < 0.6 for _ in range(count)] for _ in range(n)], np.bool_
        ).reshape(n, count)
        at = np.array(sorted(random.sample(range(12), count)), np.int32)
        slots = Slots(pack(bits), at, length, random.choice([0, 14]))
        for a, b in product(range(n), range(n)):
            if not (bits[a] & bits[b]).any():
                points[a][b] = FORBIDDEN
    people = list(range(n))
    rings = shape == "rings"
    volunteers = random.sample(people, random.randint(1, 2)) if Feature.CHAINS in wanted else []
    for volunteer in volunteers:
        for a in people:
            points[a][volunteer] = FORBIDDEN
    locked: list[Lock] = []
    if Feature.LOCKED in wanted and n >= 3:
        size = random.choice([2, 3]) if rings else 2
        locked = [Lock(tuple(random.sample(people, size)))]
    together: list[tuple[int, ...]] = []
    if Feature.TOGETHER in wanted:
        together = [tuple(random.sample(people, 2))]
    required = np.zeros(n, np.bool_)
    if Feature.REQUIRED in wanted:
        required[random.sample(people, random.randint(1, 2))] = True
    previous: list[tuple[int, ...]] = []
    if Feature.PREVIOUS in wanted:
        previous = [tuple(random.sample(people, 2)) for _ in range(3)]
    tiers = ["placed", "points"] if random.random() < 0.7 else ["points"]
    if Feature.MUTUAL in wanted:
        tiers.insert(len(tiers) - 1, "mutual")
    if Feature.PREVIOUS in wanted:
        tiers.insert(random.randint(0, len(tiers)), "changes")
    if Feature.WORST in wanted:
        tiers.insert(tiers.index("placed") + 1 if "placed" in tiers else 0, "worst")
    if Feature.STABLE in wanted:
        tiers.insert(random.randint(0, len(tiers)), "stable")
    dropout = None
    if Feature.DROPOUT in wanted:
        dropout = np.array([random.choice([0.0, 0.1, 0.25, 0.333]) for _ in people])
    return Instance.plain(
        shape,
        Links.of(np.array(points, np.int32).reshape(n, n)),
        total_max=np.array([int(random.random() < 0.95) for _ in people], np.int32),
        priority=np.array([random.choice([1, 1, 1, 3]) for _ in people], np.int32),
        required=required,
        tiers=tuple(tiers),
        slots=slots,
        features=wanted,
        together=tuple(together),
        locked=tuple(locked),
        previous=tuple(previous),
        longest=random.choice([2, 3, 3, 4]) if rings else 2,
        chain=random.randint(1, 3) if volunteers else 0,
        volunteers=np.array(volunteers, np.int32),
        meet_links=rings and random.random() < 0.5,
        trio=Feature.TRIO in wanted,
        dropout=dropout,
    )


def links_of(shape: str, people: tuple[int, ...], chain: bool) -> list[tuple[int, int]]:
    """Return the links (giver, taker) inside a match."""
    if shape == "partners":
        return list(permutations(people, 2))
    after = people[1:] if chain else people[1:] + people[:1]
    return list(zip(people, after, strict=False))


def meets(instance: Instance, people: tuple[int, ...], chain: bool) -> bool:
    """Whether a match finds its slot or slots."""
    slots = instance.slots
    if slots is None:
        return True
    free = [set(slots.common([i]).tolist()) for i in range(instance.n)]
    if instance.shape != "rings" or not instance.meet_links:
        return bool(set.intersection(*(free[i] for i in people)))
    links = links_of("rings", people, chain)
    for chosen in product(*(sorted(free[a] & free[b]) for a, b in links)):
        if all(
            not slots.clash(one, other)
            for (link, one), (near, other) in combinations(zip(links, chosen, strict=True), 2)
            if set(link) & set(near)
        ):
            return True
    return False


def options(instance: Instance) -> list[Option]:
    """Return every match that the rules allow."""
    seated = [i for i in range(instance.n) if instance.total_max[i] > 0]
    points = instance.links.dense
    tried: list[Option] = []
    if instance.shape == "partners":
        sizes = (2, 3) if instance.trio else (2,)
        tried = [(people, False) for k in sizes for people in combinations(seated, k)]
    else:
        for k in range(2, instance.longest + 1):
            tried += [(p, False) for p in permutations(seated, k) if p[0] == min(p)]
        for k in range(2, instance.chain + 2):
            volunteers = set(instance.volunteers.tolist())
            tried += [(p, True) for p in permutations(seated, k) if p[0] in volunteers]
    return [
        (people, chain)
        for people, chain in tried
        if all(points[link] != FORBIDDEN for link in links_of(instance.shape, people, chain))
        and meets(instance, people, chain)
    ]


def packings(
    instance: Instance, left: list[Option], used: frozenset[int]
) -> Iterator[list[Option]]:
    """Yield every choice of matches in which nobody sits twice, and at most one trio."""
    yield []
    for at, (people, chain) in enumerate(left):
        if used & set(people):
            continue
        rest = left[at + 1 :]
        if instance.shape == "partners" and len(people) == 3:
            rest = [option for option in rest if len(option[0]) == 2]
        for further in packings(instance, rest, used | set(people)):
            yield [(people, chain), *further]


def keeps_rules(instance: Instance, chosen: list[Option]) -> bool:
    """Whether locked, together and required are kept."""
    seats = {person for people, _ in chosen for person in people}
    if any(instance.required[i] and i not in seats for i in range(instance.n)):
        return False
    if not all(any(set(t) <= set(p) for p, _ in chosen) for t in instance.together):
        return False
    for lock in instance.locked:
        turns = [lock.people[k:] + lock.people[:k] for k in range(len(lock.people))]
        same = (
            (p in turns or p == lock.people)
            if instance.shape == "rings"
            else set(p) == set(lock.people)
            for p, _ in chosen
        )
        if not any(same):
            return False
    return True


def received(instance: Instance, chosen: list[Option]) -> dict[int, int]:
    """Return what everyone who is placed receives; volunteers who start a chain are left out."""
    points = instance.links.dense
    gets: dict[int, int] = {}
    for people, chain in chosen:
        for giver, taker in links_of(instance.shape, people, chain):
            gets[taker] = gets.get(taker, 0) + int(points[giver, taker])
    return gets


def tier_value(instance: Instance, tier: str, chosen: list[Option]) -> object:
    """Return one tier of a choice, so that more is better."""
    points = instance.links.dense
    if tier == "placed":
        return sum(int(instance.priority[i]) for people, _ in chosen for i in people)
    if tier == "worst":
        return sorted(received(instance, chosen).values())
    if tier == "mutual":
        return sum(
            int(min(points[a, b], points[b, a]))
            for people, _ in chosen
            for a, b in combinations(people, 2)
        )
    if tier == "changes":
        before = {frozenset(p) for people in instance.previous for p in combinations(people, 2)}
        now = {frozenset(p) for people, _ in chosen for p in combinations(people, 2)}
        return -len(before - now)
    if tier == "stable":
        return -len(blocking(instance, chosen))
    total = 0
    for people, chain in chosen:
        links = links_of(instance.shape, people, chain)
        if instance.dropout is None:
            total += sum(int(points[link]) for link in links)
            continue
        stay = [round(1000 * (1 - float(instance.dropout[i]))) for i in people]
        through, worth = 1, 0
        for place, q in enumerate(stay):
            through *= q
            if chain and place:
                worth += int(points[links[place - 1]]) * through * 1000 ** (len(people) - 1 - place)
        if not chain:
            worth = sum(int(points[link]) for link in links) * through
        total += 1000 * worth // 1000 ** len(people)
    return total


def blocking(instance: Instance, chosen: list[Option]) -> list[tuple[int, int]]:
    """Return the pairs that would both rather have each other."""
    points = instance.links.dense
    gets = received(instance, chosen)
    now = {frozenset(p) for people, _ in chosen for p in combinations(people, 2)}
    return [
        (a, b)
        for a, b in combinations(range(instance.n), 2)
        if instance.total_max[a] and instance.total_max[b]
        and points[a, b] != FORBIDDEN and points[b, a] != FORBIDDEN
        and points[b, a] > gets.get(a, -1) and points[a, b] > gets.get(b, -1)
        and frozenset((a, b)) not in now
    ]  # fmt: skip


def count_key(vector: object) -> object:
    """Return what orders satisfactions: most people, then the lowest values as high as can be."""
    return (len(vector), vector) if isinstance(vector, list) else vector


def best(instance: Instance) -> list[object] | None:
    """Return the tiers of the best choice of matches; None if no choice keeps the rules."""
    found: list[list[object]] = [
        [count_key(tier_value(instance, tier, chosen)) for tier in instance.tiers]
        for chosen in packings(instance, options(instance), frozenset())
        if keeps_rules(instance, chosen)
    ]
    return max(found, default=None)  # type: ignore[type-var]


def best_of_sets(instance: Instance) -> list[object] | None:
    """Return the same as ``best`` for tiers that add up over matches, for some people more.

    The best of every set of people, by what its first person does: sums compare tier by tier.
    """
    every = options(instance)
    mine: dict[int, list[tuple[frozenset[int], bool, tuple[int, ...]]]] = {}
    lost = len({frozenset(p) for people in instance.previous for p in combinations(people, 2)})
    for option in every:
        gains = [rules_kept(instance, option)]
        for tier in instance.tiers:
            value = tier_value(instance, tier, [option])
            assert isinstance(value, int)
            gains.append(value + lost if tier == "changes" else value)
        people, trio = frozenset(option[0]), instance.shape == "partners" and len(option[0]) == 3
        mine.setdefault(min(people), []).append((people, trio, tuple(gains)))

    @cache
    def most(left: frozenset[int], trio: bool) -> tuple[int, ...]:
        if not left:
            return (0,) * (1 + len(instance.tiers))
        first = min(left)
        found = most(left - {first}, trio)
        for people, is_trio, gains in mine.get(first, ()):
            if people <= left and not (trio and is_trio):
                rest = most(left - people, trio or is_trio)
                found = max(found, tuple(map(int.__add__, gains, rest)))
        return found

    rules, *values = most(frozenset(range(instance.n)), False)
    if rules < len(instance.locked) + len(instance.together) + int(instance.required.sum()):
        return None
    pairs = zip(instance.tiers, values, strict=True)
    return [value - lost if tier == "changes" else value for tier, value in pairs]


def rules_kept(instance: Instance, option: Option) -> int:
    """Return how many rules about named people one match keeps."""
    alone = instance.vary(locked=(), together=(), required=np.zeros(instance.n, np.bool_))
    locks = sum(keeps_rules(alone.vary(locked=(lock,)), [option]) for lock in instance.locked)
    together = sum(set(people) <= set(option[0]) for people in instance.together)
    return locks + together + sum(bool(instance.required[i]) for i in option[0])


def as_options(matches: tuple[Found, ...]) -> list[Option]:
    """Return an answer's matches as options."""
    return [(match.people, match.chain) for match in matches]


def check(instance: Instance, answer: Answer, expected: list[object] | None) -> None:
    """Assert that an answer is as good as trying everything, and says so truthfully."""
    if expected is None:
        assert answer.impossible
        return
    assert not answer.impossible
    chosen = as_options(answer.matches)
    allowed = set(options(instance))
    assert set(chosen) <= allowed
    people = [i for match in chosen for i in match[0]]
    assert len(people) == len(set(people))
    if instance.shape == "partners":
        assert sum(len(match[0]) == 3 for match in chosen) <= int(instance.trio)
    assert keeps_rules(instance, chosen)
    values = [count_key(tier_value(instance, tier, chosen)) for tier in instance.tiers]
    assert values == expected
    for tier, told in zip(instance.tiers, answer.tiers, strict=True):
        value = tier_value(instance, tier, chosen)
        assert told.tier == tier
        if isinstance(value, list):
            assert told.value == (value[0] if value else 0)
            assert answer.facts["worst"] == tuple(value)
        else:
            assert told.value == (-value if tier in ("changes", "stable") else value)  # type: ignore[operator]
        if told.bound is not None:  # the best there is, given the tiers before
            fewer = tier in ("changes", "stable")
            assert told.bound <= told.value if fewer else told.bound >= told.value
    check_slots(instance, answer)


def check_slots(instance: Instance, answer: Answer) -> None:
    """Assert that every match has slots that its people have free and that do not clash."""
    slots = instance.slots
    for match in answer.matches:
        if slots is None:
            assert match.slot == -1
            assert not match.slots
        elif instance.shape == "rings" and instance.meet_links:
            links = links_of("rings", match.people, match.chain)
            assert len(match.slots) == len(links)
            for link, slot in zip(links, match.slots, strict=True):
                assert slot in slots.common(link)
            for (one, s), (two, t) in combinations(zip(links, match.slots, strict=True), 2):
                assert not (set(one) & set(two) and slots.clash(s, t))
        else:
            assert match.slot == slots.common(match.people)[0]


PARTNER_FEATURES = (
    Feature.SLOTS, Feature.REQUIRED, Feature.TOGETHER, Feature.LOCKED, Feature.PREVIOUS,
    Feature.TRIO, Feature.WORST, Feature.STABLE, Feature.MUTUAL,
)  # fmt: skip
RING_FEATURES = (
    Feature.SLOTS, Feature.REQUIRED, Feature.TOGETHER, Feature.LOCKED, Feature.PREVIOUS,
    Feature.CHAINS, Feature.DROPOUT, Feature.WORST,
)  # fmt: skip


def mix(random: Random, features: tuple[Feature, ...]) -> frozenset[Feature]:
    """Return none to a few of the features."""
    return frozenset(random.sample(features, random.choice([0, 0, 1, 1, 2, 3])))
