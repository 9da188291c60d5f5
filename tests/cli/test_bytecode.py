"""Where compiled modules are kept."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from cohortopt.cli.bytecode import keep_bytecode

HABIT = "PYTHONDONTWRITEBYTECODE"


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a module without bytecode, on a machine whose habit is to write none."""
    monkeypatch.setenv(HABIT, "1")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    module = ModuleType("loaded")
    module.__spec__ = ModuleSpec("loaded", None)
    module.__spec__.cached = str(tmp_path / "loaded.pyc")
    return module


def kept() -> tuple[str | None, bool]:
    """Return where bytecode goes, and whether it does."""
    return sys.pycache_prefix, not sys.dont_write_bytecode


def test_bytecode_goes_to_the_cache(loaded: ModuleType, tmp_path: Path) -> None:
    keep_bytecode(loaded)
    assert kept() == (str(tmp_path / "cohortopt" / "bytecode"), True)
    assert (tmp_path / "cohortopt" / "bytecode").is_dir()


def test_what_an_installer_compiled_is_used(loaded: ModuleType) -> None:
    assert loaded.__spec__ is not None
    Path(loaded.__spec__.cached or "").write_bytes(b"")
    keep_bytecode(loaded)
    assert kept() == (None, False)


def test_a_place_of_the_users_own_stays(
    loaded: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "elsewhere")
    keep_bytecode(loaded)
    assert kept() == ("elsewhere", False)


def test_an_option_of_this_run_is_obeyed(
    loaded: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HABIT)  # so ``python -B`` it was
    keep_bytecode(loaded)
    assert kept() == (None, False)


def test_a_cache_that_cannot_be_written(loaded: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "cohortopt").write_text("in the way")
    keep_bytecode(loaded)
    assert kept() == (None, False)
