"""Compiled modules kept in the user's cache where none may lie beside the sources."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType


def keep_bytecode(loaded: ModuleType) -> None:
    """Let Python keep bytecode in the user's cache, should every run compile it all again.

    That is where ``PYTHONDONTWRITEBYTECODE`` is set, as images and build machines have it, and the
    installer compiled nothing, told by a module that is ``loaded``: a solve would compile 1,100
    modules, in two to four seconds. A place of the user's own (``PYTHONPYCACHEPREFIX``) stays.
    """
    told = os.environ.get("PYTHONDONTWRITEBYTECODE") and sys.dont_write_bytecode
    compiled = loaded.__spec__.cached if loaded.__spec__ else None
    if not told or sys.pycache_prefix is not None or Path(compiled or "").is_file():
        return
    try:
        folder = _cache() / "bytecode"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return  # nothing can be kept
    sys.pycache_prefix = str(folder)
    sys.dont_write_bytecode = False


def _cache() -> Path:
    """Return the user's own folder for what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cohortopt"
