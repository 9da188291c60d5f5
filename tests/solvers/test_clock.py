"""Clocks: compiling is not counted, and a share that ran out is remembered by the whole."""

from __future__ import annotations

from cohortopt.solvers.base import Budget, Clock
from cohortopt.solvers.compiling import COMPILING, Stopwatch


def test_a_clock_stands_still_while_kernels_are_compiled() -> None:
    from cohortopt.solvers.compiled import njit

    @njit  # type: ignore[untyped-decorator]
    def inner(x: int) -> int:
        return x + 1

    @njit  # type: ignore[untyped-decorator]
    def outer(x: int) -> int:
        total = 0
        for i in range(x):
            total += inner(i)  # compiled inside of what is being compiled
        return total

    clock = Clock(Budget(seconds=10))
    assert outer(3) == 6
    standing = clock.wall - clock.elapsed
    assert 0 < standing <= clock.wall
    assert outer(4) == 10  # compiled already
    assert abs(clock.wall - clock.elapsed - standing) < 0.01
    assert clock.share(0.5).elapsed < clock.wall - 0.9 * standing


def test_what_is_nested_is_counted_once() -> None:
    watch = Stopwatch()
    watch.start()
    watch.start()
    watch.stop()
    first = watch()
    watch.stop()
    assert 0 <= first <= watch() < 1
    assert COMPILING() >= 0


def test_a_clock_remembers_that_a_share_of_it_ran_out() -> None:
    clock = Clock(Budget(seconds=60))
    first, second = clock.share(0.5), clock.share(0.0).share(0.5)
    assert not first.is_over
    assert not clock.looked_late
    assert second.is_over
    assert clock.looked_late
    assert not first.looked_late
