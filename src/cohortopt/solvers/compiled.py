"""``njit`` for all kernels: as numba's, and what it takes to compile is told to every clock."""

from __future__ import annotations

from numba import njit
from numba.core import event

from cohortopt.solvers.compiling import COMPILING

__all__ = ["njit"]


class _Watch(event.Listener):  # type: ignore[misc]
    """Hears when a kernel is really compiled; loading one from disk is no event."""

    def on_start(self, event: object) -> None:
        COMPILING.start()

    def on_end(self, event: object) -> None:
        COMPILING.stop()


event.register("numba:compile", _Watch())
