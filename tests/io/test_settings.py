"""Wrong settings are told in the words of the house: where, found, expected, a near miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cohortopt.errors import InputError
from cohortopt.goals import GOALS
from cohortopt.io.program import ProgramFile, names
from cohortopt.io.scenario import ScenarioFile, build_scenario, read_scenario, scenario_schema
from cohortopt.programs.program import GOAL_NAMES, RULE_NAMES
from cohortopt.rules import RULES

ROSTER = "id,level\n1,3\n2,1\n3,1\n4,2\n"
ODD: tuple[Any, ...] = (3, float("nan"), "x", True, ["x"], [[]], [{}], {"x": 1})
JARGON = ("nput should", "alid ", "xtra inputs", "ield required", "<class", "constrained-int")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("settings")
    (place / "people.csv").write_text(ROSTER)
    return place


def told(folder: Path, data: dict[str, Any]) -> str:
    """Return what is wrong with a scenario; "" if nothing is."""
    try:
        build_scenario({"roster": "people.csv", **data}, folder / "scenario.toml")
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"rounds": 0}, "program[1].rounds: found 0; expected at least 1."),
        ({"value": "max"}, 'program[1].value: found "max"; expected one of mean, sum.'),
        ({"repeat": "x"}, 'program[1].repeat: found "x"; expected "never", or a whole number.'),
        ({"tiers": ["placd"]}, 'Did you mean "placed"?'),
        ({"rules": ["gap"]}, 'program[1].rules: found ["gap"]; expected a table of settings.'),
        ({"rules": {"gap": {"at_leest": 2}}}, 'Did you mean "at_least"?'),
        ({"goals": {"prefers": {"wight": 3}}}, 'Did you mean "weight"?'),
        ({"goals": {"near": {"weight": 3}}}, "goals.near.attribute: found nothing; expected a"),
        ({"size": {"min": 3}}, "found { min = 3 }; expected no such key in a program of pairs."),
        ({"use": "learning_circles", "size": {"min": 6, "max": 4}}, "expected max to be at least"),
        ({"use": "learning_circles", "size": {"mn": 6}}, 'program[1].size.mn: found "mn"'),
        ({"use": "flash_mentoring", "event": {"minuts": 3}}, 'Did you mean "minutes"?'),
        ({"use": "flash_mentoring", "event": {"start": "25:00"}}, 'times like "16:00"; "25:00"'),
        ({"use": "integrated", "circles": {"sise": {}}}, 'circles.sise: found "sise"'),
        ({"locked": [["1"]]}, 'locked.matches.0.people: found ["1"]; expected at least 2 of them.'),
    ],
)
def test_a_wrong_setting_of_a_program_says_where_found_and_expected(
    folder: Path, table: dict[str, Any], line: str
) -> None:
    assert line in told(folder, {"program": [{"use": "mentorship", **table}]})


def test_every_wrong_setting_of_a_scenario_is_listed_at_once(folder: Path) -> None:
    found = told(
        folder,
        {
            "seconds": "ten",
            "timezone": "Europe/Lndon",
            "joint": {"hurs": True},
            "weeks": {"first": "2027-10-04", "cout": 3},
            "program": [{"use": "mentorshp"}],
        },
    )
    assert 'seconds: found "ten"; expected a number.' in found
    assert 'expected a zone like Europe/London. Did you mean "Europe/London"?' in found
    assert 'Did you mean "hours"?' in found
    assert 'weeks.cout: found "cout"; expected one of count, first. Did you mean "count"?' in found
    assert 'Did you mean "mentorship"?' in found


def test_no_value_of_any_setting_is_a_bug_of_ours_or_told_in_jargon(folder: Path) -> None:
    uses = ("mentorship", "skill_swap", "group_pods", "flash_mentoring", "integrated")
    said = {"rules": RULE_NAMES, "goals": GOAL_NAMES}
    assert len(said["rules"]) == len(RULES)
    assert len(said["goals"]) == len(GOALS)
    for odd in ODD:
        for key in ScenarioFile.model_fields:
            told_ = told(folder, {"program": [{"use": "mentorship"}], key: odd})
            assert not [word for word in JARGON if word in told_], (key, odd, told_)
        for use in uses:
            for key in ProgramFile.model_fields:
                told_ = told(folder, {"program": [{"use": use, key: odd}]})
                assert not [word for word in JARGON if word in told_], (use, key, odd, told_)
    for odd in ODD:
        for part, known in said.items():
            for name, kind in known.items():
                tables = [odd, *({field: odd} for field in kind.model_fields)]
                for table in tables:
                    program = {"use": "group_pods", part: {name: table}}
                    told_ = told(folder, {"program": [program]})
                    assert not [word for word in JARGON if word in told_], (program, told_)


def test_a_column_or_person_that_the_roster_does_not_have_is_told(folder: Path) -> None:
    file = folder / "strangers.toml"
    file.write_text(
        'roster = "people.csv"\n[[program]]\nuse = "cross_functional"\nname = "Groups"\n'
        'rules = { isolation = ["levl"], limits = [{ number = "yers", at_most = 9 }] }\n'
        'goals = { variety = { attribute = "departmnt" }, evenness = { attribute = "level" } }\n'
        'required = ["1", "7"]\ntogether = [["2", "8"]]\napart = [["3", "9"]]\n'
    )
    with pytest.raises(InputError) as caught:
        read_scenario(file)
    found = {(p.column, p.found, p.code): p.fix for p in caught.value.problems}
    assert found["Groups.rules.isolation", '"levl"', "CO173"] == 'Did you mean "level"?'
    assert ("Groups.rules.limits", '"yers"', "CO173") in found
    assert found["Groups.goals.variety", '"departmnt"', "CO173"] == 'Did you mean "department"?'
    assert ("Groups.required", '"7"', "CO174") in found
    assert ("Groups.together", '"8"', "CO174") in found
    assert ("Groups.apart", '"9"', "CO351") in found
    assert len([problem for problem in caught.value.problems if problem.file == str(file)]) == 6


def test_the_schema_knows_the_programs_and_what_may_stand_alone() -> None:
    schema = scenario_schema()
    use = schema["$defs"]["Program"]["properties"]["use"]["anyOf"]
    assert use[0]["enum"] == names()
    alone = {key: schema["properties"][key]["anyOf"][1] for key in ("program", "history")}
    assert alone == {"program": {"$ref": "#/$defs/Program"}, "history": {"type": "string"}}
    assert schema["$defs"]["Program"]["properties"]["circles"] == {"$ref": "#/$defs/Part"}
    assert schema["$defs"]["Part"]["additionalProperties"] is False
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Program"]["additionalProperties"] is False


def test_goals_that_are_given_replace_the_defaults_even_where_there_are_none(folder: Path) -> None:
    data = {"roster": "people.csv", "program": [{"use": "mentorship", "goals": {}}]}
    given = build_scenario(data, folder / "scenario.toml")
    assert given.scenario.programs[0].goals == ()
