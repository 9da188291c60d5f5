"""``--set``: a path to a setting, by the words that a manager sees."""

from __future__ import annotations

from typing import Any

import pytest

from cohortopt.errors import ProgramError
from cohortopt.io.overrides import BOTH, apply_changes
from cohortopt.io.program import ProgramFile
from cohortopt.io.scenario_file import ScenarioFile


def near_peers(**table: Any) -> dict[str, Any]:
    return {"program": [{"use": "near_peer", "name": "Near peers", **table}]}


@pytest.mark.parametrize("word", ["near-peers", "Near peers", "near_peer", "1"])
def test_a_program_goes_by_name_with_dashes_by_use_or_by_number(word: str) -> None:
    settings = apply_changes(near_peers(), [f"{word}.rounds=3"])
    assert settings["program"][0]["rounds"] == 3


def test_a_rule_said_by_one_number_keeps_it_under_its_field() -> None:
    given = {"program": [{"use": "skill_swap", "rules": {"reciprocity": 50}}]}
    settings = apply_changes(given, ["1.rules.reciprocity.min_points=150"])
    assert settings["program"][0]["rules"]["reciprocity"] == {"min_points": 150}


def test_a_goal_said_by_one_number_keeps_it_as_its_weight() -> None:
    settings = apply_changes(near_peers(goals={"prefers": 3}), ["1.goals.prefers.giver=0"])
    assert settings["program"][0]["goals"]["prefers"] == {"weight": 3, "giver": 0}


def test_a_goal_that_the_program_has_by_default_can_be_set_alone() -> None:
    settings = apply_changes(near_peers(), ["1.goals.skills=9"])
    assert settings["program"][0]["goals"]["skills"] == 9
    assert len(settings["program"][0]["goals"]) > 1


def test_a_rule_switched_off_is_a_table_again_when_a_field_is_set() -> None:
    settings = apply_changes(near_peers(rules={"gap": False}), ["1.rules.gap.at_least=2"])
    assert settings["program"][0]["rules"]["gap"] == {"at_least": 2}


def test_the_only_program_needs_no_name() -> None:
    settings = apply_changes(near_peers(), ["goals.skills=9", "rounds=2", "name=X", "seed=3"])
    (program,) = settings["program"]
    assert program["goals"]["skills"] == 9
    assert program["rounds"] == 2
    assert program["name"] == "Near peers"
    assert settings["name"] == "X"
    assert settings["seed"] == 3
    two = {"program": [{"use": "near_peer"}, {"use": "skill_swap"}]}
    assert apply_changes(two, ["rounds=2"])["rounds"] == 2  # told as unknown later


def test_keys_of_scenarios_and_programs_alike_are_known() -> None:
    assert ScenarioFile.model_fields.keys() & ProgramFile.model_fields.keys() == BOTH


def test_every_change_that_is_no_setting_is_listed() -> None:
    with pytest.raises(ProgramError) as raised:
        apply_changes(near_peers(), ["seconds", "=3", "seed=1"])
    assert [problem.found for problem in raised.value.problems] == ["seconds", "=3"]
