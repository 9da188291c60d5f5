"""Instances that tests of several solvers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from cohortopt.instance import Feature, Instance, Links


def rotation_instance(shape: str, points: Any, rounds: int, **more: Any) -> Instance:
    """Return an instance of several rounds in which everybody takes part once a round."""
    fields: dict[str, Any] = {"features": frozenset({Feature.ROUNDS}), **more}
    return Instance.plain(shape, Links.of(np.array(points)), rounds=rounds, **fields)
