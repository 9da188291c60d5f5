"""(people, program) -> Instance: ids become indices, rules and goals become arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cohortopt.goals import Goal, LinkGoal, TopicGoal, even, points_at_full_worth
from cohortopt.goals.base import POINTS, WHOLE
from cohortopt.goals.groups import Topic, degree
from cohortopt.instance import (
    FORBIDDEN,
    Columns,
    Draft,
    Feature,
    Grouping,
    Instance,
    Ints,
    Links,
    Lock,
    Relaxed,
    Slots,
    frozen,
    pack,
    unpack_rows,
)
from cohortopt.instance.held import MOST, Held
from cohortopt.instance.instance import Block
from cohortopt.instance.outline import Outline
from cohortopt.model import QUARTER, QUARTERS, Facts, Groups, Pairs, Partners, Person, Rings, Slot
from cohortopt.programs.program import Program
from cohortopt.programs.topics import shared_topics, teaches, wanted_topics
from cohortopt.rules import Availability, Gap, LinkRule

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Compiled:
    """An instance, and what its numbers mean in words."""

    instance: Instance
    columns: Columns
    people: tuple[Person, ...]
    program: Program
    slots: tuple[Slot, ...] = ()  # by slot number
    topics: tuple[str, ...] = ()  # by topic number


def compile_instance(
    facts: Facts, program: Program, previous: Iterable[Sequence[str]] = ()
) -> Compiled:
    """Return the numeric problem of one program.

    Parameters
    ----------
    facts
        Roster (people in id order), skills, clock and history.
    program
        Bound to the same facts.
    previous
        The people of each match of an earlier solution.
    """
    columns = Columns(facts)
    slots, names = _slots(columns, program)
    topics = _topics(columns, program)
    outline = Outline(columns, program.shape.kind, names, topics)
    for rule in program.rules:
        rule.outline(outline)
    givers, takers, leaders = _who(columns, program, outline)
    block: Block = _Block(columns, program)
    if isinstance(program.shape, Pairs) and len(givers) * len(takers) <= MOST:
        block = Held(block, outline.n, givers, takers, program.most_points)
    links = Links(outline.n, block)
    earlier = tuple(
        known for match in previous if len(known := outline.at(match)) == len(match) > 1
    )
    shape = program.shape
    if isinstance(shape, Pairs):
        outline.gives_max = np.minimum(outline.gives_max, outline.total_max)
        outline.takes_max = np.minimum(outline.takes_max, outline.total_max)
    elif isinstance(shape, Groups):
        outline.gives_max = np.minimum(outline.gives_max, outline.total_max)
    if not isinstance(shape, Pairs):
        outline.total_max = np.minimum(outline.total_max, 1)
    instance = Instance(
        shape=shape.kind,
        n=outline.n,
        givers=frozen(givers),
        takers=frozen(takers),
        links=links,
        gives_min=frozen(outline.gives_min),
        gives_max=frozen(outline.gives_max),
        takes_min=frozen(outline.takes_min),
        takes_max=frozen(outline.takes_max),
        total_max=frozen(outline.total_max),
        priority=frozen(np.array([p.priority for p in columns.people], dtype=np.int32)),
        required=frozen(outline.required),
        tiers=tuple(program.tiers),
        slots=slots,
        together=tuple(outline.together),
        locked=tuple(_leaders_first(lock, leaders) for lock in outline.locked),
        previous=earlier,
        mutual=outline.mutual or _is_one_way_anyway(columns, program),
        rounds=program.rounds,
        repeat_loss=-1 if program.repeat == "never" else program.repeat,
        apart_weeks=program.apart_weeks,
        draw=-1 if program.draw is None else program.draw,
    )
    instance = _shape(instance, columns, program, outline, leaders, topics)
    return Compiled(with_features(instance), columns, columns.people, program, names, topics)


class _Block:
    """The points of some givers x some takers, from the program's rules and goals."""

    def __init__(self, columns: Columns, program: Program) -> None:
        self.columns = columns
        self.rules = [
            rule
            for rule in program.rules
            if isinstance(rule, LinkRule) and rule.kind_name not in program.relax
        ]
        self.goals = [goal for goal in program.goals if isinstance(goal, LinkGoal)]
        self.weights = sum(goal.thousandths for goal in program.goals)
        self.min_points = program.min_points

    def __call__(self, givers: Index, takers: Index) -> Ints:
        draft = Draft(self.columns, np.asarray(givers), np.asarray(takers))
        for rule in self.rules:
            rule.lower(draft)
        for goal in self.goals:
            draft.weigh(goal.thousandths)
            goal.lower(draft)
        points = draft.points(self.weights)
        if self.min_points:
            points[points < self.min_points] = FORBIDDEN
        return points


def _who(columns: Columns, program: Program, outline: Outline) -> tuple[Ints, Ints, Ints]:
    """Return who may give, who may take, and who may lead, ascending."""
    people, shape = columns.people, program.shape
    fits = outline.total_max > 0
    if isinstance(shape, Pairs):
        gives = fits & (outline.gives_max > 0)
        takes = fits & (outline.takes_max > 0)
        return _places(gives), _places(takes), _places(gives & False)
    leaders = program.leaders(columns.facts) or frozenset()
    leads = np.array([person.id in leaders for person in people], dtype=np.bool_)
    sits = np.array([program.asks(person) for person in people], dtype=np.bool_)
    members = _places(sits & fits)
    return members, members, _places(leads & fits & (outline.gives_max > 0))


def _leaders_first(lock: Lock, leaders: Ints) -> Lock:
    """Return the lock of a group with those who may lead first."""
    if not len(leaders):
        return lock
    lead = [i for i in lock.people if i in leaders]
    people = (*lead, *(i for i in lock.people if i not in lead))
    return replace(lock, people=people, leaders=len(lead))


def _places(mask: NDArray[np.bool_]) -> Ints:
    return np.flatnonzero(mask).astype(np.int32)


def _slots(columns: Columns, program: Program) -> tuple[Slots | None, tuple[Slot, ...]]:
    rule = program.rule(Availability)
    if rule is None:
        return None, ()
    zone = columns.facts.timezone
    dated = rule.dated
    if not dated:
        length = -(-rule.minutes // QUARTER)
        order, names = weekly_slots(rule.minutes, zone)
        free = unpack_rows(columns.starts(rule.minutes), QUARTERS)[:, order]
        at = frozen(np.array(order, dtype=np.int32))
        return Slots(frozen(pack(free)), at, length, QUARTERS), names
    first = dated[0].monday or dt.date.min
    begin = min(slot.instant for slot in dated)
    if rule.is_series:  # the kindest of a series come first
        dated = tuple(sorted(dated, key=lambda s: pleasantness(s.minute // QUARTER, rule.minutes)))
    number = {slot: k for k, slot in enumerate(rule.dated)}
    order = [number[slot] for slot in dated]
    free = np.zeros((len(columns.people), len(dated)), dtype=np.bool_)
    for i, person in enumerate(columns.people):
        free[i, list(rule.starts(person))] = True
    minutes = [int((slot.instant - begin).total_seconds()) // 60 for slot in dated]
    weeks = [((slot.monday or first) - first).days // 7 for slot in dated]
    at = frozen(np.array(minutes, dtype=np.int32))
    week = frozen(np.array(weeks, dtype=np.int32))
    return Slots(frozen(pack(free[:, order])), at, rule.minutes, week=week), dated


@lru_cache(maxsize=64)
def weekly_slots(minutes: int, zone: str) -> tuple[list[int], tuple[Slot, ...]]:
    """Return the quarter hours of the week, the kindest first, and their names."""
    order = sorted(range(QUARTERS), key=lambda quarter: pleasantness(quarter, minutes))
    return order, tuple(Slot.weekly(quarter, minutes, zone) for quarter in order)


def pleasantness(quarter: int, minutes: int) -> tuple[int, ...]:
    """Return what orders slots that are all possible: working days and hours come first.

    Slots are numbered in this order, so solvers, which take the first that fits, are kind.
    """
    day, start = divmod(quarter * QUARTER, 24 * 60)
    outside = max(0, 9 * 60 - start) + max(0, start + minutes - 17 * 60)
    return (day > 4, outside, start % 60 != 0, start % 30 != 0, abs(start - 10 * 60), day)


def _topics(columns: Columns, program: Program) -> tuple[str, ...]:
    shape = program.shape
    if isinstance(shape, Groups) and shape.topic:
        asking = [person for person in columns.people if program.asks(person)]
        return shared_topics(asking, shape.size.min) or ("",)  # a topic that is nobody's
    if isinstance(shape, Pairs) and shape.sessions:
        return wanted_topics(person for person in columns.people if program.asks(person))
    return ()


def _shape(
    instance: Instance,
    columns: Columns,
    program: Program,
    outline: Outline,
    leaders: Ints,
    topics: tuple[str, ...],
) -> Instance:
    """Return the instance with what only its shape has."""
    shape, people = program.shape, columns.people
    if isinstance(shape, Pairs):
        instance = instance.vary(rooms=(shape.event.rooms or -1) if shape.event else -1)
        if shape.sessions:
            wants = [[degree(p.skills_wanted, topic) for topic in topics] for p in people]
            taught = [[teaches(p, topic, columns.facts.skills) for topic in topics] for p in people]
            instance = instance.vary(
                topics=frozen(np.array(wants, dtype=np.int64).reshape(len(people), len(topics))),
                taught=frozen(np.array(taught, dtype=np.bool_).reshape(len(people), len(topics))),
            )
        return instance
    if isinstance(shape, Partners):
        return instance.vary(trio=shape.odd == "trio" and len(instance.givers) % 2 == 1)
    if isinstance(shape, Rings):
        drops = [person.dropout or 0.0 for person in people]
        volunteers = [i for i in instance.givers if not people[i].skills_wanted]
        return instance.vary(
            longest=shape.longest,
            chain=shape.chains,
            volunteers=np.array(volunteers if shape.chains else [], dtype=np.int32),
            meet_links=shape.meet == "links",
            dropout=np.array(drops, dtype=np.float64) if any(drops) else None,
        )
    for goal in program.goals:
        goal.outline(outline, points_at_full_worth(goal, program.goals))
    share = program.leader_share if shape.leaders else 0
    relaxed = _relaxed(instance, program, outline) if set(program.relax) - {"repeat"} else None
    if relaxed is not None:
        asked = instance.required if relaxed.asked is None else instance.required & False
        slots = instance.slots if relaxed.slots is None else None
        instance = instance.vary(required=frozen(asked), slots=slots)
    size_min, size_max = program.sizes
    return instance.vary(
        grouping=Grouping(
            size_min=size_min,
            size_max=size_max,
            target=shape.size.target or -1,
            count=shape.size.groups or -1,
            leaders=frozen(leaders),
            leaders_min=shape.leaders.min if shape.leaders else 0,
            leaders_max=shape.leaders.max if shape.leaders else 0,
            leader_share=share,
            value=program.value,
            scale=program.scale,
            limits=tuple(one for one in outline.limits if one.rule not in program.relax),
            kinds=tuple(one for one in outline.kinds if one.rule not in program.relax),
            goals=tuple(outline.goals),
            topics=frozen(_topic_points(people, program.goals, topics)),
            relaxed=relaxed,
        )
    )


def _relaxed(instance: Instance, program: Program, outline: Outline) -> Relaxed:
    """Return what the program's relaxed rules ask for, apart from what must hold."""
    assert isinstance(program.shape, Groups)
    size = program.shape.size
    return Relaxed(
        limits=tuple(one for one in outline.limits if one.rule in program.relax),
        kinds=tuple(one for one in outline.kinds if one.rule in program.relax),
        slots=instance.slots if "availability" in program.relax else None,
        sizes=(size.min, size.max) if "size" in program.relax else None,
        asked=instance.required if "required" in program.relax else None,
    )


def _topic_points(people: Sequence[Person], goals: Sequence[Goal], topics: tuple[str, ...]) -> Ints:
    """Return ``(n, topics) int32``: what a topic earns each person; FORBIDDEN if not theirs."""
    weights = sum(goal.thousandths for goal in goals)
    spoken = [goal for goal in goals if isinstance(goal, TopicGoal)] or [Topic(weight=0)]
    points = np.full((len(people), len(topics)), FORBIDDEN, dtype=np.int32)
    for i, person in enumerate(people):
        for k, topic in enumerate(topics):
            if degree(person.skills_wanted, topic) or degree(person.skills_offered, topic):
                total = sum(goal.thousandths * goal.topic_worth(person, topic) for goal in spoken)
                points[i, k] = even(total * POINTS, weights * WHOLE)
    return points


def _is_one_way_anyway(columns: Columns, program: Program) -> bool:
    """Whether the gap rule alone rules out that two people give to each other."""
    gap = program.rule(Gap)
    if gap is None or any(person.level is None for person in columns.people):
        return False
    least, most = gap.at_least, gap.at_most
    return (least is not None and least > 0) or (most is not None and most < 0)


def with_features(instance: Instance) -> Instance:
    """Return the instance with the features that its data asks for, after it was narrowed."""
    return instance.vary(features=frozenset(_features(instance)))


def _features(instance: Instance) -> Iterable[Feature]:
    """Yield what the data asks for; a rule that folds away asks for nothing."""
    if instance.shape == "pairs":
        yield from _pair_features(instance)
    elif instance.slots is not None:
        yield Feature.SLOTS
    asked = {
        Feature.TOGETHER: bool(instance.together),
        Feature.LOCKED: bool(instance.locked),
        Feature.REQUIRED: bool(instance.required.any()),
        Feature.PREVIOUS: bool(instance.previous) or "changes" in instance.tiers,
        Feature.ROUNDS: instance.rounds > 1,
        Feature.TRIO: instance.trio,
        Feature.CHAINS: instance.chain > 0,
        Feature.DROPOUT: instance.dropout is not None,
        Feature.WORST: "worst" in instance.tiers,
        Feature.STABLE: "stable" in instance.tiers,
        Feature.MUTUAL: "mutual" in instance.tiers,
    }
    grouping = instance.grouping
    if grouping is not None:
        asked |= {
            Feature.LEADERS: grouping.leaders_max > 0,
            Feature.TOPIC: grouping.topics.shape[1] > 0,
            Feature.ISOLATION: any(limit.if_any for limit in grouping.limits),
            Feature.LIMITS: bool(grouping.kinds)
            or any(not limit.if_any for limit in grouping.limits),
            Feature.GROUP_GOALS: bool(grouping.goals),
            Feature.GROUP_COUNT: grouping.count >= 0,
            Feature.RELAXED: grouping.relaxed is not None,
        }
    yield from (feature for feature, wanted in asked.items() if wanted)


def _pair_features(instance: Instance) -> Iterable[Feature]:
    gives = np.zeros(instance.n, dtype=np.int64)
    takes = np.zeros(instance.n, dtype=np.int64)
    gives[instance.givers] = instance.gives_max[instance.givers]
    takes[instance.takers] = instance.takes_max[instance.takers]
    timed = instance.slots is not None and instance.slots.cycle == 0
    if instance.topics.size:
        yield Feature.SESSIONS
    if timed:
        yield Feature.EVENT
    if instance.rooms >= 0:
        yield Feature.ROOMS
    if instance.slots is not None and not timed and ((gives + takes) > 1).any():
        yield Feature.SLOTS
    if instance.gives_min.any() or instance.takes_min.any():
        yield Feature.LOADS
    if (takes > 1).any():
        yield Feature.SEVERAL
    if (gives + takes > instance.total_max).any():
        yield Feature.COUPLED
    if not instance.mutual:
        yield Feature.NO_MUTUAL
    if instance.required[np.intersect1d(instance.givers, instance.takers)].any():
        yield Feature.EITHER_SIDE
