"""Pods, circles and cohorts: exact for few people, search for many, bounds for all."""
