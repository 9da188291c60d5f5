"""How the kernels of groups are compiled: once, kept on disk, without the interpreter lock.

A kernel that Python calls has a wrapper that takes its tables apart: a third of a second of
compiling for the forty tables of the rich search. Kernels that only kernels call are ``inner``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
)

from cohortopt.solvers.compiled import njit

Whole: TypeAlias = Any  # np.int64 (or np.bool_) in compiled code, int in tests
Real: TypeAlias = Any  # np.float64 in compiled code

Function = TypeVar("Function", bound=Callable[..., object])

HOW = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
BORROWED = {**HOW, "_nrt": False}  # makes no arrays, so arrays need not be counted


def compiled(function: Function) -> Function:
    """Return ``function`` compiled at its first call; division by zero is not looked for."""
    fast: Function = njit(**HOW)(function)
    return fast


def entry(function: Function) -> Function:
    """Return ``function`` compiled for Python to call; it makes no arrays of its own."""
    fast: Function = njit(**BORROWED)(function)
    return fast


def inner(function: Function) -> Function:
    """Return ``function`` compiled for other kernels only; it makes no arrays of its own."""
    fast: Function = njit(**{**BORROWED, "cache": False}, no_cpython_wrapper=True)(function)
    return fast


class Lent(types.Type):  # type: ignore[misc]
    """A named tuple of tables, by address: one argument of a kernel instead of seven a table."""

    def __init__(self, tables: Any) -> None:
        self.tables = tables
        super().__init__(name=f"Lent({tables.instance_class.__name__})")

    @property
    def key(self) -> Any:
        """What makes two of them the same type."""
        return self.tables


@register_model(Lent)
class _LentModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, manager[kind.tables].get_value_type().as_pointer())


@infer_getattr
class _LentFields(AttributeTemplate):  # type: ignore[misc]
    key = Lent

    def generic_resolve(self, kind: Any, name: str) -> Any:
        """Return the type of a table."""
        return kind.tables[kind.tables.fields.index(name)]


@lower_getattr_generic(Lent)  # type: ignore[untyped-decorator]
def _table(context: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
    """Load one table."""
    at = kind.tables.fields.index(name)
    return builder.load(cgutils.gep_inbounds(builder, address, 0, at))


@intrinsic  # type: ignore[untyped-decorator]
def lend(typing: Any, tables: Any) -> Any:
    """Return a named tuple of tables by address, for inner kernels to read while this one runs."""

    def lower(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return cgutils.alloca_once_value(builder, args[0])

    return Lent(tables)(tables), lower


@intrinsic  # type: ignore[untyped-decorator]
def apart(typing: Any) -> Any:
    """Keep the kernel that says this a function of its own: it is not copied into its callers."""

    def mark(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), mark
