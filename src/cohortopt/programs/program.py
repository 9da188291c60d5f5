"""A program: a shape, rules that must hold, and goals that are good to have.

A program is data. ``bound`` gives its rules and goals the facts of a scenario.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property
from math import lcm
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    field_serializer,
    field_validator,
    model_validator,
)

from cohortopt.goals import GOALS, POINTS, Goal, LevelFit, Prefers, TableGoal
from cohortopt.goals.base import Weighed, link_points, weighed
from cohortopt.model import Facts, Groups, Pairs, Partners, Person, Shape
from cohortopt.model.solution import TierName
from cohortopt.model.wrong import wrong
from cohortopt.rules import RULES, Availability, Capacity, Gap, Hours, Locked, Reciprocity, Rule
from cohortopt.rules.base import Said

R = TypeVar("R", bound=Said)
Relaxable = Literal["isolation", "limits", "size", "availability", "required", "repeat"]


def kind_of(said: type[Said]) -> str:
    """Return the name under which a scenario speaks of a rule or goal."""
    return str(said.model_fields["kind"].default)


RULE_NAMES = {kind_of(rule): rule for rule in RULES}
GOAL_NAMES = {kind_of(goal): goal for goal in GOALS}


class Program(BaseModel):
    """One way of putting people together. ``use`` names the built-in program it came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: str
    name: str
    shape: Shape
    rules: tuple[SerializeAsAny[Rule], ...] = ()
    goals: tuple[SerializeAsAny[Goal], ...] = ()
    tiers: tuple[TierName, ...] = ("placed", "points")
    rounds: int = Field(default=1, ge=1, le=200)
    repeat: Literal["never"] | Annotated[int, Field(ge=0)] = "never"  # a number: points lost
    value: Literal["mean", "sum"] = "mean"  # groups: mean or sum over fellow members
    leader_share: int = Field(default=50, ge=0, le=100)  # percent of a member's value
    weight: int = Field(
        default=1, ge=1, le=1000
    )  # of the program, when several are solved together
    apart_weeks: int = Field(default=0, ge=0, le=52)  # sessions of one taker, weeks between
    draw: int | None = Field(default=None, ge=0, lt=2**63)  # seed of a fair draw among equal pairs
    relax: tuple[Relaxable, ...] = ()  # rules that may be broken, as seldom as possible: those of
    # groups in one round; in several rounds of any shape `repeat`, that nobody meets again
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _counts_violations(cls, data: Any) -> Any:
        """Put the tier ``violations`` after ``placed`` where rules are relaxed, unless named."""
        if not isinstance(data, Mapping) or not data.get("relax"):
            return data
        tiers = tuple(data.get("tiers") or cls.model_fields["tiers"].default)
        if "violations" in tiers:
            return data
        at = tiers.index("placed") + 1 if "placed" in tiers else 0
        return {**data, "tiers": (*tiers[:at], "violations", *tiers[at:])}

    @field_validator("rules", mode="before")
    @classmethod
    def _read_rules(cls, value: Any) -> Any:
        return read_said(value, RULE_NAMES) if isinstance(value, Mapping) else value

    @field_validator("goals", mode="before")
    @classmethod
    def _read_goals(cls, value: Any) -> Any:
        return read_said(value, GOAL_NAMES) if isinstance(value, Mapping) else value

    @field_serializer("rules", "goals")
    def _write_said(self, said: tuple[Said, ...]) -> dict[str, Any]:
        return write_said(said)

    @property
    def may_draw(self) -> bool:
        """Whether equal assignments can be told apart by lot."""
        return isinstance(self.shape, Pairs) and self.rounds == 1 and not self.has_sessions

    @property
    def has_sessions(self) -> bool:
        """Whether people have one-off sessions, of an event or a series."""
        return isinstance(self.shape, Pairs) and bool(self.shape.event or self.shape.sessions)

    @model_validator(mode="after")
    def _fits_its_shape(self) -> Program:
        for rule in self.rules:
            if self.shape.kind not in rule.shapes:
                kinds = " or ".join(sorted(rule.shapes))
                told = f"a program of {kinds} for this rule; this one is of {self.shape.kind}"
                raise wrong(f"rules.{rule.kind_name}", rule.settings(), told)
        if self.draw is not None and not self.may_draw:
            told = "a program of pairs in one round, without sessions, to draw lots"
            raise wrong("draw", self.draw, told)
        if len(set(self.tiers)) != len(self.tiers):
            raise wrong("tiers", self.tiers, "each tier once")
        if "repeat" in self.relax and (self.rounds == 1 or self.repeat != "never"):
            told = "several rounds in which nobody may meet again, to relax repeat"
            raise wrong("relax", self.relax, told)
        others = set(self.relax) - {"repeat"}
        if others and (not isinstance(self.shape, Groups) or self.rounds > 1):
            raise wrong("relax", self.relax, "groups in one round, to relax these rules")
        if ("violations" in self.tiers) != bool(self.relax):
            told = '"violations" where rules are relaxed, which it counts, and nowhere else'
            raise wrong("tiers", self.tiers, told)
        if self.rounds > 1 and self.has_sessions:
            told = "1: sessions meet several people already, nobody twice. Say sessions_max"
            raise wrong("rounds", self.rounds, f"{told}, and for an event its dates")
        trio = isinstance(self.shape, Partners) and self.shape.odd == "trio"
        by_two = isinstance(self.shape, Pairs | Partners) and not trio
        meeting = self.rule(Availability)
        if meeting is not None and meeting.slots > 1 and not by_two:
            raise wrong("rules.availability.slots", meeting.slots, "1 for more than two people")
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Program:
        """Return a copy, perhaps changed; what was worked out before is not carried over."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("most_points", "scale", "_weighed"):
            copy.__dict__.pop(name, None)
        return copy

    def rule(self, kind: type[R]) -> R | None:
        """Return the rule of this type, None if the program has none."""
        return next((rule for rule in self.rules if isinstance(rule, kind)), None)

    def goal(self, kind: type[R]) -> R | None:
        """Return the first goal of this type, None if the program has none."""
        return next((goal for goal in self.goals if isinstance(goal, kind)), None)

    def with_rule(self, rule: Rule) -> Program:
        """Return the program with this rule in place of its rule of the same kind."""
        others = tuple(one for one in self.rules if type(one) is not type(rule))
        return self.model_copy(update={"rules": (*others, rule)})

    def without_rule(self, kind: type[Rule]) -> Program:
        """Return the program without its rule of this type."""
        others = tuple(one for one in self.rules if not isinstance(one, kind))
        return self.model_copy(update={"rules": others})

    def bound(self, facts: Facts) -> Program:
        """Return the program whose rules and goals know the facts of a scenario."""
        rules = tuple(self._bound_rule(rule, facts) for rule in self.rules)
        goals = tuple(self._bound_goal(goal, facts) for goal in self.goals)
        return self.model_copy(update={"rules": rules, "goals": goals})

    def _bound_rule(self, rule: Rule, facts: Facts) -> Rule:
        if isinstance(rule, Availability):
            return rule.timed(self.shape, facts, self.rule(Locked))
        if isinstance(rule, Capacity):
            return rule.for_shape(self.shape, facts)
        if isinstance(rule, Hours):
            return rule.costing(self.minutes_a_month, facts)
        if isinstance(rule, Gap):
            return rule.from_leaders(self.leaders(facts), facts)
        return rule.knowing(facts)

    def leaders(self, facts: Facts) -> frozenset[str] | None:
        """Return who may lead a group; None where the shape has no leaders.

        Leading is asked for by role: a person without a role leads nothing, and whoever may
        lead is no member.
        """
        if not isinstance(self.shape, Groups) or self.shape.leaders is None:
            return None
        who = self.shape.leaders.who
        return frozenset(p.id for p in facts.roster.people if p.role is not None and p.plays(who))

    def _bound_goal(self, goal: Goal, facts: Facts) -> Goal:
        if isinstance(goal, Prefers):
            return goal.for_shape(self.shape.kind, facts)
        if isinstance(goal, LevelFit):
            gap = self.rule(Gap) or Gap()
            return goal.within(gap.at_least, gap.at_most, facts)
        return goal.knowing(facts)

    @property
    def minutes_a_month(self) -> int:
        """Return what a match takes from the hours of each of its people, in minutes a month.

        Nothing without the rule ``hours``. A session takes place once; all of a program's count
        as if they fell into one month, so whenever they are, no month holds more than there is.
        """
        if self.rule(Hours) is None:
            return 0
        meeting = self.rule(Availability) or Availability()
        return round(meeting.minutes * (1 if self.has_sessions else meeting.per_month))

    @property
    def min_points(self) -> int:
        """Return what every link must be worth (rule ``reciprocity``), 0 if nothing."""
        rule = self.rule(Reciprocity)
        return rule.min_points if rule else 0

    def points(self, giver: Person, taker: Person) -> int:
        """Return the points of a link, from the goals' own words. The program must be bound."""
        return link_points(self._weighed, giver, taker)

    @cached_property
    def _weighed(self) -> Weighed:
        return weighed(self.goals)

    @cached_property
    def most_points(self) -> int:
        """Return what no link of this program can exceed."""
        tables = [goal for goal in self.goals if isinstance(goal, TableGoal)]
        weights = sum(goal.thousandths for goal in self.goals)
        extra = sum(
            goal.thousandths * max(0, max(goal.known.values(), default=0) - POINTS)
            for goal in tables
        )
        return POINTS + (extra // weights + 1 if extra else 0)

    @cached_property
    def scale(self) -> int:
        """Return by what a group's value is multiplied so that means over members stay whole."""
        if not isinstance(self.shape, Groups) or self.value == "sum":
            return 1
        least, most = self.sizes
        means = lcm(*(k - 1 for k in range(max(2, least), max(2, most) + 1)))
        if self.shape.leaders is None:
            return means
        return lcm(means, *range(1, self.shape.leaders.max + 1)) * 100

    @property
    def sizes(self) -> tuple[int, int]:
        """Return the fewest and most members of a group; relaxed, from one to twice the most."""
        if not isinstance(self.shape, Groups):
            return 0, 0
        size = self.shape.size
        return (1, 2 * size.max) if "size" in self.relax else (size.min, size.max)

    def asks(self, person: Person) -> bool:
        """Whether the program means to seat the person: takers in pairs, members elsewhere."""
        shape = self.shape
        if isinstance(shape, Pairs):
            rule = self.rule(Capacity) or Capacity()
            return person.plays(shape.taker) and (rule.needs or person.needs) > 0
        if isinstance(shape, Groups) and shape.leaders is not None:
            leads = person.role is not None and person.plays(shape.leaders.who)
            return not leads and person.plays(shape.who)
        return person.plays(shape.who)


def read_said(value: Mapping[str, Any], known: Mapping[str, type[Said]]) -> tuple[Said, ...]:
    """Return rules or goals from ``{name: settings}``; ``False`` leaves one out.

    A number is the weight of a goal; a list of tables gives several goals of one kind; anything
    else that is no table sets the rule's ``shorthand`` field.
    """
    found: list[Said] = []
    for name, settings in value.items():
        if name not in known:
            raise wrong(name, name, f"one of {', '.join(sorted(known))}")
        said = known[name]
        several = isinstance(settings, list) and settings and isinstance(settings[0], Mapping)
        for one in settings if several and issubclass(said, Goal) else [settings]:
            if one is False or one is None:
                continue
            found.append(said.model_validate(as_table(said, one)))
    return tuple(found)


def as_table(said: type[Said], settings: Any) -> Mapping[str, Any]:
    """Return the settings of one rule or goal as a table."""
    if isinstance(settings, Mapping):
        return settings
    if settings is True:
        return {}
    if issubclass(said, Goal):
        return {"weight": settings}
    shorthand = getattr(said, "shorthand", "")
    if not shorthand:
        raise ValueError(f"{kind_of(said)!r} takes a table of settings, true or false")
    return {shorthand: settings}


def write_said(said: Iterable[Said]) -> dict[str, Any]:
    """Return rules or goals as a scenario would say them: the inverse of ``read_said``."""
    found: dict[str, Any] = {}
    for one in said:
        settings: Any = one.settings()
        settings.pop("scores", None)
        settings.pop("links", None)
        if isinstance(one, Goal):
            settings = {"weight": one.weight, **settings}
            if set(settings) == {"weight"}:
                settings = one.weight
        if one.kind_name not in found:
            found[one.kind_name] = settings if settings != {} else True
        else:
            earlier = found[one.kind_name]
            found[one.kind_name] = [
                *(earlier if isinstance(earlier, list) else [earlier]),
                settings,
            ]
    return found


def unknown(name: str, known: Iterable[str]) -> str:
    """Return the message about a word that is not known, with a near miss if there is one."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'found "{name}"; expected one of {", ".join(names)}.{hint}'
