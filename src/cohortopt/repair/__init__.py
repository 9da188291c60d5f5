"""Adapting a solution to a changed roster with the fewest moves."""
