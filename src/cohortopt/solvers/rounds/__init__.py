"""Seasons without repeats: constructions, search, bounds."""
