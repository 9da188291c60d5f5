"""Adapting a solution to a changed roster with the fewest moves."""

from cohortopt.repair.repair import Move, Price, Repair, repair

__all__ = ["Move", "Price", "Repair", "repair"]
