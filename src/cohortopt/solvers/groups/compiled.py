"""How the kernels of groups are compiled: once, kept on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from cohortopt.solvers.compiled import njit

Whole: TypeAlias = Any  # np.int64 (or np.bool_) in compiled code, int in tests
Real: TypeAlias = Any  # np.float64 in compiled code

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return ``function`` compiled at its first call; division by zero is not looked for."""
    fast: Function = njit(cache=True, nogil=True, error_model="numpy")(function)
    return fast
