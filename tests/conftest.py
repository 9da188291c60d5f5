"""Hypothesis profiles, and what tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.places import SHARED

slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=slow)
settings.register_profile(
    "ci", max_examples=300, derandomize=True, deadline=None, suppress_health_check=slow
)
settings.register_profile("nightly", max_examples=2000, deadline=None, suppress_health_check=slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and hostile rosters; tests skip where it is not beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder is not there")
    return SHARED
