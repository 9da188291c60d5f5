"""Assign people to cohorts."""
