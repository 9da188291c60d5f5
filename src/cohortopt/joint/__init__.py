"""Programs of one scenario solved together, as one problem."""

from cohortopt.joint.solve import solve_together

__all__ = ["solve_together"]
