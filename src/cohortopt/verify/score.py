"""What an assignment is worth: every point added again, from people and goals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from cohortopt.goals import MatchGoal, TopicGoal, even, points_at_full_worth
from cohortopt.goals.base import POINTS, WHOLE
from cohortopt.goals.groups import degree
from cohortopt.model import MASTERY, Facts, Groups, Match, Pairs, Person, Rings
from cohortopt.programs.program import Program
from cohortopt.verify.feasibility import find_breaches
from cohortopt.verify.stability import blocking_pairs
from cohortopt.verify.timetable import is_timetable, topics_of

MILLE = 1000


def match_points(program: Program, match: Match, facts: Facts) -> int:
    """Return the points of a match, in units of 1 / ``program.scale``."""
    if isinstance(program.shape, Groups):
        return sum(member_points(program, match, facts).values())
    points = [link_worth(program, match, giver, taker, facts) for giver, taker in match.links()]
    if isinstance(program.shape, Rings):
        return ring_points(match, points, facts)
    return sum(points)


def link_worth(program: Program, match: Match, giver: str, taker: str, facts: Facts) -> int:
    """Return the points of one link inside a match; a session counts its topic's importance."""
    points = program.points(facts.roster[giver], facts.roster[taker])
    if isinstance(program.shape, Pairs) and program.shape.sessions:
        if match.topic is None and not topics_of(program, facts):
            return points
        importance = degree(facts.roster[taker].skills_wanted, match.topic or "")
        return points * importance // MASTERY
    return points


def ring_points(match: Match, points: Sequence[int], facts: Facts) -> int:
    """Return the sum over a ring's links; with dropout the expected sum, in thousandths.

    A ring fails if anyone leaves, a chain is completed up to the first who does. Chances to stay
    are whole thousandths; the result is rounded down once.
    """
    if not may_drop_out(facts):
        return sum(points)
    people = [facts.roster[one] for one in match.people]
    stays = [round(MILLE * (1 - (person.dropout or 0.0))) for person in people]
    if not match.chain:
        total = sum(points)
        for stay in stays:
            total *= stay
        return int(MILLE * total // MILLE ** len(stays))
    expected, survive = 0, stays[0]
    for k, point in enumerate(points, start=1):
        survive *= stays[k]
        expected += point * survive * MILLE ** (len(stays) - 1 - k)
    return int(MILLE * expected // MILLE ** len(stays))


def may_drop_out(facts: Facts) -> bool:
    """Whether anybody has a chance to leave."""
    return any(person.dropout for person in facts.roster.people)


def scale_of(program: Program, facts: Facts) -> int:
    """Return the unit of points: values are in 1 / scale."""
    if isinstance(program.shape, Rings) and may_drop_out(facts):
        return MILLE
    return program.scale


def member_points(program: Program, match: Match, facts: Facts) -> dict[str, int]:
    """Return what each member of a group gets, in units of 1 / ``program.scale``.

    With ``value = "sum"`` that is all that fellows and leaders bring, otherwise their means.
    """
    roster = facts.roster
    leaders = [roster[one] for one in match.with_role("leader")]
    members = [roster[one] for one in match.with_role("member")]
    scale, share = program.scale, program.leader_share if leaders else 0
    group = sum(
        even(points_at_full_worth(goal, program.goals) * goal.group_worth(members), WHOLE)
        for goal in program.goals
        if isinstance(goal, MatchGoal)
    )
    found: dict[str, int] = {}
    for person in members:
        fellows = sum(program.points(other, person) for other in members if other is not person)
        mean = fellows * scale // (len(members) - 1) if len(members) > 1 else 0
        value = mean
        if program.value == "sum":
            value = fellows + sum(program.points(leader, person) for leader in leaders)
        elif share:
            led = sum(program.points(leader, person) for leader in leaders) * scale // len(leaders)
            value = (share * led + (100 - share) * mean) // 100
        found[person.id] = value + scale * (group + topic_points(program, person, match.topic))
    return found


def topic_points(program: Program, person: Person, topic: str | None) -> int:
    """Return what the group's topic earns a member."""
    weights = sum(goal.thousandths for goal in program.goals)
    total = sum(
        goal.thousandths * goal.topic_worth(person, topic or "")
        for goal in program.goals
        if isinstance(goal, TopicGoal)
    )
    return even(total * POINTS, weights * WHOLE)


def satisfactions(program: Program, matches: Sequence[Match], facts: Facts) -> dict[str, int]:
    """Return what each placed person gets: takers the points of their givers, peers what they
    receive, members their share of the group. In a timetable it is the number of sessions."""
    found: dict[str, int] = defaultdict(int)
    if is_timetable(program, facts):
        for match in matches:
            for taker in match.with_role("taker"):
                found[taker] += 1
        return dict(found)
    for match in matches:
        if isinstance(program.shape, Groups):
            for one, points in member_points(program, match, facts).items():
                found[one] += points
            continue
        for giver, taker in match.links():
            found[taker] += link_worth(program, match, giver, taker, facts)
        if match.chain:
            found.setdefault(match.people[0], 0)
    return dict(found)


def placed(program: Program, matches: Sequence[Match], facts: Facts) -> int:
    """Return the people seated, weighted by priority; over rounds, the seats of every round.

    In pairs those who ask are the takers; in groups the members.
    """
    role = "taker" if isinstance(program.shape, Pairs) else None
    seated = {
        (match.round, member.person)
        for match in matches
        for member in match.members
        if member.role == role or (role is None and member.role != "leader")
    }
    return sum(facts.roster[one].priority for _, one in seated)


def mutual(program: Program, matches: Sequence[Match], facts: Facts) -> int:
    """Return the sum, over two people who give to each other, of the lesser direction."""
    total = 0
    for match in matches:
        for one, other in combinations(match.people, 2):
            a, b = facts.roster[one], facts.roster[other]
            total += min(program.points(a, b), program.points(b, a))
    return total


def changes(matches: Sequence[Match], previous: Sequence[tuple[str, ...]], pairs: bool) -> int:
    """Return how many earlier meetings of two people are no longer there."""
    if pairs:
        now = {link for match in matches for link in match.links()}
        return sum((match[0], match[1]) not in now for match in previous)
    met = {frozenset(two) for match in matches for two in combinations(match.people, 2)}
    earlier = {frozenset(two) for match in previous for two in combinations(match, 2)}
    return len(earlier - met)


def points(program: Program, matches: Sequence[Match], facts: Facts) -> int:
    """Return the points of all matches, less what meeting again costs where it has a price."""
    total = sum(match_points(program, match, facts) for match in matches)
    if isinstance(program.repeat, str) or program.rounds == 1:
        return total
    met = Counter(two for match in matches for two in {frozenset(link) for link in match.links()})
    again = sum(count - 1 for count in met.values())
    return total - program.repeat * scale_of(program, facts) * again


def tier_values(
    program: Program,
    matches: Sequence[Match],
    facts: Facts,
    previous: Sequence[tuple[str, ...]] = (),
) -> dict[str, int]:
    """Return the value of every tier of the program, plus ``vector`` apart (see satisfactions)."""
    found: dict[str, int] = {}
    for tier in program.tiers:
        if tier == "placed":
            found[tier] = placed(program, matches, facts)
        elif tier == "points":
            found[tier] = points(program, matches, facts)
        elif tier == "worst":
            found[tier] = min(satisfactions(program, matches, facts).values(), default=0)
        elif tier == "mutual":
            found[tier] = mutual(program, matches, facts)
        elif tier == "violations":
            found[tier] = sum(one.amount for one in find_breaches(program, matches, facts))
        elif tier == "changes":
            found[tier] = changes(matches, previous, program.shape.kind == "pairs")
        else:
            found[tier] = len(blocking_pairs(program, matches, facts))
    return found
