"""Relaxed rules: broken as seldom as can be, counted, proven, and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import cohortopt
from cohortopt import InfeasibleError, Person, Roster
from cohortopt.cli.main import main
from cohortopt.programs import Program
from cohortopt.verify.verdict import verify

TEAMS = Program.model_validate(
    {
        "use": "cross_functional",
        "name": "Teams",
        "shape": {"kind": "groups", "size": {"min": 4, "max": 4}},
        "goals": {"skills": 1},
    }
)
MON, TUE = {"availability": "Mon 09:00-12:00"}, {"availability": "Tue 09:00-12:00"}


def people(*rows: dict[str, object]) -> Roster:
    return Roster(
        people=tuple(Person.model_validate({"id": f"p{k}"} | row) for k, row in enumerate(rows))
    )


def team(relax: str = "", **changes: object) -> Program:
    """Return the program with some settings changed and, perhaps, one rule relaxed."""
    data = TEAMS.model_dump() | changes
    return Program.model_validate(data | ({"relax": (relax,)} if relax else {}))


WOMAN = [{"attributes": {"gender": "w" if k == 0 else "m"}} for k in range(8)]
SALES = [{"department": "Sales" if k < 6 else "IT"} for k in range(8)]
HOURS = [MON, MON, MON, MON, TUE, TUE, TUE, {"availability": "Sun 20:00-20:30"}]
EVERYONE = {"ids": [f"p{k}" for k in range(8)]}
CASES = {
    "isolation": (WOMAN, {"isolation": {"attributes": ["gender"]}}, {}, 1),
    "limits": (SALES, {"limits": {"items": [{"attribute": "department", "at_most": 2}]}}, {}, 1),
    "availability": (HOURS, {"availability": True}, {}, 1),
    "size": (WOMAN[:7], {}, {"size": {"min": 4, "max": 6, "groups": 2}}, 1),
    "required": (
        [*HOURS[:7], HOURS[7] | {"hours": 0.5}],
        {"hours": True},
        {"size": {"min": 3, "max": 4}},
        1,
    ),
}


def case(name: str, relax: bool) -> tuple[Roster, Program, int]:
    rows, rules, shape, least = CASES[name]
    asked = {} if name == "size" else {"required": EVERYONE}
    program = team(
        name if relax else "",
        rules={**rules, **asked, **({"availability": True} if name == "required" else {})},
        shape={"kind": "groups", **({"size": {"min": 4, "max": 4}} | shape)},
    )
    if name == "required":
        rows = [row | {"availability": "any"} for row in rows]
    return people(*rows), program, least


@pytest.mark.parametrize("name", CASES)
def test_a_rule_that_cannot_hold_is_broken_as_seldom_as_possible(name: str) -> None:
    roster, strict, least = case(name, relax=False)
    with pytest.raises(InfeasibleError):
        cohortopt.solve(roster, strict)
    roster, relaxed, least = case(name, relax=True)
    solution = cohortopt.solve(roster, relaxed)
    tier = solution.tier("violations")
    assert tier is not None
    assert (tier.value, tier.bound) == (least, least)
    part = solution.programs[0]
    assert sum(one.amount for one in part.breaches) == least
    assert {one.rule for one in part.breaches} == {name}
    assert verify(solution, roster, relaxed).is_sound
    assert not verify(solution, roster, strict).is_sound


@pytest.mark.parametrize("name", ["isolation", "limits", "size", "required"])
def test_counting_proves_the_fewest_breaches_without_the_solver(name: str) -> None:
    roster, relaxed, _ = case(name, relax=True)
    tier = cohortopt.solve(roster, relaxed).programs[0].tiers[1]
    assert tier.tier == "violations"
    assert tier.standing == "checked"


def test_groups_that_keep_a_limit_need_enough_others() -> None:
    """Four others make two groups that keep it; the other 16 fill at least three that do not."""
    roster = people(*({"department": "Sales" if k < 20 else "IT"} for k in range(24)))
    program = team(
        "limits",
        rules={"limits": {"items": [{"attribute": "department", "at_most": 2}]}},
        shape={"kind": "groups", "size": {"min": 4, "max": 6}},
    )
    solution = cohortopt.solve(roster, program, budget=cohortopt.Budget(seconds=4))
    tier = solution.tier("violations")
    assert tier is not None
    assert (tier.value, tier.bound, tier.standing) == (3, 3, "checked")


def test_a_solution_that_hides_a_breach_is_not_sound() -> None:
    roster, relaxed, _ = case("isolation", relax=True)
    solution = cohortopt.solve(roster, relaxed)
    part = solution.programs[0].model_copy(update={"breaches": ()})
    verdict = verify(solution.model_copy(update={"programs": (part,)}), roster, relaxed)
    assert not verdict.is_sound
    assert "there are 1" in verdict.programs[0].mismatches[0]


def test_a_rule_that_can_hold_is_kept_although_it_is_relaxed() -> None:
    roster = people(*({"attributes": {"gender": "w" if k < 2 else "m"}} for k in range(8)))
    program = team("isolation", rules={"isolation": {"attributes": ["gender"]}})
    solution = cohortopt.solve(roster, program)
    tier = solution.tier("violations")
    assert tier is not None
    assert (tier.value, tier.bound) == (0, 0)
    assert solution.programs[0].breaches == ()


def test_only_groups_solved_alone_can_be_relaxed() -> None:
    pairs = cohortopt.PROGRAMS["mentorship"].model_dump() | {"relax": ("availability",)}
    with pytest.raises(ValueError, match="groups in one round"):
        Program.model_validate(pairs)
    with pytest.raises(ValueError, match="where rules are relaxed"):
        team(tiers=("placed", "violations", "points"))


def test_the_command_offers_relaxing_and_shows_what_is_broken(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name\n" + "".join(f"p{k},P {k}\n" for k in range(7)))
    scenario = tmp_path / "teams.toml"
    scenario.write_text(
        'roster = "people.csv"\n[[program]]\nuse = "cross_functional"\n'
        "size = { min = 4, max = 6, groups = 2 }\n"
    )
    run = CliRunner()
    refused = run.invoke(main, ["solve", str(scenario), "--quiet"])
    assert isinstance(refused.exception, InfeasibleError)
    assert refused.exception.exit_code == 3
    assert "--relax size shows" in str(refused.exception)
    out = tmp_path / "out"
    done = run.invoke(main, ["solve", str(scenario), "--relax", "size", "-o", str(out), "--quiet"])
    assert done.exit_code == 0, done.output
    assert "Breaches of relaxed rules: 1; at least 1 cannot be avoided (checked)" in done.output
    told = json.loads((out / "solution.json").read_text())
    assert [one["rule"] for one in told["programs"][0]["breaches"]] == ["size"]
    assert run.invoke(main, ["verify", str(out)]).exit_code == 0
    assert "relaxed rules are broken once" in (out / "report.html").read_text()
