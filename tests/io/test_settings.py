"""Wrong settings are told in the words of the house: where, found, expected, a near miss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cohortopt.errors import InputError
from cohortopt.goals import GOALS
from cohortopt.io.program import ProgramFile, names
from cohortopt.io.scenario import (
    build_scenario,
    read_bare,
    read_scenario,
    scenario_schema,
)
from cohortopt.io.scenario_file import ScenarioFile
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
        (
            {"use": "learning_circles", "size": {"min": 6, "max": 4}},
            "size.max: found 4; expected at least min (6).",
        ),
        ({"use": "learning_circles", "size": {"mn": 6}}, 'program[1].size.mn: found "mn"'),
        ({"use": "flash_mentoring", "event": {"minuts": 3}}, 'Did you mean "minutes"?'),
        (
            {"use": "flash_mentoring", "event": {"start": "25:00"}},
            'event.start: found "25:00"; expected',
        ),
        ({"use": "flash_mentoring", "event": {"end": "13:00"}}, "start and end with 15 minutes"),
        ({"use": "flash_mentoring", "rounds": 2}, "rounds: found 2; expected 1: sessions meet"),
        ({"draw": 3, "rounds": 2}, "draw: found 3; expected a program of pairs in one round"),
        ({"relax": ["size"]}, 'relax: found ["size"]; expected groups in one round'),
        ({"relax": ["repeat"]}, 'relax: found ["repeat"]; expected several rounds'),
        ({"tiers": ["placed", "placed"]}, 'tiers: found ["placed", "placed"]; expected each tier'),
        ({"tiers": ["violations"]}, 'tiers: found ["violations"]; expected "violations" where'),
        (
            {"rules": {"limits": [{"number": "level", "at_most": 2}]}},
            "a program of groups for this",
        ),
        (
            {"rules": {"gap": {"at_most": 0}}},
            "gap.at_most: found 0; expected at least at_least (1).",
        ),
        ({"giver": ["menter"]}, 'giver.0: found "menter"; expected one of mentor, mentee, peer.'),
        ({"sessions_min": 3, "sessions_max": 2}, "sessions_max: found 2; expected at least 3."),
        (
            {"use": "group_pods", "leaders": {"min": 3}},
            "leaders.max: found 2; expected at least min",
        ),
        (
            {"use": "group_pods", "rules": {"availability": {"slots": 2}}},
            "slots: found 2; expected 1",
        ),
        ({"use": "integrated", "circles": {"sise": {}}}, 'circles.sise: found "sise"'),
        ({"locked": [["1"]]}, 'locked.matches.0.people: found ["1"]; expected at least 2 of them.'),
    ],
)
def test_a_wrong_setting_of_a_program_says_where_found_and_expected(
    folder: Path, table: dict[str, Any], line: str
) -> None:
    assert line in told(folder, {"program": [{"use": "mentorship", **table}]})


LIMITS = (
    ({}, "items.0: found nothing; expected one column: attribute,"),
    ({"number": "level", "mean": "level"}, 'found "number and mean"; expected one column'),
    ({"number": "level"}, "items.0.at_least: found nothing; expected a number here or for"),
    ({"number": "level", "at_least": 3, "at_most": 2}, "at_most: found 2; expected at least"),
    ({"number": "level", "at_most": 2, "value": "3"}, 'value: found "3"; expected nothing'),
)


@pytest.mark.parametrize(("item", "line"), LIMITS)
def test_a_wrong_limit_says_what_it_lacks(folder: Path, item: dict[str, Any], line: str) -> None:
    program = {"use": "cross_functional", "rules": {"limits": [item]}}
    assert line in told(folder, {"program": [program]})


def test_two_programs_of_one_name_are_told_where_the_second_stands(folder: Path) -> None:
    program = {"use": "mentorship", "name": "M"}
    line = 'program[2].name: found "M"; expected another name than program[1] has.'
    assert line in told(folder, {"program": [program, program]})


def test_a_program_file_of_ones_own_is_told_setting_by_setting(folder: Path) -> None:
    (folder / "own.toml").write_text(
        'use = "own"\nname = "Own"\n[shape]\nkind = "pairs"\n[rules]\ngapp = 2\n'
    )
    assert 'own.toml has 1 problem:\n  rules.gapp: found "gapp"' in told(
        folder, {"program": [{"use": "own.toml"}]}
    )
    (folder / "own.toml").write_text("use = ")
    assert "expected a program file in TOML." in told(folder, {"program": [{"use": "own.toml"}]})


def test_the_tiers_of_a_scenario_are_those_of_its_only_program(folder: Path) -> None:
    data = {"roster": "people.csv", "tiers": ["points"], "program": [{"use": "near_peer"}]}
    given = build_scenario(data, folder / "scenario.toml")
    assert given.scenario.programs[0].tiers == ("points",)
    data["program"] = [{"use": "near_peer", "tiers": ["placed"]}]
    assert build_scenario(data, folder / "s.toml").scenario.programs[0].tiers == ("placed",)


@pytest.mark.parametrize(
    ("changes", "place", "line"),
    [
        (["rounds=x", "seed=3"], "--set rounds=x", 'rounds: found "x"; expected a whole number.'),
        (["rouns=2"], "--set rouns=2", 'Did you mean "rounds"?'),
        (["timezon=UTC"], "--set timezon=UTC", 'Did you mean "timezone"?'),
        (["seconds=-1"], "--set seconds=-1", "seconds: found -1; expected more than 0."),
        (["rounds=2", "draw=3"], "--set draw=3", "draw: found 3; expected a program of pairs"),
        (['required=["x"]'], '--set required=["x"]', "the id of a person of the roster"),
    ],
)
def test_what_an_option_spoils_names_the_option_as_its_place(
    folder: Path, changes: list[str], place: str, line: str
) -> None:
    file = folder / "fine.toml"
    file.write_text('roster = "people.csv"\n[[program]]\nuse = "near_peer"\n')
    readers = (
        lambda: read_bare(folder / "people.csv", "near_peer", changes=changes),
        lambda: read_scenario(file, changes=changes),
    )
    for read in readers:
        with pytest.raises(InputError) as caught:
            read()
        (problem,) = caught.value.problems
        assert problem.file == place
        assert line in str(problem)
    assert not problem.row


def test_a_scenario_keeps_what_is_wrong_in_it_beside_what_an_option_spoils(folder: Path) -> None:
    file = folder / "wrong.toml"
    file.write_text('roster = "people.csv"\n[[program]]\nuse = "near_peer"\nrounds = 0\n')
    with pytest.raises(InputError) as caught:
        read_scenario(file, changes=["value=most"])
    assert {(p.file, p.column) for p in caught.value.problems} == {
        (str(file), "program[1].rounds"),
        ("--set value=most", "program[1].value"),
    }


def test_a_program_that_is_none_names_its_option(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_bare(folder / "people.csv", "mentorshp")
    assert str(caught.value).startswith('--program mentorshp has 1 problem:\n  found "mentorshp"')


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
