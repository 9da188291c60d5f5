"""How many rounds are possible, and how few repeats: bounds by counting, plans by search.

A *repeat* is a meeting of two people who met before in the plan: two who meet c times repeat
c - 1 times. ``sizes`` are the sizes of a round's groups, the same in every round; people beyond
their sum sit out. Arguments, each in the text of its bound:

* pairs: R rounds hold R * sum s(s-1)/2 meetings, and only n(n-1)/2 of them can be first ones;
* people: someone who never sits out meets at least (s_min - 1) * R people, n - 1 of them new;
* pigeonhole: a group of s spread over g groups and the bench of the next round leaves people
  together, so that each later round repeats at least that often with the one before;
* theorems: no two orthogonal Latin squares of order 6 exist (Tarry 1901: 6 groups of 6 meet in 3
  rounds at most), nor nearly Kirkman systems of 12 (Kotzig and Rosa 1974: 4 groups of 3, 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

THEOREMS = {
    (6, 6): (3, "no two orthogonal Latin squares of order 6 exist (Tarry 1901)"),
    (4, 3): (4, "no nearly Kirkman triple system of 12 exists (Kotzig and Rosa 1974)"),
}


@dataclass(frozen=True)
class Bound:
    """A whole number that nothing beats, the argument's name and the sentence that says why."""

    value: int
    kind: str  # "pairs" | "people" | "pigeonhole" | "theorem" | "none"
    text: str

    def as_dict(self) -> dict[str, int | str]:
        """Return the bound as plain data."""
        return {"value": self.value, "kind": self.kind, "text": self.text}


def meetings(sizes: Sequence[int]) -> int:
    """Return how many pairs of people meet in one round."""
    return sum(size * (size - 1) // 2 for size in sizes)


def forced_together(sizes: Sequence[int], seats: Sequence[int]) -> int:
    """Return how many pairs of each round must be pairs of any other round.

    A group of s that is spread as evenly as possible over ``seats`` (the groups, and one by one
    the people who sit out) has that many pairs left together. O(groups x size).
    """
    total = 0
    for size in sizes:
        inside = [0] * len(seats)
        for _ in range(size):  # the emptiest group that has room
            room = [k for k, seat in enumerate(seats) if inside[k] < seat]
            if not room:
                break
            inside[min(room, key=lambda k: inside[k])] += 1
        total += sum(k * (k - 1) // 2 for k in inside)
    return total


def fewest_repeats(n: int, sizes: Sequence[int], rounds: int, fixed: bool = True) -> Bound:
    """Return the best bound known on repeats in ``rounds`` rounds of ``sizes`` among n people.

    Unless sizes are ``fixed`` a round may have groups of other sizes, as long as it has no fewer
    meetings: then only the count of pairs holds.
    """
    each, every = meetings(sizes), n * (n - 1) // 2
    found = [Bound(0, "none", "no repeats are needed by any count")]
    found.append(
        Bound(
            rounds * each - every,
            "pairs",
            f"{rounds} rounds hold {rounds * each} meetings of two and {n} people make only "
            f"{every} different pairs, so at least {rounds * each - every} meetings are repeats",
        )
    )
    if not fixed:
        return max(found, key=lambda bound: bound.value)
    if sizes and sum(sizes) == n:
        least = rounds * (min(sizes) - 1) - (n - 1)
        value = -(-n * max(0, least) // 2)
        found.append(
            Bound(
                value,
                "people",
                f"in {rounds} rounds each person meets at least {rounds * (min(sizes) - 1)} "
                f"times and has only {n - 1} others to meet, so at least {least} meetings of "
                f"each person, {value} in all, are repeats",
            )
        )
    forced = forced_together(sizes, [*sizes, *[1] * (n - sum(sizes))])
    found.append(
        Bound(
            forced * (rounds - 1),
            "pigeonhole",
            f"whoever met in one round cannot all be spread over the {len(sizes)} groups of "
            f"another: at least {forced} meetings of every later round, "
            f"{forced * (rounds - 1)} in all, are repeats",
        )
    )
    limit = _theorem(n, sizes)
    if limit is not None:
        found.append(
            Bound(
                max(0, rounds - limit[0]),
                "theorem",
                f"more than {limit[0]} rounds without repeats are impossible ({limit[1]}), so at "
                f"least {max(0, rounds - limit[0])} meetings are repeats",
            )
        )
    return max(found, key=lambda bound: bound.value)


def most_rounds(n: int, sizes: Sequence[int], fixed: bool = True) -> Bound:
    """Return the best bound known on rounds in which no two people meet twice.

    The largest R whose ``fewest_repeats`` is 0; the text is that of R + 1 rounds.
    """
    if meetings(sizes) == 0:
        return Bound(1 << 30, "none", "nobody meets anybody, so nobody meets twice")
    rounds = 0
    while fewest_repeats(n, sizes, rounds + 1, fixed).value == 0:
        rounds += 1
    why = fewest_repeats(n, sizes, rounds + 1, fixed)
    return Bound(rounds, why.kind, f"{rounds + 1} rounds are impossible: {why.text}")


def _theorem(n: int, sizes: Sequence[int]) -> tuple[int, str] | None:
    """Return what is known of equal groups of everyone beyond counting."""
    if len(set(sizes)) != 1 or sum(sizes) != n:
        return None
    return THEOREMS.get((len(sizes), sizes[0]))
