"""The independent check: every rule, every point and every bound again, from people.

Nothing here imports solvers, compile or the instance; plain Python only.
"""

from cohortopt.verify.bounds import check_bounds
from cohortopt.verify.feasibility import find_violations
from cohortopt.verify.score import match_points, tier_values

__all__ = ["check_bounds", "find_violations", "match_points", "tier_values"]
