"""How long this process has been compiling kernels: time that no clock counts.

Kernels are compiled at their first use on a machine and kept on disk. That may take longer than a
whole budget, and no answer gets better by it: so a clock stands still meanwhile.
"""

from __future__ import annotations

import time


class Stopwatch:
    """Seconds between ``start`` and ``stop``; calls may be nested.

    Only one thread at a time compiles (numba holds a lock), so starts and stops never cross.
    """

    def __init__(self) -> None:
        self._depth, self._since, self._total = 0, 0.0, 0.0

    def start(self) -> None:
        """Begin to count, or begin something inside of what is counted."""
        if not self._depth:
            self._since = time.monotonic()
        self._depth += 1

    def stop(self) -> None:
        """End what was begun last."""
        self._depth -= 1
        if not self._depth:
            self._total += time.monotonic() - self._since

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self._total + (time.monotonic() - self._since if self._depth else 0.0)


COMPILING = Stopwatch()
