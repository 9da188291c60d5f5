"""Every rule says the same twice: about people, and in arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import GRAPH, RULES_DRAWN, rosters

from cohortopt.instance import Columns, Draft
from cohortopt.model import Facts, Met, Pairs, Roster
from cohortopt.programs import Program
from cohortopt.rules import RULES, LinkRule, Rule
from cohortopt.rules.base import Rule as Base
from cohortopt.rules.groups import GroupRule


def registered_subclasses(base: type[Base]) -> set[type[Base]]:
    found: set[type[Base]] = set()
    for one in base.__subclasses__():
        found |= {one} | registered_subclasses(one)
    return {one for one in found if one.__module__.startswith("cohortopt")}


def test_every_rule_is_registered_and_drawn() -> None:
    assert set(RULES) == registered_subclasses(Rule) - {LinkRule, GroupRule}
    assert set(RULES_DRAWN) == set(RULES)


@pytest.mark.parametrize(
    "kind", [r for r in RULES if issubclass(r, LinkRule)], ids=lambda r: r.__name__
)
@given(data=st.data(), roster=rosters(max_size=6))
def test_both_halves_of_a_link_rule_agree(
    kind: type[Rule], data: st.DataObject, roster: Roster
) -> None:
    history = (Met(person="p0", other="p2", seasons_ago=2),)
    facts = Facts(roster=roster, skills=GRAPH, timezone="Europe/London", history=history)
    rule = data.draw(RULES_DRAWN[kind])
    program = Program(use="test", name="test", shape=Pairs(), rules=(rule,)).bound(facts)
    bound = program.rules[0]
    assert isinstance(bound, LinkRule)
    everyone = np.arange(len(roster), dtype=np.intp)
    givers = everyone[::2] if data.draw(st.booleans()) else everyone
    draft = Draft(Columns(facts), givers, everyone)
    bound.lower(draft)
    asked = [
        [
            g == t or bound.objection(facts.roster.people[g], facts.roster.people[t]) is not None
            for t in everyone
        ]
        for g in givers
    ]
    assert draft.banned.tolist() == asked
    people = facts.roster.people
    passing = bound.sieve([people[g] for g in givers])
    for t in everyone:
        others = [k for k, g in enumerate(givers) if g != t]
        kept = [k for k in others if not asked[k][t]]
        assert passing(people[t], others) == kept


@pytest.mark.parametrize("kind", RULES, ids=lambda r: r.__name__)
@given(data=st.data())
def test_a_rule_survives_the_way_through_a_scenario(kind: type[Rule], data: st.DataObject) -> None:
    rule = data.draw(RULES_DRAWN[kind])
    shape = {"kind": "pairs" if "pairs" in kind.shapes else min(kind.shapes)}
    program = Program.model_validate({"use": "t", "name": "t", "shape": shape, "rules": (rule,)})
    again = Program.model_validate(program.model_dump(mode="json"))
    kept = {"links"}
    assert again.rules[0].model_dump(exclude=kept) == rule.model_dump(exclude=kept)
