"""The independent check: every rule, every point and every bound again, from people.

Nothing here imports solvers, compile or the instance; plain Python only.
"""
