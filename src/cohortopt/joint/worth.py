"""Points of single matches from the compiled links: as ``verify.match_points``, but fast.

Only for sizes at which all links fit one square (``DENSE`` people); the check at the end counts
every point again from people.
"""

from __future__ import annotations

from collections.abc import Callable

from cohortopt.goals import WHOLE, even, share
from cohortopt.instance import FORBIDDEN, GroupGoal, Ints
from cohortopt.joint.shared import DENSE, Part, links_of
from cohortopt.solvers.base import Found

Count = Callable[[Found], int]


def counter(part: Part) -> Count | None:
    """Return what counts the points of a match of this program; None where only words can."""
    instance = part.instance
    if instance.n > DENSE or instance.topics.size or instance.dropout is not None:
        return None
    square = instance.links.dense
    grouping = instance.grouping
    if grouping is None:
        shape = instance.shape
        return lambda found: sum(int(square[g, t]) for g, t in links_of(shape, found))
    if grouping.value == "sum" and grouping.leaders_max:
        return None
    scale = grouping.scale
    goals = [group_counter(goal) for goal in grouping.goals]

    def count(found: Found) -> int:
        members = list(found.people[found.leaders :])
        leaders = list(found.people[: found.leaders])
        size = len(members)
        among = square[members][:, members]
        fellows = among.sum(axis=0) + 1  # the diagonal holds FORBIDDEN, which is -1
        group = sum(goal(members) for goal in goals)
        topic = 0
        if found.topic >= 0:
            topic = scale * int(grouping.topics[members, found.topic].sum())
        whole = scale * group * size + topic
        if grouping.value == "sum":
            return whole + scale * int(fellows.sum())
        means = fellows * scale // max(1, size - 1) if size > 1 else fellows * 0
        if grouping.leader_share and leaders:
            led = square[leaders][:, members].sum(axis=0) * scale // len(leaders)
            means = (grouping.leader_share * led + (100 - grouping.leader_share) * means) // 100
        return whole + int(means.sum())

    return count


def group_counter(goal: GroupGoal) -> Callable[[list[int]], int]:
    """Return what counts the points that a group goal gives each of a group's members."""
    values = goal.values
    n = len(values)
    if goal.kind == "variety":
        codes = len(set(values[values >= 0].tolist()))

        def variety(members: list[int]) -> int:
            own = len({int(values[i]) for i in members if values[i] >= 0})
            return even(goal.points * share(own, min(len(members), codes)), WHOLE)

        return variety
    total = int(values.sum())
    spread = int(values.max() - values.min()) if n else 0

    def evenness(members: list[int]) -> int:
        wide = spread * n * len(members)
        off = abs(int(values[members].sum()) * n - total * len(members))
        worth = share(wide - off, wide) if wide else share(1, 1)
        return even(goal.points * worth, WHOLE)

    return evenness


def best_topic(topics: Ints, members: list[int]) -> int | None:
    """Return the topic that suits all members and earns most; -1 if none is asked, None if none
    suits all."""
    if not topics.size:
        return -1
    rows = topics[members]
    suits = (rows != FORBIDDEN).all(axis=0)
    if not suits.any():
        return None
    total = rows.sum(axis=0, dtype="int64")
    total[~suits] = -1
    return int(total.argmax())
