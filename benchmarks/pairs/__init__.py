"""Pairs at scale: this project against assignment and flow codes, on seeded instances."""
