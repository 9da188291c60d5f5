"""Givers and takers: flows, prices, slots, fairness, stability."""
